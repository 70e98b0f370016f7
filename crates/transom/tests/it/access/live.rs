//! Sockets that are open while the rights of their account change: they follow within a second.

use std::time::Duration;

use serde_json::{Value, json};
use transom_testkit::{Caller, PASSWORD, Tab, until};

use super::{
    people::{
        People,
        Who::{self, Admin, Other, Owner, Reader, Writer},
        permit, permit_everything,
    },
    settled,
};
use crate::plan;

/// How fast open sockets have to follow.
const AT_ONCE: Duration = Duration::from_secs(1);
/// How long an event may take to a tab that gets it.
const SOON: Duration = Duration::from_secs(10);

/// A channel that two groups may read.
async fn shared_channel(people: &People) -> String {
    let control = json!({
        "read": {"group_ids": [people.readers, people.writers], "user_ids": []},
        "write": {"group_ids": [people.writers], "user_ids": []},
    });
    let form = json!({"name": "live", "access_control": control});
    let made = people.session(Admin).post("/api/v1/channels/create", &form).await.ok();
    made["id"].as_str().unwrap().to_string()
}

fn hears(tab: &Tab, text: &str) -> bool {
    tab.heard().iter().any(|heard| heard.data.to_string().contains(text))
}

/// Writes into the channel, waits until `listening` has heard it, and tells whether `tab` has.
async fn heard_by(people: &People, channel: &str, listening: &Tab, tab: &Tab) -> bool {
    let text = uuid::Uuid::new_v4().to_string();
    let path = format!("/api/v1/channels/{channel}/messages/post");
    people.session(Admin).post(&path, &json!({"content": text})).await.ok();
    until("the message is heard", SOON, async || hears(listening, &text).then_some(())).await;
    // Both were told in one go; a moment for the slower one.
    tokio::time::sleep(Duration::from_millis(200)).await;
    hears(tab, &text)
}

async fn members(people: &People, what: &str, group: &str, who: Who) {
    let path = format!("/api/v1/groups/id/{group}/users/{what}");
    people.session(Admin).post(&path, &json!({"user_ids": [people.id(who)]})).await.ok();
}

#[tokio::test]
async fn who_leaves_a_group_leaves_its_channels_and_who_joins_one_hears_them() {
    let (_server, _provider, people) = settled().await;
    let channel = shared_channel(&people).await;
    let listening = Tab::open(people.session(Writer)).await;
    let (leaving, joining) =
        (Tab::open(people.session(Reader)).await, Tab::open(people.session(Other)).await);
    assert!(heard_by(&people, &channel, &listening, &leaving).await);
    assert!(!heard_by(&people, &channel, &listening, &joining).await);

    members(&people, "remove", &people.readers, Reader).await;
    members(&people, "add", &people.readers, Other).await;
    tokio::time::sleep(AT_ONCE).await;
    assert!(!heard_by(&people, &channel, &listening, &leaving).await, "still in the room");
    assert!(heard_by(&people, &channel, &listening, &joining).await, "not in the room yet");
    // Typing is heard only from those in the room, and only by them.
    let typing = json!({"channel_id": channel, "data": {"type": "typing", "data": {"typing": true}}});
    leaving.emit("events:channel", &typing).await;
    leaving.call("join-channels", &json!({})).await;
    assert!(!heard_by(&people, &channel, &listening, &leaving).await, "joined again");
    let typed = |tab: &Tab| tab.heard().iter().any(|heard| heard.data["data"]["type"] == "typing");
    assert!(!typed(&listening), "somebody outside of the room was heard in it");

    let group = format!("/api/v1/groups/id/{}/delete", people.readers);
    people.session(Admin).delete(&group).await.ok();
    tokio::time::sleep(AT_ONCE).await;
    assert!(!heard_by(&people, &channel, &listening, &joining).await, "the group is gone");
    assert!(!leaving.is_closed() && !joining.is_closed());
}

