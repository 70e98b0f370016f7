use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use transom_store::bus::{Bus, LocalBus, contract};

#[tokio::test(flavor = "multi_thread")]
async fn the_local_bus_keeps_the_contract() {
    contract::check(Arc::new(LocalBus::new())).await;
}

/// A key that nobody asks for again must not stay in memory for ever.
#[tokio::test]
async fn expired_keys_are_swept() {
    let bus = LocalBus::new();
    for number in 0..200_000 {
        bus.set(&format!("old{number}"), Bytes::new(), Some(Duration::from_millis(10))).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    for number in 0..200_000 {
        bus.set(&format!("new{number}"), Bytes::new(), Some(Duration::from_secs(600))).await.unwrap();
    }
    let kept = bus.len();
    assert!((200_000..270_000).contains(&kept), "{kept} keys are kept");
}
