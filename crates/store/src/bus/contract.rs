//! The test that every [`Bus`] must pass. It panics with a sentence when one does not.
#![allow(clippy::expect_used, reason = "a test: a failing call must end it")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;

use super::{Bus, BusStream};

/// Long enough for an expiry to be seen, also by an implementation that counts in whole seconds.
const SHORT: Duration = Duration::from_secs(1);
const AFTER_SHORT: Duration = Duration::from_millis(1300);
const LONG: Duration = Duration::from_secs(60);
/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(30);
const MESSAGES: u32 = 10_000;
const SUBSCRIBERS: usize = 5;

/// Runs the whole contract. Names are made unique, so a shared server may be used.
///
/// # Panics
/// When the bus does not do what [`Bus`] says.
pub async fn check(bus: Arc<dyn Bus>) {
    let prefix = format!("contract:{}:", crate::db::new_id());
    keys(bus.as_ref(), &prefix).await;
    counters(bus.as_ref(), &prefix).await;
    hashes(bus.as_ref(), &prefix).await;
    sets(bus.as_ref(), &prefix).await;
    kinds(bus.as_ref(), &prefix).await;
    topics(bus.as_ref(), &prefix).await;
    no_message_is_lost(Arc::clone(&bus), &prefix).await;
    locks(bus.as_ref(), &prefix).await;
    one_holder_at_a_time(bus, &prefix).await;
}

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

async fn keys(bus: &dyn Bus, prefix: &str) {
    let key = &format!("{prefix}key");
    assert_eq!(bus.get(key).await.expect("get"), None, "a key nobody set is absent");
    bus.set(key, bytes("one"), None).await.expect("set");
    assert_eq!(bus.get(key).await.expect("get"), Some(bytes("one")));
    assert!(!bus.set_if_absent(key, bytes("two"), None).await.expect("set_if_absent"), "the key is present");
    assert_eq!(bus.get(key).await.expect("get"), Some(bytes("one")), "a refused set changes nothing");
    assert!(bus.delete(key).await.expect("delete"), "the key was there");
    assert!(!bus.delete(key).await.expect("delete"), "the key was not there any more");
    assert!(
        bus.set_if_absent(key, bytes("two"), Some(SHORT)).await.expect("set_if_absent"),
        "the key is absent"
    );
    assert_eq!(bus.get(key).await.expect("get"), Some(bytes("two")));
    let lasting = &format!("{prefix}lasting");
    bus.set(lasting, bytes("x"), Some(SHORT)).await.expect("set");
    bus.set(lasting, bytes("y"), None).await.expect("set");
    tokio::time::sleep(AFTER_SHORT).await;
    assert_eq!(bus.get(key).await.expect("get"), None, "a key goes when its time is over");
    assert!(
        bus.set_if_absent(key, bytes("three"), None).await.expect("set_if_absent"),
        "an expired key is absent"
    );
    assert_eq!(
        bus.get(lasting).await.expect("get"),
        Some(bytes("y")),
        "setting without a time removes the time"
    );
    let binary = Bytes::from((0..=255).collect::<Vec<u8>>());
    bus.set(key, binary.clone(), Some(LONG)).await.expect("set");
    assert_eq!(bus.get(key).await.expect("get"), Some(binary), "values are any bytes");
    for key in [key, lasting] {
        bus.delete(key).await.expect("delete");
    }
}

async fn counters(bus: &dyn Bus, prefix: &str) {
    let key = &format!("{prefix}counter");
    for expected in 1..=3 {
        assert_eq!(bus.increment(key, SHORT).await.expect("increment"), expected);
    }
    assert_eq!(bus.get(key).await.expect("get"), Some(bytes("3")), "a counter reads as digits");
    tokio::time::sleep(SHORT / 2).await;
    assert_eq!(bus.increment(key, LONG).await.expect("increment"), 4);
    tokio::time::sleep(AFTER_SHORT - SHORT / 2).await;
    assert_eq!(bus.increment(key, LONG).await.expect("increment"), 1, "counting does not prolong the window");
    bus.delete(key).await.expect("delete");
}

async fn hashes(bus: &dyn Bus, prefix: &str) {
    let key = &format!("{prefix}hash");
    assert_eq!(bus.hash_get(key, "a").await.expect("hash_get"), None);
    assert!(bus.hash_all(key).await.expect("hash_all").is_empty());
    bus.hash_set(key, "a", bytes("1")).await.expect("hash_set");
    bus.hash_set(key, "b", bytes("2")).await.expect("hash_set");
    bus.hash_set(key, "a", bytes("3")).await.expect("hash_set");
    assert_eq!(bus.hash_get(key, "a").await.expect("hash_get"), Some(bytes("3")));
    let mut all = bus.hash_all(key).await.expect("hash_all");
    all.sort();
    assert_eq!(all, [("a".to_owned(), bytes("3")), ("b".to_owned(), bytes("2"))]);
    assert!(bus.hash_delete(key, "a").await.expect("hash_delete"));
    assert!(!bus.hash_delete(key, "a").await.expect("hash_delete"));
    assert!(bus.hash_delete(key, "b").await.expect("hash_delete"));
    assert!(!bus.delete(key).await.expect("delete"), "a hash without fields does not exist");
}

async fn sets(bus: &dyn Bus, prefix: &str) {
    let key = &format!("{prefix}set");
    assert!(bus.set_members(key).await.expect("set_members").is_empty());
    assert!(bus.set_add(key, "a").await.expect("set_add"));
    assert!(!bus.set_add(key, "a").await.expect("set_add"), "a member is in a set once");
    assert!(bus.set_add(key, "b").await.expect("set_add"));
    let mut members = bus.set_members(key).await.expect("set_members");
    members.sort();
    assert_eq!(members, ["a", "b"]);
    assert!(bus.set_remove(key, "a").await.expect("set_remove"));
    assert!(!bus.set_remove(key, "a").await.expect("set_remove"));
    assert_eq!(bus.set_members(key).await.expect("set_members"), ["b"]);
    assert!(bus.delete(key).await.expect("delete"));
    assert!(bus.set_members(key).await.expect("set_members").is_empty());
}

