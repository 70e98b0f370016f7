//! Who waits for whom: nobody for long, and nobody twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;

use crate::lab::{Lab, Server, error_answer, json_answer, openai};

/// Accepts connections and never answers.
async fn black_hole() -> (String, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (format!("http://{}", listener.local_addr().unwrap()), listener)
}

#[tokio::test]
async fn dead_and_huge_servers_delay_nobody() {
    let (hole, _listener) = black_hole().await;
    let huge = Server::start(|_| {
        let entry = |n: u32| json!({ "id": format!("model-{n}"), "description": "x".repeat(200) });
        json_answer(&json!({ "data": (0..3000).map(entry).collect::<Vec<_>>() }))
    })
    .await;
    let small = openai(&["m1"]).await;
    let lab = Lab::with_openai(&["http://127.0.0.1:9", &hole, &huge.url, &small.url]).await;
    let start = Instant::now();
    let list = lab.providers.catalogue().list(false).await;
    assert!(start.elapsed() < Duration::from_millis(2500), "the first list took {:?}", start.elapsed());
    assert!(list.by_id.contains_key("m1"));
    let start = Instant::now();
    for _ in 0..20 {
        lab.providers.catalogue().list(false).await;
    }
    assert!(start.elapsed() < Duration::from_millis(1500), "twenty lists took {:?}", start.elapsed());
    let list = lab.providers.catalogue().list(true).await;
    assert!(list.by_id.contains_key("m1") && list.by_id.contains_key("model-2999"));
}

#[tokio::test]
async fn a_refresh_waits_but_not_forever() {
    let (hole, _listener) = black_hole().await;
    let lab = Lab::with_openai(&[&hole]).await;
    lab.providers.catalogue().list(false).await;
    let start = Instant::now();
    lab.providers.catalogue().list(true).await;
    assert!(start.elapsed() < Duration::from_secs(7));
}

#[tokio::test]
async fn a_refresh_sees_the_present() {
    let second = Arc::new(AtomicBool::new(false));
    let seen = second.clone();
    let server = Server::start(move |_| {
        let ids = if seen.load(Ordering::SeqCst) { vec!["m1", "m2"] } else { vec!["m1"] };
        json_answer(&json!({ "data": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() }))
    })
    .await;
    let lab = Lab::with_openai(&[&server.url]).await;
    assert_eq!(lab.ids().await, ["m1"]);
    second.store(true, Ordering::SeqCst);
    assert_eq!(lab.providers.catalogue().list(true).await.models.len(), 2);
}

#[tokio::test]
async fn an_old_list_is_asked_for_again_behind_the_answer() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = calls.clone();
    let server = Server::start(move |_| {
        json_answer(&json!({ "data": [{ "id": format!("m{}", seen.fetch_add(1, Ordering::SeqCst)) }] }))
    })
    .await;
    let lab = Lab::with_openai(&[&server.url]).await;
    assert_eq!(lab.ids().await, ["m0"]);
    lab.ids().await;
    assert_eq!(calls.load(Ordering::SeqCst), 1, "within its time to live, a list is not asked for");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(lab.ids().await, ["m0"], "the answer comes from memory");
    let end = Instant::now() + Duration::from_secs(5);
    while lab.ids().await != ["m1"] {
        assert!(Instant::now() < end, "the refresh never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn changed_connections_are_waited_for() {
    let (one, two) = (openai(&["m1"]).await, openai(&["m2"]).await);
    let lab = Lab::with_openai(&[&one.url]).await;
    assert_eq!(lab.ids().await, ["m1"]);
    lab.set("OPENAI_API_BASE_URLS", json!([two.url, one.url])).await;
    assert_eq!(lab.ids().await, ["m2", "m1"]);
    lab.set("OPENAI_API_BASE_URLS", json!(["http://127.0.0.1:9/v1", two.url])).await;
    assert_eq!(lab.ids().await, ["m2"]);
}

#[tokio::test]
async fn one_lost_answer_does_not_empty_the_list_but_a_refresh_tells_the_truth() {
    let broken = Arc::new(AtomicBool::new(false));
    let seen = broken.clone();
    let server = Server::start(move |_| {
        if seen.load(Ordering::SeqCst) {
            error_answer(503, &json!({}))
        } else {
            json_answer(&json!({ "data": [{ "id": "m1" }] }))
        }
    })
    .await;
    let lab = Lab::with_openai(&[&server.url]).await;
    assert_eq!(lab.ids().await, ["m1"]);
    broken.store(true, Ordering::SeqCst);
    lab.providers.catalogue().invalidate_connections();
    assert_eq!(lab.ids().await, ["m1"]);
    assert!(lab.providers.catalogue().list(true).await.models.is_empty());
    broken.store(false, Ordering::SeqCst);
    assert_eq!(lab.providers.catalogue().list(true).await.models.len(), 1);
}

#[tokio::test]
async fn many_callers_share_one_question() {
    let server = openai(&["m1"]).await;
    let lab = Arc::new(Lab::with_openai(&[&server.url]).await);
    let callers = (0..50).map(|_| {
        let lab = lab.clone();
        tokio::spawn(async move { assert_eq!(lab.ids().await, ["m1"]) })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    assert_eq!(server.asked("/models").len(), 1);
}
