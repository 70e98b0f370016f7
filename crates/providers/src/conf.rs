//! The settings this crate reads, under names that say what they mean here.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use transom_config::Settings;

use crate::error::{ProviderError, Result};

/// The first part of the address of the public OpenAI service.
pub(crate) const OPENAI_HOST: &str = "api.openai.com";

/// The address of the public OpenAI service.
pub(crate) const OPENAI_URL: &str = "https://api.openai.com/v1";

/// No model list is waited for longer than this, whatever the settings say: the list is refreshed again anyway.
const MODEL_LIST_CEILING: Duration = Duration::from_secs(5);

/// Reads settings by their declared names.
#[derive(Clone)]
pub(crate) struct Conf(Settings);

impl Conf {
    pub fn new(settings: Settings) -> Self {
        Conf(settings)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.0.value(name).and_then(|v| v.as_bool()).unwrap_or(false)
    }

    pub fn json(&self, name: &str) -> Value {
        self.0.value(name).unwrap_or(Value::Null)
    }

    pub fn list(&self, name: &str) -> Vec<String> {
        match self.json(name) {
            Value::Array(items) => items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        }
    }

    fn seconds(&self, name: &str) -> Option<Duration> {
        let seconds = self.json(name).as_f64().filter(|s| *s > 0.0)?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// Total time of a completion; none = no limit.
    pub fn chat_timeout(&self) -> Option<Duration> {
        self.seconds("AIOHTTP_CLIENT_TIMEOUT")
    }

    /// Total time of a question for a model list.
    pub fn list_timeout(&self) -> Duration {
        self.seconds("AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST")
            .unwrap_or(MODEL_LIST_CEILING)
            .min(MODEL_LIST_CEILING)
    }

    /// Age at which a model list is asked for again; none = never.
    pub fn models_ttl(&self) -> Option<Duration> {
        if self.flag("ENABLE_BASE_MODELS_CACHE") {
            return None;
        }
        self.json("MODELS_CACHE_TTL").as_f64().and_then(|s| Duration::try_from_secs_f64(s.max(0.0)).ok())
    }

    /// Longest line of a streamed answer in bytes; none = no limit of the operator.
    pub fn max_stream_line(&self) -> Option<usize> {
        let bytes = self.json("CHAT_STREAM_RESPONSE_CHUNK_MAX_BUFFER_SIZE").as_u64().filter(|n| *n > 0)?;
        usize::try_from(bytes).ok()
    }

    /// The model that takes the place of a missing base model, when the operator wants that.
    pub fn fallback_models(&self) -> Vec<String> {
        if !self.flag("ENABLE_CUSTOM_MODEL_FALLBACK") {
            return Vec::new();
        }
        match self.json("DEFAULT_MODELS") {
            Value::String(text) => text.split(',').map(|id| id.trim().to_owned()).collect(),
            _ => self.list("DEFAULT_MODELS"),
        }
    }

    /// A folder below the data folder, made when missing.
    pub async fn folder(&self, below: &str) -> Result<PathBuf> {
        let folder = self.0.data_dir().join(below);
        let made = tokio::fs::create_dir_all(&folder).await;
        made.map_err(|e| ProviderError::Local(format!("the folder for {below} cannot be made: {e}")))?;
        Ok(folder)
    }

    pub async fn save(&self, name: &str, value: Value) -> Result<()> {
        self.0.set_json(name, value).await.map_err(|e| ProviderError::Local(e.to_string()))
    }
}
