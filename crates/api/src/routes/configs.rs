//! Settings pages of administrators.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_config::{Settings, keys};

use super::{answers, shapes::nullable};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Verified},
    router::Routes,
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/configs/export", Rule::Admin, "All saved settings", export)
        .gives::<answers::Object>()
        .post("/api/v1/configs/import", Rule::Admin, "Replace all saved settings", import)
        .gives::<answers::Object>()
        .get("/api/v1/configs/connections", Rule::Admin, "Settings about connections", connections)
        .post(
            "/api/v1/configs/connections",
            Rule::Admin,
            "Change settings about connections",
            set_connections,
        )
        .get("/api/v1/configs/tool_servers", Rule::Admin, "Tool servers", tool_servers)
        .gives::<ToolServers>()
        .post("/api/v1/configs/tool_servers", Rule::Admin, "Change the tool servers", set_tool_servers)
        .gives::<ToolServers>()
        .post("/api/v1/configs/tool_servers/verify", Rule::Admin, "Test a tool server", verify_tool_server)
        .post(
            "/api/v1/configs/oauth/clients/register",
            Rule::Admin,
            "Register at a tool server",
            register_client,
        )
        .get("/api/v1/configs/code_execution", Rule::Admin, "Where code runs", code_execution)
        .post("/api/v1/configs/code_execution", Rule::Admin, "Change where code runs", set_code_execution)
        .get("/api/v1/configs/models", Rule::Admin, "Default models and their order", models)
        .gives::<Models>()
        .post("/api/v1/configs/models", Rule::Admin, "Change default models and their order", set_models)
        .gives::<Models>()
        .post(
            "/api/v1/configs/suggestions",
            Rule::Admin,
            "Change the suggestions on an empty chat",
            set_suggestions,
        )
        .get("/api/v1/configs/banners", Rule::Verified, "Banners over the chats", banners)
        .gives::<Vec<Banner>>()
        .post("/api/v1/configs/banners", Rule::Admin, "Change the banners", set_banners)
}

