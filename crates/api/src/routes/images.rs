//! Settings of image generation.

use axum::{Json, extract::State};
use serde_json::{Map, Value};

use super::pages::Page;
use crate::{
    App, Result,
    extract::{Admin, Body},
    router::Routes,
    rule::Rule,
};

/// The settings page.
pub const PAGE: Page = Page {
    fields: &[
        "ENABLE_IMAGE_GENERATION",
        "ENABLE_IMAGE_PROMPT_GENERATION",
        "IMAGE_GENERATION_ENGINE",
        "IMAGE_GENERATION_MODEL",
        "IMAGE_SIZE",
        "IMAGE_STEPS",
        "IMAGES_OPENAI_API_BASE_URL",
        "IMAGES_OPENAI_API_KEY",
        "IMAGES_OPENAI_API_VERSION",
        "IMAGES_OPENAI_API_PARAMS",
        "AUTOMATIC1111_BASE_URL",
        "AUTOMATIC1111_API_AUTH",
        "AUTOMATIC1111_PARAMS",
        "COMFYUI_BASE_URL",
        "COMFYUI_API_KEY",
        "COMFYUI_WORKFLOW",
        "COMFYUI_WORKFLOW_NODES",
        "IMAGES_GEMINI_API_BASE_URL",
        "IMAGES_GEMINI_API_KEY",
        "IMAGES_GEMINI_ENDPOINT_METHOD",
        "ENABLE_IMAGE_EDIT",
        "IMAGE_EDIT_ENGINE",
        "IMAGE_EDIT_MODEL",
        "IMAGE_EDIT_SIZE",
        "IMAGES_EDIT_OPENAI_API_BASE_URL",
        "IMAGES_EDIT_OPENAI_API_KEY",
        "IMAGES_EDIT_OPENAI_API_VERSION",
        "IMAGES_EDIT_GEMINI_API_BASE_URL",
        "IMAGES_EDIT_GEMINI_API_KEY",
        "IMAGES_EDIT_COMFYUI_BASE_URL",
        "IMAGES_EDIT_COMFYUI_API_KEY",
        "IMAGES_EDIT_COMFYUI_WORKFLOW",
        "IMAGES_EDIT_COMFYUI_WORKFLOW_NODES",
    ],
    as_text: &[],
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/images/config", Rule::Admin, "Settings of image generation", config)
        .gives_with(|_| PAGE.schema())
        .post("/api/v1/images/config/update", Rule::Admin, "Change image generation", set_config)
        .takes_with(|_| PAGE.schema())
        .gives_with(|_| PAGE.schema())
}

async fn config(State(app): State<App>, _: Admin) -> Json<Map<String, Value>> {
    Json(PAGE.read(&app.settings))
}

async fn set_config(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<Map<String, Value>>,
) -> Result<Json<Map<String, Value>>> {
    PAGE.change(&app.settings, &form, &[]).await?;
    Ok(Json(PAGE.read(&app.settings)))
}