#[tokio::test]
async fn an_edit_of_a_channels_access_is_heard_at_once() {
    let (_server, _provider, people) = settled().await;
    let channel = shared_channel(&people).await;
    let listening = Tab::open(people.session(Writer)).await;
    let (reader, other) = (Tab::open(people.session(Reader)).await, Tab::open(people.session(Other)).await);
    assert!(heard_by(&people, &channel, &listening, &reader).await);
    assert!(!heard_by(&people, &channel, &listening, &other).await);

    let control = json!({
        "read": {"group_ids": [people.writers], "user_ids": [people.id(Other)]},
        "write": {"group_ids": [people.writers], "user_ids": []},
    });
    let form = json!({"name": "live", "access_control": control});
    people.session(Admin).post(&format!("/api/v1/channels/{channel}/update"), &form).await.ok();
    tokio::time::sleep(AT_ONCE).await;
    assert!(!heard_by(&people, &channel, &listening, &reader).await, "still in the room");
    assert!(heard_by(&people, &channel, &listening, &other).await, "not in the room yet");

    // A channel that is made while tabs are open is heard by those it is for.
    let control = json!({"read": {"group_ids": [], "user_ids": [people.id(Other), people.id(Writer)]}});
    let form = json!({"name": "new", "access_control": control});
    let made = people.session(Admin).post("/api/v1/channels/create", &form).await.ok();
    let made = made["id"].as_str().unwrap();
    tokio::time::sleep(AT_ONCE).await;
    assert!(heard_by(&people, made, &listening, &other).await);
    assert!(!heard_by(&people, made, &listening, &reader).await);
}

#[tokio::test]
async fn a_permission_that_is_taken_away_ends_what_it_was_for() {
    let (_server, _provider, people) = settled().await;
    let admin = people.session(Admin);
    let channel = shared_channel(&people).await;
    let (listening, tab) = (Tab::open(admin).await, Tab::open(people.session(Reader)).await);
    assert!(heard_by(&people, &channel, &listening, &tab).await);

    permit(admin, &["features.channels"], true).await;
    tokio::time::sleep(AT_ONCE).await;
    assert!(!heard_by(&people, &channel, &listening, &tab).await);
    permit_everything(admin).await;
    tokio::time::sleep(AT_ONCE).await;
    assert!(heard_by(&people, &channel, &listening, &tab).await);

    // Switched off for the whole server.
    let mut form = admin.get("/api/v1/auths/admin/config").await.ok();
    form["ENABLE_CHANNELS"] = json!(false);
    admin.post("/api/v1/auths/admin/config", &form).await.ok();
    tokio::time::sleep(AT_ONCE).await;
    let typing = json!({"channel_id": channel, "data": {"type": "typing", "data": {"typing": true}}});
    let before = listening.heard().len();
    tab.emit("events:channel", &typing).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(listening.heard().len(), before);
}

/// The document of a note that two groups may read and one of them write.
async fn shared_note(people: &People) -> String {
    let control = json!({
        "read": {"group_ids": [people.readers, people.writers], "user_ids": []},
        "write": {"group_ids": [people.writers], "user_ids": []},
    });
    let form = json!({"title": "live", "data": {"content": {"md": "first"}}, "access_control": control});
    let made = people.session(Owner).post("/api/v1/notes/create", &form).await.ok();
    made["id"].as_str().unwrap().to_string()
}

async fn edit(tab: &Tab, document: &str, text: &str) {
    let data = json!({"content": {"md": text}});
    // The update that says nothing is one that everybody can read.
    let payload = json!({"document_id": document, "user_id": "x", "update": [0, 0], "data": data});
    tab.call("ydoc:document:update", &payload).await;
}

#[tokio::test]
async fn every_update_of_a_document_is_checked_again() {
    let (_server, _provider, people) = settled().await;
    let note = shared_note(&people).await;
    let document = format!("note:{note}");
    let join = json!({"document_id": document, "user_id": "x", "user_name": "X", "user_color": "#000000"});
    let (owner, reader, writer, other) = (
        Tab::open(people.session(Owner)).await,
        Tab::open(people.session(Reader)).await,
        Tab::open(people.session(Writer)).await,
        Tab::open(people.session(Other)).await,
    );
    for tab in [&owner, &reader, &writer, &other] {
        tab.call("ydoc:document:join", &join).await;
        tab.call("join-note", &json!({"note_id": note})).await;
    }
    let text = async || {
        let read = people.session(Owner).get(&format!("/api/v1/notes/{note}")).await.ok();
        read["data"]["content"]["md"].as_str().unwrap().to_string()
    };
    let updates = |tab: &Tab| tab.heard().iter().filter(|h| h.name == "ydoc:document:update").count();
    let save = Duration::from_millis(1_500);

    edit(&reader, &document, "by the reader").await;
    edit(&other, &document, "by a stranger").await;
    // Another spelling of the same document is another document, which nobody has.
    edit(&other, &format!("note::{note}"), "by a stranger").await;
    edit(&other, &format!(" note:{note}"), "by a stranger").await;
    edit(&other, &format!("NOTE:{note}"), "by a stranger").await;
    tokio::time::sleep(save).await;
    assert_eq!((text().await.as_str(), updates(&owner)), ("first", 0));
    edit(&writer, &document, "by the writer").await;
    until("the note is saved", SOON, async || (text().await == "by the writer").then_some(())).await;
    assert_eq!((updates(&owner), updates(&reader), updates(&other)), (1, 1, 0));

    members(&people, "remove", &people.writers, Writer).await;
    members(&people, "remove", &people.readers, Reader).await;
    edit(&writer, &document, "too late").await;
    tokio::time::sleep(AT_ONCE.max(save)).await;
    assert_eq!((text().await.as_str(), updates(&owner)), ("by the writer", 1));
    edit(&owner, &document, "by the owner").await;
    until("the note is saved", SOON, async || (text().await == "by the owner").then_some(())).await;
    assert_eq!((updates(&reader), updates(&writer)), (1, 0), "tabs without access still hear");
    let form = json!({"title": "renamed"});
    people.session(Owner).post(&format!("/api/v1/notes/{note}/update"), &form).await.ok();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let told = |tab: &Tab| tab.heard().iter().any(|h| h.name == "note-events");
    assert!(told(&owner) && !told(&reader) && !told(&writer) && !told(&other));
}

