//! The connection settings as the HTTP API reads and writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use transom_config::keys;

use super::Ollama;
use crate::connection::{Connection, Family, keep_options};
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::upstream::{Call, whole};

/// The connections, as they are told and as they are changed.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "OllamaConfigForm")]
pub struct OllamaConfig {
    /// Use Ollama servers at all.
    #[serde(rename = "ENABLE_OLLAMA_API", default)]
    pub enable: Option<bool>,
    /// Addresses.
    #[serde(rename = "OLLAMA_BASE_URLS")]
    pub urls: Vec<String>,
    /// Options by position (as text).
    #[serde(rename = "OLLAMA_API_CONFIGS")]
    pub configs: Map<String, Value>,
}

impl Ollama {
    /// The current connection settings, keys included: for administrators.
    pub fn config(&self) -> OllamaConfig {
        let conf = &self.core.conf;
        let configs = conf.get(&keys::OLLAMA_API_CONFIGS);
        OllamaConfig {
            enable: Some(conf.get(&keys::ENABLE_OLLAMA_API)),
            urls: conf.get(&keys::OLLAMA_BASE_URLS),
            configs: if let Value::Object(configs) = configs { configs } else { Map::new() },
        }
    }

    /// Saves connection settings; options of missing addresses are dropped.
    ///
    /// # Errors
    /// [`ProviderError::Local`] when the settings cannot be saved.
    pub async fn update_config(&self, form: OllamaConfig) -> Result<OllamaConfig> {
        let conf = &self.core.conf;
        let count = form.urls.len();
        if let Some(enable) = form.enable {
            conf.save(&keys::ENABLE_OLLAMA_API, enable).await?;
        }
        conf.save(&keys::OLLAMA_BASE_URLS, form.urls).await?;
        conf.save(&keys::OLLAMA_API_CONFIGS, keep_options(form.configs, count)).await?;
        self.core.catalogue.connections_changed();
        Ok(self.config())
    }

    /// Tries an address and a key that are not saved yet: the server's version document.
    ///
    /// # Errors
    /// Status 500 whatever is wrong with the server.
    #[tracing::instrument(name = "ollama verify", skip_all)]
    pub async fn verify(&self, who: &Requester, url: &str, key: &str) -> Result<Value> {
        let connection = Connection {
            family: Family::Ollama,
            idx: 0,
            url: url.trim().trim_end_matches('/').to_owned(),
            key: key.to_owned(),
            config: Map::new(),
        };
        let response = self.core.send(Call::get(&self.core, &connection, "/api/version", who)).await?;
        let status = response.status().as_u16();
        if status >= 400 {
            let text = format!("Server Connection Error: the server answered with status {status}");
            return Err(ProviderError::detail(500, text));
        }
        whole(response).await
    }
}
