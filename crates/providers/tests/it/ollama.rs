//! The functions behind `/ollama/*`.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Value, json};
use transom_providers::{OllamaConfig, ProviderError, Upstream, UpstreamBody};

use crate::lab::{
    Asked, Lab, Server, body_json, body_text, error_answer, events, hello, json_answer, object, pieces, who,
};

/// An Ollama server with these models; `b:1` is loaded when it is among them.
pub async fn ollama(models: &'static [&'static str], version: &'static str) -> Server {
    let extra = std::sync::Mutex::new(Vec::<String>::new());
    Server::start(move |asked| answer(models, version, &extra, asked)).await
}

fn answer(models: &[&str], version: &str, extra: &std::sync::Mutex<Vec<String>>, asked: &Asked) -> Response {
    let named = asked.body["model"].as_str().unwrap_or_default().to_owned();
    let mut extra = extra.lock().unwrap();
    let known: Vec<String> = models.iter().map(|m| (*m).to_owned()).chain(extra.iter().cloned()).collect();
    let entry = |m: &String| json!({ "name": m, "model": m, "size": 1 });
    let missing = !known.contains(&named);
    match asked.path.as_str() {
        "/api/tags" => json_answer(&json!({ "models": known.iter().map(entry).collect::<Vec<_>>() })),
        "/api/ps" => {
            let loaded: Vec<Value> = known
                .iter()
                .filter(|m| *m == "b:1")
                .map(|m| json!({ "name": m, "model": m, "expires_at": "2030-01-01T00:00:00Z" }))
                .collect();
            json_answer(&json!({ "models": loaded }))
        }
        "/api/version" => json_answer(&json!({ "version": version })),
        "/api/copy" => {
            extra.push(asked.body["destination"].as_str().unwrap().to_owned());
            ().into_response()
        }
        "/api/delete" => {
            extra.retain(|m| *m != named);
            ().into_response()
        }
        "/api/pull" => {
            pieces("application/x-ndjson", vec!["{\"status\":\"a\"}\n", "{\"status\":\"success\"}\n"])
        }
        "/api/create" => json_answer(&json!({ "status": "success" })),
        path if path.starts_with("/api/blobs/") => axum::http::StatusCode::CREATED.into_response(),
        _ if missing => error_answer(404, &json!({ "error": format!("model '{named}' not found") })),
        "/api/chat" => json_answer(
            &json!({ "model": named, "message": { "role": "assistant", "content": "hi" }, "done": true }),
        ),
        "/api/embed" => {
            json_answer(&json!({ "model": named, "embeddings": [[1.0], [2.0]], "prompt_eval_count": 4 }))
        }
        _ => json_answer(&json!({ "path": asked.path, "body": asked.body })),
    }
}

async fn two() -> (Server, Server, Lab) {
    let one = ollama(&["a:latest", "b:1"], "0.13.2").await;
    let other = ollama(&["b:1", "c:latest"], "0.5.1").await;
    let lab = Lab::with_ollama(&[&one.url, &other.url]).await;
    (one, other, lab)
}

