//! The models that run in this server, for the administrators' pages. Not part of the contract: getting, showing and
//! removing them goes through `/ollama/api/*` with the index that stands here.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use transom_providers::STARTER;

use crate::{App, extract::Admin, router::Routes, rule::Rule};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default().get(
        "/api/v1/transom/engine",
        Rule::Admin,
        "Whether models can run in this server",
        status,
    )
}

#[derive(Serialize, JsonSchema)]
struct EngineStatus {
    /// Index for `/ollama/api/*`; null when models cannot run here.
    index: Option<usize>,
    /// Why they cannot.
    reason: Option<String>,
    /// What to pull to begin with.
    starter: &'static str,
}

async fn status(_: Admin, State(app): State<App>) -> Json<EngineStatus> {
    let local = app.providers.local_status();
    Json(EngineStatus { index: local.index, reason: local.reason, starter: STARTER })
}
