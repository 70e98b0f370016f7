//! The end of sessions: sign-out, changes of role and password, deletion.

use std::time::Duration;

use serde_json::{Value, json};
use transom_testkit::{Caller, PASSWORD, Script, Tab, Thread, until};

use crate::{lab, lab_of, plan};

/// How fast open sockets have to follow.
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_for_good() {
    let (mut server, _provider, admin) = lab().await;
    let other = Caller::sign_in(&server, "ada").await;
    let (tab, other_tab) = (Tab::open(&admin).await, Tab::open(&other).await);
    assert_eq!(admin.get("/api/v1/auths/").await.status, 200);

    let left = admin.get("/api/v1/auths/signout").await;
    assert_eq!(left.ok()["status"], true);
    assert!(left.header("set-cookie").contains("token="), "{:?}", left.headers);
    assert_eq!(admin.get("/api/v1/auths/").await.status, 401);
    assert_eq!(admin.get("/api/v1/chats/").await.status, 401);
    until("the tab of the session is closed", AT_ONCE, async || tab.is_closed().then_some(())).await;
    assert_eq!(other.get("/api/v1/auths/").await.status, 200);
    assert!(!other_tab.is_closed(), "another session of the account was ended as well");
    let rejoined = Tab::connect(&admin, false).await;
    assert!(rejoined.join(&admin).await.is_null(), "an ended session joined again");

    server.kill().await;
    server.start_again().await;
    assert_eq!(admin.at(&server).get("/api/v1/auths/").await.status, 401);
    assert_eq!(other.at(&server).get("/api/v1/auths/").await.status, 200);
}

#[tokio::test]
async fn an_account_set_to_pending_hears_and_reads_nothing_more() {
    let (_server, _provider, admin) = lab_of(plan().env("BYPASS_MODEL_ACCESS_CONTROL", "true")).await;
    let user = admin.add("grace", "user").await;
    let tab = Tab::open(&user).await;
    let script = Script::paced(150, 20);
    let thread = Thread::new(&user, "words", &script.prompt()).await;
    thread.ask(&user, &tab.sid()).await;
    tab.until("the answer begins", Duration::from_secs(10), &thread.answer_id, |a| a.parts > 0).await;

    let form =
        json!({"role": "pending", "name": "grace", "email": user.email, "profile_image_url": "/user.png"});
    admin.post(&format!("/api/v1/users/{}/update", user.id), &form).await.ok();
    assert_eq!(user.get("/api/v1/chats/").await.status, 401);
    tokio::time::sleep(AT_ONCE).await;
    let heard = tab.heard().len();
    tokio::time::sleep(AT_ONCE).await;
    assert_eq!(tab.heard().len(), heard, "the tab of a pending account still hears the answer");
    assert!(tab.answer(&thread.answer_id).done_at.is_none());
    // Joining again does not help.
    let again = Tab::connect(&user, false).await;
    again.join(&user).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(again.heard().is_empty(), "{:?}", again.heard());
}

#[tokio::test]
async fn a_new_password_counts_from_now_on() {
    let (_server, _provider, admin) = lab().await;
    let user = admin.add("grace", "user").await;
    let wrong = json!({"password": "not it", "new_password": "something new 1"});
    assert_eq!(user.post("/api/v1/auths/update/password", &wrong).await.status, 400);
    let form = json!({"password": PASSWORD, "new_password": "something new 1"});
    assert_eq!(user.post("/api/v1/auths/update/password", &form).await.ok(), json!(true));
    assert_eq!(user.try_sign_in(&user.email, PASSWORD).await.status, 400);
    assert_eq!(user.try_sign_in(&user.email, "something new 1").await.status, 200);
}

#[tokio::test]
async fn a_deleted_account_is_gone_at_once() {
    let (_server, _provider, admin) = lab().await;
    let user = admin.add("grace", "user").await;
    let tab = Tab::open(&user).await;
    assert_eq!(admin.delete(&format!("/api/v1/users/{}", user.id)).await.ok(), json!(true));
    assert_eq!(user.get("/api/v1/auths/").await.status, 401);
    until("the tab is closed", AT_ONCE, async || tab.is_closed().then_some(())).await;
    assert_eq!(user.try_sign_in(&user.email, PASSWORD).await.status, 400);
}

#[tokio::test]
async fn too_many_wrong_passwords_are_slowed_down() {
    let (_server, _provider, admin) = lab().await;
    let mut refused = 0;
    for _ in 0..20 {
        let reply = admin.try_sign_in("nobody@example.com", "guess").await;
        refused += usize::from(reply.status == 429);
        assert!(matches!(reply.status, 400 | 429), "{}: {}", reply.status, reply.text);
    }
    assert!(refused >= 4, "only {refused} of 20 guesses were refused");
    assert_eq!(admin.try_sign_in(&admin.email, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_session_that_is_over_takes_its_cookie_back() {
    let (_server, _provider, admin) = lab().await;
    admin.get("/api/v1/auths/signout").await.ok();
    let nobody = Caller { token: String::new(), ..admin.clone() };
    let request = nobody
        .request(http::Method::GET, "/api/v1/auths/")
        .header("cookie", format!("token={}", admin.token));
    let reply = nobody.send(request).await;
    assert_eq!(reply.status, 401);
    assert!(reply.header("set-cookie").starts_with("token="), "{:?}", reply.headers);
    assert!(matches!(reply.json()["detail"], Value::String(_)));
}
