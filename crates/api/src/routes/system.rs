//! Health, version, start-up settings, manifest and other things about the server itself.

use std::sync::OnceLock;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::Caller;
use transom_store::Role;

use super::{answers, shapes::json_text};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, MaybeUser, Path, Verified},
    router::Routes,
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/health", Rule::Public, "Whether the server is alive", health)
        .gives::<answers::Status>()
        .get("/health/db", Rule::Public, "Whether the database answers", health_db)
        .gives::<answers::Status>()
        .get("/ready", Rule::Public, "Whether the server can do its work", health_db)
        .gives::<answers::Status>()
        .get("/api/version", Rule::Public, "The version clients may rely on", version)
        .gives::<answers::Version>()
        .get("/api/version/updates", Rule::Verified, "Current and latest version", updates)
        .gives::<answers::Updates>()
        .get("/api/changelog", Rule::Public, "What changed in the newest versions", changelog)
        .gives::<answers::Changelog>()
        .get("/api/config", Rule::Public, "Start-up settings; their extent depends on the caller", config)
        .gives::<answers::StartConfig>()
        .get("/api/webhook", Rule::Admin, "The address that hears of sign-ups", webhook)
        .post("/api/webhook", Rule::Admin, "Set the address that hears of sign-ups", set_webhook)
        .get("/api/usage", Rule::Verified, "Models in use and active accounts", usage)
        .gives::<answers::Usage>()
        .get("/manifest.json", Rule::Public, "The manifest of the installable app", manifest)
        .gives::<answers::Manifest>()
        .get("/opensearch.xml", Rule::Public, "How browsers search here", opensearch)
        .gives_bytes("application/xml")
        .get("/cache/{*path}", Rule::Verified, "A file of the cache folder", cache_file)
        .gives_bytes("*/*")
        .get("/openapi.json", Rule::Public, "This description", openapi)
        .get("/docs", Rule::Public, "This description as a page", docs)
        .gives_bytes("text/html")
        .get("/docs/{file}", Rule::Public, "A part of that page", docs_file)
        .gives_bytes("*/*")
        .get("/oauth/{provider}/login", Rule::Public, "Sign in through a provider", oauth_login)
}

async fn health() -> Json<Value> {
    Json(json!({"status": true}))
}

async fn health_db(State(app): State<App>) -> Result<Json<Value>> {
    app.store.ping().await?;
    Ok(Json(json!({"status": true})))
}

async fn version(State(app): State<App>) -> Json<Value> {
    let deployment = app.settings.get(&keys::DEPLOYMENT_ID);
    Json(
        json!({"version": app.advertised_version(), "deployment_id": deployment, "transom": app.own_version}),
    )
}

/// This server never asks anybody whether there is something newer.
async fn updates(State(app): State<App>, _: Verified) -> Json<Value> {
    let version = app.advertised_version();
    Json(json!({"current": version, "latest": version}))
}

async fn changelog(State(app): State<App>) -> Json<Value> {
    let entry = json!({
        "date": "2026-11-23",
        "added": [{"title": "Transom", "content": "See the change log of this project.", "raw": "See the change log."}],
    });
    Json(json!({app.own_version: entry}))
}

async fn config(State(app): State<App>, MaybeUser(caller): MaybeUser) -> Result<Json<Value>> {
    let mut body = public_config(&app);
    if app.identity.count().await? == 0 {
        body.insert("onboarding".into(), json!(true));
    }
    match caller {
        Some(caller) if caller.user.role != Role::Pending => {
            add_private_config(&app, &caller, &mut body).await?
        }
        Some(_) => {
            body.insert(
                "ui".into(),
                json!({
                    "pending_user_overlay_title": app.settings.get(&keys::PENDING_USER_OVERLAY_TITLE),
                    "pending_user_overlay_content": app.settings.get(&keys::PENDING_USER_OVERLAY_CONTENT),
                }),
            );
        }
        None => {}
    }
    Ok(Json(Value::Object(body)))
}

fn public_config(app: &App) -> Map<String, Value> {
    let s = &app.settings;
    let features = json!({
        "auth": s.get(&keys::WEBUI_AUTH),
        "auth_trusted_header": !s.get(&keys::WEBUI_AUTH_TRUSTED_EMAIL_HEADER).is_empty(),
        "enable_signup_password_confirmation": s.get(&keys::ENABLE_SIGNUP_PASSWORD_CONFIRMATION),
        "enable_ldap": s.get(&keys::ENABLE_LDAP),
        "enable_api_keys": s.get(&keys::ENABLE_API_KEYS),
        "enable_signup": s.get(&keys::ENABLE_SIGNUP),
        "enable_login_form": s.get(&keys::ENABLE_LOGIN_FORM),
        "enable_websocket": s.get(&keys::ENABLE_WEBSOCKET_SUPPORT),
        "enable_version_update_check": s.get(&keys::ENABLE_VERSION_UPDATE_CHECK),
        "enable_public_active_users_count": s.get(&keys::ENABLE_PUBLIC_ACTIVE_USERS_COUNT),
    });
    let body = json!({
        "status": true,
        "name": app.name(),
        "version": app.advertised_version(),
        "default_locale": s.get(&keys::DEFAULT_LOCALE),
        "oauth": {"providers": {}},
        "features": features,
    });
    body.as_object().cloned().unwrap_or_default()
}

