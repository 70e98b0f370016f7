//! Between the OpenAI shape and Ollama's own.

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::{Map, Value, json};

use crate::lines::{Line, LineSplitter};
use crate::params::{ollama_options, put_options, take_options};

/// Fields of an OpenAI request that are options in Ollama.
const AS_OPTIONS: &[&str] = &[
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "repeat_penalty",
    "num_ctx",
    "num_predict",
];

/// What is asked for in the OpenAI shape.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// A message that answers a conversation.
    Message,
    /// The text that goes on from a prompt.
    Text,
}

/// An OpenAI request as Ollama wants it. `options` of the request win over its OpenAI fields.
pub(super) fn to_ollama(mut body: Map<String, Value>) -> Map<String, Value> {
    let mut request = Map::new();
    for name in ["model", "messages", "prompt", "suffix"] {
        if let Some(value) = body.remove(name).filter(|v| !v.is_null()) {
            request.insert(name.into(), value);
        }
    }
    if let Some(Value::Array(messages)) = request.get_mut("messages") {
        messages.iter_mut().for_each(|m| *m = message(m.take()));
    }
    request.insert("stream".into(), json!(body.get("stream").and_then(Value::as_bool).unwrap_or(false)));
    for name in ["tools", "format", "keep_alive", "think"] {
        if let Some(value) = body.remove(name).filter(|v| !v.is_null()) {
            request.insert(name.into(), value);
        }
    }
    if let Some(format) = response_format(&body) {
        request.insert("format".into(), format);
    }
    let given = take_options(&mut body);
    let mut options = Map::new();
    if let Some(max) = ["max_tokens", "max_completion_tokens"].iter().find_map(|n| body.remove(*n)) {
        options.insert("max_tokens".into(), max);
    }
    for name in AS_OPTIONS {
        if let Some(value) = body.remove(*name) {
            options.insert((*name).to_owned(), value);
        }
    }
    options.retain(|_, value| !value.is_null());
    let mut options = ollama_options(options);
    options.extend(ollama_options(given));
    put_options(options, &mut request);
    request
}

fn response_format(body: &Map<String, Value>) -> Option<Value> {
    let format = body.get("response_format")?;
    match format["type"].as_str()? {
        "json_schema" => format["json_schema"].get("schema").cloned(),
        "json_object" => Some(json!("json")),
        _ => None,
    }
}

fn message(from: Value) -> Value {
    let mut to = Map::from_iter([("role".to_owned(), from["role"].clone())]);
    let (content, images) = content(&from["content"]);
    to.insert("content".into(), json!(content));
    if !images.is_empty() {
        to.insert("images".into(), json!(images));
    }
    if let Some(calls) = from["tool_calls"].as_array() {
        let calls: Vec<Value> = calls.iter().map(tool_call).collect();
        to.insert("tool_calls".into(), json!(calls));
        to.insert("content".into(), json!(""));
    }
    for name in ["tool_call_id", "tool_name", "thinking"] {
        if let Some(value) = from.get(name).filter(|v| !v.is_null()) {
            to.insert(name.into(), value.clone());
        }
    }
    Value::Object(to)
}

/// The text of a message, and its images as base64.
fn content(content: &Value) -> (String, Vec<String>) {
    let parts = match content {
        Value::String(text) => return (text.clone(), Vec::new()),
        Value::Array(parts) => parts,
        _ => return (String::new(), Vec::new()),
    };
    let mut text = String::new();
    let mut images = Vec::new();
    for part in parts {
        match part["type"].as_str() {
            Some("text") => text.push_str(part["text"].as_str().unwrap_or_default()),
            Some("image_url") => {
                let url =
                    part["image_url"]["url"].as_str().or(part["image_url"].as_str()).unwrap_or_default();
                let data =
                    url.strip_prefix("data:").and_then(|rest| rest.split_once(',')).map_or(url, |(_, d)| d);
                images.push(data.to_owned());
            }
            _ => {}
        }
    }
    (text, images)
}

