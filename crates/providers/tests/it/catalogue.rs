//! What the merged list looks like.

use serde_json::{Value, json};
use transom_providers::Kind;

use crate::lab::{Lab, Server, json_answer, openai};

#[tokio::test]
async fn an_openai_entry() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    let expected = r#"{"id":"m1","object":"model","created":1,"owned_by":"openai","connection_type":"external","name":"m1","openai":{"id":"m1","object":"model","created":1,"owned_by":"me","connection_type":"external"},"urlIdx":0,"actions":[],"filters":[],"tags":[]}"#;
    assert_eq!(lab.entry("m1").await.to_string(), expected);
    assert_eq!(server.only("/models").header("authorization"), Some("Bearer sk-one"));
}

#[tokio::test]
async fn bare_lists_names_and_broken_entries() {
    let server = Server::start(|_| {
        json_answer(
            &json!([{ "name": "only-name" }, { "id": "x", "name": null }, { "id": "y", "name": "Y" }, 3, {}]),
        )
    })
    .await;
    let lab = Lab::with_openai(&[&server.url]).await;
    assert_eq!(lab.ids().await, ["only-name", "x", "y"]);
    assert_eq!(lab.entry("x").await["name"], "x");
    assert_eq!(lab.entry("y").await["name"], "Y");
    assert!(lab.entry("x").await["openai"].get("name").is_none());
}

#[tokio::test]
async fn the_first_connection_wins_and_prefixes_keep_apart() {
    let (one, two) = (openai(&["m1", "m2"]).await, openai(&["m2", "m3"]).await);
    let lab = Lab::with_openai(&[&one.url, &two.url]).await;
    assert_eq!(lab.ids().await, ["m1", "m2", "m3"]);
    assert_eq!(lab.entry("m2").await["urlIdx"], 0);
    lab.set(
        "OPENAI_API_CONFIGS",
        json!({ "1": { "prefix_id": "p", "tags": [{ "name": "t" }], "connection_type": "local" } }),
    )
    .await;
    assert_eq!(lab.ids().await, ["m1", "m2", "p.m2", "p.m3"]);
    let entry = lab.entry("p.m2").await;
    assert_eq!(
        (&entry["openai"]["id"], &entry["connection_type"], &entry["tags"]),
        (&json!("p.m2"), &json!("local"), &json!([{ "name": "t" }]))
    );
}

#[tokio::test]
async fn configured_ids_need_no_server_and_disabled_connections_give_nothing() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url, "http://127.0.0.1:9"]).await;
    let configs = json!({ "0": { "model_ids": ["a", "b"], "prefix_id": "p" }, "1": { "enable": false } });
    lab.set("OPENAI_API_CONFIGS", configs).await;
    assert_eq!(lab.ids().await, ["p.a", "p.b"]);
    assert_eq!(lab.entry("p.a").await["name"], "a");
    assert!(server.asked("/models").is_empty());
    lab.set("ENABLE_OPENAI_API", json!(false)).await;
    assert!(lab.ids().await.is_empty());
}

#[tokio::test]
async fn the_public_service_hides_what_cannot_chat() {
    let server =
        openai(&["gpt-4", "tts-1", "whisper-1", "text-embedding-3", "dall-e-3", "davinci-2", "babbage-2"])
            .await;
    let lab = Lab::with_openai(&[&format!("{}/api.openai.com/v1", server.url)]).await;
    assert_eq!(lab.ids().await, ["gpt-4"]);
}

