//! The model list, as the caller may see it, and embeddings by model.

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_identity::{Caller, access::Action};

use super::answers;
use super::shapes::json_text;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Query, Verified},
    proxy,
    router::Routes,
    rule::{Resource, Rule},
};

/// The body names a model.
const MODEL: Rule = Rule::OwnerOrGrant(Resource::Model, Action::Read);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/models", Rule::Verified, "Models the caller may use", models)
        .gives::<answers::ModelList>()
        .get("/api/v1/models", Rule::Verified, "Models the caller may use", models)
        .gives::<answers::ModelList>()
        .get("/api/models/base", Rule::Admin, "Models of the servers, as they are", base_models)
        .gives::<answers::ModelList>()
        .post("/api/embeddings", MODEL, "Embeddings by model", embeddings)
        .post("/api/v1/embeddings", MODEL, "Embeddings by model", embeddings)
}

#[derive(Deserialize, JsonSchema)]
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
    let everything = app.chat.uses_everything(&caller);
    let mut text = String::with_capacity(list.texts.iter().map(|entry| entry.len() + 1).sum::<usize>() + 16);
    text.push_str("{\"data\":[");
    let mut empty = true;
    for (model, entry) in list.models.iter().zip(&list.texts) {
        if !(everything || app.chat.may_use(&caller, model).await?) {
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

/// Keeps of a server's list the models that the caller may use; the id of an entry stands under one of `names`.
///
/// # Errors
/// Of the store only.
pub async fn keep_usable(
    app: &App,
    caller: &Caller,
    list: &mut Value,
    key: &str,
    names: &[&str],
) -> Result<()> {
    if app.chat.uses_everything(caller) {
        return Ok(());
    }
    let known = app.providers.catalogue().list(false).await;
    let Some(entries) = list.get_mut(key).and_then(Value::as_array_mut) else { return Ok(()) };
    let mut kept = Vec::new();
    for entry in entries.drain(..) {
        let id = names.iter().find_map(|name| entry.get(*name)?.as_str()).unwrap_or_default();
        let Some(model) = known.by_id.get(id) else { continue };
        if app.chat.may_use(caller, model).await? {
            kept.push(entry);
        }
    }
    *entries = kept;
    Ok(())
}

/// Refuses a model that does not exist or that the caller may not use.
///
/// # Errors
/// 404 for unknown, 403 for forbidden models; both with the same words.
pub async fn check_model(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let model = app.providers.catalogue().find(id).await;
    let model = model.ok_or_else(|| ApiError::new(axum::http::StatusCode::NOT_FOUND, "Model not found"))?;
    if app.chat.may_use(caller, &model).await? {
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
