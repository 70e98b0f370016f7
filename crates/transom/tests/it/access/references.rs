//! Ids of other people's things inside of requests, and fields that are not for the client to say.

use std::time::Duration;

use serde_json::{Value, json};
use transom_store::FileRow;
use transom_testkit::{Caller, Tab, Thread};

use super::{
    people::Who::{Admin, Other, Owner, Reader},
    settled,
    snapshot::Kept,
};

#[tokio::test]
async fn a_completion_names_the_callers_own_chat() {
    let (_server, provider, people) = settled().await;
    let (owner, other, admin) = (people.session(Owner), people.session(Other), people.session(Admin));
    let thread = Thread::new(owner, "thinker", "Hello").await;
    let tab = Tab::open(owner).await;
    let before = thread.stored(owner).await;
    // As a turn, and as a plain API that only names the chat.
    let mut plain = thread.body("");
    plain.as_object_mut().unwrap().shift_remove("session_id");
    for body in [thread.body("no tab"), thread.body(&tab.sid()), plain] {
        let asked = provider.requests();
        assert_eq!(other.post("/api/chat/completions", &body).await.status, 404, "{body}");
        assert_eq!(provider.requests(), asked);
    }
    // Somebody else's message is nobody's in another chat, and somebody else's tab hears nothing.
    let own = Thread::new(other, "thinker", "Hello").await;
    let mut body = own.body(&tab.sid());
    body["id"] = json!(thread.answer_id);
    body["parent_id"] = json!(thread.question_id);
    other.post("/api/chat/completions", &body).await.ok();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(thread.stored(owner).await, before);
    assert!(tab.heard().is_empty(), "{:?}", tab.heard());
    // Administrators keep their access.
    admin.post("/api/chat/completions", &thread.body("no tab")).await.ok();
}

