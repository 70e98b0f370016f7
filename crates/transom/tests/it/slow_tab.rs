//! Tabs that read slowly, and what an answer costs on the wire.

use std::time::{Duration, Instant};

use transom_testkit::{Answer, Script, Tab, Thread};

use crate::{SOON, lab};

/// Answers that run at the same time: each brings about sixty events a second to every tab.
const ANSWERS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_stops_reading_loses_nothing_and_holds_up_nobody() {
    let (_server, _provider, admin) = lab().await;
    let (normal, slow) = (Tab::open(&admin).await, Tab::open_narrow(&admin).await);
    slow.stop_reading();
    let script = Script { words: 5_000, pause_ms: 20, batch: 20 };
    let whole = script.text();
    let mut threads = Vec::new();
    for _ in 0..ANSWERS {
        let thread = Thread::new(&admin, "words", &script.prompt()).await;
        thread.ask(&admin, &normal.sid()).await;
        threads.push(thread);
    }
    let last = Script::paced(60, 20);
    for thread in &threads {
        let patience = Duration::from_secs(60);
        normal.until("the normal tab has all", patience, &thread.answer_id, |a| a.done_at.is_some()).await;
    }
    let before = slow.bytes();
    assert!(
        slow.heard().len() < normal.heard().len() / 4,
        "the slow tab was not slow: nothing is shown by this"
    );

    // One more answer is on its way when the tab reads again: parts must fit again after what it missed.
    let late = Thread::new(&admin, "words", &last.prompt()).await;
    late.ask(&admin, &normal.sid()).await;
    slow.read_again();
    for (thread, whole) in threads.iter().map(|t| (t, whole.clone())).chain([(&late, last.text())]) {
        slow.until("the slow tab has all", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
        for tab in [&normal, &slow] {
            let answer = Answer::checked(&tab.heard(), &thread.answer_id, &whole);
            assert!(answer.text == whole, "{} of {} bytes arrived", answer.text.len(), whole.len());
        }
    }
    assert!(!slow.is_closed(), "the slow tab was disconnected");
    assert!(slow.bytes() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_does_not_read_delays_no_other() {
    let (_server, _provider, admin) = lab().await;
    let (normal, slow) = (Tab::open(&admin).await, Tab::open_narrow(&admin).await);
    slow.stop_reading();
    let script = Script::paced(100, 20);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    let flood =
        Thread::new(&admin, "words", &Script { words: 10_000, pause_ms: 2, batch: 20 }.prompt()).await;
    flood.ask(&admin, &normal.sid()).await;
    thread.ask(&admin, &normal.sid()).await;
    normal.until("the end", Duration::from_secs(20), &thread.answer_id, |a| a.done_at.is_some()).await;
    let heard = normal.heard();
    let mine = heard.iter().filter(|event| event.data["message_id"] == thread.answer_id.as_str());
    let times: Vec<Instant> = mine.map(|event| event.at).collect();
    let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
    assert!(longest < Duration::from_millis(700), "the normal tab heard nothing for {longest:?}");
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
