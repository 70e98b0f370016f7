//! The functions behind `/openai/*`.

use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value, json};
use transom_providers::{OpenAiConfig, ProviderError, UpstreamBody};

use crate::lab::{Lab, Server, body_json, body_text, error_answer, hello, json_answer, object, openai, who};

fn form(urls: &[&str], keys: &[&str], configs: Value) -> OpenAiConfig {
    serde_json::from_value(
        json!({ "OPENAI_API_BASE_URLS": urls, "OPENAI_API_KEYS": keys, "OPENAI_API_CONFIGS": configs }),
    )
    .unwrap()
}

#[tokio::test]
async fn settings_are_fitted_to_the_addresses() {
    let lab = Lab::with_openai(&["http://a/v1", "http://b/v1"]).await;
    let saved = lab.providers.openai.config();
    assert_eq!(saved.keys, ["sk-one", "sk-two"]);
    let openai = &lab.providers.openai;
    let saved = openai
        .update_config(form(
            &["http://a", "http://b"],
            &["only"],
            json!({ "0": { "enable": true }, "7": {} }),
        ))
        .await
        .unwrap();
    assert_eq!(saved.keys, ["only", ""]);
    assert_eq!(json!(saved.configs), json!({ "0": { "enable": true } }));
    assert_eq!(saved.enable, Some(true));
    let saved = openai.update_config(form(&["http://a"], &["a", "b", "c"], json!({}))).await.unwrap();
    assert_eq!(saved.keys, ["a"]);
    let saved = openai.update_config(form(&[], &[], json!({}))).await.unwrap();
    assert!(saved.urls.is_empty());
}

/// What a completion looks like at the server, with these options of the connection.
async fn sent(model: &'static str, config: Value, body: Value) -> (Value, crate::lab::Asked) {
    let server = openai(&[]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    let mut config = object(config);
    config.insert("model_ids".into(), json!([model]));
    lab.set("OPENAI_API_CONFIGS", json!({ "0": config })).await;
    let mut request = object(hello(model));
    request.extend(object(body));
    lab.providers.openai.chat(&who(), request).await.unwrap();
    let asked = server.only("/chat/completions");
    (asked.body.clone(), asked)
}

#[tokio::test]
async fn reasoning_models_get_other_names_for_things() {
    let messages = json!([{ "role": "system", "content": "S" }, { "role": "user", "content": "u" }]);
    for (model, role) in [
        ("o1-x", "developer"),
        ("O3", "developer"),
        ("gpt-5-mini", "developer"),
        ("o1-mini", "user"),
        ("o1-preview-2", "user"),
    ] {
        let (body, _) = sent(model, json!({}), json!({ "max_tokens": 9, "messages": messages })).await;
        assert_eq!(body["max_completion_tokens"], 9, "{model}");
        assert!(body.get("max_tokens").is_none());
        assert_eq!(body["messages"][0]["role"], role, "{model}");
    }
}

#[tokio::test]
async fn other_models_get_max_tokens() {
    let (body, _) = sent("m1", json!({}), json!({ "max_completion_tokens": 7, "logit_bias": "5:1" })).await;
    assert_eq!((&body["max_tokens"], &body["logit_bias"]), (&json!(7), &json!({ "5": 1 })));
    assert!(body.get("max_completion_tokens").is_none());
}

#[tokio::test]
async fn metadata_stays_here_and_the_rest_goes() {
    let (body, _) = sent(
        "m1",
        json!({}),
        json!({ "metadata": { "variables": {} }, "odd_field": [1], "temperature": 0.3 }),
    )
    .await;
    assert!(body.get("metadata").is_none());
    assert_eq!((&body["odd_field"], &body["temperature"]), (&json!([1]), &json!(0.3)));
}

#[tokio::test]
async fn authorization_follows_the_connection() {
    for (auth, expected, cookies) in [
        ("bearer", Some("Bearer sk-one"), None),
        ("none", None, None),
        ("session", Some("Bearer jwt"), Some("token=jwt")),
        ("system_oauth", Some("Bearer oauth"), Some("token=jwt")),
    ] {
        let (_, asked) = sent("m1", json!({ "auth_type": auth }), json!({})).await;
        assert_eq!((asked.header("authorization"), asked.header("cookie")), (expected, cookies), "{auth}");
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert!(asked.header("x-openwebui-user-id").is_none(), "not switched on");
    }
    let (_, asked) =
        sent("m1", json!({ "headers": { "Authorization": "Other", "X-Extra": "1" } }), json!({})).await;
    assert_eq!((asked.header("authorization"), asked.header("x-extra")), (Some("Other"), Some("1")));
}

#[tokio::test]
async fn the_user_is_named_when_switched_on() {
    let server = openai(&["m1"]).await;
    let lab =
        Lab::new(&[("OPENAI_API_BASE_URLS", &server.url), ("ENABLE_FORWARD_USER_INFO_HEADERS", "true")])
            .await;
    lab.chat(hello("m1")).await;
    let asked = server.only("/chat/completions");
    let header = |name| asked.header(name).unwrap();
    assert_eq!(header("x-openwebui-user-name"), "Zo%C3%AB Ann");
    assert_eq!((header("x-openwebui-user-id"), header("x-openwebui-user-email")), ("u1", "zoe@example.com"));
    assert_eq!((header("x-openwebui-user-role"), header("x-openwebui-chat-id")), ("admin", "c1"));
}

#[tokio::test]
async fn openrouter_hears_the_name_of_the_product() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&format!("{}/openrouter.ai", server.url)]).await;
    lab.chat(hello("m1")).await;
    let asked = server.only("/chat/completions");
    assert_eq!(asked.header("x-title"), Some("Transom"));
    assert!(asked.header("http-referer").unwrap().starts_with("https://"));
}