#[tokio::test]
async fn chats_and_folders_go_into_own_folders_only() {
    let (_server, _provider, people) = settled().await;
    let (owner, other) = (people.session(Owner), people.session(Other));
    let folder = owner.post("/api/v1/folders/", &json!({"name": "Mine"})).await.ok();
    let folder = folder["id"].as_str().unwrap();
    let own = other.post("/api/v1/folders/", &json!({"name": "Mine"})).await.ok();
    let own = own["id"].as_str().unwrap();
    let chat = other.post("/api/v1/chats/new", &json!({"chat": {"title": "T"}})).await.ok();
    let chat = chat["id"].as_str().unwrap();
    for (path, body) in [
        ("/api/v1/chats/new".to_string(), json!({"chat": {"title": "T"}, "folder_id": folder})),
        (format!("/api/v1/chats/{chat}/folder"), json!({"folder_id": folder})),
        (
            "/api/v1/chats/import".to_string(),
            json!({"chats": [{"chat": {"title": "T"}, "folder_id": folder}]}),
        ),
        (format!("/api/v1/folders/{own}/update/parent"), json!({"parent_id": folder})),
    ] {
        let reply = other.post(&path, &body).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text);
    }
    assert_eq!(other.get("/api/v1/chats/list?include_folders=true").await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn files_are_attached_by_those_who_may_read_them() {
    let (server, _provider, people) = settled().await;
    let (owner, other) = (people.session(Owner), people.session(Other));
    let file = |id: &str, user_id: &str| FileRow {
        id: id.into(),
        user_id: user_id.into(),
        hash: None,
        filename: "a.txt".into(),
        path: None,
        data: json!({}),
        meta: json!({}),
        access_control: None,
        created_at: 0,
        updated_at: 0,
    };
    let kept = Kept::of(&server).await;
    kept.add_file(file("theirs", &owner.id)).await;
    kept.add_file(file("mine", &other.id)).await;
    let files = json!([{"type": "file", "id": "theirs"}, {"type": "file", "id": "mine"}, {"id": "theirs"},
        {"type": "image", "id": "theirs"}, {"type": "doc", "id": "theirs"}, {"type": "file", "id": "nobody's"}]);
    let left = |list: &Value| {
        let ids = list.as_array().into_iter().flatten().map(|file| file["id"].as_str().unwrap().to_string());
        ids.collect::<Vec<_>>()
    };
    let folder = other.post("/api/v1/folders/", &json!({"name": "F", "data": {"files": files}})).await.ok();
    assert_eq!(left(&folder["data"]["files"]), ["mine"]);
    let path = format!("/api/v1/folders/{}/update", folder["id"].as_str().unwrap());
    let folder = other.post(&path, &json!({"data": {"files": files}})).await.ok();
    assert_eq!(left(&folder["data"]["files"]), ["mine"]);
    let note =
        other.post("/api/v1/notes/create", &json!({"title": "N", "data": {"files": files}})).await.ok();
    assert_eq!(left(&note["data"]["files"]), ["mine"]);
    let form = json!({"id": "with-files", "name": "M", "base_model_id": "thinker", "params": {}, "meta": {"knowledge": files}});
    let model = other.post("/api/v1/models/create", &form).await.ok();
    assert_eq!(left(&model["meta"]["knowledge"]), ["mine"]);
    let group = json!({"name": "G", "type": "group", "user_ids": [people.id(Reader)]});
    let group = other.post("/api/v1/channels/create", &group).await.ok();
    let path = format!("/api/v1/channels/{}/messages/post", group["id"].as_str().unwrap());
    let message = other.post(&path, &json!({"content": "see", "data": {"files": files}})).await.ok();
    assert_eq!(left(&message["data"]["files"]), ["mine"]);
}

/// Fields that a client must not decide, as somebody who tries would send them.
fn with_claims(form: &Value, somebody: &Caller) -> Value {
    let mut form = form.clone();
    let claims = json!({
        "user_id": somebody.id, "owner": somebody.id, "role": "admin", "created_at": 1, "updated_at": 1, "timestamp": 1,
        "is_pinned": true, "share_id": "x", "version": 99, "unknown": {"a": 1},
    });
    form.as_object_mut().unwrap().extend(claims.as_object().cloned().unwrap());
    form
}

#[tokio::test]
async fn owner_role_and_times_are_never_taken_from_a_request() {
    let (_server, _provider, people) = settled().await;
    let (owner, admin) = (people.session(Owner), people.session(Admin));
    let fresh = || uuid::Uuid::new_v4().to_string();
    let model = json!({"id": fresh(), "name": "M", "base_model_id": "thinker", "meta": {}, "params": {}});
    let prompt = json!({"command": fresh(), "title": "T", "content": "x"});
    for (path, form, change) in [
        ("/api/v1/chats/new", json!({"chat": {"title": "T"}}), "/api/v1/chats/{id}"),
        ("/api/v1/folders/", json!({"name": "F"}), "/api/v1/folders/{id}/update"),
        ("/api/v1/notes/create", json!({"title": "N"}), "/api/v1/notes/{id}/update"),
        ("/api/v1/prompts/create", prompt, ""),
        ("/api/v1/models/create", model, "/api/v1/models/model/update"),
        ("/api/v1/evaluations/feedback", json!({"type": "rating"}), "/api/v1/evaluations/feedback/{id}"),
        ("/api/v1/channels/create", json!({"name": "G", "type": "group"}), "/api/v1/channels/{id}/update"),
    ] {
        let mut paths = vec![path.to_string()];
        let mut id = String::new();
        while let Some(path) = paths.pop() {
            let made = owner.post(&path, &with_claims(&form, admin)).await.ok();
            assert_eq!(made["user_id"], owner.id.as_str(), "{path}: {made}");
            let times =
                ["created_at", "updated_at", "timestamp"].map(|key| made[key].as_i64().unwrap_or(i64::MAX));
            assert!(times.iter().all(|time| *time > 1_700_000_000), "{path}: {made}");
            assert!(made.get("unknown").is_none() && made.get("role").is_none(), "{path}: {made}");
            assert!(made["share_id"].is_null() && made["version"] != 99, "{path}: {made}");
            if id.is_empty() && !change.is_empty() {
                id = made["id"].as_str().unwrap().to_string();
                paths.push(change.replace("{id}", &id));
            }
        }
    }
    let profile = with_claims(&json!({"name": "owner", "profile_image_url": "/user.png"}), admin);
    let profile = owner.post("/api/v1/auths/update/profile", &profile).await.ok();
    assert_eq!((&profile["role"], &profile["id"]), (&json!("user"), &json!(owner.id)));
    assert_eq!(owner.get("/api/v1/users/").await.status, 401);
}

#[tokio::test]
async fn a_tab_is_asked_by_the_server_only() {
    let (_server, _provider, people) = settled().await;
    let owner = people.session(Owner);
    let tab = Tab::open(owner).await;
    let thread = Thread::new(owner, "thinker", "Hello").await;
    let path = format!("/api/v1/chats/{}/messages/{}/event", thread.chat_id, thread.answer_id);
    for kind in
        ["execute", "execute:python", " Execute:Tool", "request:chat:completion", "confirmation", "input"]
    {
        let event = json!({"type": kind, "data": {"code": "alert(1)"}});
        // Not even as the owner: an API key would be as good as the page.
        for caller in [owner, people.session(Admin)] {
            assert_eq!(caller.post(&path, &event).await.status, 403, "{kind}");
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(tab.heard().is_empty(), "{:?}", tab.heard());
    owner.post(&path, &json!({"type": "status", "data": {"description": "fine"}})).await.ok();
}