#[tokio::test]
async fn a_save_that_is_still_planned_needs_access_when_it_comes() {
    let (_server, _provider, people) = settled().await;
    let note = shared_note(&people).await;
    let document = format!("note:{note}");
    let writer = Tab::open(people.session(Writer)).await;
    writer.call("ydoc:document:join", &json!({"document_id": document})).await;
    edit(&writer, &document, "planned").await;
    members(&people, "remove", &people.writers, Writer).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let read = people.session(Owner).get(&format!("/api/v1/notes/{note}")).await.ok();
    assert_eq!(read["data"]["content"]["md"], "first");
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let (server, _provider, people) = settled().await;
    let own = people.session(Owner).clone();
    let elsewhere = Caller::sign_in(&server, "owner").await;
    let (tab, other_tab) = (Tab::open(&own).await, Tab::open(&elsewhere).await);
    let form = json!({"password": PASSWORD, "new_password": "something new 1"});
    own.post("/api/v1/auths/update/password", &form).await.ok();
    until("the other tab is closed", AT_ONCE, async || other_tab.is_closed().then_some(())).await;
    assert_eq!(elsewhere.get("/api/v1/auths/").await.status, 401);
    assert!(!tab.is_closed(), "the session that changed the password was ended");
    assert_eq!(own.get("/api/v1/auths/").await.status, 200);
    let again = own.try_sign_in(&own.email, "something new 1").await.ok();
    let again = Caller { token: again["token"].as_str().unwrap().to_string(), ..own.clone() };
    assert_eq!(again.get("/api/v1/auths/").await.status, 200);

    // An administrator can end all of them.
    let third = Tab::open(&again).await;
    people.session(Admin).post(&format!("/api/v1/users/{}/sessions/revoke", own.id), &Value::Null).await.ok();
    for tab in [&tab, &third] {
        until("every tab is closed", AT_ONCE, async || tab.is_closed().then_some(())).await;
    }
    for session in [&own, &again] {
        assert_eq!(session.get("/api/v1/auths/").await.status, 401);
    }
    assert_eq!(own.try_sign_in(&own.email, "something new 1").await.status, 200);
}

#[tokio::test]
async fn an_administrator_who_is_one_no_more_is_one_nowhere() {
    let (_server, _provider, people) = settled().await;
    let admin = people.session(Admin);
    let second = admin.add("second", "admin").await;
    let control = json!({"name": "staff", "access_control": {}});
    let made = admin.post("/api/v1/channels/create", &control).await.ok();
    let channel = made["id"].as_str().unwrap();
    let (listening, tab) = (Tab::open(admin).await, Tab::open(&second).await);
    assert!(heard_by(&people, channel, &listening, &tab).await);
    let form =
        json!({"role": "user", "name": "second", "email": second.email, "profile_image_url": "/user.png"});
    admin.post(&format!("/api/v1/users/{}/update", second.id), &form).await.ok();
    assert_eq!(second.get("/api/v1/users/").await.status, 401);
    tokio::time::sleep(AT_ONCE).await;
    assert!(!heard_by(&people, channel, &listening, &tab).await);
}

#[tokio::test]
async fn a_tab_ends_with_its_token() {
    let server = plan().env("JWT_EXPIRES_IN", "3s").start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    let tab = Tab::open(&admin).await;
    assert!(!tab.is_closed());
    let longest = Duration::from_secs(3) + AT_ONCE * 2;
    until("the tab is closed", longest, async || tab.is_closed().then_some(())).await;
    assert_eq!(admin.get("/api/v1/auths/").await.status, 401);
}
