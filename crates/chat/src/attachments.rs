//! Pictures and files that messages name.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use transom_identity::Caller;
use transom_store::User;

use crate::{Inner, request::TurnRequest};

/// What a turn needs to know of files; the HTTP layer knows where they lie and who may read them.
#[async_trait]
pub trait Attachments: Send + Sync + 'static {
    /// The picture behind a file id, the address of a file or a web address, as a `data:` address. None when there is
    /// no such picture or the account may not see it.
    async fn picture(&self, user: &User, reference: &str) -> Option<String>;

    /// The id of the file that a reference names, if the account may read it.
    async fn readable(&self, user: &User, reference: &str) -> Option<String>;
}

/// Puts pictures into the form that providers take: parts of a message with the data inside. A part whose picture
/// cannot be had stays as it came.
pub(crate) async fn resolve_pictures(inner: &Inner, caller: &Caller, messages: &mut [Value]) {
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    for message in messages.iter_mut().filter_map(Value::as_object_mut) {
        files_to_parts(message);
        let Some(Value::Array(parts)) = message.get_mut("content") else { continue };
        for url in parts.iter_mut().filter_map(picture_url) {
            let Value::String(reference) = &*url else { continue };
            if reference.starts_with("data:image/") {
                continue;
            }
            let reference = reference.clone();
            let found = match known.get(&reference) {
                Some(found) => found.clone(),
                None => {
                    let found = inner.attachments.picture(&caller.user, &reference).await;
                    known.insert(reference, found.clone());
                    found
                }
            };
            if let Some(data) = found {
                *url = Value::String(data);
            }
        }
    }
}

/// The address inside an `image_url` part, in both spellings.
fn picture_url(part: &mut Value) -> Option<&mut Value> {
    if part.get("type").and_then(Value::as_str) != Some("image_url") {
        return None;
    }
    let image = part.get_mut("image_url")?;
    if image.is_object() { image.get_mut("url") } else { Some(image) }
}

/// Pictures among the `files` of a message become parts of its content; no provider knows that field.
fn files_to_parts(message: &mut Map<String, Value>) {
    let Some(files) = message.remove("files") else { return };
    let pictures: Vec<Value> = files
        .as_array()
        .into_iter()
        .flatten()
        .filter(|file| file.get("type").and_then(Value::as_str) == Some("image"))
        .filter_map(|file| file.get("url").or_else(|| file.get("id")).and_then(Value::as_str))
        .map(|url| json!({"type": "image_url", "image_url": {"url": url}}))
        .collect();
    let user = message.get("role").and_then(Value::as_str) == Some("user");
    // Pictures in answers were drawn, not asked about.
    if pictures.is_empty() || !user {
        return;
    }
    let mut parts = match message.remove("content") {
        Some(Value::Array(parts)) => parts,
        Some(Value::String(text)) => vec![json!({"type": "text", "text": text})],
        _ => Vec::new(),
    };
    let has = |parts: &[Value], url: &Value| parts.iter().any(|part| part.get("image_url") == Some(url));
    for picture in pictures {
        if !has(&parts, &picture["image_url"]) {
            parts.push(picture);
        }
    }
    message.insert("content".into(), Value::Array(parts));
}

/// Notes which files the answered message uses, so that whoever may see the chat may see them.
pub(crate) async fn link(inner: &Inner, caller: &Caller, request: &TurnRequest, chat_id: &str) {
    for reference in &request.parent_files {
        let Some(file_id) = inner.attachments.readable(&caller.user, reference).await else { continue };
        let message_id = request.parent_id.as_deref();
        let files = &inner.store.files;
        if let Err(error) = files.link_chat_file(chat_id, message_id, &file_id, &caller.user.id).await {
            tracing::warn!(%error, chat_id, file_id, "a file could not be linked to its chat");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_a_message_become_parts() {
        let mut message = json!({"role": "user", "content": "What is this?", "files": [
            {"type": "image", "url": "f1"}, {"type": "file", "id": "f2"}]});
        files_to_parts(message.as_object_mut().unwrap());
        let expected = json!({"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "f1"}}]});
        assert_eq!(message, expected);
        let mut answer =
            json!({"role": "assistant", "content": "Here", "files": [{"type": "image", "url": "f"}]});
        files_to_parts(answer.as_object_mut().unwrap());
        assert_eq!(answer, json!({"role": "assistant", "content": "Here"}));
    }

    #[test]
    fn both_spellings_of_a_picture_are_understood() {
        let mut long = json!({"type": "image_url", "image_url": {"url": "a"}});
        let mut short = json!({"type": "image_url", "image_url": "b"});
        assert_eq!(picture_url(&mut long), Some(&mut json!("a")));
        assert_eq!(picture_url(&mut short), Some(&mut json!("b")));
        assert_eq!(picture_url(&mut json!({"type": "text", "text": "x"})), None);
    }
}
