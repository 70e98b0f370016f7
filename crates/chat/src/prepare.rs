//! From a request to the body a provider gets: parameters, system prompts, template variables.

use serde_json::{Map, Value, json};
use transom_identity::Caller;
use transom_providers::template::{self, TemplateUser};

use crate::{Inner, Result, attachments, memory, models::Resolved, request::TurnRequest};

/// Parameters that are ours, not the provider's.
const OWN_PARAMS: [&str; 5] =
    ["stream_response", "stream_delta_chunk_size", "function_calling", "reasoning_tags", "system"];

/// A body ready to be sent.
pub(crate) struct Prepared {
    pub body: Map<String, Value>,
    /// Fields to add to the answer.
    pub extra: Map<String, Value>,
}

/// Builds the provider's body.
///
/// # Errors
/// When the store cannot be reached.
pub(crate) async fn prepare(
    inner: &Inner,
    caller: &Caller,
    mut request: TurnRequest,
    model: &Resolved,
) -> Result<Prepared> {
    apply_params(&mut request, model.is_ollama());
    let user = template_user(caller);
    if let Some(messages) = request.body.get_mut("messages").and_then(Value::as_array_mut) {
        if let Some(system) = messages.first_mut().filter(|m| m.get("role") == Some(&json!("system")))
            && let Some(Value::String(text)) = system.get_mut("content")
        {
            *text = template::fill_system(text, &request.variables, &user);
        }
        if let Some(prompt) = folder_prompt(inner, caller, request.chat_id.as_deref()).await? {
            add_system(messages, &template::fill_system(&prompt, &request.variables, &user));
        }
        attachments::resolve_pictures(inner, caller, messages).await;
        if request.features.get("memory").and_then(Value::as_bool) == Some(true) {
            memory::tell(inner, caller, messages).await?;
        }
    }
    Ok(Prepared { body: request.body, extra: request.extra })
}

/// The caller as system prompts may name them.
pub(crate) fn template_user(caller: &Caller) -> TemplateUser {
    TemplateUser::from(&*caller.user)
}

/// Moves the chat parameters to where the provider looks for them.
fn apply_params(request: &mut TurnRequest, ollama: bool) {
    let mut params = std::mem::take(&mut request.params);
    let custom = params.remove("custom_params");
    if let Some(Value::Object(custom)) = custom {
        for (key, value) in custom {
            let value = match value {
                Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                other => other,
            };
            deep_merge(params.entry(key).or_insert(Value::Null), value);
        }
    }
    // Which model is asked has been decided: no parameter says it again.
    let ours = |key: &str| OWN_PARAMS.contains(&key) || key.eq_ignore_ascii_case("model");
    params.retain(|key, value| !ours(key) && !value.is_null());
    if params.is_empty() {
        return;
    }
    if ollama {
        let options = request.body.entry("options").or_insert_with(|| json!({}));
        deep_merge(options, Value::Object(params));
    } else {
        request.body.extend(params);
    }
}

fn deep_merge(slot: &mut Value, value: Value) {
    match (slot, value) {
        (Value::Object(slot), Value::Object(value)) => {
            for (key, value) in value {
                deep_merge(slot.entry(key).or_insert(Value::Null), value);
            }
        }
        (slot, value) => *slot = value,
    }
}

/// The system prompt of the folder a chat is in.
async fn folder_prompt(inner: &Inner, caller: &Caller, chat_id: Option<&str>) -> Result<Option<String>> {
    let Some(chat_id) = chat_id.filter(|id| !id.starts_with("local:")) else { return Ok(None) };
    let Some(row) = inner.store.chats.row(chat_id).await? else { return Ok(None) };
    let Some(folder_id) = row.folder_id else { return Ok(None) };
    let folder = inner.store.folders.get(&folder_id, &caller.user.id).await?;
    Ok(folder
        .and_then(|f| f.data.get("system_prompt").and_then(Value::as_str).map(str::to_string))
        .filter(|prompt| !prompt.is_empty()))
}

/// Puts a text before the system message, making one when there is none.
pub(crate) fn add_system(messages: &mut Vec<Value>, text: &str) {
    if let Some(first) = messages.first_mut().filter(|m| m.get("role") == Some(&json!("system")))
        && let Some(Value::String(content)) = first.get_mut("content")
    {
        *content = format!("{text}\n{content}");
        return;
    }
    messages.insert(0, json!({"role": "system", "content": text}));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: Value) -> TurnRequest {
        TurnRequest::parse(body.as_object().cloned().unwrap_or_default()).unwrap()
    }

    #[test]
    fn params_go_to_the_top_or_into_options() {
        let body = json!({"model": "m", "messages": [], "params": {"temperature": 0.5, "system": "x", "seed": null,
            "model": "secret", "custom_params": {"a": "{\"b\": 1}", "c": "text", "Model": "secret", "model": "secret"}}});
        let mut plain = request(body.clone());
        apply_params(&mut plain, false);
        assert_eq!(plain.body["temperature"], 0.5);
        assert_eq!(plain.body["a"], json!({"b": 1}));
        assert_eq!(plain.body["c"], "text");
        assert!(!plain.body.contains_key("system") && !plain.body.contains_key("seed"));
        assert_eq!(plain.body["model"], "m");
        assert!(!plain.body.contains_key("Model"));
        let mut ollama = request(body);
        apply_params(&mut ollama, true);
        assert_eq!(ollama.body["options"]["temperature"], 0.5);
    }

    #[test]
    fn a_prompt_joins_the_system_message() {
        let mut messages = vec![json!({"role": "user", "content": "q"})];
        add_system(&mut messages, "one");
        add_system(&mut messages, "two");
        assert_eq!(messages[0], json!({"role": "system", "content": "two\none"}));
        assert_eq!(messages.len(), 2);
    }
}
