//! Images.

use serde_json::Value;

use super::spec::*;

settings! {
    "images", "Images";

    /// `user:password` for the AUTOMATIC1111 server.
    AUTOMATIC1111_API_AUTH: String = text("").saved("image_generation.automatic1111.api_auth").secret();

    /// Address of the AUTOMATIC1111 server.
    AUTOMATIC1111_BASE_URL: String = url("").saved("image_generation.automatic1111.base_url");

    /// Extra request fields for AUTOMATIC1111, as a JSON object.
    AUTOMATIC1111_PARAMS: Value = json_object().saved("image_generation.automatic1111.api_params");

    /// API key of the ComfyUI server.
    COMFYUI_API_KEY: String = text("").saved("image_generation.comfyui.api_key").secret();

    /// Address of the ComfyUI server.
    COMFYUI_BASE_URL: String = url("").saved("image_generation.comfyui.base_url");

    /// Workflow that ComfyUI runs, as JSON text; unset is a plain text-to-image workflow.
    COMFYUI_WORKFLOW: String = text("").saved("image_generation.comfyui.workflow");

    /// Which nodes of the workflow receive which fields, as a JSON list.
    COMFYUI_WORKFLOW_NODES: Value = json_list().saved("image_generation.comfyui.nodes");

    /// Lets models edit images.
    ENABLE_IMAGE_EDIT: bool = flag(false).saved("images.edit.enable");

    /// Lets models generate images.
    ENABLE_IMAGE_GENERATION: bool = flag(false).saved("image_generation.enable");

    /// Lets the task model write the prompt for an image.
    ENABLE_IMAGE_PROMPT_GENERATION: bool = flag(true).saved("image_generation.prompt.enable");

    /// API key of the ComfyUI server used for edits.
    IMAGES_EDIT_COMFYUI_API_KEY: String = text("").saved("images.edit.comfyui.api_key").secret();

    /// Address of the ComfyUI server used for edits.
    IMAGES_EDIT_COMFYUI_BASE_URL: String = url("").saved("images.edit.comfyui.base_url");

    /// Workflow that ComfyUI runs for edits, as JSON text.
    IMAGES_EDIT_COMFYUI_WORKFLOW: String = text("").saved("images.edit.comfyui.workflow");

    /// Which nodes of the edit workflow receive which fields, as a JSON list.
    IMAGES_EDIT_COMFYUI_WORKFLOW_NODES: Value = json_list().saved("images.edit.comfyui.nodes");

    /// Base URL of Gemini image edits.
    IMAGES_EDIT_GEMINI_API_BASE_URL: String = url("")
        .saved("images.edit.gemini.api_base_url").or("GEMINI_API_BASE_URL");

    /// API key of Gemini image edits.
    IMAGES_EDIT_GEMINI_API_KEY: String = text("")
        .saved("images.edit.gemini.api_key").or("GEMINI_API_KEY").secret();

    /// Base URL of OpenAI image edits.
    IMAGES_EDIT_OPENAI_API_BASE_URL: String = url("")
        .saved("images.edit.openai.api_base_url").or("OPENAI_API_BASE_URL");

    /// API key of OpenAI image edits.
    IMAGES_EDIT_OPENAI_API_KEY: String = text("")
        .saved("images.edit.openai.api_key").or("OPENAI_API_KEY").secret();

    /// Value of the `api-version` query for edits.
    IMAGES_EDIT_OPENAI_API_VERSION: String = text("").saved("images.edit.openai.api_version");

    /// Base URL of Gemini image generation.
    IMAGES_GEMINI_API_BASE_URL: String = url("")
        .saved("image_generation.gemini.api_base_url").or("GEMINI_API_BASE_URL");

    /// API key of Gemini image generation.
    IMAGES_GEMINI_API_KEY: String = text("")
        .saved("image_generation.gemini.api_key").or("GEMINI_API_KEY").secret();

    /// Method of the Gemini API: `predict` or `generateContent`.
    IMAGES_GEMINI_ENDPOINT_METHOD: String = text("").saved("image_generation.gemini.endpoint_method");

    /// Base URL of OpenAI image generation.
    IMAGES_OPENAI_API_BASE_URL: String = url("")
        .saved("image_generation.openai.api_base_url").or("OPENAI_API_BASE_URL");

    /// API key of OpenAI image generation.
    IMAGES_OPENAI_API_KEY: String = text("")
        .saved("image_generation.openai.api_key").or("OPENAI_API_KEY").secret();

    /// Value of the `api-version` query (Azure).
    IMAGES_OPENAI_API_VERSION: String = text("").saved("image_generation.openai.api_version");

    /// Extra request fields for OpenAI images, as a JSON object.
    IMAGES_OPENAI_PARAMS: Value = json_object()
        .saved("image_generation.openai.params").attribute("IMAGES_OPENAI_API_PARAMS");

    /// Service that edits images.
    IMAGE_EDIT_ENGINE: String = text("openai")
        .saved("images.edit.engine").allowed(&["openai", "gemini", "comfyui"]);

    /// Model that edits images.
    IMAGE_EDIT_MODEL: String = text("").saved("images.edit.model");

    /// Size of edited images.
    IMAGE_EDIT_SIZE: String = text("").saved("images.edit.size");

    /// Service that generates images.
    IMAGE_GENERATION_ENGINE: String = text("openai")
        .saved("image_generation.engine").allowed(&["openai", "gemini", "comfyui", "automatic1111", ""]);

    /// Model that generates images.
    IMAGE_GENERATION_MODEL: String = text("").saved("image_generation.model");

    /// Size of generated images, WIDTHxHEIGHT.
    IMAGE_SIZE: String = text("512x512").saved("image_generation.size");

    /// Diffusion steps of a generated image.
    IMAGE_STEPS: i64 = int("50").saved("image_generation.steps");
}
