//! Which model a request means, and whether the caller may use it.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::{Caller, access::Action};
use transom_providers::{Kind, Model};
use transom_store::{Role, User};

use crate::{ChatError, Inner, Result, request::TurnRequest};

/// What the rest of a turn needs to know of its model.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// The model of the catalogue; absent for a model that only the tab reaches.
    pub model: Option<Arc<Model>>,
}

impl Resolved {
    /// The contract's entry of the model.
    pub fn entry(&self) -> Option<&Value> {
        self.model.as_ref().map(|m| &m.json)
    }

    /// The id of the model that answers in the end: the base of a custom one.
    pub fn base_id(&self) -> Option<&str> {
        let model = self.model.as_ref()?;
        match &model.kind {
            Kind::Custom { base } => base.as_deref(),
            _ => Some(&model.id),
        }
    }

    pub fn is_ollama(&self) -> bool {
        self.entry().and_then(|e| e.get("owned_by")).and_then(Value::as_str) == Some("ollama")
    }
}

/// Finds the model, checks access, lets an arena pick, and merges a custom model's own wishes into the request.
///
/// # Errors
/// `ModelNotFound` for unknown and for forbidden models alike.
pub(crate) async fn resolve(inner: &Inner, caller: &Caller, request: &mut TurnRequest) -> Result<Resolved> {
    if request.direct.is_some() {
        if !inner.settings.get(&keys::ENABLE_DIRECT_CONNECTIONS) {
            tracing::debug!("a direct connection was used although the setting is off");
        }
        return Ok(Resolved { model: None });
    }
    let mut model = find(inner, caller, &request.model).await?;
    if matches!(model.kind, Kind::Arena) {
        let picked = inner.providers.catalogue().arena_pick(&model).ok_or(ChatError::ModelNotFound)?;
        request.extra.insert("selected_model_id".into(), json!(picked.id));
        request.body.insert("model".into(), json!(picked.id));
        model = picked;
    }
    if let Kind::Custom { base } = &model.kind {
        let list = inner.providers.catalogue().list(false).await;
        let there = base.as_deref().is_some_and(|base| list.base_model(base).is_some());
        if !there {
            let stand_in = fallback(inner).await?;
            if !uses_everything(inner, caller) && !lent(inner, caller, &model, &stand_in).await? {
                return Err(ChatError::ModelNotFound);
            }
            model = stand_in;
            request.body.insert("model".into(), json!(model.id));
        }
    }
    if let Some(row) = &model.access {
        merge_own_params(request, &row.params);
    }
    Ok(Resolved { model: Some(model) })
}

/// A custom model whose base is gone: the first default model stands in, where that is allowed.
async fn fallback(inner: &Inner) -> Result<Arc<Model>> {
    if !inner.settings.get(&keys::ENABLE_CUSTOM_MODEL_FALLBACK) {
        return Err(ChatError::ModelNotFound);
    }
    let defaults = inner.settings.get(&keys::DEFAULT_MODELS);
    let first = defaults.first().ok_or(ChatError::ModelNotFound)?;
    let list = inner.providers.catalogue().list(false).await;
    list.by_id.get(first).cloned().ok_or(ChatError::ModelNotFound)
}

fn merge_own_params(request: &mut TurnRequest, params: &Value) {
    if let Some(stream) = params.get("stream_response").and_then(Value::as_bool) {
        request.body.insert("stream".into(), json!(stream));
    }
    for key in ["stream_delta_chunk_size", "reasoning_tags"] {
        if let Some(value) = params.get(key).filter(|v| !v.is_null()) {
            request.params.insert(key.into(), value.clone());
        }
    }
}

/// The model with that id, if the caller may use it.
///
/// # Errors
/// `ModelNotFound`.
pub(crate) async fn find(inner: &Inner, caller: &Caller, id: &str) -> Result<Arc<Model>> {
    let model = inner.providers.catalogue().find(id).await.ok_or(ChatError::ModelNotFound)?;
    if may_use(inner, caller, &model).await? { Ok(model) } else { Err(ChatError::ModelNotFound) }
}

/// Whether no access rule applies to the caller.
pub(crate) fn uses_everything(inner: &Inner, caller: &Caller) -> bool {
    let settings = &inner.settings;
    settings.get(&keys::BYPASS_MODEL_ACCESS_CONTROL)
        || (caller.is_admin() && settings.get(&keys::BYPASS_ADMIN_ACCESS_CONTROL))
}

/// Whether the caller may use a model, and what it stands on.
pub(crate) async fn may_use(inner: &Inner, caller: &Caller, model: &Model) -> Result<bool> {
    if uses_everything(inner, caller) {
        return Ok(true);
    }
    if !shared_with(inner, &caller.user, model).await? {
        return Ok(false);
    }
    let Kind::Custom { base: Some(base) } = &model.kind else { return Ok(true) };
    let list = inner.providers.catalogue().list(false).await;
    match list.base_model(base).and_then(|base| list.by_id.get(&base.id)) {
        Some(base) => lent(inner, caller, model, base).await,
        None => Ok(true),
    }
}

/// Whether the model is the account's own or shared with it: a server's own model is shared by administrators only.
async fn shared_with(inner: &Inner, user: &User, model: &Model) -> Result<bool> {
    if model.kind == Kind::Arena {
        // A missing key counts as private here.
        let control = model.json.pointer("/info/meta/access_control").cloned().unwrap_or(json!({}));
        return Ok(inner.identity.grants(user, Action::Read, Some(&control)).await?);
    }
    let Some(row) = &model.access else { return Ok(false) };
    Ok(row.user_id == user.id
        || inner.identity.grants(user, Action::Read, row.access_control.as_ref()).await?)
}

/// Whether the caller may reach `base` through `model`: with access of its own, or because the owner of the model, who
/// shares it, still has access. Administrators lend what they like.
async fn lent(inner: &Inner, caller: &Caller, model: &Model, base: &Model) -> Result<bool> {
    if shared_with(inner, &caller.user, base).await? {
        return Ok(true);
    }
    let Some(row) = &model.access else { return Ok(false) };
    match inner.identity.user(&row.user_id).await? {
        Some(owner) if owner.role == Role::Admin => Ok(true),
        Some(owner) if owner.role == Role::User => shared_with(inner, &owner, base).await,
        _ => Ok(false),
    }
}

/// Checks the model a body names.
///
/// # Errors
/// `ModelNotFound`.
pub(crate) async fn check(inner: &Inner, caller: &Caller, body: &Map<String, Value>) -> Result<()> {
    let direct = body.get("model_item").and_then(|m| m.get("direct")).and_then(Value::as_bool) == Some(true);
    if direct {
        return Ok(());
    }
    let id = body.get("model").and_then(Value::as_str).ok_or(ChatError::ModelNotFound)?;
    find(inner, caller, id).await.map(|_| ())
}
