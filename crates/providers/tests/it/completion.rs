//! From a model of the list to the request its server sees.

use serde_json::json;
use transom_providers::ProviderError;

use crate::lab::{Lab, Server, body_json, hello, json_answer, object, openai, who};

#[tokio::test]
async fn a_workspace_model_becomes_its_base() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    lab.row(
        "mine",
        Some("m1"),
        json!({ "system": "Be brief.", "temperature": 0.1, "max_tokens": 50, "function_calling": "default" }),
    )
    .await;
    let mut body = hello("mine");
    body["temperature"] = json!(0.9);
    body["messages"] = json!([{ "role": "system", "content": "Mine." }, { "role": "user", "content": "x" }]);
    assert_eq!(body_json(lab.chat(body).await)["model"], "m1");
    let sent = server.only("/chat/completions").body;
    assert_eq!(sent["messages"][0], json!({ "role": "system", "content": "Be brief.\nMine." }));
    assert_eq!((&sent["temperature"], &sent["max_tokens"]), (&json!(0.1), &json!(50)));
    assert!(sent.get("system").is_none() && sent.get("function_calling").is_none());
}

#[tokio::test]
async fn settings_on_a_base_model_apply() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    lab.row("m1", None, json!({ "system": "S {{X}} {{USER_NAME}}", "top_p": "0.5" })).await;
    let mut body = hello("m1");
    body["metadata"] = json!({ "variables": { "{{X}}": "filled" } });
    lab.chat(body).await;
    let sent = server.only("/chat/completions").body;
    assert_eq!(sent["messages"][0]["content"], "S filled Unknown", "the caller is in no table here");
    assert_eq!(sent["top_p"], 0.5);
}

#[tokio::test]
async fn prefixes_are_taken_off() {
    let (one, two) = (openai(&["m1"]).await, openai(&["m1"]).await);
    let lab = Lab::with_openai(&[&one.url, &two.url]).await;
    lab.set("OPENAI_API_CONFIGS", json!({ "1": { "prefix_id": "alt" } })).await;
    lab.row("mine", Some("alt.m1"), json!({})).await;
    lab.chat(hello("mine")).await;
    assert!(one.asked("/chat/completions").is_empty());
    let asked = two.only("/chat/completions");
    assert_eq!((&asked.body["model"], asked.header("authorization")), (&json!("m1"), Some("Bearer sk-two")));
}

#[tokio::test]
async fn pipelines_learn_who_asks() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/models" => json_answer(&json!({ "data": [{ "id": "p", "pipeline": { "type": "pipe" } }] })),
        _ => json_answer(&json!({})),
    })
    .await;
    let lab = Lab::with_openai(&[&server.url]).await;
    lab.chat(hello("p")).await;
    let user = json!({ "name": "Zoë Ann", "id": "u1", "email": "zoe@example.com", "role": "admin" });
    assert_eq!(server.only("/chat/completions").body["user"], user);
}

#[tokio::test]
async fn a_missing_base_model() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    lab.row("mine", Some("gone"), json!({ "system": "S" })).await;
    let error = lab.providers.chat(&who(), object(hello("mine"))).await.err().unwrap();
    assert!(matches!(error, ProviderError::ModelNotFound(_)));

    let environment = [
        ("OPENAI_API_BASE_URLS", server.url.as_str()),
        ("ENABLE_CUSTOM_MODEL_FALLBACK", "true"),
        ("DEFAULT_MODELS", "nope,m1"),
    ];
    let lab = Lab::new(&environment).await;
    lab.row("mine", Some("gone"), json!({ "system": "S" })).await;
    lab.chat(hello("mine")).await;
    let sent = server.only("/chat/completions").body;
    assert_eq!((&sent["model"], &sent["messages"][0]["content"]), (&json!("m1"), &json!("S")));
}

#[tokio::test]
async fn embeddings_go_to_the_owner() {
    let (one, two) = (openai(&["m1"]).await, openai(&["m2"]).await);
    let lab = Lab::with_openai(&[&one.url, &two.url]).await;
    for (model, server) in [("m2", &two), ("unlisted", &one)] {
        let answer =
            lab.providers.embeddings(&who(), object(json!({ "model": model, "input": "x" }))).await.unwrap();
        assert_eq!(body_json(answer)["model"], model);
        assert_eq!(server.only("/embeddings").body, json!({ "model": model, "input": "x" }));
    }
}
