//! An answer belongs to the server: what the process, the tabs and the model server do to it.

use std::time::{Duration, Instant};

use serde_json::Value;
use transom_testkit::{Answer, Heard, Script, Tab, Thread, until};

use crate::{SOON, lab, lab_of, plan, slow_tab::stalled};

fn text(message: &Value) -> &str {
    message["content"].as_str().unwrap_or_default()
}

/// What a tab had at some time.
fn heard_until(heard: &[Heard], when: Instant) -> Vec<Heard> {
    heard.iter().filter(|event| event.at <= when).cloned().collect()
}

#[tokio::test]
async fn a_killed_server_loses_at_most_the_last_second_of_an_answer() {
    let (mut server, _provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    let script = Script::paced(400, 25);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &tab.sid()).await;
    tab.until("the answer begins", SOON, &thread.answer_id, |a| a.parts > 0).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let killed = Instant::now();
    server.kill().await;

    let earlier = heard_until(&tab.heard(), killed - Duration::from_secs(1));
    let seen = Answer::checked(&earlier, &thread.answer_id, &script.text()).text;
    assert!(seen.split(' ').count() > 30, "too little was streamed to tell anything: {seen:?}");

    server.start_again().await;
    let admin = admin.at(&server);
    let stored = thread.stored(&admin).await;
    let kept = text(&stored);
    assert!(
        kept.len() >= seen.len(),
        "a second before its end the tab had {seen:?}, but only {kept:?} was kept"
    );
    assert!(script.text().starts_with(kept) && kept.len() < script.text().len(), "{kept:?}");
    assert_eq!((&stored["interrupted"], &stored["done"]), (&true.into(), &true.into()), "{stored}");
    assert_eq!(admin.get("/api/tasks").await.ok()["tasks"], serde_json::json!([]));

    // The same message can be filled again, and is no interrupted one then.
    let tab = Tab::open(&admin).await;
    let again = Thread::new(&admin, "words", &Script::fast(5).prompt()).await;
    again.ask(&admin, &tab.sid()).await;
    tab.until("a new answer", SOON, &again.answer_id, |a| a.done_at.is_some()).await;
    assert!(again.stored(&admin).await["interrupted"].is_null());
}

