//! Uploaded files: how they are kept and served, and how pictures reach a model.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use transom_testkit::{Caller, Tab, TestServer, Thread, until};

use crate::{SOON, lab, lab_of, plan};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n-not-really-";

fn blobs(server: &TestServer) -> usize {
    std::fs::read_dir(server.data().join("uploads")).unwrap().count()
}

async fn upload(caller: &Caller, name: &str, kind: &str, bytes: &[u8]) -> String {
    let file = caller.upload("?process=false", name, kind, bytes).await.ok();
    file["id"].as_str().unwrap().to_string()
}

fn at(id: &str, rest: &str) -> String {
    format!("/api/v1/files/{id}{rest}")
}

#[tokio::test]
async fn nothing_uploaded_runs_on_our_origin() {
    let (_server, _provider, admin) = lab().await;
    for (name, kind, place) in [
        ("a.html", "text/html", "attachment; filename*=UTF-8''a.html"),
        ("a.svg", "image/svg+xml", "attachment; filename*=UTF-8''a.svg"),
        ("a.xml", "application/xml", "attachment; filename*=UTF-8''a.xml"),
        ("a.js", "text/javascript", "attachment; filename*=UTF-8''a.js"),
        ("a.png", "image/png", "inline; filename*=UTF-8''a.png"),
        ("a.txt", "text/plain", ""),
    ] {
        let id = upload(&admin, name, kind, b"<script>alert(1)</script>").await;
        let reply = admin.get(&at(&id, "/content")).await;
        assert_eq!(reply.status, 200, "{name}");
        assert_eq!(reply.header("content-disposition"), place, "{name}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{name}");
        assert!(reply.header("content-security-policy").starts_with("sandbox;"), "{name}");
        assert!(reply.header("cache-control").contains("private"), "{name}");
    }
    let page = upload(&admin, "a.html", "text/html", b"<p>page</p>").await;
    let reply = admin.get(&at(&page, "/content/html")).await;
    assert!(reply.header("content-security-policy").starts_with("sandbox allow-scripts;"));
    assert!(!reply.header("content-security-policy").contains("allow-same-origin"));
}

#[tokio::test]
async fn parts_of_a_file_can_be_asked_for() {
    let (_server, _provider, admin) = lab().await;
    let id = upload(&admin, "a.mp3", "audio/mpeg", b"0123456789").await;
    let ask = async |range: &str| {
        admin.send(admin.request(Method::GET, &at(&id, "/content")).header("range", range)).await
    };
    let part = ask("bytes=2-4").await;
    assert_eq!((part.status, part.text.as_str(), part.header("content-range")), (206, "234", "bytes 2-4/10"));
    assert_eq!(ask("bytes=-2").await.text, "89");
    assert_eq!(ask("bytes=10-").await.status, 416);
    let whole = admin.get(&at(&id, "/content")).await;
    let again =
        admin.request(Method::GET, &at(&id, "/content")).header("if-none-match", whole.header("etag"));
    assert_eq!(admin.send(again).await.status, 304);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let (server, _provider, admin) =
        lab_of(plan().env("RAG_FILE_MAX_SIZE", "1").env("RAG_ALLOWED_FILE_EXTENSIONS", "txt,bin")).await;
    let large = admin.upload("", "a.bin", "application/octet-stream", vec![1; 1_500_000]).await;
    assert_eq!(large.status, 413, "{}", large.text);
    assert_eq!(admin.upload("", "a.exe", "application/octet-stream", "x").await.status, 400);
    assert_eq!(admin.upload("", "a.txt", "text/plain", "").await.status, 400);
    assert_eq!(admin.post("/api/v1/files/", &json!({})).await.status, 422);
    assert_eq!(blobs(&server), 0);
    assert_eq!(admin.get("/api/v1/files/").await.ok(), json!([]));
    assert_eq!(admin.upload("", "a.bin", "application/octet-stream", vec![1; 1_000_000]).await.status, 200);
    assert_eq!(blobs(&server), 1);
}

