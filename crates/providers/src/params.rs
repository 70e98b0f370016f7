//! Model parameters: how saved ones reach a request, and the small repairs requests need.

use serde_json::{Map, Number, Value, json};

/// Parameters that steer this server and mean nothing to a model server.
const OWN: &[&str] = &[
    "stream_response",
    "stream_delta_chunk_size",
    "function_calling",
    "reasoning_tags",
    "system",
    "custom_params",
];

/// How a saved value, often typed as text into a form, becomes the type that model servers expect.
#[derive(Clone, Copy)]
enum Cast {
    Float,
    Int,
    Bool,
    Text,
    Stop,
    Bias,
    AsIs,
}

const OPENAI_CASTS: &[(&str, Cast)] = &[
    ("temperature", Cast::Float),
    ("top_p", Cast::Float),
    ("min_p", Cast::Float),
    ("frequency_penalty", Cast::Float),
    ("presence_penalty", Cast::Float),
    ("max_tokens", Cast::Int),
    ("reasoning_effort", Cast::Text),
    ("stop", Cast::Stop),
    ("logit_bias", Cast::Bias),
];

const OLLAMA_CASTS: &[(&str, Cast)] = &[
    ("temperature", Cast::Float),
    ("top_p", Cast::Float),
    ("min_p", Cast::Float),
    ("mirostat_eta", Cast::Float),
    ("mirostat_tau", Cast::Float),
    ("repeat_penalty", Cast::Float),
    ("presence_penalty", Cast::Float),
    ("frequency_penalty", Cast::Float),
    ("mirostat", Cast::Int),
    ("num_ctx", Cast::Int),
    ("num_batch", Cast::Int),
    ("num_keep", Cast::Int),
    ("num_predict", Cast::Int),
    ("repeat_last_n", Cast::Int),
    ("top_k", Cast::Int),
    ("num_gpu", Cast::Int),
    ("num_thread", Cast::Int),
    ("use_mmap", Cast::Bool),
    ("use_mlock", Cast::Bool),
    ("stop", Cast::Stop),
];

/// Options that Ollama wants beside `options`, not inside.
const OLLAMA_ROOT: &[&str] = &["format", "keep_alive", "think"];

/// The parameters a model server gets to see: our own ones removed, `custom_params` merged over the rest, nulls gone.
pub fn effective(params: &Map<String, Value>) -> Map<String, Value> {
    let mut result: Map<String, Value> = params
        .iter()
        .filter(|(k, _)| !OWN.contains(&k.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    if let Some(custom) = params.get("custom_params").and_then(Value::as_object) {
        for (name, value) in custom {
            deep_merge(result.entry(name.clone()).or_insert(Value::Null), parsed(value));
        }
    }
    // Which model is asked has been decided, and who may ask it: no parameter says it again.
    result.retain(|name, value| !value.is_null() && !is_model(name));
    result
}

/// Whether a server may take this field for the name of the model: some do not mind upper and lower case.
fn is_model(name: &str) -> bool {
    name.eq_ignore_ascii_case("model")
}

/// Leaves a request one field that names a model.
pub fn one_model(body: &mut Map<String, Value>) {
    body.retain(|name, _| name == "model" || !is_model(name));
}

/// All models that a request may be taken to name, by servers that do not mind upper and lower case.
pub fn models_named(body: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    body.iter().filter(|(name, _)| is_model(name)).map(|(_, value)| value)
}

/// Text that is JSON counts as that JSON.
fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

fn deep_merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                deep_merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// Puts a model's saved parameters into an OpenAI request; they win over the request's own.
pub fn apply_openai(params: &Map<String, Value>, body: &mut Map<String, Value>) {
    for (name, value) in effective(params) {
        if let Some(value) = cast(OPENAI_CASTS, &name, &value) {
            body.insert(name, value);
        }
    }
}

/// Puts a model's saved parameters into an Ollama request; they win over the request's own.
pub fn apply_ollama(params: &Map<String, Value>, body: &mut Map<String, Value>) {
    let mut options = take_options(body);
    options.extend(ollama_options(effective(params)));
    put_options(options, body);
}

/// Renames and casts parameters to what Ollama calls options.
pub(crate) fn ollama_options(params: Map<String, Value>) -> Map<String, Value> {
    let mut options = Map::new();
    for (name, value) in params {
        let name = if name == "max_tokens" { "num_predict".to_owned() } else { name };
        if let Some(value) = cast(OLLAMA_CASTS, &name, &value) {
            options.insert(name, value);
        }
    }
    options
}

pub(crate) fn take_options(body: &mut Map<String, Value>) -> Map<String, Value> {
    match body.remove("options") {
        Some(Value::Object(options)) => options,
        _ => Map::new(),
    }
}

/// Stores options, with those that belong at the root of the request moved there.
pub(crate) fn put_options(mut options: Map<String, Value>, body: &mut Map<String, Value>) {
    for name in OLLAMA_ROOT.iter().chain(&["system"]) {
        if let Some(value) = options.remove(*name).filter(|v| !v.is_null()) {
            body.insert((*name).to_owned(), root_value(name, value));
        }
    }
    if !options.is_empty() {
        body.insert("options".into(), Value::Object(options));
    }
}

fn root_value(name: &str, value: Value) -> Value {
    match name {
        "keep_alive" | "format" => parsed(&value),
        "think" => to_bool(&value).map_or(value, Value::Bool),
        _ => value,
    }
}

fn cast(table: &[(&str, Cast)], name: &str, value: &Value) -> Option<Value> {
    let kind = table.iter().find(|(n, _)| *n == name).map_or(Cast::AsIs, |(_, kind)| *kind);
    match kind {
        Cast::Float => Number::from_f64(to_float(value)?).map(Value::Number),
        Cast::Int => to_int(value).map(Value::from),
        Cast::Bool => to_bool(value).map(Value::Bool),
        Cast::Text => Some(Value::String(value.as_str().map_or_else(|| value.to_string(), str::to_owned))),
        Cast::Stop => Some(unescaped(value)),
        Cast::Bias => logit_bias(value),
        Cast::AsIs => Some(value.clone()),
    }
}

fn to_float(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn to_int(value: &Value) -> Option<i64> {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a fraction in a whole-number option is cut, as the form says"
    )]
    value.as_i64().or_else(|| to_float(value).map(|f| f as i64))
}

fn to_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Number(n) => n.as_i64().map(|n| n != 0),
        _ => None,
    }
}

