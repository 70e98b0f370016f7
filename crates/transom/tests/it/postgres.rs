//! The same server on PostgreSQL.

use serde_json::json;
use transom_store::OpenOptions;
use transom_testkit::{Answer, Caller, MockProvider, PASSWORD, Plan, Script, Tab, Thread};

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

/// A server that keeps everything in a schema of its own.
pub fn plan_in(schema: &str) -> Plan {
    plan().env("DATABASE_URL", postgres_url()).env("DATABASE_SCHEMA", schema)
}

/// How to open what such a server keeps.
pub fn options_of(schema: &str) -> OpenOptions {
    OpenOptions { pool_size: Some(2), schema: Some(schema.to_owned()), ..OpenOptions::new(postgres_url()) }
}

#[tokio::test]
async fn an_answer_is_streamed_and_kept_on_postgresql() {
    let provider = MockProvider::start().await;
    let schema = format!("t{}", uuid::Uuid::new_v4().simple());
    let mut server = plan_in(&schema).upstream(&provider).start().await;
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

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_first_people_at_two_servers_one_is_the_administrator() {
    let schema = format!("t{}", uuid::Uuid::new_v4().simple());
    let plan = || plan_in(&schema);
    // Both bring the schema up to date at once.
    let (one, other) = tokio::join!(plan().start(), plan().start());
    let tries = (0..50).map(|number| {
        let nobody = Caller::nobody(if number % 2 == 0 { &one } else { &other });
        tokio::spawn(async move {
            let form = json!({"name": "x", "email": format!("u{number}@example.com"), "password": PASSWORD});
            nobody.post("/api/v1/auths/signup", &form).await
        })
    });
    let mut roles = Vec::new();
    for reply in futures::future::join_all(tries).await {
        let reply = reply.unwrap();
        match reply.status {
            200 => roles.push(reply.json()["role"].as_str().unwrap_or_default().to_string()),
            403 => {}
            status => panic!("{status}: {}", reply.text),
        }
    }
    assert_eq!(roles.iter().filter(|role| *role == "admin").count(), 1, "{roles:?}");
    assert!(roles.iter().all(|role| role == "admin" || role == "pending"), "{roles:?}");
}
