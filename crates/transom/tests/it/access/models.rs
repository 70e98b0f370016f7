//! Models: whom a preset reaches, and that no request reaches another model than the one that was checked.

use http::Method;
use serde_json::{Value, json};
use transom_testkit::{Caller, Reply};

use super::{
    people::{
        People, Proof,
        Who::{Admin, Other, Owner, Reader},
    },
    settled,
};

const CREATE: &str = "/api/v1/models/create";
const UPDATE: &str = "/api/v1/models/model/update";

/// A preset over `base`, shared with one account.
async fn preset(maker: &Caller, base: &str, with: &str, params: Value) -> String {
    let id = uuid::Uuid::new_v4().to_string();
    let read = json!({"user_ids": [with], "group_ids": []});
    let form = json!({"id": id, "name": "P", "base_model_id": base, "meta": {}, "params": params,
        "access_control": {"read": read, "write": {"user_ids": [], "group_ids": []}}});
    maker.post(CREATE, &form).await.ok();
    id
}

/// Shares a server's model with one account, or with nobody.
async fn share(people: &People, model: &str, with: Option<&str>) {
    let read = json!({"user_ids": with.into_iter().collect::<Vec<_>>(), "group_ids": []});
    let form = json!({"id": model, "name": model, "base_model_id": null, "meta": {}, "params": {},
        "access_control": {"read": read, "write": {"user_ids": [], "group_ids": []}}});
    people.session(Admin).post(UPDATE, &form).await.ok();
}

async fn ask(caller: &Caller, body: Value) -> Reply {
    let mut whole = json!({"messages": [{"role": "user", "content": "Hello"}]});
    whole.as_object_mut().unwrap().extend(body.as_object().cloned().unwrap());
    caller.post("/api/chat/completions", &whole).await
}

async fn lists(caller: &Caller, model: &str) -> bool {
    let list = caller.get("/api/models").await.ok();
    list["data"].as_array().unwrap().iter().any(|entry| entry["id"] == model)
}

#[tokio::test]
async fn a_preset_reaches_as_far_as_its_owner() {
    let (_server, _provider, people) = settled().await;
    let (owner, reader, other) = (people.session(Owner), people.session(Reader), people.session(Other));
    share(&people, "words", Some(&owner.id)).await;
    let lent = preset(owner, "words", &reader.id, json!({})).await;
    assert!(lists(reader, &lent).await && !lists(other, &lent).await);
    assert_eq!(ask(reader, json!({"model": lent})).await.status, 200);
    assert_eq!(ask(other, json!({"model": lent})).await.status, 400);
    assert_eq!(ask(reader, json!({"model": "words"})).await.status, 400, "the base itself was not shared");

    // What the owner has lost can be reached through nothing of the owner's.
    share(&people, "words", None).await;
    for caller in [owner, reader] {
        assert!(!lists(caller, &lent).await);
        assert_eq!(ask(caller, json!({"model": lent})).await.status, 400);
        let body = json!({"model": lent, "messages": [{"role": "user", "content": "Hello"}]});
        for path in ["/openai/chat/completions", "/api/v1/tasks/title/completions", "/api/embeddings"] {
            let reply = caller.post(path, &body).await;
            assert!(matches!(reply.status, 403 | 404), "{path}: {} {}", reply.status, reply.text);
        }
    }
    // An administrator lends what is private.
    let lent = preset(people.session(Admin), "words", &other.id, json!({})).await;
    assert_eq!(ask(other, json!({"model": lent})).await.status, 200);
    // Nobody makes a preset of what is out of reach, and nobody switches on what would lend it.
    let form = json!({"id": "own", "name": "P", "base_model_id": "words", "meta": {}, "params": {}});
    assert_eq!(owner.post(CREATE, &form).await.status, 401);
    let import = json!({"models": [form]});
    assert_eq!(owner.post("/api/v1/models/import", &import).await.status, 401);
    let mine = preset(owner, "thinker", &reader.id, json!({})).await;
    let form = json!({"id": mine, "name": "P", "base_model_id": "words", "meta": {}, "params": {}});
    assert_eq!(owner.post(UPDATE, &form).await.status, 401);
}

