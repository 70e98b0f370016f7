//! What several areas ask before they show or change something that its owner can share.

use axum::http::StatusCode;
use serde_json::{Value, json};
use transom_config::keys;
use transom_identity::{Caller, access::Action};
use transom_store::Text;

use crate::{ApiError, App, Result};

/// 404 in the words that clients of the contract know.
pub fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "We could not find what you're looking for :/")
}

/// Refuses a thing that exists but is not the caller's to use so.
pub fn prohibited() -> ApiError {
    ApiError::unauthorized(
        "You do not have permission to access this resource. Please contact your administrator for assistance.",
    )
}

/// Refuses a caller who is kept out of a channel or a note, in the words that clients of the contract know.
pub fn refused() -> ApiError {
    ApiError::forbidden("Something went wrong :/")
}

/// Refuses a caller who lacks a permission.
pub fn unauthorized() -> ApiError {
    ApiError::unauthorized("401 Unauthorized")
}

/// Refuses a caller who has none of these permissions.
///
/// # Errors
/// 401.
pub async fn require_any(app: &App, caller: &Caller, permissions: &[&str]) -> Result<()> {
    for permission in permissions {
        if app.identity.permits(&caller.user, permission).await? {
            return Ok(());
        }
    }
    Err(unauthorized())
}

/// Whether the caller is an administrator who sees what others keep private.
pub fn sees_all(app: &App, caller: &Caller) -> bool {
    caller.is_admin() && app.settings.get(&keys::BYPASS_ADMIN_ACCESS_CONTROL)
}

/// Whether the caller may do `action` with something that belongs to `owner` and is shared by `control`.
/// Administrators may change everything, but see private things only where the server lets them.
///
/// # Errors
/// Of the store only.
pub async fn may(
    app: &App,
    caller: &Caller,
    action: Action,
    owner: &str,
    control: Option<&Value>,
) -> Result<bool> {
    let by_role = match action {
        Action::Read => sees_all(app, caller),
        Action::Write => caller.is_admin(),
    };
    Ok(by_role || owner == caller.user.id || app.identity.grants(&caller.user, action, control).await?)
}

/// The access control that is kept when the caller asks for `wanted`: making something public needs a permission, and
/// without it the thing becomes private.
///
/// # Errors
/// 422 when `wanted` is neither `null` nor an object.
pub async fn settled(
    app: &App,
    caller: &Caller,
    wanted: Option<Value>,
    public_permission: &str,
) -> Result<Option<Value>> {
    match wanted {
        Some(control @ Value::Object(_)) => Ok(Some(control)),
        None | Some(Value::Null) => {
            let public = app.identity.permits(&caller.user, public_permission).await?;
            Ok(if public { None } else { Some(json!({})) })
        }
        Some(_) => {
            let place = vec![json!("body"), json!("access_control")];
            Err(ApiError::invalid("dict_type", place, "Input should be a valid dictionary"))
        }
    }
}

/// Takes out of `attached` the files that the caller may not read. What `before` held already stays: somebody who could
/// read it attached it.
///
/// # Errors
/// Of the store only.
pub async fn keep_readable(
    app: &App,
    caller: &Caller,
    attached: &mut Vec<Value>,
    before: &[Value],
) -> Result<()> {
    if caller.is_admin() {
        return Ok(());
    }
    let id_of = |entry: &Value| entry.get("id").and_then(Value::as_str).map(str::to_owned);
    let mut kept = Vec::with_capacity(attached.len());
    for entry in attached.drain(..) {
        let is_file = entry.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "file");
        let id = id_of(&entry);
        let known = before.iter().any(|old| id.is_some() && id_of(old) == id);
        let readable = match &id {
            Some(id) if is_file && !known => may_read_file(app, caller, id).await?,
            _ => true,
        };
        if readable {
            kept.push(entry);
        }
    }
    *attached = kept;
    Ok(())
}

async fn may_read_file(app: &App, caller: &Caller, id: &str) -> Result<bool> {
    let Some(file) = app.store.files.get(id, Text::Without).await? else { return Ok(false) };
    app.access().file(&caller.user, Action::Read, &file).await
}
