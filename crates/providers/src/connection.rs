//! One configured model server.

use std::fmt;

use serde_json::{Map, Value};
use transom_config::keys;

use crate::conf::{Conf, OPENAI_HOST, OPENAI_URL};
use crate::error::{ProviderError, Result};
use crate::local::LOCAL_URL;

/// The two kinds of servers that are configured as connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    OpenAi,
    Ollama,
}

/// A configured server: its place in the list of addresses, its key and its options.
#[derive(Clone, PartialEq)]
pub(crate) struct Connection {
    pub family: Family,
    pub idx: usize,
    /// Without a slash at the end.
    pub url: String,
    pub key: String,
    pub config: Map<String, Value>,
}

/// Keys stay out of logs.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("family", &self.family)
            .field("idx", &self.idx)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// True for the models that run in this server.
    pub fn is_local(&self) -> bool {
        self.url == LOCAL_URL
    }

    pub fn enabled(&self) -> bool {
        self.config.get("enable").and_then(Value::as_bool).unwrap_or(true)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.config.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The public id of a model of this server.
    pub fn public_id(&self, id: &str) -> String {
        match self.text("prefix_id") {
            Some(prefix) => format!("{prefix}.{id}"),
            None => id.to_owned(),
        }
    }

    /// The server's own id of a model, given the public one.
    pub fn own_id<'a>(&self, id: &'a str) -> &'a str {
        let bare =
            self.text("prefix_id").and_then(|p| id.strip_prefix(p)).and_then(|rest| rest.strip_prefix('.'));
        bare.unwrap_or(id)
    }

    pub fn tags(&self) -> Vec<Value> {
        self.config.get("tags").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// The only ids to offer; empty = all.
    pub fn model_ids(&self) -> Vec<String> {
        let ids = self.config.get("model_ids").and_then(Value::as_array);
        ids.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
    }

    pub fn connection_type(&self) -> &str {
        let default = if self.family == Family::Ollama { "local" } else { "external" };
        self.text("connection_type").unwrap_or(default)
    }

    pub fn auth_type(&self) -> &str {
        self.text("auth_type").unwrap_or("bearer")
    }

    /// True when tokens come from Microsoft Entra instead of a key.
    pub fn uses_entra(&self) -> bool {
        matches!(self.auth_type(), "azure_ad" | "microsoft_entra_id")
    }

    pub fn extra_headers(&self) -> impl Iterator<Item = (&str, String)> {
        let headers = self.config.get("headers").and_then(Value::as_object);
        headers.into_iter().flatten().map(|(name, value)| {
            (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
    }

    pub fn is_azure(&self) -> bool {
        self.config.get("azure").and_then(Value::as_bool).unwrap_or(false)
    }

    pub fn api_version(&self) -> &str {
        self.text("api_version").unwrap_or("2023-03-15-preview")
    }

    /// True for the public OpenAI service.
    pub fn is_public_openai(&self) -> bool {
        self.url.contains(OPENAI_HOST)
    }

    pub fn is_openrouter(&self) -> bool {
        self.url.contains("openrouter.ai")
    }
}

/// The options of the connection `idx`: by index, or by address in old data.
fn options(configs: &Value, idx: usize, url: &str) -> Map<String, Value> {
    let found = configs.get(idx.to_string()).or_else(|| configs.get(url));
    found.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn trimmed(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
}

impl Conf {
    /// All configured OpenAI-compatible servers, disabled ones too; empty when the API is off.
    pub fn openai(&self) -> Vec<Connection> {
        if !self.get(&keys::ENABLE_OPENAI_API) {
            return Vec::new();
        }
        let keys = self.get(&keys::OPENAI_API_KEYS);
        let configs = self.get(&keys::OPENAI_API_CONFIGS);
        let one = |(idx, url): (usize, String)| Connection {
            family: Family::OpenAi,
            idx,
            key: keys.get(idx).cloned().unwrap_or_default(),
            config: options(&configs, idx, &url),
            url: if url.trim().is_empty() { OPENAI_URL.to_owned() } else { trimmed(&url) },
        };
        self.get(&keys::OPENAI_API_BASE_URLS).into_iter().enumerate().map(one).collect()
    }

    /// All configured Ollama servers, disabled ones too, and none of them when the API is off; behind them the models
    /// that run in this server.
    pub fn ollama(&self) -> Vec<Connection> {
        let mut all = self.ollama_servers();
        if self.get(&keys::TRANSOM_LOCAL_MODELS) && crate::local::obstacle().is_none() {
            let (family, idx, url) = (Family::Ollama, all.len(), LOCAL_URL.to_owned());
            all.push(Connection { family, idx, url, key: String::new(), config: Map::new() });
        }
        all
    }

    fn ollama_servers(&self) -> Vec<Connection> {
        if !self.get(&keys::ENABLE_OLLAMA_API) {
            return Vec::new();
        }
        let configs = self.get(&keys::OLLAMA_API_CONFIGS);
        let one = |(idx, url): (usize, String)| {
            let config = options(&configs, idx, &url);
            let key = config.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
            Connection { family: Family::Ollama, idx, url: trimmed(&url), key, config }
        };
        self.get(&keys::OLLAMA_BASE_URLS).into_iter().enumerate().map(one).collect()
    }

    pub fn openai_at(&self, idx: usize) -> Result<Connection> {
        self.openai().into_iter().nth(idx).ok_or_else(|| no_connection(idx))
    }

    pub fn ollama_at(&self, idx: usize) -> Result<Connection> {
        self.ollama().into_iter().nth(idx).ok_or_else(|| no_connection(idx))
    }
}

fn no_connection(idx: usize) -> ProviderError {
    ProviderError::Invalid(format!("There is no connection number {idx}"))
}

/// Keeps the options whose index belongs to one of `count` addresses.
pub(crate) fn keep_options(configs: Map<String, Value>, count: usize) -> Value {
    let kept = configs.into_iter().filter(|(idx, _)| idx.parse::<usize>().is_ok_and(|i| i < count));
    Value::Object(kept.collect())
}