#[tokio::test]
async fn no_request_names_a_second_model() {
    let (_server, provider, people) = settled().await;
    let owner = people.session(Owner);
    let hidden = preset(
        owner,
        "thinker",
        &owner.id,
        json!({"custom_params": {"model": "words", "MODEL": "words"}, "model": "words"}),
    )
    .await;
    for body in [
        json!({"model": "thinker", "Model": "words"}),
        json!({"model": "thinker", "params": {"model": "words"}}),
        json!({"model": "thinker", "params": {"custom_params": {"model": "words", "Model": "words"}}}),
        json!({"model": "thinker", "metadata": {"model": "words"}, "model_item": {"id": "words"}}),
        json!({"model": hidden}),
    ] {
        let reply = ask(owner, body.clone()).await;
        assert_eq!(reply.status, 200, "{body}: {}", reply.text);
        let sent = provider.bodies().pop().unwrap();
        let named: Vec<_> =
            sent.as_object().unwrap().iter().filter(|(k, _)| k.eq_ignore_ascii_case("model")).collect();
        assert_eq!(named, [(&"model".to_string(), &json!("thinker"))], "{body}");
    }
    // Other spellings alone name nothing.
    assert_eq!(ask(owner, json!({"MODEL": "words"})).await.status, 400);
    let ollama =
        json!({"model": "llama:latest", "MODEL": "secret:latest", "prompt": "Hello", "stream": false});
    assert_eq!(owner.post("/ollama/api/generate", &ollama).await.status, 200);
    assert_eq!(provider.last_other()["model"], "llama:latest");
    assert!(provider.last_other().get("MODEL").is_none(), "{}", provider.last_other());
}

#[tokio::test]
async fn the_raw_proxy_is_no_way_around() {
    let (_server, _provider, people) = settled().await;
    let owner = people.session(Owner);
    let post = async |path: &str, body: Value| owner.post(path, &body).await.status;
    assert_eq!(post("/openai/responses", json!({"model": "thinker", "input": "x"})).await, 200);
    assert_eq!(post("/openai/something/else", json!({"a": 1})).await, 200);
    for (path, body) in [
        ("/openai/responses", json!({"model": "words"})),
        ("/openai/responses", json!({"Model": "words"})),
        ("/openai/responses", json!({"model": "thinker", "MODEL": "words"})),
        ("/openai/something/else", json!({"model": "words"})),
        ("/openai/something/else", json!({"model": ["words"]})),
        ("/openai/embeddings", json!({"input": "x"})),
        ("/openai/images/generations", json!({"prompt": "x"})),
        ("/openai/something/else", json!(["model", "words"])),
    ] {
        let status = post(path, body.clone()).await;
        assert!(matches!(status, 403 | 404), "{path} {body}: {status}");
    }
    for path in [
        "/openai/files",
        "/openai/%66iles",
        "/openai/FILES/abc",
        "/openai/files;x=1",
        "/openai/%2566iles",
        "/openai/batches",
        "/openai/fine_tuning/jobs",
        "/openai/vector_stores/abc",
        "/openai/responses/abc",
        "/openai/chat/completions/abc",
        "/openai/organization/users",
    ] {
        for method in [Method::GET, Method::DELETE] {
            let reply = people.call(Owner, Proof::Bearer, &method, path, None).await;
            assert_eq!(reply.status, 403, "{method} {path}: {}", reply.text);
        }
        let admin = people.call(Admin, Proof::Bearer, &Method::GET, path, None).await;
        assert_ne!(admin.status, 403, "{path}: {}", admin.text);
    }
    for path in ["/openai/../admin", "/openai/a/%2e%2e/%2e%2e/b", "/openai/%252e%252e/b"] {
        let reply = transom_testkit::raw(
            &owner.base,
            "GET",
            path,
            &[&format!("authorization: Bearer {}", owner.token)],
        )
        .await;
        assert!(
            !(200..300).contains(&reply.status) || reply.head.contains("text/html"),
            "{path}: {}",
            reply.body
        );
    }
    // No word in the address takes part in the decision.
    let other = people.session(Other);
    let body = json!({"model": "words", "messages": [{"role": "user", "content": "Hello"}]});
    for path in [
        "/openai/chat/completions?bypass_filter=true",
        "/ollama/v1/chat/completions?bypass_filter=true&bypass_system_prompt=true",
        "/api/chat/completions?bypass_filter=1",
        "/api/v1/tasks/title/completions?bypass_filter=true",
    ] {
        let reply = other.post(path, &body).await;
        assert!(matches!(reply.status, 400 | 403 | 404), "{path}: {} {}", reply.status, reply.text);
    }
    // What cannot be read cannot be checked.
    let form = "--x\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nwords\r\n--x--\r\n";
    let request = owner
        .request(Method::POST, "/openai/audio/transcriptions")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(form);
    assert_eq!(owner.send(request).await.status, 403);
}