fn model_names(answer: &Value) -> Vec<&str> {
    answer["models"].as_array().unwrap().iter().map(|m| m["model"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn lists_are_merged() {
    let (_one, _two, lab) = two().await;
    let tags = lab.providers.ollama.tags(&who(), None).await.unwrap();
    assert_eq!(model_names(&tags), ["a:latest", "b:1", "c:latest"]);
    let b = &tags["models"][1];
    assert_eq!(
        (&b["urls"], &b["expires_at"], &b["connection_type"]),
        (&json!([0, 1]), &json!(1_893_456_000), &json!("local"))
    );
    assert!(tags["models"][0].get("expires_at").is_none());
    let tags = lab.providers.ollama.tags(&who(), Some(1)).await.unwrap();
    assert_eq!(model_names(&tags), ["b:1", "c:latest"]);
    let ps = lab.providers.ollama.ps(&who()).await;
    assert_eq!((model_names(&ps), &ps["models"][0]["urls"]), (vec!["b:1"], &json!([0, 1])));
    let v1 = lab.providers.ollama.v1_models(&who(), None).await.unwrap();
    assert_eq!((&v1["data"][0]["id"], &v1["data"][0]["owned_by"]), (&json!("a:latest"), &json!("openai")));
    let entry = lab.entry("b:1").await;
    assert_eq!(
        (&entry["owned_by"], &entry["object"], &entry["ollama"]["urls"]),
        (&json!("ollama"), &json!("model"), &json!([0, 1]))
    );
}

#[tokio::test]
async fn the_lowest_version_counts() {
    let (_one, _two, lab) = two().await;
    let version = async |idx| lab.providers.ollama.version(&who(), idx).await.unwrap()["version"].clone();
    assert_eq!((version(None).await, version(Some(0)).await), (json!("0.5.1"), json!("0.13.2")));
    lab.set("ENABLE_OLLAMA_API", json!(false)).await;
    assert_eq!(version(None).await, json!(false));
    assert_eq!(lab.providers.ollama.tags(&who(), None).await.unwrap(), json!({ "models": [] }));
    let dead = Lab::with_ollama(&["http://127.0.0.1:9"]).await;
    let error = dead.providers.ollama.version(&who(), None).await.err().unwrap();
    assert!(matches!(error, ProviderError::Status { status: 500, .. }));
}

#[tokio::test]
async fn options_of_connections() {
    let (one, two, lab) = two().await;
    let form = json!({ "OLLAMA_BASE_URLS": [one.url, two.url], "OLLAMA_API_CONFIGS": {
        "0": { "key": "k", "model_ids": ["b:1"], "tags": [{ "name": "t" }] }, "1": { "prefix_id": "two" }, "9": {} } });
    let form: OllamaConfig = serde_json::from_value(form).unwrap();
    let saved = lab.providers.ollama.update_config(form).await.unwrap();
    assert!(saved.configs.get("9").is_none() && saved.enable == Some(true));
    let tags = lab.providers.ollama.tags(&who(), None).await.unwrap();
    assert_eq!(model_names(&tags), ["b:1", "two.b:1", "two.c:latest"]);
    assert_eq!(tags["models"][0]["tags"], json!([{ "name": "t" }]));
    assert_eq!(one.asked("/api/tags")[0].header("authorization"), Some("Bearer k"));
    lab.providers.ollama.chat(&who(), None, object(hello("two.c"))).await.unwrap();
    assert_eq!(two.only("/api/chat").body["model"], "c:latest");
}

#[tokio::test]
async fn requests_go_to_servers_that_hold_the_model() {
    let (one, two, lab) = two().await;
    let mut body = object(hello("b:1"));
    body.insert("stream".into(), json!(false));
    for _ in 0..30 {
        lab.providers.ollama.chat(&who(), None, body.clone()).await.unwrap();
    }
    let counts = (one.asked("/api/chat").len(), two.asked("/api/chat").len());
    assert!(counts.0 > 0 && counts.1 > 0 && counts.0 + counts.1 == 30, "{counts:?}");
    for _ in 0..5 {
        lab.providers.ollama.chat(&who(), Some(1), body.clone()).await.unwrap();
    }
    assert_eq!(one.asked("/api/chat").len(), counts.0);
    let error = lab.providers.ollama.chat(&who(), None, object(hello("nope:1"))).await.err().unwrap();
    assert!(matches!(&error, ProviderError::Invalid(text) if text.contains("nope:1")));
}

#[tokio::test]
async fn errors_keep_their_text() {
    let (_one, _two, lab) = two().await;
    let error = lab.providers.ollama.chat(&who(), Some(0), object(hello("x:1"))).await.err().unwrap();
    let ProviderError::Status { status, body } = error else { panic!("{error:?}") };
    assert_eq!((status, body), (404, json!({ "detail": "model 'x:1' not found" })));
    let error = lab
        .providers
        .ollama
        .embed(&who(), Some(0), object(json!({ "model": "x:1", "input": "a" })))
        .await
        .err()
        .unwrap();
    assert_eq!(error.to_string(), "Ollama: model 'x:1' not found");
}

#[tokio::test]
async fn bad_conversations_are_refused_with_a_reason() {
    let (_one, _two, lab) = two().await;
    for body in [
        json!({ "messages": [] }),
        json!({ "model": "b:1" }),
        json!({ "model": "b:1", "messages": [{ "role": "user" }] }),
        json!({ "model": "b:1", "messages": [{ "content": "x" }] }),
    ] {
        let error = lab.providers.ollama.chat(&who(), None, object(body)).await.err().unwrap();
        assert!(matches!(error, ProviderError::Invalid(_)), "{error:?}");
    }
    let calls = json!({ "model": "b:1", "messages": [{ "role": "assistant", "tool_calls": [] }] });
    assert!(lab.providers.ollama.chat(&who(), None, object(calls)).await.is_ok());
}

#[tokio::test]
async fn copies_and_deletions_show_in_the_next_list() {
    let (_one, _two, lab) = two().await;
    let ollama = &lab.providers.ollama;
    ollama.tags(&who(), None).await.unwrap();
    let copy = json!({ "source": "a", "destination": "copy:latest" });
    assert_eq!(ollama.copy(&who(), None, object(copy)).await.unwrap(), true);
    let tags = ollama.tags(&who(), None).await.unwrap();
    assert!(model_names(&tags).contains(&"copy:latest"));
    assert_eq!(ollama.delete(&who(), None, object(json!({ "name": "copy" }))).await.unwrap(), true);
    let tags = ollama.tags(&who(), None).await.unwrap();
    assert!(!model_names(&tags).contains(&"copy:latest"));
    assert!(ollama.delete(&who(), None, object(json!({ "model": "copy" }))).await.is_err());
}

#[tokio::test]
async fn unloading_reaches_every_holder() {
    let (one, two, lab) = two().await;
    let unload = async |body| lab.providers.ollama.unload(&who(), object(body)).await;
    assert_eq!(unload(json!({ "model": "b:1" })).await.unwrap(), json!({ "status": true }));
    for server in [&one, &two] {
        assert_eq!(
            server.only("/api/generate").body,
            json!({ "model": "b:1", "keep_alive": 0, "prompt": "" })
        );
    }
    assert!(matches!(unload(json!({})).await, Err(ProviderError::Invalid(_))));
    assert!(matches!(unload(json!({ "model": "nope" })).await, Err(ProviderError::Invalid(_))));
}

#[tokio::test]
async fn pulls_are_lines_of_progress() {
    let (one, _two, lab) = two().await;
    let answer = lab.providers.ollama.pull(&who(), None, object(json!({ "model": "new:1" }))).await.unwrap();
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    assert_eq!(body_text(answer).await, "{\"status\":\"a\"}\n{\"status\":\"success\"}\n");
    assert_eq!(one.only("/api/pull").body, json!({ "model": "new:1", "insecure": true }));
}

#[tokio::test]
async fn show_generate_and_the_openai_routes() {
    let (one, two, lab) = two().await;
    let ollama = &lab.providers.ollama;
    let shown = body_json(ollama.show(&who(), object(json!({ "name": "c" }))).await.unwrap());
    assert_eq!(shown, json!({ "path": "/api/show", "body": { "model": "c:latest" } }));
    let generate = json!({ "model": "a", "prompt": "x", "stream": false, "images": null });
    let generated = body_json(ollama.generate(&who(), None, object(generate)).await.unwrap());
    assert_eq!(generated["body"], json!({ "model": "a:latest", "prompt": "x", "stream": false }));
    lab.row("mine", Some("c:latest"), json!({ "temperature": "0.5", "system": "S" })).await;
    ollama.v1_chat(&who(), None, object(hello("mine"))).await.unwrap();
    let sent = two.only("/v1/chat/completions").body;
    assert_eq!(
        (&sent["model"], &sent["temperature"], &sent["messages"][0]["content"]),
        (&json!("c:latest"), &json!(0.5), &json!("S"))
    );
    ollama.v1_completions(&who(), None, object(json!({ "model": "a", "prompt": "x" }))).await.unwrap();
    assert_eq!(one.only("/v1/completions").body["model"], "a:latest");
}

#[tokio::test]
async fn embeddings_in_the_openai_shape() {
    let (one, _two, lab) = two().await;
    let answer = lab
        .providers
        .embeddings(&who(), object(json!({ "model": "a:latest", "input": ["x", "y"] })))
        .await
        .unwrap();
    let answer = body_json(answer);
    assert_eq!(
        answer["data"],
        json!([{ "object": "embedding", "embedding": [1.0], "index": 0 }, { "object": "embedding", "embedding": [2.0], "index": 1 }])
    );
    assert_eq!((&answer["object"], &answer["usage"]["total_tokens"]), (&json!("list"), &json!(4)));
    assert_eq!(one.only("/api/embed").body["input"], json!(["x", "y"]));
}

#[tokio::test]
async fn verify() {
    let (one, _two, lab) = two().await;
    assert_eq!(
        lab.providers.ollama.verify(&who(), &one.url, "").await.unwrap(),
        json!({ "version": "0.13.2" })
    );
    assert!(lab.providers.ollama.verify(&who(), "http://127.0.0.1:9", "").await.is_err());
}

#[tokio::test]
async fn downloads_come_from_two_hosts_only() {
    let (_one, _two, lab) = two().await;
    for url in [
        "http://127.0.0.1/x.gguf",
        "https://huggingface.co.evil.example/x",
        "https://example.com/x",
        "http://huggingface.co/x",
    ] {
        let error = lab.providers.ollama.download(&who(), None, url).await.err().unwrap();
        assert!(matches!(error, ProviderError::Invalid(_)), "{url}");
    }
}

#[tokio::test]
async fn uploads_become_blobs_and_models() {
    let (one, _two, lab) = two().await;
    let parts = ["he", "llo"].map(|p| Ok(Bytes::from(p)));
    let content = futures::stream::iter(parts).boxed();
    let answer: Upstream =
        lab.providers.ollama.upload(&who(), None, "../My Model.gguf", content).await.unwrap();
    assert!(matches!(answer.body, UpstreamBody::Stream(_)));
    let events = events(&body_text(answer).await);
    let blob = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(events[0], json!({ "progress": 100.0, "completed": 5, "total": 5 }));
    assert_eq!(
        events[1],
        json!({ "done": true, "blob": blob, "name": "My Model.gguf", "model_created": "My Model" })
    );
    assert_eq!(one.only(&format!("/api/blobs/{blob}")).raw, "hello");
    assert_eq!(
        one.only("/api/create").body,
        json!({ "model": "My Model", "files": { "My Model.gguf": blob }, "stream": false })
    );
    let left = std::fs::read_dir(lab.dir.path().join("cache/ollama")).unwrap().count();
    assert_eq!(left, 0, "the temporary file is gone");
}