fn tool_call(call: &Value) -> Value {
    let function = &call["function"];
    let arguments = match &function["arguments"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| json!({})),
        other => other.clone(),
    };
    json!({
        "index": call["index"].as_u64().unwrap_or(0),
        "id": call["id"],
        "function": { "name": function["name"], "arguments": arguments },
    })
}

/// Ollama's tool calls in the OpenAI shape, numbered from `first`.
fn openai_calls(calls: &[Value], first: usize) -> Value {
    let call = |(i, call): (usize, &Value)| {
        let function = &call["function"];
        let arguments = match &function["arguments"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let id = call["id"].as_str().map_or_else(|| format!("call_{}", uuid::Uuid::new_v4()), str::to_owned);
        json!({
            "index": first + i, "id": id, "type": "function",
            "function": { "name": function["name"], "arguments": arguments },
        })
    };
    calls.iter().enumerate().map(call).collect()
}

/// Turns lines of JSON into server-sent events.
pub(super) struct StreamConverter {
    id: String,
    created: i64,
    model: String,
    answer: Answer,
    lines: LineSplitter,
    calls: usize,
    done: bool,
}

impl StreamConverter {
    pub fn new(answer: Answer, model: &str, max_line: Option<usize>) -> Self {
        StreamConverter {
            id: format!("{model}-{}", uuid::Uuid::new_v4()),
            created: chrono::Utc::now().timestamp(),
            model: model.to_owned(),
            answer,
            lines: LineSplitter::new(max_line),
            calls: 0,
            done: false,
        }
    }

    /// Takes a piece of the stream; returns the events that are complete.
    pub fn push(&mut self, piece: &[u8]) -> Bytes {
        let mut found = Vec::new();
        self.lines.push(piece, |line| found.push(line));
        let mut out = BytesMut::new();
        found.into_iter().for_each(|line| self.line(line, &mut out));
        out.freeze()
    }

    /// The stream has ended: the last events and the end mark.
    pub fn finish(&mut self) -> Bytes {
        let mut out = BytesMut::new();
        if let Some(line) = self.lines.finish() {
            self.line(line, &mut out);
        }
        out.put_slice(b"data: [DONE]\n\n");
        out.freeze()
    }

    fn line(&mut self, line: Line, out: &mut BytesMut) {
        let Line::Text(text) = line else { return };
        let Ok(answer) = serde_json::from_slice::<Value>(&text) else { return };
        if self.done {
            return;
        }
        if let Some(error) = answer.get("error") {
            event(out, &json!({ "error": { "message": error } }));
            return;
        }
        match self.answer {
            Answer::Message => {
                let delta = self.delta(&answer["message"]);
                if !delta.is_empty() {
                    event(out, &self.chunk(Value::Object(delta), Value::Null));
                }
            }
            Answer::Text => {
                if let Some(text) = answer["response"].as_str().filter(|text| !text.is_empty()) {
                    event(out, &self.text_chunk(text, Value::Null));
                }
            }
        }
        if answer["done"] == true {
            self.done = true;
            let mut last = match self.answer {
                Answer::Message => self.chunk(json!({}), json!("stop")),
                Answer::Text => self.text_chunk("", finish_reason(&answer)),
            };
            last["usage"] = usage(&answer);
            event(out, &last);
        }
    }

    fn text_chunk(&self, text: &str, finish: Value) -> Value {
        text_completion(&self.id, self.created, &self.model, text, finish)
    }

    fn delta(&mut self, message: &Value) -> Map<String, Value> {
        let mut delta = Map::new();
        let text = |name: &str| message[name].as_str().filter(|t| !t.is_empty());
        if let Some(content) = text("content") {
            delta.insert("content".into(), json!(content));
        }
        if let Some(thinking) = text("thinking") {
            delta.insert("reasoning_content".into(), json!(thinking));
        }
        if let Some(calls) = message["tool_calls"].as_array().filter(|list| !list.is_empty()) {
            delta.insert("tool_calls".into(), openai_calls(calls, self.calls));
            self.calls += calls.len();
        }
        delta
    }

    fn chunk(&self, delta: Value, finish: Value) -> Value {
        json!({
            "id": self.id, "created": self.created, "model": self.model, "object": "chat.completion.chunk",
            "choices": [{ "index": 0, "logprobs": null, "finish_reason": finish, "delta": delta }],
        })
    }
}

fn event(out: &mut BytesMut, value: &Value) {
    out.put_slice(b"data: ");
    out.put_slice(value.to_string().as_bytes());
    out.put_slice(b"\n\n");
}

fn text_completion(id: &str, created: i64, model: &str, text: &str, finish: Value) -> Value {
    json!({
        "id": id, "object": "text_completion", "created": created, "model": model,
        "choices": [{ "index": 0, "text": text, "logprobs": null, "finish_reason": finish }],
    })
}

/// Why the text ended: `stop`, or `length`.
fn finish_reason(answer: &Value) -> Value {
    json!(answer["done_reason"].as_str().unwrap_or("stop"))
}

/// A whole text in the OpenAI shape.
pub(super) fn whole_text(answer: &Value, model: &str) -> Value {
    let (id, now) = (format!("{model}-{}", uuid::Uuid::new_v4()), chrono::Utc::now().timestamp());
    let text = answer["response"].as_str().unwrap_or_default();
    let mut whole = text_completion(&id, now, model, text, finish_reason(answer));
    whole["usage"] = usage(answer);
    whole
}

/// A whole answer in the OpenAI shape.
pub(super) fn whole_answer(answer: &Value, model: &str) -> Value {
    let from = &answer["message"];
    let mut message = Map::new();
    message.insert("role".into(), json!("assistant"));
    message.insert("content".into(), json!(from["content"].as_str().unwrap_or_default()));
    if let Some(thinking) = from["thinking"].as_str().filter(|t| !t.is_empty()) {
        message.insert("reasoning_content".into(), json!(thinking));
    }
    if let Some(calls) = from["tool_calls"].as_array().filter(|list| !list.is_empty()) {
        message.insert("tool_calls".into(), openai_calls(calls, 0));
    }
    json!({
        "id": format!("{model}-{}", uuid::Uuid::new_v4()),
        "object": "chat.completion",
        "created": chrono::Utc::now().timestamp(),
        "model": model,
        "choices": [{ "index": 0, "logprobs": null, "finish_reason": "stop", "message": message }],
        "usage": usage(answer),
    })
}

/// Ollama's counters and nanoseconds, with the names OpenAI clients look for beside them.
pub(super) fn usage(answer: &Value) -> Value {
    let count = |name: &str| answer[name].as_u64().unwrap_or(0);
    let (prompt, completion) = (count("prompt_eval_count"), count("eval_count"));
    json!({
        "response_token/s": rate(completion, count("eval_duration")),
        "prompt_token/s": rate(prompt, count("prompt_eval_duration")),
        "total_duration": count("total_duration"),
        "load_duration": count("load_duration"),
        "prompt_eval_count": prompt,
        "prompt_tokens": prompt,
        "prompt_eval_duration": count("prompt_eval_duration"),
        "eval_count": completion,
        "completion_tokens": completion,
        "eval_duration": count("eval_duration"),
        "approximate_total": clock(count("total_duration")),
        "total_tokens": prompt + completion,
        "completion_tokens_details": {
            "reasoning_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    })
}

/// Tokens per second with two decimals, or `N/A` without a duration.
fn rate(tokens: u64, nanoseconds: u64) -> Value {
    if tokens == 0 || nanoseconds == 0 {
        return json!("N/A");
    }
    #[allow(
        clippy::cast_precision_loss,
        reason = "counts of tokens and nanoseconds fit well enough for a rate"
    )]
    let rate = tokens as f64 / (nanoseconds as f64 / 1e9);
    json!((rate * 100.0).round() / 100.0)
}

/// Nanoseconds as `0h0m3s`.
fn clock(nanoseconds: u64) -> String {
    let seconds = nanoseconds / 1_000_000_000;
    format!("{}h{}m{}s", seconds / 3600, seconds % 3600 / 60, seconds % 60)
}
