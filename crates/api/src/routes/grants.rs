//! What several areas ask before they show or change something that its owner can share.

use std::collections::HashSet;

use axum::http::StatusCode;
use serde_json::{Value, json};
use transom_config::keys;
use transom_identity::{Caller, access::Action};
use transom_store::{Role, Text};

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

/// Refuses a caller who lacks a permission that depends on what is asked; where it does not, the route's rule names it.
///
/// # Errors
/// 401.
pub async fn require(app: &App, caller: &Caller, permission: &str) -> Result<()> {
    if app.identity.permits(&caller.user, permission).await? { Ok(()) } else { Err(unauthorized()) }
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

/// Whether the caller may change something of the workspace that belongs to `owner` and is shared by `control`. Whoever
/// has lost the permission to make such things has lost it for those already made; an administrator who shares an own
/// thing for writing lends it.
///
/// # Errors
/// Of the store only.
pub async fn may_change(
    app: &App,
    caller: &Caller,
    owner: &str,
    control: Option<&Value>,
    permission: &str,
) -> Result<bool> {
    if !may(app, caller, Action::Write, owner, control).await? {
        return Ok(false);
    }
    if app.identity.permits(&caller.user, permission).await? {
        return Ok(true);
    }
    let lender = app.identity.user(owner).await?;
    Ok(owner != caller.user.id && lender.is_some_and(|owner| owner.role == Role::Admin))
}

/// What is shared, as the permissions of the section `sharing` name it.
#[derive(Clone, Copy, Debug)]
pub struct Sharing {
    /// The permission to share with chosen people and groups.
    pub some: &'static str,
    /// The permission to share with everybody.
    pub everybody: &'static str,
}

/// The access control that is kept when the caller asks for `wanted` in place of `before` (for a new thing `{}`, which
/// nobody else sees). Without the permission to share with everybody the thing becomes private; what stays as it was
/// needs no permission.
///
/// # Errors
/// 422 when `wanted` is neither `null` nor an object; 401 when it names others and the caller may not share.
pub async fn settled(
    app: &App,
    caller: &Caller,
    wanted: Option<Value>,
    before: Option<&Value>,
    sharing: Sharing,
) -> Result<Option<Value>> {
    let wanted = wanted.filter(|wanted| !wanted.is_null());
    if wanted.as_ref() == before {
        return Ok(wanted);
    }
    match wanted {
        Some(Value::Object(_)) => {
            let known = named_in(before);
            if named_in(wanted.as_ref()).is_subset(&known) {
                return Ok(wanted);
            }
            require(app, caller, sharing.some).await?;
            Ok(wanted)
        }
        None => {
            let public = app.identity.permits(&caller.user, sharing.everybody).await?;
            Ok(if public { None } else { Some(json!({})) })
        }
        Some(_) => {
            let place = vec![json!("body"), json!("access_control")];
            Err(ApiError::invalid("dict_type", place, "Input should be a valid dictionary"))
        }
    }
}

/// Everybody whom an access control lets in, and for what.
fn named_in(control: Option<&Value>) -> HashSet<(&str, &str, &str)> {
    let lists = control.and_then(Value::as_object).into_iter().flatten();
    lists
        .flat_map(|(action, lists)| {
            let lists = lists.as_object().into_iter().flatten();
            lists.flat_map(move |(list, ids)| {
                let ids = ids.as_array().into_iter().flatten().filter_map(Value::as_str);
                ids.map(move |id| (action.as_str(), list.as_str(), id))
            })
        })
        .collect()
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
        let id = id_of(&entry);
        let known = before.iter().any(|old| id.is_some() && id_of(old) == id);
        let readable = match &id {
            Some(id) if !known => may_attach(app, caller, id, &entry).await?,
            _ => true,
        };
        if readable {
            kept.push(entry);
        }
    }
    *attached = kept;
    Ok(())
}

/// Whatever an entry calls itself, a file that it names has to be readable; what is no file may have an id as well.
async fn may_attach(app: &App, caller: &Caller, id: &str, entry: &Value) -> Result<bool> {
    match app.store.files.get(id, Text::Without).await? {
        Some(file) => app.access().file(&caller.user, Action::Read, &file).await,
        None => Ok(entry.get("type").and_then(Value::as_str).is_some_and(|kind| kind != "file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_all_lists() {
        let control =
            json!({"read": {"user_ids": ["a"], "group_ids": ["g"]}, "write": {"user_ids": ["a"]}, "x": 1});
        let names = named_in(Some(&control));
        assert_eq!(names.len(), 3);
        assert!(names.contains(&("write", "user_ids", "a")));
        assert!(named_in(None).is_empty() && named_in(Some(&json!({}))).is_empty());
    }
}