/// What activated accounts see besides.
async fn add_private_config(app: &App, caller: &Caller, body: &mut Map<String, Value>) -> Result<()> {
    let s = &app.settings;
    if let Some(features) = body.get_mut("features").and_then(Value::as_object_mut) {
        features.extend(private_features(app));
    }
    let optional = |list: Vec<String>| if list.is_empty() { Value::Null } else { json!(list.join(",")) };
    let extra = json!({
        "default_models": optional(s.get(&keys::DEFAULT_MODELS)),
        "default_pinned_models": optional(s.get(&keys::DEFAULT_PINNED_MODELS)),
        "default_prompt_suggestions": s.get(&keys::DEFAULT_PROMPT_SUGGESTIONS),
        "user_count": app.identity.count().await?,
        "code": {"engine": s.get(&keys::CODE_EXECUTION_ENGINE)},
        "audio": {
            "tts": {
                "engine": s.get(&keys::AUDIO_TTS_ENGINE),
                "voice": s.get(&keys::AUDIO_TTS_VOICE),
                "split_on": s.get(&keys::AUDIO_TTS_SPLIT_ON),
            },
            "stt": {"engine": s.get(&keys::AUDIO_STT_ENGINE)},
        },
        "file": {
            "max_size": s.value("RAG_FILE_MAX_SIZE"),
            "max_count": s.value("RAG_FILE_MAX_COUNT"),
            "image_compression": {
                "width": s.value("FILE_IMAGE_COMPRESSION_WIDTH"),
                "height": s.value("FILE_IMAGE_COMPRESSION_HEIGHT"),
            },
        },
        "permissions": *app.identity.permission_tree(&caller.user.id).await?,
        "google_drive": {"client_id": s.get(&keys::GOOGLE_DRIVE_CLIENT_ID), "api_key": s.get(&keys::GOOGLE_DRIVE_API_KEY)},
        "onedrive": {
            "client_id_personal": s.value("ONEDRIVE_CLIENT_ID_PERSONAL"),
            "client_id_business": s.value("ONEDRIVE_CLIENT_ID_BUSINESS"),
            "sharepoint_url": s.value("ONEDRIVE_SHAREPOINT_URL"),
            "sharepoint_tenant_id": s.value("ONEDRIVE_SHAREPOINT_TENANT_ID"),
        },
        "ui": {
            "pending_user_overlay_title": s.get(&keys::PENDING_USER_OVERLAY_TITLE),
            "pending_user_overlay_content": s.get(&keys::PENDING_USER_OVERLAY_CONTENT),
            "response_watermark": s.get(&keys::RESPONSE_WATERMARK),
        },
        "license_metadata": null,
    });
    body.extend(extra.as_object().cloned().unwrap_or_default());
    if caller.is_admin() {
        body.insert("active_entries".into(), json!(app.identity.count_active().await?));
    }
    Ok(())
}

