//! Every setting of this server, for the administrators' page. Not part of the contract: the twin of `transom config`.

use axum::{Json, extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use transom_config::{Entry, SetError};

use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Path},
    router::Routes,
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    const ONE: &str = "/api/v1/transom/settings/{name}";
    Routes::default()
        .get(
            "/api/v1/transom/settings",
            Rule::Admin,
            "Every setting with its value and where it comes from",
            list,
        )
        .post(ONE, Rule::Admin, "Save a setting", change)
        .delete(ONE, Rule::Admin, "Return a setting to its environment variable or default", reset)
}

#[derive(Serialize, JsonSchema)]
struct Settings {
    settings: Vec<Setting>,
}

/// A setting and its value.
#[derive(Serialize, JsonSchema)]
struct Setting {
    /// The environment variable.
    name: &'static str,
    /// The key under which it is saved; null when it is fixed at start.
    key: Option<&'static str>,
    group: &'static str,
    help: &'static str,
    /// `bool`, `int`, `float`, `text`, `url`, `path`, `duration`, `list` (of texts) or `json`.
    r#type: &'static str,
    /// Whether null is a value too.
    optional: bool,
    /// The values that are possible; empty when any is.
    allowed: &'static [&'static str],
    secret: bool,
    /// `default`, `environment` or `saved`.
    source: &'static str,
    /// Null when it is secret.
    value: Option<Value>,
    /// Whether there is a value, also when it is secret.
    set: bool,
    /// Null when it is secret.
    default: Option<Value>,
    /// Whether this version acts on it.
    served: bool,
}

impl From<Entry> for Setting {
    fn from(entry: Entry) -> Self {
        let Entry { declaration, source, value, set, default } = entry;
        Self {
            name: declaration.name,
            key: declaration.persistent,
            group: declaration.group,
            help: declaration.help,
            r#type: declaration.kind.name(),
            optional: declaration.kind.is_optional(),
            allowed: declaration.allowed,
            secret: declaration.secret,
            source: source.name(),
            value,
            set,
            default,
            served: declaration.acts,
        }
    }
}

async fn list(State(app): State<App>, _: Admin) -> Json<Settings> {
    Json(Settings { settings: app.settings.entries().into_iter().map(Setting::from).collect() })
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SettingChange")]
struct Change {
    /// In the type of the setting; lists may also be one text with separators.
    value: Value,
}

async fn change(
    State(app): State<App>,
    _: Admin,
    Path(name): Path<String>,
    Body(form): Body<Change>,
) -> Result<Json<Setting>> {
    app.settings.change(&name, form.value).await.map_err(refused)?;
    one(&app, &name)
}

async fn reset(State(app): State<App>, _: Admin, Path(name): Path<String>) -> Result<Json<Setting>> {
    app.settings.reset(&name).await.map_err(refused)?;
    one(&app, &name)
}

fn one(app: &App, name: &str) -> Result<Json<Setting>> {
    let entry = app.settings.entry(name).ok_or_else(|| refused(SetError::Unknown(name.to_owned())))?;
    Ok(Json(entry.into()))
}

/// Here the name is part of the path, so an unknown one is a missing thing and not a bad value.
fn refused(error: SetError) -> ApiError {
    let unknown = matches!(error, SetError::Unknown(_));
    let error = ApiError::from(error);
    if unknown { error.with_status(StatusCode::NOT_FOUND) } else { error }
}
