//! What one event of a streamed completion says.

use bytes::Bytes;
use serde_json::Value;

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// The text after `data:`.
    pub raw: Bytes,
    /// The same, parsed; null for the end mark.
    pub json: Value,
    /// Everything it says, in the order in which it is to be handled.
    pub deltas: Vec<Delta>,
}

/// One thing that an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More text of the answer.
    Content(String),
    /// More text of the reasoning.
    Reasoning(String),
    /// More of tool calls.
    ToolCalls(Vec<ToolCallDelta>),
    /// Images (`image_url` parts).
    Images(Vec<Value>),
    /// Token counts, with the timings of llama.cpp merged in.
    Usage(Value),
    /// The arena has picked this model.
    Selected(String),
    /// Why the answer ends.
    Finish(String),
    /// An error inside the stream.
    Error(Value),
    /// The end mark.
    Done,
    /// Anything else: an empty delta, an event of a pipe, sources.
    Other(Value),
}

/// A part of a tool call; parts with the same index belong together, their texts are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCallDelta {
    /// Which call.
    pub index: usize,
    /// Given once.
    pub id: Option<String>,
    /// Function name, usually in one part.
    pub name: Option<String>,
    /// Part of the JSON text of the arguments.
    pub arguments: String,
}

impl Event {
    /// Reads the data of an event; none when it is no JSON object.
    pub fn parse(raw: Bytes) -> Option<Event> {
        if raw.trim_ascii() == b"[DONE]" {
            return Some(Event { raw, json: Value::Null, deltas: vec![Delta::Done] });
        }
        let json: Value = serde_json::from_slice(&raw).ok().filter(Value::is_object)?;
        let mut deltas = Vec::with_capacity(1);
        read_top(&json, &mut deltas);
        read_choice(&json["choices"][0], &mut deltas);
        if deltas.is_empty() {
            deltas.push(Delta::Other(json.clone()));
        }
        Some(Event { raw, json, deltas })
    }
}

fn read_top(json: &Value, deltas: &mut Vec<Delta>) {
    if let Some(id) = json["selected_model_id"].as_str() {
        deltas.push(Delta::Selected(id.to_owned()));
    }
    if let Some(usage) = usage_of(json) {
        deltas.push(Delta::Usage(usage));
    }
    if let Some(error) = json.get("error").filter(|e| !e.is_null()) {
        deltas.push(Delta::Error(error.clone()));
    }
}

fn usage_of(json: &Value) -> Option<Value> {
    let mut usage = json["usage"].as_object().cloned().unwrap_or_default();
    if let Some(timings) = json["timings"].as_object() {
        usage.extend(timings.clone());
    }
    (!usage.is_empty()).then_some(Value::Object(usage))
}

fn read_choice(choice: &Value, deltas: &mut Vec<Delta>) {
    let delta = &choice["delta"];
    if let Some(calls) = delta["tool_calls"].as_array() {
        let calls: Vec<_> = calls.iter().filter_map(tool_call).collect();
        if !calls.is_empty() {
            deltas.push(Delta::ToolCalls(calls));
        }
    }
    if let Some(images) = delta["images"].as_array().filter(|list| !list.is_empty()) {
        deltas.push(Delta::Images(images.clone()));
    }
    let text = |name: &str| delta[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(reasoning) = ["reasoning_content", "reasoning", "thinking"].into_iter().find_map(text) {
        deltas.push(Delta::Reasoning(reasoning));
    }
    if let Some(content) = text("content") {
        deltas.push(Delta::Content(content));
    }
    if let Some(reason) = choice["finish_reason"].as_str() {
        deltas.push(Delta::Finish(reason.to_owned()));
    }
}

/// Entries without an index cannot be put together and are left out.
fn tool_call(call: &Value) -> Option<ToolCallDelta> {
    let index = usize::try_from(call["index"].as_u64()?).ok()?;
    let text = |v: &Value| v.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    let function = &call["function"];
    Some(ToolCallDelta {
        index,
        id: text(&call["id"]),
        name: text(&function["name"]),
        arguments: text(&function["arguments"]).unwrap_or_default(),
    })
}