#[tokio::test]
async fn rows_change_names_and_hide_models() {
    let server = openai(&["m1", "m2"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    let meta = json!({ "description": "D", "profile_image_url": "data:", "tags": [{ "name": "w" }, { "name": "w" }] });
    lab.full_row("m1", None, json!({ "system": "SECRET" }), meta, true).await;
    let entry = lab.entry("m1").await;
    assert_eq!(entry["name"], "Name of m1");
    assert_eq!(
        entry["info"]["meta"],
        json!({ "description": "D", "tags": [{ "name": "w" }, { "name": "w" }] })
    );
    assert_eq!(entry["tags"], json!([{ "name": "w" }]));
    assert!(!entry.to_string().contains("SECRET") && entry.get("preset").is_none());
    lab.full_row("m2", None, json!({}), json!({}), false).await;
    assert_eq!(lab.ids().await, ["m1"]);
    let list = lab.providers.catalogue().list(false).await;
    assert!(list.base_by_id.contains_key("m2"), "the base list knows no rows");
    assert_eq!(list.by_id["m1"].access.as_ref().unwrap().params["system"], "SECRET");
}

#[tokio::test]
async fn workspace_models() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    lab.row("mine", Some("m1"), json!({ "system": "S" })).await;
    lab.row("orphan", Some("gone"), json!({})).await;
    lab.full_row("off", Some("m1"), json!({}), json!({}), false).await;
    lab.row("m1", Some("m1"), json!({})).await;
    assert_eq!(lab.ids().await, ["m1", "mine", "orphan"]);
    let expected = r#"{"id":"mine","name":"Name of mine","object":"model","created":1700000000,"owned_by":"openai","connection_type":"external","preset":true,"info":{"id":"mine","user_id":"u1","base_model_id":"m1","name":"Name of mine","meta":{},"access_control":null,"is_active":true,"updated_at":1700000000,"created_at":1700000000},"actions":[],"filters":[],"tags":[]}"#;
    let mut entry = lab.entry("mine").await;
    entry["info"]["updated_at"] = json!(1_700_000_000);
    entry["info"]["created_at"] = json!(1_700_000_000);
    entry["created"] = json!(1_700_000_000);
    assert_eq!(entry.to_string(), expected);
    let list = lab.providers.catalogue().list(false).await;
    assert_eq!(list.by_id["mine"].kind, Kind::Custom { base: Some("m1".into()) });
    assert_eq!(list.by_id["orphan"].kind, Kind::Custom { base: None });
    assert_eq!(list.by_id["orphan"].json["connection_type"], Value::Null);
}

#[tokio::test]
async fn rows_are_seen_at_once() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    assert_eq!(lab.ids().await, ["m1"]);
    for n in 0..5 {
        lab.row(&format!("mine-{n}"), Some("m1"), json!({})).await;
        assert_eq!(lab.ids().await.len(), n + 2);
    }
    lab.store.models.delete("mine-0").await.unwrap();
    lab.providers.catalogue().invalidate_rows();
    assert_eq!(lab.ids().await.len(), 5);
}

#[tokio::test]
async fn arena_models() {
    let server = openai(&["m1", "m2", "m3"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    lab.set("ENABLE_EVALUATION_ARENA_MODELS", json!(true)).await;
    let entry = lab.entry("arena-model").await;
    assert_eq!(
        (&entry["owned_by"], &entry["arena"], &entry["info"]["meta"]["model_ids"]),
        (&json!("arena"), &json!(true), &Value::Null)
    );
    let arena = |mode: &str, ids: &[&str]| json!([{ "id": "a", "name": "A", "meta": { "model_ids": ids, "filter_mode": mode } }]);
    let all = ["m1", "m2", "m3"];
    for (mode, ids, possible) in [
        ("include", &["m2", "gone"][..], &["m2"][..]),
        ("exclude", &["m1", "m3"], &["m2"]),
        ("include", &[], &all),
    ] {
        lab.set("EVALUATION_ARENA_MODELS", arena(mode, ids)).await;
        let list = lab.providers.catalogue().list(false).await;
        assert!(!list.by_id.contains_key("arena-model"));
        for _ in 0..20 {
            let picked = lab.providers.catalogue().arena_pick(&list.by_id["a"]).unwrap();
            assert!(possible.contains(&picked.id.as_str()), "{mode} {ids:?}: {}", picked.id);
        }
    }
    lab.set("EVALUATION_ARENA_MODELS", arena("include", &["gone"])).await;
    let list = lab.providers.catalogue().list(false).await;
    assert!(lab.providers.catalogue().arena_pick(&list.by_id["a"]).is_none());
}

#[tokio::test]
async fn without_base_models_there_is_nothing() {
    let lab = Lab::with_openai(&["http://127.0.0.1:9"]).await;
    lab.set("ENABLE_EVALUATION_ARENA_MODELS", json!(true)).await;
    lab.row("mine", Some("m1"), json!({})).await;
    assert!(lab.ids().await.is_empty());
}

#[tokio::test]
async fn the_order_list() {
    let server = openai(&["c", "b", "a", "z"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    assert_eq!(lab.ids().await, ["c", "b", "a", "z"]);
    lab.set("MODEL_ORDER_LIST", json!(["z", "gone", "b"])).await;
    assert_eq!(lab.ids().await, ["z", "b", "a", "c"]);
}

#[tokio::test]
async fn pipeline_filters_are_not_offered() {
    let server = Server::start(|_| json_answer(&json!({ "data": [{ "id": "f", "pipeline": { "type": "filter" } }, { "id": "p", "pipeline": { "type": "pipe" } }] }))).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    assert_eq!(lab.ids().await, ["p"]);
    assert!(lab.providers.catalogue().list(false).await.base_by_id.contains_key("f"));
}
