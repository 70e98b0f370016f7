//! The server itself.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use super::Object;

/// Whether something was done, or is well.
#[derive(JsonSchema)]
pub struct Status {
    status: bool,
}

/// The version that clients may rely on.
#[derive(JsonSchema)]
pub struct Version {
    version: String,
    deployment_id: String,
    /// The version of this server itself.
    transom: String,
}

/// Current and latest version.
#[derive(JsonSchema)]
pub struct Updates {
    current: String,
    latest: String,
}

/// What changed, by version.
pub type Changelog = BTreeMap<String, Changes>;

/// What changed in a version; a list for each kind of change.
#[derive(JsonSchema)]
pub struct Changes {
    /// Of the release, as `YYYY-MM-DD`.
    date: String,
    #[serde(flatten)]
    kinds: BTreeMap<String, Value>,
}

/// Start-up settings. Visitors get the first fields only, accounts all of them.
#[derive(JsonSchema)]
pub struct StartConfig {
    status: bool,
    name: String,
    version: String,
    default_locale: String,
    /// Sign-in providers by id, with the name to show, below `providers`.
    oauth: Object,
    /// Switches by name.
    features: BTreeMap<String, bool>,
    /// Set while there is no account yet.
    #[serde(default)]
    onboarding: bool,
    #[serde(flatten)]
    private: Object,
}

/// Models in use and active accounts.
#[derive(JsonSchema)]
pub struct Usage {
    model_ids: Vec<String>,
    user_count: u64,
}

/// The manifest of the installable app.
#[derive(JsonSchema)]
pub struct Manifest {
    name: String,
    short_name: String,
    description: String,
    start_url: String,
    display: String,
    background_color: String,
    theme_color: String,
    icons: Vec<Icon>,
    share_target: Object,
}

/// A picture of the app.
#[derive(JsonSchema)]
pub struct Icon {
    src: String,
    r#type: String,
    sizes: String,
    purpose: String,
}

/// Ids of running turns.
#[derive(JsonSchema)]
pub struct TaskIds {
    task_ids: Vec<String>,
}

/// Running turns.
#[derive(JsonSchema)]
pub struct Tasks {
    tasks: Vec<String>,
}

/// What became of a turn that was to stop.
#[derive(JsonSchema)]
pub struct Stopped {
    status: bool,
    message: String,
}

/// A sentence about what was done.
#[derive(JsonSchema)]
pub struct Message {
    message: String,
}

/// How far the reading of a file is.
#[derive(JsonSchema)]
pub struct Progress {
    /// `pending`, `completed` or `failed`.
    status: String,
}
