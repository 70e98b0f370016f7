//! Tabs that come late, and what they are told.

use std::time::Duration;

use transom_testkit::{Answer, Caller, Script, Tab, Thread};

use crate::{SOON, lab};

/// What a late tab heard: one whole text first, then parts that fit exactly.
async fn check_late(tab: &Tab, thread: &Thread, script: Script) {
    tab.until("the end", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
    let heard = tab.heard();
    let answer = Answer::checked(&heard, &thread.answer_id, &script.text());
    assert_eq!(answer.text, script.text());
    assert!(answer.parts > 5, "the tab was not told the answer in parts: {} parts", answer.parts);
    assert_eq!(answer.before_last, script.text(), "the parts alone do not make the whole answer");
    let mine = |event: &&transom_testkit::Heard| event.data["message_id"] == thread.answer_id.as_str();
    let first = &heard.iter().find(mine).unwrap().data["data"]["data"];
    assert!(first["content"].as_str().is_some_and(|text| text.contains("w10")), "it began with {first}");
}

#[tokio::test]
async fn a_tab_that_joins_in_the_middle_gets_the_whole_text_and_then_parts_that_fit() {
    let (_server, _provider, admin) = lab().await;
    let asking = Tab::open(&admin).await;
    let script = Script::paced(150, 20);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &asking.sid()).await;
    asking.until("some text", SOON, &thread.answer_id, |a| a.text.contains("w20")).await;
    let late = Tab::open(&admin).await;
    check_late(&late, &thread, script).await;
    let first = Answer::checked(&asking.heard(), &thread.answer_id, &script.text());
    assert_eq!((first.text, first.before_last), (script.text(), script.text()));
}

#[tokio::test]
async fn a_tab_that_only_connects_with_its_token_hears_the_same() {
    let (_server, _provider, admin) = lab().await;
    let asking = Tab::open(&admin).await;
    let script = Script::paced(150, 20);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &asking.sid()).await;
    asking.until("some text", SOON, &thread.answer_id, |a| a.text.contains("w20")).await;
    let late = Tab::connect(&admin, false).await;
    check_late(&late, &thread, script).await;
}

#[tokio::test]
async fn a_tab_that_joins_while_nothing_is_said_gets_the_text_at_once() {
    let (_server, _provider, admin) = lab().await;
    let asking = Tab::open(&admin).await;
    let script = Script { words: 30, pause_ms: 4_000, batch: 15 };
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &asking.sid()).await;
    asking.until("the first half", SOON, &thread.answer_id, |a| a.text.contains("w14")).await;
    let late = Tab::open(&admin).await;
    let answer =
        late.until("what is there", Duration::from_secs(2), &thread.answer_id, |a| a.wholes > 0).await;
    assert!(answer.text.ends_with("w14"), "{answer:?}");
}

#[tokio::test]
async fn tabs_without_a_good_token_hear_nothing() {
    let (_server, _provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    let made_up = Tab::connect(&Caller { token: "no.token.atall".into(), ..admin.clone() }, false).await;
    let key = admin.post("/api/v1/auths/api_key", &serde_json::Value::Null).await;
    let mut silent = vec![made_up];
    if let Some(key) = key.json()["api_key"].as_str() {
        let by_key = Tab::connect(&Caller { token: key.into(), ..admin.clone() }, false).await;
        assert!(by_key.join(&Caller { token: key.into(), ..admin.clone() }).await.is_null());
        silent.push(by_key);
    }
    let script = Script::fast(20);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &tab.sid()).await;
    tab.until("the whole answer", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
    for tab in silent {
        assert!(tab.heard().is_empty() && !tab.is_closed(), "{:?}", tab.heard());
    }
}

#[tokio::test]
async fn unknown_events_do_not_close_the_connection() {
    let (_server, _provider, admin) = lab().await;
    let tab = Tab::open(&admin).await;
    tab.emit("events:chat", &serde_json::json!({"type": "from the future"})).await;
    tab.emit("nonsense", &serde_json::json!(null)).await;
    tab.call("heartbeat", &serde_json::json!({})).await;
    assert_eq!(tab.join(&admin).await["id"], admin.id.as_str());
}
