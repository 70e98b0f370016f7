//! The same server on PostgreSQL.

use transom_testkit::{Answer, Caller, MockProvider, Script, Tab, Thread};

use crate::{SOON, plan};

const POSTGRES: &str = "TRANSOM_TEST_POSTGRES_URL";

#[allow(
    clippy::disallowed_methods,
    reason = "the address of the test's own database is no setting of Transom"
)]
fn postgres_url() -> String {
    std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: run `make services`, which starts PostgreSQL and says what to set")
    })
}

#[tokio::test]
async fn an_answer_is_streamed_and_kept_on_postgresql() {
    let provider = MockProvider::start().await;
    let schema = format!("t{}", uuid::Uuid::new_v4().simple());
    let plan = plan().env("DATABASE_URL", postgres_url()).env("DATABASE_SCHEMA", schema).upstream(&provider);
    let mut server = plan.start().await;
    assert!(!server.data().join("webui.db").exists(), "SQLite was used");
    let admin = Caller::sign_up(&server, "ada").await;
    let tab = Tab::open(&admin).await;
    let script = Script::paced(100, 5);
    let thread = Thread::new(&admin, "words", &script.prompt()).await;
    thread.ask(&admin, &tab.sid()).await;
    tab.until("the whole answer", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
    assert_eq!(Answer::checked(&tab.heard(), &thread.answer_id, &script.text()).text, script.text());

    let long = Thread::new(&admin, "words", &Script::paced(500, 20).prompt()).await;
    long.ask(&admin, &tab.sid()).await;
    tab.until("some text", SOON, &long.answer_id, |a| a.text.contains("w60")).await;
    server.kill().await;
    server.start_again().await;
    let admin = admin.at(&server);
    assert_eq!(thread.stored(&admin).await["content"], script.text());
    let interrupted = long.stored(&admin).await;
    assert_eq!(interrupted["interrupted"], true, "{interrupted}");
    assert!(interrupted["content"].as_str().is_some_and(|text| text.starts_with("w0 w1")), "{interrupted}");
}