/// Feature switches of the contract; each is told as it is set, also where the function comes later.
fn private_features(app: &App) -> Map<String, Value> {
    let names = [
        ("enable_direct_connections", "ENABLE_DIRECT_CONNECTIONS"),
        ("enable_folders", "ENABLE_FOLDERS"),
        ("enable_channels", "ENABLE_CHANNELS"),
        ("enable_notes", "ENABLE_NOTES"),
        ("enable_web_search", "ENABLE_WEB_SEARCH"),
        ("enable_code_execution", "ENABLE_CODE_EXECUTION"),
        ("enable_code_interpreter", "ENABLE_CODE_INTERPRETER"),
        ("enable_image_generation", "ENABLE_IMAGE_GENERATION"),
        ("enable_autocomplete_generation", "ENABLE_AUTOCOMPLETE_GENERATION"),
        ("enable_community_sharing", "ENABLE_COMMUNITY_SHARING"),
        ("enable_message_rating", "ENABLE_MESSAGE_RATING"),
        ("enable_user_webhooks", "ENABLE_USER_WEBHOOKS"),
        ("enable_user_status", "ENABLE_USER_STATUS"),
        ("enable_admin_export", "ENABLE_ADMIN_EXPORT"),
        ("enable_admin_chat_access", "ENABLE_ADMIN_CHAT_ACCESS"),
        ("enable_google_drive_integration", "ENABLE_GOOGLE_DRIVE_INTEGRATION"),
        ("enable_onedrive_integration", "ENABLE_ONEDRIVE_INTEGRATION"),
        ("enable_onedrive_personal", "ENABLE_ONEDRIVE_PERSONAL"),
        ("enable_onedrive_business", "ENABLE_ONEDRIVE_BUSINESS"),
    ];
    let on = |variable: &str| app.settings.value(variable).and_then(|v| v.as_bool()).unwrap_or(false);
    names.into_iter().map(|(name, variable)| (name.to_string(), json!(on(variable)))).collect()
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Webhook {
    url: String,
}

async fn webhook(State(app): State<App>, _: Admin) -> Json<Webhook> {
    Json(Webhook { url: app.settings.get(&keys::WEBHOOK_URL) })
}

async fn set_webhook(State(app): State<App>, _: Admin, Body(form): Body<Webhook>) -> Result<Json<Webhook>> {
    app.settings.set(&keys::WEBHOOK_URL, form.url.clone()).await?;
    Ok(Json(form))
}

async fn usage(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Value>> {
    if !app.settings.get(&keys::ENABLE_PUBLIC_ACTIVE_USERS_COUNT) && !caller.is_admin() {
        return Err(ApiError::forbidden("The number of active accounts is shown to administrators only."));
    }
    let models = app.realtime.models_in_use().await?;
    // The caller is active by asking, even before that is written down.
    Ok(Json(json!({"model_ids": models, "user_count": app.identity.count_active().await?.max(1)})))
}

async fn manifest(State(app): State<App>) -> Json<Value> {
    let icon = |size: &str, purpose: &str| json!({"src": format!("/static/icon-{size}.png"), "type": "image/png", "sizes": format!("{size}x{size}"), "purpose": purpose});
    Json(json!({
        "name": app.name(),
        "short_name": app.name(),
        "description": "Chat with the models you choose.",
        "start_url": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [icon("192", "any"), icon("512", "any"), icon("512", "maskable")],
        "share_target": {"action": "/", "method": "GET", "params": {"text": "shared"}},
    }))
}

async fn opensearch(State(app): State<App>) -> Response {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let (name, url) = (escape(&app.name()), escape(app.settings.get(&keys::WEBUI_URL).trim_end_matches('/')));
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>{name}</ShortName>\n<Description>Search {name}</Description>\n<InputEncoding>UTF-8</InputEncoding>\n\
         <Image width=\"16\" height=\"16\" type=\"image/png\">{url}/static/favicon.png</Image>\n\
         <Url type=\"text/html\" method=\"get\" template=\"{url}/?q={{searchTerms}}\"/>\n</OpenSearchDescription>\n"
    );
    ([(header::CONTENT_TYPE, "application/xml")], xml).into_response()
}

async fn cache_file(State(app): State<App>, _: Verified, Path(path): Path<String>) -> Result<Response> {
    let missing = || ApiError::new(StatusCode::NOT_FOUND, "File not found");
    let root = app.settings.data_dir().join("cache");
    let root = tokio::fs::canonicalize(&root).await.map_err(|_| missing())?;
    let file = tokio::fs::canonicalize(root.join(&path)).await.map_err(|_| missing())?;
    if !file.starts_with(&root) {
        return Err(missing());
    }
    let bytes = tokio::fs::read(&file).await.map_err(|_| missing())?;
    let kind = mime_guess::from_path(&file).first_or_octet_stream();
    // What users made the server fetch or draw never runs as a page of this origin.
    let headers = [
        (header::CONTENT_TYPE, kind.to_string()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_string()),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_string()),
    ];
    Ok((headers, bytes).into_response())
}

/// Made once: it is the same until the binary is another.
async fn openapi(State(app): State<App>) -> Result<Response> {
    described(&app)?;
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| crate::docs::openapi(app.own_version).to_string());
    Ok(json_text(document.clone()))
}

/// In production the description stays hidden, as the contract has it.
fn described(app: &App) -> Result<()> {
    if app.settings.get(&keys::ENV) == "prod" {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "Not Found"));
    }
    Ok(())
}

async fn docs(State(app): State<App>) -> Result<Response> {
    described(&app)?;
    Ok(page("text/html; charset=utf-8", include_str!("../../assets/docs/index.html")))
}

async fn docs_file(State(app): State<App>, Path(file): Path<String>) -> Result<Response> {
    described(&app)?;
    match file.as_str() {
        "style.css" => Ok(page("text/css; charset=utf-8", include_str!("../../assets/docs/style.css"))),
        "script.js" => {
            Ok(page("text/javascript; charset=utf-8", include_str!("../../assets/docs/script.js")))
        }
        _ => Err(ApiError::new(StatusCode::NOT_FOUND, "Not Found")),
    }
}

/// A part of the description's page, which speaks to its own server only.
fn page(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    (headers, text).into_response()
}

/// No provider is configured on this server yet.
async fn oauth_login(Path(_provider): Path<String>) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "There is no such sign-in provider on this server.")
}
