//! What people keep about themselves: settings, information, status; and what they may do.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use transom_config::keys;
use transom_store::{Group, User, UserPatch};

use crate::{
    ApiError, App, Result,
    extract::{Body, Verified},
    router::Routes,
    routes::{
        answers::{self, UserStatus},
        shapes,
    },
    rule::Rule,
};

const OWN: Rule = Rule::Verified;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/users/groups", OWN, "The caller's groups", groups)
        .get("/api/v1/users/permissions", OWN, "What the caller may do", permissions)
        .gives::<answers::Object>()
        .get("/api/v1/users/user/settings", OWN, "The caller's settings", settings)
        .gives::<Option<answers::Settings>>()
        .post("/api/v1/users/user/settings/update", OWN, "Change the caller's settings", set_settings)
        .gives::<answers::Settings>()
        .get("/api/v1/users/user/info", OWN, "What the caller keeps about itself", info)
        .gives::<Option<answers::Object>>()
        .post("/api/v1/users/user/info/update", OWN, "Change what the caller keeps about itself", set_info)
        .gives::<answers::Object>()
        .get("/api/v1/users/user/status", OWN, "The caller's status", status)
        .post("/api/v1/users/user/status/update", OWN, "Change the caller's status", set_status)
}

async fn groups(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Group>>> {
    Ok(Json(app.store.groups.of_user(&caller.user.id).await?))
}

async fn permissions(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Value>> {
    Ok(Json(app.identity.permission_tree(&caller.user.id).await?.as_ref().clone()))
}

async fn settings(Verified(caller): Verified) -> Json<Value> {
    Json(caller.user.settings.clone())
}

#[derive(Deserialize, JsonSchema)]
struct SettingsForm {
    /// Settings of the web client; replaced as a whole.
    #[serde(default)]
    ui: Option<Map<String, Value>>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

async fn set_settings(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<SettingsForm>,
) -> Result<Json<Value>> {
    let mut patch = form.others;
    if let Some(mut ui) = form.ui {
        if !app.identity.permits(&caller.user, "features.direct_tool_servers").await? {
            ui.shift_remove("toolServers");
        }
        patch.insert("ui".into(), Value::Object(ui));
    }
    let user = latest(&app, &caller.user).await?;
    let settings = Some(merged(user.settings, patch));
    let user =
        app.identity.update_user(&caller.user.id, UserPatch { settings, ..UserPatch::default() }).await?;
    Ok(Json(user.settings))
}

/// The account as it is kept now: what is remembered of it may be older, and a merge must not undo anything.
async fn latest(app: &App, user: &User) -> Result<User> {
    Ok(app.store.users.get(&user.id).await?.unwrap_or_else(|| user.clone()))
}

/// `patch` laid over `kept`, field by field of the first level.
fn merged(kept: Value, patch: Map<String, Value>) -> Value {
    let mut fields = match kept {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.extend(patch);
    Value::Object(fields)
}

async fn info(Verified(caller): Verified) -> Json<Value> {
    Json(caller.user.info.clone())
}

async fn set_info(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(patch): Body<Map<String, Value>>,
) -> Result<Json<Value>> {
    let user = latest(&app, &caller.user).await?;
    let info = Some(merged(user.info, patch));
    let user = app.identity.update_user(&caller.user.id, UserPatch { info, ..UserPatch::default() }).await?;
    Ok(Json(user.info))
}

fn shown_status(user: &User) -> UserStatus {
    UserStatus {
        status_emoji: user.status_emoji.clone(),
        status_message: user.status_message.clone(),
        status_expires_at: user.status_expires_at,
    }
}

async fn status(Verified(caller): Verified) -> Json<UserStatus> {
    Json(shown_status(&caller.user))
}

/// Fields that are left out stay as they are; `null` clears them.
#[derive(Deserialize, JsonSchema)]
struct StatusForm {
    #[serde(default, deserialize_with = "sent")]
    status_emoji: Option<Option<String>>,
    #[serde(default, deserialize_with = "sent")]
    status_message: Option<Option<String>>,
    /// Unix seconds.
    #[serde(default, deserialize_with = "sent")]
    status_expires_at: Option<Option<i64>>,
}

fn sent<'de, D, T>(reader: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(reader).map(Some)
}

fn limited(what: &str, text: Option<Option<String>>) -> Result<Option<Option<String>>> {
    text.map(|text| text.map(|text| shapes::text(what, text)).transpose()).transpose()
}

async fn set_status(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<StatusForm>,
) -> Result<Json<UserStatus>> {
    if !app.settings.get(&keys::ENABLE_USER_STATUS) {
        return Err(ApiError::forbidden("Statuses are switched off (ENABLE_USER_STATUS)."));
    }
    let patch = UserPatch {
        status_emoji: limited("The emoji", form.status_emoji)?,
        status_message: limited("The status", form.status_message)?,
        status_expires_at: form.status_expires_at,
        ..UserPatch::default()
    };
    Ok(Json(shown_status(&app.identity.update_user(&caller.user.id, patch).await?)))
}