#[tokio::test]
async fn a_stopping_server_lets_a_short_answer_finish() {
    let (mut server, _provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    let script = Script::paced(30, 50);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &tab.sid()).await;
    tab.until("the answer begins", SOON, &thread.answer_id, |a| a.parts > 0).await;
    server.ask_to_stop().await;
    let answer = tab.until("the end", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
    assert_eq!(answer.text, script.text());
    let status = server.stopped().await;
    assert!(status.success(), "{status}");
    assert!(!server.log().contains("panicked"), "{}", server.log());

    server.start_again().await;
    let stored = thread.stored(&admin.at(&server)).await;
    assert_eq!(text(&stored), script.text());
    assert!(stored["interrupted"].is_null() && stored["done"] == true, "{stored}");
}

#[tokio::test]
async fn a_stopping_server_does_not_wait_for_tabs_that_do_not_read() {
    let (mut server, _provider, admin) = lab().await;
    let reading = Tab::open(&admin).await;
    let thread = Thread::new(&admin, "words", "Hello").await;
    let _stalled = stalled(&admin, &thread).await;
    let asked = Instant::now();
    server.ask_to_stop().await;
    assert!(server.stopped().await.success());
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    until("the reading tab is told", SOON, async || reading.is_closed().then_some(())).await;
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[tokio::test]
async fn a_stopping_server_interrupts_a_long_answer_after_its_grace() {
    let (mut server, _provider, admin) = lab_of(plan().env("TRANSOM_SHUTDOWN_GRACE", "1s")).await;
    let tab = Tab::open(&admin).await;
    let script = Script::paced(2000, 20);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &tab.sid()).await;
    tab.until("the answer begins", SOON, &thread.answer_id, |a| a.parts > 5).await;
    let asked = Instant::now();
    server.ask_to_stop().await;
    let status = server.stopped().await;
    assert!(status.success(), "{status}");
    assert!(!server.log().contains("panicked"), "{}", server.log());
    let took = asked.elapsed();
    assert!(took >= Duration::from_millis(900), "the grace was not kept: {took:?}");
    assert!(took < Duration::from_secs(8), "{took:?}");

    let seen = Answer::checked(&tab.heard(), &thread.answer_id, &script.text());
    server.start_again().await;
    let stored = thread.stored(&admin.at(&server)).await;
    assert!(script.text().starts_with(text(&stored)), "{stored}");
    assert!(text(&stored).len() >= seen.text.len(), "the tab saw more than was kept");
    assert_eq!((&stored["interrupted"], &stored["done"]), (&true.into(), &true.into()), "{stored}");
}

#[tokio::test]
async fn an_answer_stopped_by_another_tab_keeps_its_text() {
    let (_server, provider, admin) = lab().await;
    let (asking, other) = (Tab::open(&admin).await, Tab::open(&admin).await);
    let script = Script::paced(1000, 20);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    let task = thread.ask(&admin, &asking.sid()).await;
    other.until("the other tab sees text", SOON, &thread.answer_id, |a| a.parts > 10).await;
    let listed = admin.get(&format!("/api/tasks/chat/{}", thread.chat_id)).await.ok();
    assert_eq!(listed["task_ids"], serde_json::json!([task]));

    let stopped = admin.post(&format!("/api/tasks/stop/{task}"), &Value::Null).await.ok();
    assert_eq!(stopped["status"], true, "{stopped}");
    for tab in [&asking, &other] {
        let answer = tab.until("the end is told", SOON, &thread.answer_id, |a| a.cancelled).await;
        assert!(script.text().starts_with(&answer.text) && answer.text.contains("w10"), "{answer:?}");
        assert!(answer.done_at.is_none() && answer.error.is_none(), "{answer:?}");
    }
    let stored = thread.stored(&admin).await;
    assert_eq!(text(&stored), asking.answer(&thread.answer_id).text);
    assert!(stored["interrupted"].is_null() && stored["error"].is_null(), "{stored}");
    until("the task leaves the list", SOON, async || {
        (admin.get("/api/tasks").await.ok()["tasks"] == serde_json::json!([])).then_some(())
    })
    .await;
    // The model server must not go on working for nobody.
    until("the upstream stream is closed", SOON, async || (provider.open_streams() == 0).then_some(())).await;

    let unknown = admin.post(&format!("/api/tasks/stop/{task}"), &Value::Null).await.ok();
    assert_eq!(unknown["status"], false);
}

#[tokio::test]
async fn a_turn_that_waits_for_the_model_server_can_be_stopped() {
    let (_server, provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    let thread = Thread::new(&admin, "hole", "Anybody there?").await;
    let task = thread.ask(&admin, &tab.sid()).await;
    until("the request is upstream", SOON, async || (provider.open_streams() == 1).then_some(())).await;
    admin.post(&format!("/api/tasks/stop/{task}"), &Value::Null).await.ok();
    tab.until("the end is told", SOON, &thread.answer_id, |a| a.cancelled).await;
    until("the upstream request is given up", SOON, async || (provider.open_streams() == 0).then_some(()))
        .await;
    assert_eq!(thread.stored(&admin).await["done"], true);
}

#[tokio::test]
async fn a_stranger_cannot_see_or_stop_a_turn() {
    let (_server, _provider, admin) = lab().await;
    let stranger = admin.add("mallory", "user").await;
    let (tab, listening) = (Tab::open(&admin).await, Tab::open(&stranger).await);
    let thread = Thread::new(&admin, "words", &Script::paced(60, 20).prompt()).await;
    let task = thread.ask(&admin, &tab.sid()).await;
    tab.until("the answer begins", SOON, &thread.answer_id, |a| a.parts > 0).await;
    assert_eq!(stranger.get("/api/tasks").await.status, 401);
    let of_chat = stranger.get(&format!("/api/tasks/chat/{}", thread.chat_id)).await.ok();
    assert_eq!(of_chat["task_ids"], serde_json::json!([]));
    assert_eq!(stranger.post(&format!("/api/tasks/stop/{task}"), &Value::Null).await.ok()["status"], false);
    tab.until("the whole answer", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
    assert!(listening.heard().is_empty(), "{:?}", listening.heard());
}

#[tokio::test]
async fn a_model_server_that_dies_in_the_middle_leaves_its_text_and_an_error() {
    let (_server, _provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    let script = Script::paced(20, 10);
    let thread = Thread::new(&admin, "breaks", &script.prompt()).await;
    thread.ask(&admin, &tab.sid()).await;
    let answer = tab.until("the error is told", SOON, &thread.answer_id, |a| a.cancelled).await;
    let half = Script { words: 10, ..script }.text();
    let stored = thread.stored(&admin).await;
    assert_eq!((answer.text.as_str(), text(&stored)), (half.as_str(), half.as_str()));
    let error = answer.error.expect("an error event");
    assert!(error["content"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{error}");
    assert_eq!(stored["error"], error);
    assert!(answer.done_at.is_none());
}

#[tokio::test]
async fn a_refusal_of_the_model_server_is_told_and_kept() {
    let (_server, _provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    let thread = Thread::new(&admin, "refuses", "Hello?").await;
    thread.ask(&admin, &tab.sid()).await;
    let answer = tab.until("the error is told", SOON, &thread.answer_id, |a| a.error.is_some()).await;
    assert_eq!(answer.error.unwrap()["content"]["message"], "Slow down, please.");
    let stored = until("the error is kept", SOON, async || {
        Some(thread.stored(&admin).await).filter(|message| !message["error"].is_null())
    })
    .await;
    assert_eq!(stored["error"]["content"]["message"], "Slow down, please.");
}

#[tokio::test]
async fn an_answer_goes_on_when_its_tab_is_gone() {
    let (_server, _provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    let script = Script::paced(40, 20);
    let thread = Thread::new(&admin, "thinker", &script.prompt()).await;
    thread.ask(&admin, &tab.sid()).await;
    tab.until("the answer begins", SOON, &thread.answer_id, |a| a.wholes > 0).await;
    drop(tab);
    let stored = until("the answer is finished", SOON, async || {
        Some(thread.stored(&admin).await).filter(|message| message["done"] == true)
    })
    .await;
    let kept = text(&stored);
    assert!(kept.starts_with("<details type=\"reasoning\" done=\"true\""), "{kept}");
    assert!(kept.contains("&gt; First I look at the question. Then I answer."), "{kept}");
    assert!(kept.ends_with(&script.text()), "{kept}");
}