#[tokio::test]
async fn a_deleted_account_takes_its_files_along() {
    let (server, _provider, admin) = lab().await;
    let grace = admin.add("grace", "user").await;
    let kept = upload(&admin, "a.txt", "text/plain", b"mine").await;
    let gone = upload(&grace, "b.txt", "text/plain", b"hers").await;
    assert_eq!(blobs(&server), 2);
    admin.delete(&format!("/api/v1/users/{}", grace.id)).await.ok();
    assert_eq!(admin.get(&at(&gone, "")).await.status, 404);
    assert_eq!(admin.get(&at(&kept, "/content")).await.text, "mine");
    assert_eq!(blobs(&server), 1);
    admin.delete("/api/v1/files/all").await.ok();
    assert_eq!(blobs(&server), 0);
}

/// The address of the picture in the last question that a provider got.
fn sent(bodies: &[Value]) -> Value {
    bodies.last().unwrap()["messages"][0]["content"][1]["image_url"]["url"].clone()
}

#[tokio::test]
async fn pictures_reach_the_model() {
    let (_server, provider, admin) = lab().await;
    let share = json!({"id": "echo", "name": "echo", "base_model_id": null, "params": {}, "meta": {}});
    admin.post("/api/v1/models/create", &share).await.ok();
    let grace = admin.add("grace", "user").await;
    let mine = upload(&grace, "a.png", "image/png", PNG).await;
    let foreign = upload(&admin, "b.png", "image/png", PNG).await;
    let text = upload(&grace, "c.png", "image/png", b"<svg onload=x>").await;
    let data = json!(format!("data:image/png;base64,{}", STANDARD.encode(PNG)));
    let ask = async |message: Value| {
        let body = json!({"model": "echo", "messages": [message]});
        grace.post("/api/chat/completions", &body).await.ok();
        sent(&provider.bodies())
    };
    let part = |url: &str| {
        json!({"role": "user", "content": [{"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": url}}]})
    };
    assert_eq!(ask(part(&mine)).await, data);
    assert_eq!(ask(part(&at(&mine, "/content"))).await, data);
    assert_eq!(ask(part(data.as_str().unwrap())).await, data);
    // What the caller may not see, what is no picture, and what lies in a private network stays as it came.
    for other in [foreign.as_str(), text.as_str(), "no-such-file", "http://127.0.0.1:9/a.png"] {
        assert_eq!(ask(part(other)).await, other);
    }
    let attached =
        json!({"role": "user", "content": "What is this?", "files": [{"type": "image", "url": mine}]});
    assert_eq!(ask(attached).await, data);
    assert!(provider.bodies().last().unwrap()["messages"][0].get("files").is_none());
}

#[tokio::test]
async fn a_shared_chat_shows_its_files_and_no_more() {
    let (_server, _provider, admin) = lab().await;
    let grace = admin.add("grace", "user").await;
    let picture = upload(&admin, "a.png", "image/png", PNG).await;
    let tab = Tab::open(&admin).await;
    let thread = Thread::new(&admin, "echo", "Look").await;
    let mut body = thread.body(&tab.sid());
    body["parent_message"]["files"] = json!([{"type": "image", "url": picture}]);
    admin.post("/api/chat/completions", &body).await.ok();
    tab.until("the end", SOON, &thread.answer_id, |a| a.done_at.is_some()).await;
    assert_eq!(grace.get(&at(&picture, "/content")).await.status, 404);
    admin.post(&format!("/api/v1/chats/{}/share", thread.chat_id), &json!({})).await.ok();
    until("the picture is shown", SOON, async || {
        (grace.get(&at(&picture, "/content")).await.status == 200).then_some(())
    })
    .await;
    assert_eq!(grace.delete(&at(&picture, "")).await.status, 404);
    let change = json!({"content": "x"});
    assert_eq!(grace.post(&at(&picture, "/data/content/update"), &change).await.status, 404);
}
