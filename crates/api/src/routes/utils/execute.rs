//! Code blocks run on a Jupyter server.

use std::time::Duration;

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transom_config::keys;
use transom_providers::jupyter::{Auth, Jupyter};

use crate::{
    ApiError, App, Result,
    extract::{Body, Verified},
};

/// Python code.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CodeForm")]
pub(super) struct Code {
    pub code: String,
}

/// What a run put out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CodeOutput")]
pub(super) struct Output {
    stdout: String,
    stderr: String,
    result: String,
}

/// Runs code where the setting says. In the browser it runs without this route.
pub(super) async fn execute(
    State(app): State<App>,
    _: Verified,
    Body(form): Body<Code>,
) -> Result<Json<Output>> {
    let settings = &app.settings;
    if settings.get(&keys::CODE_EXECUTION_ENGINE) != "jupyter" {
        return Err(ApiError::bad_request("Code execution engine not supported"));
    }
    if !settings.get(&keys::ENABLE_CODE_EXECUTION) {
        return Err(ApiError::forbidden("Running code is switched off (ENABLE_CODE_EXECUTION)."));
    }
    let seconds = u64::try_from(settings.get(&keys::CODE_EXECUTION_JUPYTER_TIMEOUT)).unwrap_or(0);
    let jupyter = Jupyter {
        url: settings.get(&keys::CODE_EXECUTION_JUPYTER_URL),
        auth: Auth::named(
            &settings.get(&keys::CODE_EXECUTION_JUPYTER_AUTH),
            settings.get(&keys::CODE_EXECUTION_JUPYTER_AUTH_TOKEN),
            settings.get(&keys::CODE_EXECUTION_JUPYTER_AUTH_PASSWORD),
        ),
        timeout: Duration::from_secs(if seconds == 0 { 60 } else { seconds }),
    };
    let transom_providers::jupyter::Output { stdout, stderr, result } =
        jupyter.execute(&app.net, &form.code).await;
    Ok(Json(Output { stdout, stderr, result }))
}
