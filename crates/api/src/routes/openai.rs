//! The proxy to OpenAI-compatible servers.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri, header},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_identity::{Caller, access::Action};
use transom_providers::{OpenAiConfig, Requester};

use super::{
    grants::require,
    models::{check_model, keep_usable},
};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Path, Verified},
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
        .or_gives("text/event-stream")
        .post("/openai/audio/speech", Rule::Permission("chat.tts"), "Text to speech", speech)
        .gives_bytes("*/*")
        .get("/openai/{*path}", Rule::Verified, legacy, any)
        .gives_bytes("*/*")
        .post("/openai/{*path}", Rule::Verified, legacy, any)
        .gives_bytes("*/*")
        .route(Method::PUT, "/openai/{*path}", Rule::Verified, legacy, any)
        .gives_bytes("*/*")
        .delete("/openai/{*path}", Rule::Verified, legacy, any)
        .gives_bytes("*/*")
}

async fn config(State(app): State<App>, _: Admin) -> Json<OpenAiConfig> {
    Json(app.providers.openai.config())
}

async fn set_config(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<OpenAiConfig>,
) -> Result<Json<OpenAiConfig>> {
    Ok(Json(app.providers.openai.update_config(form).await?))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OpenAIVerifyForm")]
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
    let own = list.base.iter().filter(|model| model.json.get("openai").is_some());
    let mut shown = json!({"data": own.map(|model| &model.json).collect::<Vec<_>>()});
    keep_usable(&app, &caller, &mut shown, "data", &["id"]).await?;
    Ok(Json(shown))
}

async fn models_at(
    State(app): State<App>,
    Verified(caller): Verified,
    headers: HeaderMap,
    Path(idx): Path<usize>,
) -> Result<Json<Value>> {
    let mut list = app.providers.openai.models(&requester(&caller, Some(&headers)), idx).await?;
    keep_usable(&app, &caller, &mut list, "data", &["id"]).await?;
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
    let raw = uri.path().strip_prefix("/openai/").unwrap_or(&path);
    check_raw(&app, &caller, &path, &body).await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let passed = app.providers.openai.proxy(&who, method, raw, uri.query(), kind, body).await;
    Ok(proxy::pass(passed.map_err(ApiError::from)?))
}

/// What a server keeps for the holder of its key, which is this server: other people's files, jobs and conversations.
const OF_THE_KEY: [&str; 16] = [
    "assistants",
    "batches",
    "containers",
    "conversations",
    "evals",
    "files",
    "fine-tunes",
    "fine_tuning",
    "graders",
    "models",
    "organization",
    "projects",
    "realtime",
    "threads",
    "uploads",
    "vector_stores",
];
/// Whatever is asked here goes to a model, be it one that the server chooses.
const OF_A_MODEL: [&str; 8] =
    ["audio", "chat", "completions", "embeddings", "images", "messages", "moderations", "responses"];

/// Holds a request that is passed on as it is to the same rule as a completion.
///
/// # Errors
/// 403 for callers who may not do this with the key of the connection; 404 and 403 for models they may not use.
async fn check_raw(app: &App, caller: &Caller, path: &str, body: &[u8]) -> Result<()> {
    let path = path.to_ascii_lowercase();
    let mut parts = path.split(['/', ';']);
    let (first, deep) = (parts.next().unwrap_or_default(), parts.nth(1).is_some());
    if first == "audio" {
        let permission = if path.ends_with("speech") { "chat.tts" } else { "chat.stt" };
        require(app, caller, permission).await?;
    }
    if app.chat.uses_everything(caller) {
        return Ok(());
    }
    // Kept answers have addresses below those at which they are asked for; what is encoded twice hides something.
    let kept = (first == "chat" && deep) || path.starts_with("responses/");
    if OF_THE_KEY.contains(&first) || kept || path.contains('%') {
        return Err(ApiError::forbidden("This belongs to the connection itself: administrators only."));
    }
    let mut named = 0;
    if !body.is_empty() {
        let fields = serde_json::from_slice::<Map<String, Value>>(body).map_err(|_| {
            ApiError::forbidden("Only JSON is passed on, which can be checked for its model.")
        })?;
        for model in transom_providers::params::models_named(&fields) {
            check_model(app, caller, model.as_str().unwrap_or_default()).await?;
            named += 1;
        }
    }
    if named == 0 && OF_A_MODEL.contains(&first) {
        return Err(ApiError::forbidden("The request names no model."));
    }
    Ok(())
}
