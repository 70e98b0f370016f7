//! Azure OpenAI: deployments in the path, a date as version, and a closed list of fields.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::body::is_reasoning;
use crate::connection::Connection;

/// The fields Azure accepts; it refuses requests with any other.
const FIELDS: &[&str] = &[
    "messages",
    "temperature",
    "role",
    "content",
    "contentPart",
    "contentPartImage",
    "enhancements",
    "dataSources",
    "n",
    "stream",
    "stop",
    "max_tokens",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "user",
    "function_call",
    "functions",
    "tools",
    "tool_choice",
    "top_p",
    "log_probs",
    "top_logprobs",
    "response_format",
    "seed",
    "max_completion_tokens",
    "reasoning_effort",
];

/// From this version on, `stream_options` is known.
const STREAM_OPTIONS_SINCE: &str = "2024-09-01-preview";

/// Removes what Azure does not know; `model` stays until the path is made.
pub(super) fn reduce(connection: &Connection, body: &mut Map<String, Value>) {
    let stream_options = connection.api_version() >= STREAM_OPTIONS_SINCE;
    body.retain(|name, _| {
        FIELDS.contains(&name.as_str()) || name == "model" || name == "stream_options" && stream_options
    });
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default();
    if is_reasoning(model) && body.get("temperature").is_some_and(|t| t.as_f64() != Some(1.0)) {
        body.shift_remove("temperature");
    }
}

/// The path of an operation on the deployment that the request names as its model.
pub(super) fn path(connection: &Connection, body: &Map<String, Value>, operation: &str) -> String {
    let version =
        utf8_percent_encode(connection.api_version(), NON_ALPHANUMERIC).to_string().replace("%2D", "-");
    match body.get("model").and_then(Value::as_str) {
        Some(model) => {
            let deployment = utf8_percent_encode(model, NON_ALPHANUMERIC).to_string();
            let deployment = deployment.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_");
            format!("/openai/deployments/{deployment}/{operation}?api-version={version}")
        }
        None => format!("/openai/{operation}?api-version={version}"),
    }
}