#[tokio::test]
async fn azure() {
    let config = json!({ "azure": true, "api_version": "2024-10-21" });
    let (body, asked) =
        sent("dep-1", config, json!({ "unknown": 1, "temperature": 0.5, "stream_options": {} })).await;
    assert_eq!(asked.path, "/openai/deployments/dep-1/chat/completions");
    assert_eq!(asked.query, "api-version=2024-10-21");
    assert_eq!(
        (asked.header("api-key"), asked.header("api-version"), asked.header("authorization")),
        (Some("sk-one"), Some("2024-10-21"), None)
    );
    assert!(
        body.get("unknown").is_none() && body.get("stream_options").is_some() && body["temperature"] == 0.5
    );
    let (body, asked) =
        sent("o3-dep", json!({ "azure": true }), json!({ "temperature": 0.5, "stream_options": {} })).await;
    assert_eq!(asked.query, "api-version=2023-03-15-preview");
    assert!(body.get("temperature").is_none() && body.get("stream_options").is_none());
}

#[tokio::test]
async fn models_of_azure_are_the_configured_ones() {
    let lab = Lab::with_openai(&["http://127.0.0.1:9"]).await;
    lab.set("OPENAI_API_CONFIGS", json!({ "0": { "azure": true, "model_ids": ["d"] } })).await;
    assert_eq!(
        lab.providers.openai.models(&who(), 0).await.unwrap(),
        json!({ "data": ["d"], "object": "list" })
    );
    assert!(matches!(lab.providers.openai.models(&who(), 5).await, Err(ProviderError::Invalid(_))));
}

#[tokio::test]
async fn streams_come_byte_for_byte() {
    let server = openai(&["m1"]).await;
    let lab = Lab::with_openai(&[&server.url]).await;
    let mut body = hello("m1");
    body["stream"] = json!(true);
    let answer = lab.chat(body.clone()).await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (200, "text/event-stream"));
    let expected = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n: ping\n\ndata: [DONE]\n\n";
    assert_eq!(body_text(answer).await, expected);
    let lab = Lab::new(&[
        ("OPENAI_API_BASE_URLS", &server.url),
        ("CHAT_STREAM_RESPONSE_CHUNK_MAX_BUFFER_SIZE", "20"),
    ])
    .await;
    assert_eq!(body_text(lab.chat(body).await).await, "data: {}\n\n: ping\n\ndata: [DONE]\n\n");
}

#[tokio::test]
async fn errors_keep_status_and_body() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/models" => json_answer(&json!({ "data": [{ "id": "m1" }] })),
        _ => error_answer(401, &json!({ "error": { "message": "wrong key" } })),
    })
    .await;
    let lab = Lab::with_openai(&[&server.url]).await;
    let error = lab.providers.chat(&who(), object(hello("m1"))).await.err().unwrap();
    assert_eq!(error.to_string(), "wrong key");
    let ProviderError::Status { status, body } = error else { panic!("{error:?}") };
    assert_eq!((status, body), (401, json!({ "error": { "message": "wrong key" } })));
    let missing = lab.providers.chat(&who(), object(hello("nope"))).await.err().unwrap();
    assert!(matches!(missing, ProviderError::ModelNotFound(_)) && missing.to_string() == "Model not found");
}

