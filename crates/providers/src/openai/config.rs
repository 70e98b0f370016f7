//! The connection settings as the HTTP API reads and writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use transom_config::keys;

use super::OpenAi;
use crate::connection::keep_options;
use crate::error::Result;

/// The connections, as they are told and as they are changed.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "OpenAIConfigForm")]
pub struct OpenAiConfig {
    /// Use OpenAI-compatible servers at all.
    #[serde(rename = "ENABLE_OPENAI_API", default)]
    pub enable: Option<bool>,
    /// Addresses.
    #[serde(rename = "OPENAI_API_BASE_URLS")]
    pub urls: Vec<String>,
    /// Keys, by position.
    #[serde(rename = "OPENAI_API_KEYS")]
    pub keys: Vec<String>,
    /// Options by position (as text).
    #[serde(rename = "OPENAI_API_CONFIGS")]
    pub configs: Map<String, Value>,
}

impl OpenAi {
    /// The current connection settings, keys included: for administrators.
    pub fn config(&self) -> OpenAiConfig {
        let conf = &self.core.conf;
        let urls = conf.get(&keys::OPENAI_API_BASE_URLS);
        let mut keys = conf.get(&keys::OPENAI_API_KEYS);
        keys.resize(urls.len(), String::new());
        OpenAiConfig {
            enable: Some(conf.get(&keys::ENABLE_OPENAI_API)),
            urls,
            keys,
            configs: object(conf.get(&keys::OPENAI_API_CONFIGS)),
        }
    }

    /// Saves connection settings. Keys are cut or padded to the number of addresses, options of missing addresses
    /// dropped. The next model list asks the changed connections.
    ///
    /// # Errors
    /// [`crate::ProviderError::Local`] when the settings cannot be saved.
    pub async fn update_config(&self, form: OpenAiConfig) -> Result<OpenAiConfig> {
        let conf = &self.core.conf;
        let count = form.urls.len();
        let mut keys = form.keys;
        keys.resize(count, String::new());
        if let Some(enable) = form.enable {
            conf.save(&keys::ENABLE_OPENAI_API, enable).await?;
        }
        conf.save(&keys::OPENAI_API_BASE_URLS, form.urls).await?;
        conf.save(&keys::OPENAI_API_KEYS, keys).await?;
        conf.save(&keys::OPENAI_API_CONFIGS, keep_options(form.configs, count)).await?;
        self.core.catalogue.connections_changed();
        Ok(self.config())
    }
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { Map::new() }
}