async fn kinds(bus: &dyn Bus, prefix: &str) {
    let key = &format!("{prefix}kind");
    bus.set_add(key, "a").await.expect("set_add");
    assert!(bus.get(key).await.is_err(), "a set cannot be read as a value");
    assert!(bus.hash_set(key, "f", bytes("1")).await.is_err(), "a set is no hash");
    assert!(bus.increment(key, LONG).await.is_err(), "a set is no counter");
    bus.set(key, bytes("text"), None).await.expect("set replaces whatever the key held");
    assert!(bus.increment(key, LONG).await.is_err(), "text is no counter");
    bus.delete(key).await.expect("delete");
}

async fn next(stream: &mut BusStream) -> Bytes {
    let next = tokio::time::timeout(PATIENCE, stream.next()).await;
    next.expect("a message in time").expect("a stream that goes on")
}

async fn topics(bus: &dyn Bus, prefix: &str) {
    let (topic, other) = (&format!("{prefix}topic"), &format!("{prefix}other"));
    bus.publish(topic, bytes("unheard")).await.expect("publish without subscribers");
    let mut first = bus.subscribe(topic).await.expect("subscribe");
    let mut elsewhere = bus.subscribe(other).await.expect("subscribe");
    bus.publish(topic, bytes("1")).await.expect("publish");
    let mut second = bus.subscribe(topic).await.expect("subscribe");
    bus.publish(topic, bytes("2")).await.expect("publish");
    bus.publish(other, bytes("3")).await.expect("publish");
    assert_eq!(next(&mut first).await, bytes("1"), "nothing from before the subscription");
    assert_eq!(next(&mut first).await, bytes("2"));
    assert_eq!(next(&mut second).await, bytes("2"), "nothing from before the subscription");
    assert_eq!(next(&mut elsewhere).await, bytes("3"), "topics are apart");
    drop(first);
    bus.publish(topic, bytes("4")).await.expect("publish after a subscriber left");
    assert_eq!(next(&mut second).await, bytes("4"));
}

/// Several subscribers, one of them slow, two publishers: everybody gets everything, in each publisher's order.
async fn no_message_is_lost(bus: Arc<dyn Bus>, prefix: &str) {
    let topic = format!("{prefix}flood");
    let mut readers = Vec::new();
    for reader in 0..SUBSCRIBERS {
        let mut stream = bus.subscribe(&topic).await.expect("subscribe");
        readers.push(tokio::spawn(async move {
            let mut expected = [0_u32; 2];
            for count in 0..MESSAGES {
                if reader == 0 && count % 100 == 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let text = next(&mut stream).await;
                let text = std::str::from_utf8(&text).expect("the text that was sent");
                let (publisher, number) = text.split_once(':').expect("the text that was sent");
                let publisher: usize = publisher.parse().expect("a number");
                assert_eq!(
                    number.parse(),
                    Ok(expected[publisher]),
                    "reader {reader}: order and completeness"
                );
                expected[publisher] += 1;
            }
        }));
    }
    let publish = |publisher: u32| {
        let (bus, topic) = (Arc::clone(&bus), topic.clone());
        tokio::spawn(async move {
            for number in 0..MESSAGES / 2 {
                bus.publish(&topic, bytes(&format!("{publisher}:{number}"))).await.expect("publish");
            }
        })
    };
    let publishers = [publish(0), publish(1)];
    for task in publishers.into_iter().chain(readers) {
        task.await.expect("every subscriber gets every message in order");
    }
}

async fn locks(bus: &dyn Bus, prefix: &str) {
    let name = &format!("{prefix}lock");
    let first = bus.lock(name, SHORT).await.expect("lock").expect("a free lock");
    assert!(bus.lock(name, LONG).await.expect("lock").is_none(), "a held lock is not given twice");
    tokio::time::sleep(AFTER_SHORT).await;
    assert!(!bus.renew(name, &first, LONG).await.expect("renew"), "an expired lock cannot be renewed");
    let second = bus.lock(name, SHORT).await.expect("lock").expect("an expired lock is free");
    assert_ne!(first, second, "tokens differ");
    bus.unlock(name, first).await.expect("unlock with an old token is no error");
    assert!(bus.lock(name, LONG).await.expect("lock").is_none(), "an old token does not open the lock");
    assert!(bus.renew(name, &second, LONG).await.expect("renew"), "the holder renews");
    tokio::time::sleep(AFTER_SHORT).await;
    assert!(bus.lock(name, LONG).await.expect("lock").is_none(), "a renewed lock is still held");
    bus.unlock(name, second).await.expect("unlock");
    let third = bus.lock(name, LONG).await.expect("lock").expect("a lock that was given back is free");
    bus.unlock(name, third).await.expect("unlock");
}

async fn one_holder_at_a_time(bus: Arc<dyn Bus>, prefix: &str) {
    let name = format!("{prefix}rush");
    let attempts = (0..50).map(|_| {
        let (bus, name) = (Arc::clone(&bus), name.clone());
        tokio::spawn(async move { bus.lock(&name, LONG).await.expect("lock") })
    });
    let mut tokens = Vec::new();
    for attempt in attempts.collect::<Vec<_>>() {
        tokens.extend(attempt.await.expect("an attempt"));
    }
    assert_eq!(tokens.len(), 1, "exactly one of many gets the lock");
    for token in tokens {
        bus.unlock(&name, token).await.expect("unlock");
    }
}
