//! The model list, as the caller may see it, and embeddings by model.

use axum::{Json, extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::{Caller, access::Action};
use transom_providers::{Kind, Model};

use super::shapes::json_text;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Query, Verified},
    proxy,
    router::{Routes, Rule},
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/models", Rule::Verified, "Models the caller may use", models)
        .get("/api/v1/models", Rule::Verified, "Models the caller may use", models)
        .get("/api/models/base", Rule::Admin, "Models of the servers, as they are", base_models)
        .post("/api/embeddings", Rule::Verified, "Embeddings by model", embeddings)
        .post("/api/v1/embeddings", Rule::Verified, "Embeddings by model", embeddings)
}

#[derive(Deserialize)]
struct Refresh {
    #[serde(default)]
    refresh: bool,
}

async fn models(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<Refresh>,
) -> Result<Response> {
    let list = app.providers.catalogue().list(query.refresh).await;
    let everything = sees_everything(&app, &caller);
    let mut text = String::with_capacity(list.texts.iter().map(|entry| entry.len() + 1).sum::<usize>() + 16);
    text.push_str("{\"data\":[");
    let mut empty = true;
    for (model, entry) in list.models.iter().zip(&list.texts) {
        if !(everything || may_read(&app, &caller, model).await?) {
            continue;
        }
        if !std::mem::take(&mut empty) {
            text.push(',');
        }
        text.push_str(entry);
    }
    text.push_str("]}");
    Ok(json_text(text))
}

async fn base_models(State(app): State<App>, _: Admin) -> Json<Value> {
    let list = app.providers.catalogue().list(false).await;
    let base: Vec<&Value> = list.base.iter().map(|model| &model.json).collect();
    Json(json!({"data": base}))
}

/// Whether no access rule applies to the caller.
pub fn sees_everything(app: &App, caller: &Caller) -> bool {
    app.settings.get(&keys::BYPASS_MODEL_ACCESS_CONTROL)
        || (caller.is_admin() && app.settings.get(&keys::BYPASS_ADMIN_ACCESS_CONTROL))
}

/// Whether the caller may use a model: a server's own model only when an administrator shared it.
pub async fn may_read(app: &App, caller: &Caller, model: &Model) -> Result<bool> {
    if model.kind == Kind::Arena {
        // A missing key counts as private here.
        let control = model.json.pointer("/info/meta/access_control").cloned().unwrap_or(json!({}));
        return Ok(app.identity.grants(&caller.user, Action::Read, Some(&control)).await?);
    }
    let Some(row) = &model.access else { return Ok(false) };
    Ok(row.user_id == caller.user.id
        || app.identity.grants(&caller.user, Action::Read, row.access_control.as_ref()).await?)
}

/// Refuses a model that does not exist or that the caller may not use.
///
/// # Errors
/// 404 for unknown, 403 for forbidden models; both with the same words.
pub async fn check_model(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let model = app.providers.catalogue().find(id).await;
    let model = model.ok_or_else(|| ApiError::new(axum::http::StatusCode::NOT_FOUND, "Model not found"))?;
    if sees_everything(app, caller) || may_read(app, caller, &model).await? {
        return Ok(());
    }
    Err(ApiError::forbidden("Model not found"))
}

async fn embeddings(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(body): Body<Map<String, Value>>,
) -> Result<Response> {
    let id = body.get("model").and_then(Value::as_str).unwrap_or_default();
    check_model(&app, &caller, id).await?;
    Ok(proxy::pass(app.providers.embeddings(&proxy::requester(&caller, None), body).await?))
}