fn unescaped(stop: &Value) -> Value {
    match stop {
        Value::String(text) => Value::String(unescape(text)),
        Value::Array(items) => items.iter().map(unescaped).collect(),
        other => other.clone(),
    }
}

/// Decodes backslash escapes as people write them into a form field.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let rest = chars.as_str();
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some(q @ ('\\' | '\'' | '"')) => out.push(q),
            Some(kind @ ('x' | 'u' | 'U')) => {
                let digits = [2, 4, 8][['x', 'u', 'U'].iter().position(|k| *k == kind).unwrap_or(0)];
                match rest
                    .get(1..=digits)
                    .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                    .and_then(char::from_u32)
                {
                    Some(decoded) => {
                        out.push(decoded);
                        chars = rest[1 + digits..].chars();
                    }
                    None => out.extend(['\\', kind]),
                }
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// The text form `token:bias,token:bias` as an object with whole numbers between -100 and 100; objects stay.
pub fn logit_bias(value: &Value) -> Option<Value> {
    let text = match value {
        Value::Object(_) => return Some(value.clone()),
        Value::String(text) => text,
        _ => return None,
    };
    if let Ok(object @ Value::Object(_)) = serde_json::from_str::<Value>(text) {
        return Some(object);
    }
    let pair = |pair: &str| {
        let (token, bias) = pair.split_once(':')?;
        let bias: i64 = bias.trim().parse().ok()?;
        Some((token.trim().to_owned(), json!(bias.clamp(-100, 100))))
    };
    let pairs: Map<String, Value> = text.split(',').filter_map(pair).collect();
    (!pairs.is_empty()).then_some(Value::Object(pairs))
}

/// Puts a text before the system message of a request, or makes one.
pub fn put_before_system(text: &str, body: &mut Map<String, Value>) {
    let Some(Value::Array(messages)) = body.get_mut("messages") else { return };
    match messages.first_mut().filter(|m| m["role"] == "system") {
        Some(system) => join_before(text, &mut system["content"]),
        None => messages.insert(0, json!({ "role": "system", "content": text })),
    }
}

fn join_before(text: &str, content: &mut Value) {
    match content {
        Value::Array(parts) => match parts.iter_mut().find(|p| p["type"] == "text") {
            Some(part) => join_before(text, &mut part["text"]),
            None => parts.insert(0, json!({ "type": "text", "text": text })),
        },
        Value::String(old) => *old = format!("{text}\n{old}"),
        other => *other = Value::String(text.to_owned()),
    }
}
