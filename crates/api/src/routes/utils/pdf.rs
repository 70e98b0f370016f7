//! A chat as a PDF document.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Local};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use transom_pdf::{Document, Message};

use crate::{
    ApiError, App, Result,
    extract::{Body, Verified},
};

/// The longest chat that is set, in bytes of text.
const MAX_TEXT: usize = 4 << 20;
/// Parts of an answer that hold what the model thought and did, not what it says.
const HIDDEN: [&str; 2] = ["reasoning", "tool_calls"];

/// A chat to be set: its messages as they stand in a chat's document.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChatTitleMessagesForm")]
pub(super) struct Form {
    title: String,
    messages: Vec<Map<String, Value>>,
}

pub(super) async fn pdf(State(app): State<App>, _: Verified, Body(form): Body<Form>) -> Result<Response> {
    let messages: Vec<Message> = form.messages.iter().map(message).collect();
    let text = form.title.len() + messages.iter().map(|message| message.text.len()).sum::<usize>();
    if text > MAX_TEXT {
        return Err(ApiError::bad_request(format!(
            "This chat is too long for a PDF: it has more than {} MiB of text.",
            MAX_TEXT >> 20
        )));
    }
    let pdf = app.press.set(Document { title: form.title, messages }).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "attachment;filename=chat.pdf"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, pdf).into_response())
}

fn message(message: &Map<String, Value>) -> Message {
    let field = |name: &str| message.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let files = message.get("files").and_then(Value::as_array).into_iter().flatten();
    let name = |file: &Value| {
        let name = file.get("name").or_else(|| file.get("file")?.get("filename"))?.as_str()?;
        Some(format!("📎 {name}"))
    };
    Message {
        author: author(field("role").unwrap_or_default(), field("modelName").or_else(|| field("model"))),
        date: message.get("timestamp").and_then(date).unwrap_or_default(),
        text: spoken(&content(message.get("content"))),
        files: files.filter_map(name).collect(),
    }
}

/// A model goes by its name, others by what they are.
fn author(role: &str, model: Option<&str>) -> String {
    if let Some(model) = model.filter(|_| role != "user") {
        return model.to_owned();
    }
    let mut letters = role.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The time of a message where the server stands, and how far that is from UTC.
fn date(timestamp: &Value) -> Option<String> {
    let stated = timestamp.as_f64().filter(|stated| stated.is_finite() && *stated > 0.0)?;
    // Some clients count milliseconds.
    let seconds = if stated >= 1e11 { stated / 1000.0 } else { stated };
    let date = DateTime::from_timestamp(seconds as i64, 0)?.with_timezone(&Local);
    Some(date.format("%Y-%m-%d %H:%M (UTC%:z)").to_string())
}

/// The text of a message, which may come in parts.
fn content(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text").unwrap_or(part).as_str());
            texts.collect::<Vec<_>>().join("\n\n")
        }
        _ => String::new(),
    }
}

/// An answer without the folds that tell how it came about.
fn spoken(text: &str) -> String {
    const CLOSE: &str = "</details>";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<details type=\"") {
        let (before, fold) = rest.split_at(at);
        out.push_str(before);
        let kind = fold.split('"').nth(1).unwrap_or_default();
        match fold.find(CLOSE).filter(|_| HIDDEN.contains(&kind)) {
            Some(end) => rest = &fold[end + CLOSE.len()..],
            None => {
                let (tag, after) = fold.split_at("<details".len());
                out.push_str(tag);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Message {
        message(value.as_object().unwrap())
    }

    #[test]
    fn messages_are_read_as_clients_write_them() {
        let user = read(json!({"role": "user", "content": "Hi", "model": "x", "timestamp": 1_700_000_000}));
        assert_eq!((user.author.as_str(), user.text.as_str()), ("User", "Hi"));
        let other = read(json!({"role": "user", "timestamp": 1_700_000_000_000_i64}));
        assert_eq!(user.date, other.date);
        assert!(user.date.starts_with("2023-11-1") && user.date.contains("(UTC"), "{}", user.date);
        let model = read(json!({
            "role": "assistant", "modelName": "Lab", "model": "lab-1", "timestamp": "soon",
            "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}, {"type": "text", "text": "b"}],
            "files": [{"name": "a.txt"}, {"file": {"filename": "b.txt"}}, 7],
        }));
        assert_eq!((model.author.as_str(), model.date.as_str(), model.text.as_str()), ("Lab", "", "a\n\nb"));
        assert_eq!(model.files, ["📎 a.txt", "📎 b.txt"]);
        assert_eq!(read(json!({})).author, "");
    }

    #[test]
    fn thoughts_are_left_out() {
        let text = "<details type=\"reasoning\" done=\"true\">\n> hm\n</details>\nYes. \
                    <details type=\"code_interpreter\">x</details> <details type=\"tool_calls\">";
        let rest = "\nYes. <details type=\"code_interpreter\">x</details> <details type=\"tool_calls\">";
        assert_eq!(spoken(text), rest);
    }
}
