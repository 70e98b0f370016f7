//! The settings this crate reads, under names that say what they mean here.

use std::path::PathBuf;
use std::time::Duration;

use transom_config::{Setting, SettingValue, Settings, keys};

use crate::error::{ProviderError, Result};

/// The first part of the address of the public OpenAI service.
pub(crate) const OPENAI_HOST: &str = "api.openai.com";

/// The address of the public OpenAI service.
pub(crate) const OPENAI_URL: &str = "https://api.openai.com/v1";

/// The end of a question for a model list when the operator sets none. Nobody waits for it that long; it only must not
/// hang forever.
const MODEL_LIST_CEILING: Duration = Duration::from_secs(30);

/// The settings, and what they mean here.
#[derive(Clone)]
pub(crate) struct Conf(Settings);

impl Conf {
    pub fn new(settings: Settings) -> Self {
        Conf(settings)
    }

    pub fn get<T: SettingValue>(&self, setting: &Setting<T>) -> T {
        self.0.get(setting)
    }

    pub async fn save<T: SettingValue>(&self, setting: &Setting<T>, value: T) -> Result<()> {
        self.0.set(setting, value).await.map_err(|e| ProviderError::Local(e.to_string()))
    }

    /// Total time of a completion; none = no limit.
    pub fn chat_timeout(&self) -> Option<Duration> {
        self.get(&keys::AIOHTTP_CLIENT_TIMEOUT).and_then(positive).map(Duration::from_secs)
    }

    /// Total time of a question for a model list.
    pub fn list_timeout(&self) -> Duration {
        let configured = self.get(&keys::AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST).and_then(positive);
        configured.map_or(MODEL_LIST_CEILING, Duration::from_secs).min(MODEL_LIST_CEILING)
    }

    /// Age at which a model list is asked for again; none = never.
    pub fn models_ttl(&self) -> Option<Duration> {
        if self.get(&keys::ENABLE_BASE_MODELS_CACHE) {
            return None;
        }
        let seconds = self.get(&keys::MODELS_CACHE_TTL)?;
        Some(Duration::from_secs(positive(seconds).unwrap_or(0)))
    }

    /// Longest line of a streamed answer in bytes; none = no limit of the operator.
    pub fn max_stream_line(&self) -> Option<usize> {
        let bytes = self.get(&keys::CHAT_STREAM_RESPONSE_CHUNK_MAX_BUFFER_SIZE).and_then(positive)?;
        usize::try_from(bytes).ok()
    }

    /// The models that may take the place of a missing base model, when the operator wants that.
    pub fn fallback_models(&self) -> Vec<String> {
        if self.get(&keys::ENABLE_CUSTOM_MODEL_FALLBACK) {
            self.get(&keys::DEFAULT_MODELS)
        } else {
            Vec::new()
        }
    }

    /// Where the models lie that run in this server.
    #[cfg(feature = "local")]
    pub fn models_dir(&self) -> PathBuf {
        PathBuf::from(self.get(&keys::TRANSOM_MODELS_DIR))
    }

    /// Where embedding and reranking models lie, as the Python libraries lay them out.
    #[cfg(feature = "local")]
    pub fn encoders_dir(&self) -> PathBuf {
        self.0.data_dir().join("cache").join("embedding").join("models")
    }

    /// A folder below the data folder, made when missing.
    pub async fn folder(&self, below: &str) -> Result<PathBuf> {
        let folder = self.0.data_dir().join(below);
        let made = tokio::fs::create_dir_all(&folder).await;
        made.map_err(|e| ProviderError::Local(format!("the folder for {below} cannot be made: {e}")))?;
        Ok(folder)
    }
}

/// Zero and less mean "no limit" in all these settings.
fn positive(number: i64) -> Option<u64> {
    u64::try_from(number).ok().filter(|n| *n > 0)
}
