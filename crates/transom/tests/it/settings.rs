//! The administrators' page of settings, over HTTP.

use serde_json::{Value, json};
use transom_testkit::{Caller, Reply};

use crate::{lab_of, plan};

const ALL: &str = "/api/v1/transom/settings";

fn path(name: &str) -> String {
    format!("{ALL}/{name}")
}

async fn listed(admin: &Caller, name: &str) -> Value {
    let all = admin.get(ALL).await.ok();
    all["settings"].as_array().unwrap().iter().find(|entry| entry["name"] == name).unwrap().clone()
}

async fn set(admin: &Caller, name: &str, value: Value) -> Reply {
    admin.post(&path(name), &json!({"value": value})).await
}

#[tokio::test]
async fn a_setting_is_seen_saved_and_reset() {
    let (mut server, _provider, admin) = lab_of(plan().env("WEBUI_URL", "https://chat.example.com")).await;
    let entry = listed(&admin, "ENABLE_CHANNELS").await;
    for (field, value) in [
        ("key", json!("channels.enable")),
        ("group", json!("ui")),
        ("type", json!("bool")),
        ("secret", json!(false)),
        ("source", json!("default")),
        ("value", json!(false)),
        ("default", json!(false)),
        ("served", json!(true)),
    ] {
        assert_eq!(entry[field], value, "{field} of {entry}");
    }
    let saved = set(&admin, "ENABLE_CHANNELS", json!(true)).await.ok();
    assert_eq!((&saved["value"], &saved["source"]), (&json!(true), &json!("saved")));
    assert_eq!(admin.get("/api/config").await.ok()["features"]["enable_channels"], true);

    assert_eq!(listed(&admin, "WEBUI_URL").await["source"], "environment");
    set(&admin, "WEBUI_URL", json!("https://other.example.com")).await.ok();
    server.kill().await;
    server.start_again().await;
    let admin = admin.at(&server);
    assert_eq!(listed(&admin, "ENABLE_CHANNELS").await, saved);
    assert_eq!(listed(&admin, "WEBUI_URL").await["value"], "https://other.example.com");
    let back = admin.delete(&path("WEBUI_URL")).await.ok();
    assert_eq!(
        (&back["value"], &back["source"]),
        (&json!("https://chat.example.com"), &json!("environment"))
    );
}

#[tokio::test]
async fn secrets_are_taken_but_never_told() {
    let (server, _provider, admin) = lab_of(plan()).await;
    let entry = set(&admin, "BRAVE_SEARCH_API_KEY", json!("hush-hush")).await.ok();
    assert_eq!((&entry["value"], &entry["set"]), (&Value::Null, &json!(true)));
    let all = admin.get(ALL).await;
    assert!(!all.text.contains("hush-hush"));
    let secret = std::fs::read_to_string(server.data().join(".webui_secret_key")).unwrap_or_default();
    assert!(secret.is_empty() || !all.text.contains(secret.trim()));
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let (_server, _provider, admin) = lab_of(plan()).await;
    let bad = set(&admin, "RAG_TOP_K", json!("many")).await;
    assert_eq!((bad.status, bad.detail().as_str()), (400, "RAG_TOP_K must be a whole number"));
    let fixed = set(&admin, "PORT", json!(80)).await;
    assert_eq!((fixed.status, fixed.detail().as_str()), (400, "PORT can only be set in the environment"));
    assert_eq!(admin.delete(&path("PORT")).await.status, 400);
    assert_eq!(set(&admin, "NO_SUCH", json!(1)).await.status, 404);
    assert_eq!(admin.post(&path("RAG_TOP_K"), &json!({})).await.status, 422);
    let user = admin.add("grace", "user").await;
    assert_eq!(user.get(ALL).await.status, 401);
    assert_eq!(set(&user, "RAG_TOP_K", json!(5)).await.status, 401);
}