#[tokio::test]
async fn unreachable_servers_and_slow_ones() {
    let lab = Lab::with_openai(&["http://127.0.0.1:9/v1"]).await;
    lab.set("OPENAI_API_CONFIGS", json!({ "0": { "model_ids": ["far"] } })).await;
    let error = lab.providers.chat(&who(), object(hello("far"))).await.err().unwrap();
    assert!(matches!(error, ProviderError::Unreachable { .. }));
    assert!(!format!("{error} {error:?}").contains("127.0.0.1"), "{error:?}");
    assert!(lab.providers.openai.models(&who(), 0).await.is_err());

    let hole = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", hole.local_addr().unwrap());
    let lab = Lab::new(&[("OPENAI_API_BASE_URLS", &url), ("AIOHTTP_CLIENT_TIMEOUT", "1")]).await;
    lab.set("OPENAI_API_CONFIGS", json!({ "0": { "model_ids": ["slow"] } })).await;
    let error = lab.providers.chat(&who(), object(hello("slow"))).await.err().unwrap();
    assert!(matches!(error, ProviderError::Timeout), "{error:?}");
}

#[tokio::test]
async fn verify_gives_the_answer_of_the_server() {
    let server = Server::start(|asked| match asked.header("authorization") {
        Some("Bearer good") => json_answer(&json!({ "data": [] })),
        _ => error_answer(401, &json!({ "error": "no" })),
    })
    .await;
    let lab = Lab::with_openai(&[]).await;
    let verify = async |key: &str| {
        lab.providers.openai.verify(&who(), &format!("{}/", server.url), key, Map::new()).await.unwrap()
    };
    assert_eq!(verify("good").await.status, 200);
    let bad = verify("bad").await;
    assert_eq!((bad.status, body_json(bad)), (401, json!({ "error": "no" })));
    assert_eq!(server.asked("/models").len(), 2);
}

#[tokio::test]
async fn the_proxy_passes_everything_on() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/a/b" => {
            json_answer(&json!({ "method": asked.method, "query": asked.query, "body": asked.body }))
        }
        "/v1/sound" => ([("content-type", "audio/mpeg"), ("x-secret", "1")], "ID3").into_response(),
        _ => error_answer(404, &json!({ "error": { "code": "unknown_url" } })),
    })
    .await;
    let lab = Lab::with_openai(&[&format!("{}/v1", server.url)]).await;
    let proxy = async |method: Method, path: &str, query: Option<&str>, body: &'static str| {
        lab.providers
            .openai
            .proxy(&who(), method, path, query, Some("application/json"), Bytes::from(body))
            .await
    };
    let got = proxy(Method::PUT, "a/b", Some("x=1"), "{\"k\":1}").await.unwrap();
    assert_eq!(body_json(got), json!({ "method": "PUT", "query": "x=1", "body": { "k": 1 } }));
    assert_eq!(server.only("/a/b").header("authorization"), Some("Bearer sk-one"));
    assert_eq!(server.only("/a/b").headers.get_all("content-type").iter().count(), 1);
    let got = proxy(Method::GET, "no", None, "").await.unwrap();
    assert_eq!((got.status, body_json(got)), (404, json!({ "error": { "code": "unknown_url" } })));
    let got = proxy(Method::GET, "sound", None, "").await.unwrap();
    assert!(got.headers.get("x-secret").is_none());
    assert!(matches!(got.body, UpstreamBody::Bytes(b) if b == "ID3"));
    for path in ["../x", "a/../../x", "a/%2e%2e/x", "a/%252e%252e/x", "a\\x", "/x", "a/./b", "%2Fx", "a%3Fb"]
    {
        assert!(matches!(proxy(Method::GET, path, None, "").await, Err(ProviderError::Invalid(_))), "{path}");
    }
}

use axum::response::IntoResponse;

#[tokio::test]
async fn speech_needs_the_public_service() {
    let lab = Lab::with_openai(&["http://127.0.0.1:9"]).await;
    let error = lab.providers.openai.speech(&who(), Bytes::from("{}")).await.err().unwrap();
    assert!(matches!(error, ProviderError::Status { status: 404, .. }));
}

#[tokio::test]
async fn speech_that_was_made_before_is_not_made_again() {
    let lab = Lab::with_openai(&["https://api.openai.com/v1"]).await;
    let folder = lab.dir.path().join("cache/audio/speech");
    std::fs::create_dir_all(&folder).unwrap();
    // the name is the SHA-256 of "{}"
    let name = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a.mp3";
    std::fs::write(folder.join(name), "ID3").unwrap();
    let answer = lab.providers.openai.speech(&who(), Bytes::from("{}")).await.unwrap();
    assert_eq!(answer.headers["content-type"], "audio/mpeg");
    assert!(matches!(answer.body, UpstreamBody::Bytes(b) if b == "ID3"));
}
