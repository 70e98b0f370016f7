//! Tabs that read slowly, and what an answer costs on the wire.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use serde_json::{Value, json};
use transom_testkit::{Answer, Caller, Script, Tab, Thread};

use crate::{SOON, lab};

/// Events of a flood: more than the buffers of a connection and the queue behind them hold.
const FLOOD: usize = 720;

/// A tab of this caller that has stopped reading, with its buffers and its queue full; and the flood that filled them.
pub async fn stalled(caller: &Caller, thread: &Thread) -> Tab {
    let slow = Tab::open_narrow(caller).await;
    slow.stop_reading();
    let path = format!("/api/v1/chats/{}/messages/{}/event", thread.chat_id, thread.question_id);
    let ballast = "x".repeat(32_000);
    let sent = futures::stream::iter(0..FLOOD).map(|number| {
        let body = json!({"type": "test:flood", "data": {"number": number, "ballast": ballast}});
        let path = &path;
        async move { caller.post(path, &body).await.ok() }
    });
    sent.buffer_unordered(16).for_each(async |_| {}).await;
    slow
}

/// The flood as a tab heard it.
fn flood(tab: &Tab) -> Vec<u64> {
    let heard = tab.heard();
    let events = heard.iter().map(|event| &event.data["data"]).filter(|data| data["type"] == "test:flood");
    events.filter_map(|data| data["data"]["number"].as_u64()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_stops_reading_loses_nothing() {
    let (_server, _provider, admin) = lab().await;
    let normal = Tab::open(&admin).await;
    let (short, long) = (Script::paced(60, 20), Script::paced(330, 25));
    let missed = Thread::new(&admin, "words", &short.prompt()).await;
    let running = Thread::new(&admin, "words", &long.prompt()).await;
    let slow = stalled(&admin, &missed).await;

    // One answer begins and ends while the tab does not read, another is in its middle when the tab reads again.
    missed.ask(&admin, &normal.sid()).await;
    running.ask(&admin, &normal.sid()).await;
    normal.until("the first answer", SOON, &missed.answer_id, |a| a.done_at.is_some()).await;
    // Everybody gets the whole text when it has doubled. After the last time only asking for it helps.
    let length = long.text().len();
    normal.until("the last doubling", SOON, &running.answer_id, |a| a.last_whole * 2 > length).await;
    let unread = slow.heard().len();
    slow.read_again();
    for tab in [&normal, &slow] {
        for (thread, script) in [(&missed, short), (&running, long)] {
            tab.until("everything", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
            let answer = Answer::checked(&tab.heard(), &thread.answer_id, &script.text());
            assert_eq!(answer.text, script.text());
        }
    }
    assert!(unread < FLOOD / 2, "the tab did read: {unread} events");
    assert_eq!(slow.answer(&missed.answer_id).parts, 0, "there was room for parts: its queue was never full");
    let resumed = slow.answer(&running.answer_id);
    assert!(
        resumed.parts > 5 && resumed.before_last == long.text(),
        "parts did not go on: {} parts",
        resumed.parts
    );
    assert_eq!((flood(&normal).len(), flood(&slow)), (FLOOD, flood(&normal)));
    assert!(!slow.is_closed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_does_not_read_delays_no_other() {
    let (_server, _provider, admin) = lab().await;
    let normal = Tab::open(&admin).await;
    let script = Script::paced(150, 20);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    let _slow = stalled(&admin, &thread).await;
    thread.ask(&admin, &normal.sid()).await;
    normal.until("the end", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
    let heard = normal.heard();
    let mine = heard.iter().filter(|event| event.data["message_id"] == thread.answer_id.as_str());
    let times: Vec<Instant> = mine.map(|event| event.at).collect();
    let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
    assert!(longest < Duration::from_millis(1500), "the normal tab heard nothing for {longest:?}");
    let asked = Instant::now();
    let seen: Value = admin.get("/api/v1/auths/").await.ok();
    assert!(
        seen["id"] == admin.id.as_str() && asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_costs_bytes_in_proportion_to_its_length() {
    let (_server, _provider, admin) = lab().await;
    let mut costs = Vec::new();
    for words in [5_000, 10_000, 20_000] {
        let tab = Tab::open(&admin).await;
        let script = Script { words, pause_ms: 1, batch: 20 };
        let thread = Thread::new(&admin, "words", &script.prompt()).await;
        let before = tab.bytes();
        thread.ask(&admin, &tab.sid()).await;
        let patience = Duration::from_secs(30);
        tab.until("the whole answer", patience, &thread.answer_id, |a| a.done_at.is_some()).await;
        let answer = Answer::checked(&tab.heard(), &thread.answer_id, &script.text());
        assert!(answer.parts > 10, "only {} parts", answer.parts);
        let (bytes, length) = (tab.bytes() - before, script.text().len() as u64);
        assert!(bytes < 6 * length, "{bytes} bytes for an answer of {length}");
        costs.push((bytes, length));
    }
    for pair in costs.windows(2) {
        let [(small, small_length), (large, large_length)] = [pair[0], pair[1]];
        // Per byte of the answer the longer one may cost a little more: whole texts are sent when it has doubled.
        assert!(large * small_length * 2 < small * large_length * 3, "not proportional: {costs:?}");
    }
}
