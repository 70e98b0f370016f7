//! What a template in Go's language is filled with.
//!
//! In Ollama these are Go structs: their fields begin with a capital, and printed they are JSON. Here a struct is a map of such
//! fields with its JSON in one more that no template can name.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value;
use serde_json::{Value as Json, json};

use super::Filling;

/// The field with the JSON of a struct.
const TEXT: &str = "\0json";

/// One pair of an older template.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub system: String,
    pub prompt: String,
    pub response: String,
}

impl Turn {
    /// Whether a question or an answer is in it already.
    pub(super) fn is_begun(&self) -> bool {
        !self.response.is_empty() || !self.prompt.is_empty()
    }

    pub(super) fn place(&mut self, role: &str) -> &mut String {
        match role {
            "system" => &mut self.system,
            "assistant" => &mut self.response,
            _ => &mut self.prompt,
        }
    }

    pub(super) fn value(&self, filling: &Filling<'_>) -> Value {
        top(
            filling,
            &[
                ("System", text(&self.system)),
                ("Prompt", text(&self.prompt)),
                ("Response", text(&self.response)),
                ("Suffix", text(filling.suffix)),
            ],
        )
    }
}

/// Messages of one role behind another as one; what tools answered stays apart.
pub(super) fn merged(messages: &[Json]) -> Vec<Json> {
    let mut all: Vec<Json> = Vec::new();
    for message in messages {
        let alike = |last: &&mut Json| last["role"] == message["role"] && message["role"] != "tool";
        match all.last_mut().filter(alike) {
            Some(last) if message.get("tool_calls").is_none() => {
                let texts =
                    [&last["content"], &message["content"]].map(|text| text.as_str().unwrap_or_default());
                let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
                last["content"] = json!(texts.join("\n\n"));
            }
            _ => all.push(message.clone()),
        }
    }
    all
}

/// All messages at once.
pub(super) fn conversation(filling: &Filling<'_>) -> Value {
    let messages = merged(filling.messages);
    let said = messages.iter().filter(|message| message["role"] == "system");
    let system: Vec<&str> = said.filter_map(|message| message["content"].as_str()).collect();
    top(
        filling,
        &[
            ("System", text(&system.join("\n\n"))),
            ("Messages", list(messages.iter().map(message))),
            ("Prompt", text("")),
            ("Response", text("")),
            ("Suffix", text(filling.suffix)),
        ],
    )
}

fn top(filling: &Filling<'_>, own: &[(&str, Value)]) -> Value {
    let tools = filling.tools.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let mut fields = vec![
        ("Tools", list(tools.iter().map(tool))),
        ("Think", Value::Bool(filling.think.unwrap_or(true))),
        ("ThinkLevel", text("")),
        ("IsThinkSet", Value::Bool(filling.think.is_some())),
    ];
    fields.extend(own.iter().cloned());
    map(fields)
}

fn message(message: &Json) -> Value {
    let calls = message["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
    fields_of(
        message,
        vec![
            ("Role", any(&message["role"])),
            ("Content", any(&message["content"])),
            ("Thinking", any(&message["reasoning_content"])),
            ("ToolCalls", list(calls.iter().map(call))),
            ("ToolName", any(&message["name"])),
            ("ToolCallID", any(&message["tool_call_id"])),
            ("Images", list(std::iter::empty())),
        ],
    )
}

fn call(call: &Json) -> Value {
    let function = &call["function"];
    // OpenAI's shape has the arguments as a text
    let read = function["arguments"].as_str().and_then(|text| serde_json::from_str(text).ok());
    let arguments = read.as_ref().unwrap_or(&function["arguments"]);
    let function = fields_of(function, vec![("Name", any(&function["name"])), ("Arguments", any(arguments))]);
    fields_of(call, vec![("ID", any(&call["id"])), ("Function", function)])
}

fn tool(tool: &Json) -> Value {
    let function = &tool["function"];
    let parameters = &function["parameters"];
    let none = serde_json::Map::new();
    let properties = parameters["properties"].as_object().unwrap_or(&none);
    let property = |property: &Json| {
        fields_of(
            property,
            vec![
                ("Type", any(&property["type"])),
                ("Items", any(&property["items"])),
                ("Description", any(&property["description"])),
                ("Enum", any(&property["enum"])),
            ],
        )
    };
    let properties = properties.iter().map(|(name, value)| (Arc::from(name.as_str()), property(value)));
    let parameters = fields_of(
        parameters,
        vec![
            ("Type", any(&parameters["type"])),
            ("Required", any(&parameters["required"])),
            ("Properties", Value::Map(Arc::new(properties.collect()))),
        ],
    );
    let function = fields_of(
        function,
        vec![
            ("Name", any(&function["name"])),
            ("Description", any(&function["description"])),
            ("Parameters", parameters),
        ],
    );
    fields_of(tool, vec![("Type", any(&tool["type"])), ("Function", function)])
}

/// What an action writes: texts as they are, nothing for what is not there, all else as JSON.
pub(super) fn printed(value: Option<&Value>) -> Value {
    match value {
        None | Some(Value::Nil) => text(""),
        Some(Value::Map(_) | Value::List(_)) => json(value),
        Some(value) => text(&value.to_string()),
    }
}

/// A value as JSON.
pub(super) fn json(value: Option<&Value>) -> Value {
    let mut out = String::new();
    write_json(&mut out, value.unwrap_or(&Value::Nil));
    text(&out)
}

fn write_json(out: &mut String, value: &Value) {
    match value {
        Value::Map(map) => match map.get(TEXT) {
            Some(known) => out.push_str(known.as_str().unwrap_or_default()),
            None => enclosed(out, ('{', '}'), map.iter(), |out, (name, value)| {
                out.push_str(&json!(&**name).to_string());
                out.push(':');
                write_json(out, value);
            }),
        },
        Value::List(items) => enclosed(out, ('[', ']'), items.iter(), write_json),
        Value::String(text) => out.push_str(&json!(&**text).to_string()),
        Value::Nil | Value::Function(_) => out.push_str("null"),
        other => out.push_str(&other.to_string()),
    }
}

fn enclosed<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(close);
}

/// A struct: its fields, and the JSON that it is printed as.
fn fields_of(source: &Json, fields: Vec<(&str, Value)>) -> Value {
    map([fields, vec![(TEXT, text(&source.to_string()))]].concat())
}

fn map(fields: Vec<(&str, Value)>) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (Arc::from(name), value));
    Value::Map(Arc::new(fields.collect::<BTreeMap<Arc<str>, Value>>()))
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    Value::List(items.collect())
}

fn text(text: &str) -> Value {
    Value::String(Arc::from(text))
}

/// JSON as it is.
fn any(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number
            .as_i64()
            .map(Value::Int)
            .or_else(|| number.as_u64().map(Value::Uint))
            .unwrap_or_else(|| Value::Float(number.as_f64().unwrap_or_default())),
        Json::String(value) => text(value),
        Json::Array(items) => list(items.iter().map(any)),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (Arc::from(name.as_str()), any(value)));
            Value::Map(Arc::new(fields.collect()))
        }
    }
}
