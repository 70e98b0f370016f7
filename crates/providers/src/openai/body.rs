//! What differs between models and servers that all call themselves OpenAI-compatible.

use serde_json::{Map, Value};

use crate::connection::Connection;
use crate::params;

/// Makes a request acceptable for the model and the server.
pub(super) fn repair(connection: &Connection, body: &mut Map<String, Value>) {
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    if is_reasoning(&model) {
        repair_reasoning(&model, body);
    } else if !connection.is_public_openai() {
        rename(body, "max_completion_tokens", "max_tokens");
    }
    if body.contains_key("max_completion_tokens") {
        body.shift_remove("max_tokens");
    }
    if let Some(bias) = body.get("logit_bias") {
        match params::logit_bias(bias) {
            Some(object) => body.insert("logit_bias".into(), object),
            None => body.shift_remove("logit_bias"),
        };
    }
}

/// True for models of the public service that reason, by their names.
pub(super) fn is_reasoning(model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    ["o1", "o3", "o4", "gpt-5"].iter().any(|start| model.starts_with(start))
}

fn repair_reasoning(model: &str, body: &mut Map<String, Value>) {
    rename(body, "max_tokens", "max_completion_tokens");
    let first = body.get_mut("messages").and_then(|m| m.get_mut(0)).filter(|m| m["role"] == "system");
    if let Some(system) = first {
        let old = model.starts_with("o1-mini") || model.starts_with("o1-preview");
        system["role"] = Value::from(if old { "user" } else { "developer" });
    }
}

fn rename(body: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = body.shift_remove(from) {
        body.insert(to.to_owned(), value);
    }
}