async fn export(State(app): State<App>, _: Admin) -> Json<Value> {
    Json(app.settings.export())
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ImportConfigForm")]
struct ImportForm {
    config: Map<String, Value>,
}

async fn import(State(app): State<App>, _: Admin, Body(form): Body<ImportForm>) -> Result<Json<Value>> {
    app.settings.import(Value::Object(form.config)).await?;
    // Permissions are among the settings.
    app.identity.groups_changed().await?;
    Ok(Json(app.settings.export()))
}

#[allow(non_snake_case)]
#[derive(Serialize, Deserialize, JsonSchema)]
struct Connections {
    ENABLE_DIRECT_CONNECTIONS: bool,
    ENABLE_BASE_MODELS_CACHE: bool,
}

async fn connections(State(app): State<App>, _: Admin) -> Json<Connections> {
    Json(Connections {
        ENABLE_DIRECT_CONNECTIONS: app.settings.get(&keys::ENABLE_DIRECT_CONNECTIONS),
        ENABLE_BASE_MODELS_CACHE: app.settings.get(&keys::ENABLE_BASE_MODELS_CACHE),
    })
}

async fn set_connections(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<Connections>,
) -> Result<Json<Connections>> {
    app.settings.set(&keys::ENABLE_DIRECT_CONNECTIONS, form.ENABLE_DIRECT_CONNECTIONS).await?;
    app.settings.set(&keys::ENABLE_BASE_MODELS_CACHE, form.ENABLE_BASE_MODELS_CACHE).await?;
    Ok(Json(form))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct ToolServer {
    url: String,
    path: String,
    /// `openapi` or `mcp`.
    #[serde(default = "openapi")]
    r#type: Option<String>,
    #[serde(deserialize_with = "nullable")]
    auth_type: Option<String>,
    /// An object, or its text.
    #[serde(default)]
    headers: Value,
    #[serde(deserialize_with = "nullable")]
    key: Option<String>,
    #[serde(deserialize_with = "nullable")]
    config: Option<Map<String, Value>>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

fn openapi() -> Option<String> {
    Some("openapi".into())
}

#[allow(non_snake_case)]
#[derive(Serialize, Deserialize, JsonSchema)]
struct ToolServers {
    TOOL_SERVER_CONNECTIONS: Vec<ToolServer>,
}

async fn tool_servers(State(app): State<App>, _: Admin) -> Json<Value> {
    Json(json!({"TOOL_SERVER_CONNECTIONS": app.settings.get(&keys::TOOL_SERVER_CONNECTIONS)}))
}

async fn set_tool_servers(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<ToolServers>,
) -> Result<Json<Value>> {
    app.settings.set(&keys::TOOL_SERVER_CONNECTIONS, json!(form.TOOL_SERVER_CONNECTIONS)).await?;
    Ok(Json(json!(form)))
}

/// This server keeps tool servers but does not call them yet.
async fn verify_tool_server(_: Admin, Body(form): Body<ToolServer>) -> ApiError {
    ApiError::bad_request(format!(
        "The tool server at {} was not tested: this server cannot call tools yet.",
        form.url
    ))
}

#[derive(Deserialize, JsonSchema)]
struct ClientForm {
    url: String,
    client_id: String,
    #[serde(default)]
    #[allow(dead_code, reason = "part of the form; a name is not needed to refuse")]
    client_name: Option<String>,
}

/// As [`verify_tool_server`]: nobody to register at before tools can be called.
async fn register_client(_: Admin, Body(form): Body<ClientForm>) -> ApiError {
    let ClientForm { url, client_id, .. } = form;
    ApiError::bad_request(format!(
        "{client_id} was not registered at {url}: this server cannot call tools yet."
    ))
}

#[allow(non_snake_case)]
#[derive(Serialize, Deserialize, JsonSchema)]
struct CodeExecution {
    ENABLE_CODE_EXECUTION: bool,
    CODE_EXECUTION_ENGINE: String,
    #[serde(deserialize_with = "nullable")]
    CODE_EXECUTION_JUPYTER_URL: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_EXECUTION_JUPYTER_AUTH: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_EXECUTION_JUPYTER_AUTH_TOKEN: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_EXECUTION_JUPYTER_AUTH_PASSWORD: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_EXECUTION_JUPYTER_TIMEOUT: Option<i64>,
    ENABLE_CODE_INTERPRETER: bool,
    CODE_INTERPRETER_ENGINE: String,
    #[serde(deserialize_with = "nullable")]
    CODE_INTERPRETER_PROMPT_TEMPLATE: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_INTERPRETER_JUPYTER_URL: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_INTERPRETER_JUPYTER_AUTH: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_INTERPRETER_JUPYTER_AUTH_TOKEN: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_INTERPRETER_JUPYTER_AUTH_PASSWORD: Option<String>,
    #[serde(deserialize_with = "nullable")]
    CODE_INTERPRETER_JUPYTER_TIMEOUT: Option<i64>,
}

fn read_code_execution(s: &Settings) -> CodeExecution {
    CodeExecution {
        ENABLE_CODE_EXECUTION: s.get(&keys::ENABLE_CODE_EXECUTION),
        CODE_EXECUTION_ENGINE: s.get(&keys::CODE_EXECUTION_ENGINE),
        CODE_EXECUTION_JUPYTER_URL: Some(s.get(&keys::CODE_EXECUTION_JUPYTER_URL)),
        CODE_EXECUTION_JUPYTER_AUTH: Some(s.get(&keys::CODE_EXECUTION_JUPYTER_AUTH)),
        CODE_EXECUTION_JUPYTER_AUTH_TOKEN: Some(s.get(&keys::CODE_EXECUTION_JUPYTER_AUTH_TOKEN)),
        CODE_EXECUTION_JUPYTER_AUTH_PASSWORD: Some(s.get(&keys::CODE_EXECUTION_JUPYTER_AUTH_PASSWORD)),
        CODE_EXECUTION_JUPYTER_TIMEOUT: Some(s.get(&keys::CODE_EXECUTION_JUPYTER_TIMEOUT)),
        ENABLE_CODE_INTERPRETER: s.get(&keys::ENABLE_CODE_INTERPRETER),
        CODE_INTERPRETER_ENGINE: s.get(&keys::CODE_INTERPRETER_ENGINE),
        CODE_INTERPRETER_PROMPT_TEMPLATE: Some(s.get(&keys::CODE_INTERPRETER_PROMPT_TEMPLATE)),
        CODE_INTERPRETER_JUPYTER_URL: Some(s.get(&keys::CODE_INTERPRETER_JUPYTER_URL)),
        CODE_INTERPRETER_JUPYTER_AUTH: Some(s.get(&keys::CODE_INTERPRETER_JUPYTER_AUTH)),
        CODE_INTERPRETER_JUPYTER_AUTH_TOKEN: Some(s.get(&keys::CODE_INTERPRETER_JUPYTER_AUTH_TOKEN)),
        CODE_INTERPRETER_JUPYTER_AUTH_PASSWORD: Some(s.get(&keys::CODE_INTERPRETER_JUPYTER_AUTH_PASSWORD)),
        CODE_INTERPRETER_JUPYTER_TIMEOUT: Some(s.get(&keys::CODE_INTERPRETER_JUPYTER_TIMEOUT)),
    }
}

async fn code_execution(State(app): State<App>, _: Admin) -> Json<CodeExecution> {
    Json(read_code_execution(&app.settings))
}

async fn set_code_execution(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<CodeExecution>,
) -> Result<Json<CodeExecution>> {
    let s = &app.settings;
    // Only the engines can be refused: they go first, so that a refusal leaves everything as it was.
    s.set(&keys::CODE_EXECUTION_ENGINE, form.CODE_EXECUTION_ENGINE.clone()).await?;
    s.set(&keys::CODE_INTERPRETER_ENGINE, form.CODE_INTERPRETER_ENGINE.clone()).await?;
    let Value::Object(fields) = json!(form) else { return Ok(Json(form)) };
    for (name, value) in fields {
        match value {
            // A number of seconds that was cleared is the default again; texts become empty.
            Value::Null if name.ends_with("_TIMEOUT") => s.reset(&name).await?,
            value => s.set_json(&name, value).await?,
        }
    }
    Ok(Json(read_code_execution(s)))
}

/// Fields stand in the order in which a missing one is noticed.
#[allow(non_snake_case)]
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ModelsConfigForm")]
struct Models {
    /// Ids separated by commas.
    #[serde(deserialize_with = "nullable")]
    DEFAULT_MODELS: Option<String>,
    #[serde(deserialize_with = "nullable")]
    MODEL_ORDER_LIST: Option<Vec<String>>,
    /// Ids separated by commas.
    #[serde(deserialize_with = "nullable")]
    DEFAULT_PINNED_MODELS: Option<String>,
}

fn shown_models(s: &Settings) -> Value {
    json!({
        "DEFAULT_MODELS": s.value("DEFAULT_MODELS"),
        "DEFAULT_PINNED_MODELS": s.value("DEFAULT_PINNED_MODELS"),
        "MODEL_ORDER_LIST": s.value("MODEL_ORDER_LIST"),
    })
}

async fn models(State(app): State<App>, _: Admin) -> Json<Value> {
    Json(shown_models(&app.settings))
}

async fn set_models(State(app): State<App>, _: Admin, Body(form): Body<Models>) -> Result<Json<Value>> {
    let s = &app.settings;
    s.set_json("DEFAULT_MODELS", json!(form.DEFAULT_MODELS)).await?;
    s.set_json("DEFAULT_PINNED_MODELS", json!(form.DEFAULT_PINNED_MODELS)).await?;
    s.set_json("MODEL_ORDER_LIST", json!(form.MODEL_ORDER_LIST)).await?;
    Ok(Json(shown_models(s)))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Suggestion {
    /// Two lines.
    title: Vec<String>,
    content: String,
}

#[derive(Deserialize, JsonSchema)]
struct SuggestionsForm {
    suggestions: Vec<Suggestion>,
}

async fn set_suggestions(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<SuggestionsForm>,
) -> Result<Json<Vec<Suggestion>>> {
    app.settings.set(&keys::DEFAULT_PROMPT_SUGGESTIONS, json!(form.suggestions)).await?;
    Ok(Json(form.suggestions))
}

/// Fields stand in the order in which a missing one is noticed.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BannerModel")]
struct Banner {
    id: String,
    content: String,
    /// `info`, `success`, `warning` or `error`.
    r#type: String,
    #[serde(default)]
    title: Option<String>,
    dismissible: bool,
    /// Unix seconds.
    timestamp: i64,
}

#[derive(Deserialize, JsonSchema)]
struct BannersForm {
    banners: Vec<Banner>,
}

async fn banners(State(app): State<App>, _: Verified) -> Json<Value> {
    Json(app.settings.get(&keys::WEBUI_BANNERS))
}

async fn set_banners(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<BannersForm>,
) -> Result<Json<Vec<Banner>>> {
    app.settings.set(&keys::WEBUI_BANNERS, json!(form.banners)).await?;
    Ok(Json(form.banners))
}
