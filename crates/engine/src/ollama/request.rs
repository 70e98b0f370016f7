//! Requests of Ollama clients, checked.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::llama::{Form, KeepAlive};
use crate::{EngineError, Result};

/// Fields that several requests share.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Common {
    pub model: String,
    /// Old clients say `name`.
    pub name: String,
    pub stream: Option<bool>,
    pub options: Option<Map<String, Value>>,
    pub keep_alive: Option<Value>,
    pub format: Option<Value>,
    pub think: Option<Value>,
}

impl Common {
    /// The model that is meant.
    pub(crate) fn model(&self) -> Result<&str> {
        [&self.model, &self.name]
            .into_iter()
            .find(|name| !name.is_empty())
            .map(String::as_str)
            .ok_or_else(|| EngineError::Invalid("the request names no model".to_owned()))
    }

    pub(crate) fn streams(&self) -> bool {
        self.stream.unwrap_or(true)
    }

    pub(crate) fn keep_alive(&self) -> Result<Option<KeepAlive>> {
        self.keep_alive.as_ref().map(keep_alive).transpose()
    }

    pub(crate) fn form(&self) -> Result<Option<Form>> {
        Ok(match &self.format {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(Value::String(text)) if text == "json" => Some(Form::Json),
            Some(schema @ Value::Object(_)) => Some(Form::Schema(schema.clone())),
            Some(_) => {
                return Err(EngineError::Invalid("\"format\" is \"json\" or a JSON schema".to_owned()));
            }
        })
    }

    /// Whether the model shall think aloud; none leaves it to the model. Levels such as "high" count as yes.
    pub(crate) fn think(&self) -> Option<bool> {
        match &self.think {
            Some(Value::Bool(think)) => Some(*think),
            Some(Value::String(_)) => Some(true),
            _ => None,
        }
    }
}

/// `POST /api/chat`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChatRequest {
    #[serde(flatten)]
    pub common: Common,
    pub messages: Vec<Map<String, Value>>,
    pub tools: Option<Value>,
}

/// `POST /api/generate`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GenerateRequest {
    #[serde(flatten)]
    pub common: Common,
    pub prompt: String,
    /// What stands behind the gap that the answer fills.
    pub suffix: String,
    pub system: Option<String>,
    pub template: Option<String>,
    pub raw: bool,
    pub images: Option<Vec<Value>>,
}

/// `POST /api/embed`, and `/api/embeddings` with `prompt`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EmbedRequest {
    #[serde(flatten)]
    pub common: Common,
    pub input: Value,
    pub prompt: Option<String>,
    pub truncate: Option<bool>,
    pub dimensions: Option<usize>,
}

/// A body as the request it should be.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body)
        .map_err(|error| EngineError::Invalid(format!("the request cannot be read: {error}")))
}

/// Seconds, a text such as "5m" or "1h30m", or anything negative for ever.
pub(crate) fn keep_alive(value: &Value) -> Result<KeepAlive> {
    let wrong =
        || EngineError::Invalid("\"keep_alive\" is a number of seconds or a text such as \"5m\"".to_owned());
    let seconds = match value {
        Value::Number(number) => number.as_f64().ok_or_else(wrong)?,
        Value::String(text) => duration(text.trim()).ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    if seconds < 0.0 {
        return Ok(KeepAlive::Forever);
    }
    Ok(Duration::try_from_secs_f64(seconds).map_or(KeepAlive::Forever, KeepAlive::For))
}

/// Seconds of a duration such as `1h30m`, `250ms`, `-1` or `90`.
fn duration(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then_some(seconds);
    }
    let (sign, mut rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|at| *at > 0)?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        seconds += number
            * match &rest[..unit] {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keep_alive_in_all_its_forms() {
        let seconds = |value: Value| keep_alive(&value).unwrap();
        let time = |seconds| KeepAlive::For(Duration::from_secs_f64(seconds));
        assert_eq!(seconds(json!(0)), time(0.0));
        assert_eq!(seconds(json!("5m")), time(300.0));
        assert_eq!(seconds(json!("1h30m")), time(5400.0));
        assert_eq!(seconds(json!("250ms")), time(0.25));
        assert_eq!(seconds(json!("90")), time(90.0));
        assert_eq!(seconds(json!(-1)), KeepAlive::Forever);
        assert_eq!(seconds(json!("-1m")), KeepAlive::Forever);
        assert_eq!(seconds(json!(1e300)), KeepAlive::Forever);
        for wrong in [json!("soon"), json!("5 m"), json!([]), json!("m"), json!("1x"), json!("inf")] {
            assert!(keep_alive(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn forms_and_models() {
        let common = |value: Value| parse::<Common>(value.to_string().as_bytes()).unwrap();
        assert_eq!(common(json!({"name": "a"})).model().unwrap(), "a");
        assert!(common(json!({})).model().is_err());
        assert_eq!(common(json!({"format": "json"})).form().unwrap(), Some(Form::Json));
        assert_eq!(common(json!({"format": ""})).form().unwrap(), None);
        assert!(common(json!({"format": "xml"})).form().is_err());
        assert_eq!(common(json!({"think": "high"})).think(), Some(true));
        assert!(parse::<ChatRequest>(b"{").is_err());
        assert!(parse::<ChatRequest>(br#"{"messages": [1]}"#).is_err());
    }
}
