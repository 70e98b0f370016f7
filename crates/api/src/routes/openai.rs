//! The proxy to OpenAI-compatible servers.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Method, Uri, header},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_identity::access::Action;
use transom_providers::{OpenAiConfig, Requester};

use super::models::{check_model, may_read, sees_everything};
use crate::{
    ApiError, App, Result,
    extract::{self, Admin, Body, Verified},
    proxy::{self, requester},
    router::Routes,
    rule::{Resource, Rule},
};

/// Everything in this module.
pub fn routes() -> Routes {
    let legacy = "Any other path of the first connection";
    Routes::default()
        .get("/openai/config", Rule::Admin, "The connections", config)
        .post("/openai/config/update", Rule::Admin, "Change the connections", set_config)
        .post("/openai/verify", Rule::Admin, "Try a connection", verify)
        .get("/openai/models", Rule::Verified, "Models of all connections", models)
        .get("/openai/models/{url_idx}", Rule::Verified, "Models of one connection", models_at)
        .post(
            "/openai/chat/completions",
            Rule::OwnerOrGrant(Resource::Model, Action::Read),
            "A completion",
            completions,
        )
        .post("/openai/audio/speech", Rule::Permission("chat.tts"), "Text to speech", speech)
        .get("/openai/{*path}", Rule::Verified, legacy, any)
        .post("/openai/{*path}", Rule::Verified, legacy, any)
        .route(Method::PUT, "/openai/{*path}", Rule::Verified, legacy, any)
        .delete("/openai/{*path}", Rule::Verified, legacy, any)
}

async fn config(State(app): State<App>, _: Admin) -> Json<Value> {
    Json(app.providers.openai.config())
}

async fn set_config(State(app): State<App>, _: Admin, Body(form): Body<OpenAiConfig>) -> Result<Json<Value>> {
    Ok(Json(app.providers.openai.update_config(form).await?))
}

#[derive(Deserialize)]
struct Verify {
    url: String,
    key: String,
    #[serde(default)]
    config: Option<Map<String, Value>>,
}

async fn verify(
    State(app): State<App>,
    Admin(caller): Admin,
    headers: HeaderMap,
    Body(form): Body<Verify>,
) -> Result<Response> {
    let who = requester(&caller, Some(&headers));
    let config = form.config.unwrap_or_default();
    Ok(proxy::pass(app.providers.openai.verify(&who, &form.url, &form.key, config).await?))
}

async fn models(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Value>> {
    let list = app.providers.catalogue().list(false).await;
    let everything = sees_everything(&app, &caller);
    let mut seen = Vec::new();
    for model in list.base.iter().filter(|model| model.json.get("openai").is_some()) {
        let shared = match list.by_id.get(&model.id) {
            Some(merged) => may_read(&app, &caller, merged).await?,
            None => false,
        };
        if everything || shared {
            seen.push(&model.json);
        }
    }
    Ok(Json(json!({"data": seen})))
}

async fn models_at(
    State(app): State<App>,
    Verified(caller): Verified,
    headers: HeaderMap,
    Path(idx): Path<usize>,
) -> Result<Json<Value>> {
    let mut list = app.providers.openai.models(&requester(&caller, Some(&headers)), idx).await?;
    if !sees_everything(&app, &caller)
        && let Some(entries) = list.get_mut("data").and_then(Value::as_array_mut)
    {
        let known = app.providers.catalogue().list(false).await;
        let mut kept = Vec::new();
        for entry in entries.drain(..) {
            let id = entry.get("id").and_then(Value::as_str).unwrap_or_default();
            let Some(model) = known.by_id.get(id) else { continue };
            if may_read(&app, &caller, model).await? {
                kept.push(entry);
            }
        }
        *entries = kept;
    }
    Ok(Json(list))
}

async fn completions(
    State(app): State<App>,
    Verified(caller): Verified,
    headers: HeaderMap,
    Body(mut body): Body<Map<String, Value>>,
) -> Result<Response> {
    let id = body.get("model").and_then(Value::as_str).unwrap_or_default();
    check_model(&app, &caller, id).await?;
    body.remove("metadata");
    Ok(proxy::pass(app.providers.openai.chat(&requester(&caller, Some(&headers)), body).await?))
}

async fn speech(
    State(app): State<App>,
    Verified(caller): Verified,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    Ok(proxy::pass(app.providers.openai.speech(&requester(&caller, Some(&headers)), body).await?))
}

async fn any(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(path): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let who: Requester = requester(&caller, Some(&headers));
    // A request that names a model is held to the same rule as a completion.
    if let Ok(named) = extract::parse::<Map<String, Value>>(&body)
        && let Some(id) = named.get("model").and_then(Value::as_str)
        && !sees_everything(&app, &caller)
    {
        check_model(&app, &caller, id).await?;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let raw = uri.path().strip_prefix("/openai/").unwrap_or(&path);
    let passed = app.providers.openai.proxy(&who, method, raw, uri.query(), kind, body).await;
    Ok(proxy::pass(passed.map_err(ApiError::from)?))
}
