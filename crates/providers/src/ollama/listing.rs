//! What Ollama servers hold and run.

use std::time::Duration;

use futures::future::join_all;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use transom_config::keys;

use super::{Ollama, Wording, checked};
use crate::catalogue::{Kind, merge_tag};
use crate::connection::Connection;
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::upstream::{Call, whole};

/// How long one dead server may hold up an answer about all of them.
const PATIENCE: Duration = Duration::from_secs(5);

impl Ollama {
    async fn get(&self, who: &Requester, connection: &Connection, path: &str) -> Result<Value> {
        let response = self.core.send(Call::get(&self.core, connection, path, who)).await?;
        whole(checked(response, Wording::Named).await?).await
    }

    /// Asks all servers that are switched on; those that fail are left out.
    async fn ask_all(&self, who: &Requester, path: &str) -> Vec<(Connection, Value)> {
        let connections: Vec<_> = self.core.conf.ollama().into_iter().filter(Connection::enabled).collect();
        let asks = connections.iter().map(|c| tokio::time::timeout(PATIENCE, self.get(who, c, path)));
        let answers = join_all(asks).await;
        let pairs = connections.into_iter().zip(answers);
        pairs.filter_map(|(connection, answer)| Some((connection, answer.ok()?.ok()?))).collect()
    }

    /// `GET /api/tags`: the merged models of all servers from memory, or one server's own answer.
    ///
    /// # Errors
    /// Of the one server.
    #[tracing::instrument(name = "ollama tags", skip_all)]
    pub async fn tags(&self, who: &Requester, idx: Option<usize>) -> Result<Value> {
        match idx {
            None => Ok(json!({ "models": self.core.catalogue.list(false).await.ollama })),
            Some(idx) => self.get(who, &self.core.conf.ollama_at(idx)?, "/api/tags").await,
        }
    }

    /// `GET /api/ps`: the loaded models of all servers.
    #[tracing::instrument(name = "ollama ps", skip_all)]
    pub async fn ps(&self, who: &Requester) -> Value {
        let mut merged = IndexMap::new();
        for (connection, answer) in self.ask_all(who, "/api/ps").await {
            for entry in answer["models"].as_array().into_iter().flatten() {
                merge_tag(&mut merged, &connection, entry);
            }
        }
        json!({ "models": merged.into_values().collect::<Vec<Value>>() })
    }

    /// `GET /api/version`: the lowest version of all servers, or one server's own answer. `false` with the API off.
    ///
    /// # Errors
    /// Status 500 when no server answers.
    #[tracing::instrument(name = "ollama version", skip_all)]
    pub async fn version(&self, who: &Requester, idx: Option<usize>) -> Result<Value> {
        let asked = idx.map(|idx| self.core.conf.ollama_at(idx)).transpose();
        // the models of this server have no switch but their own
        let local = asked.as_ref().is_ok_and(|asked| asked.as_ref().is_some_and(Connection::is_local));
        if !local && !self.core.conf.get(&keys::ENABLE_OLLAMA_API) {
            return Ok(json!({ "version": false }));
        }
        if let Some(connection) = asked? {
            return self.get(who, &connection, "/api/version").await;
        }
        let answers = self.ask_all(who, "/api/version").await;
        let lowest = answers.iter().filter_map(|(_, a)| a["version"].as_str()).min_by_key(|v| version_key(v));
        match lowest {
            Some(version) => Ok(json!({ "version": version })),
            None => Err(ProviderError::detail(500, "Server Connection Error: no Ollama server answered")),
        }
    }

    /// `GET /v1/models`: the models in the OpenAI shape.
    ///
    /// # Errors
    /// Of the one server.
    pub async fn v1_models(&self, who: &Requester, idx: Option<usize>) -> Result<Value> {
        let tags = self.tags(who, idx).await?;
        let now = chrono::Utc::now().timestamp();
        let entry =
            |m: &Value| json!({ "id": m["model"], "object": "model", "created": now, "owned_by": "openai" });
        let data: Vec<Value> = tags["models"].as_array().into_iter().flatten().map(entry).collect();
        Ok(json!({ "data": data, "object": "list" }))
    }

    /// `POST /api/unload`: removes a model from the memory of every server that holds it.
    ///
    /// # Errors
    /// Unknown models, and status 500 when any server fails.
    #[tracing::instrument(name = "ollama unload", skip_all)]
    pub async fn unload(&self, who: &Requester, body: Map<String, Value>) -> Result<Value> {
        let name = super::manage::name_in(&body)?;
        let (urls, id) = self.holders(&name).await?;
        let unloads = urls.iter().map(|idx| self.unload_on(who, *idx, &id));
        match join_all(unloads).await.into_iter().find_map(Result::err) {
            None => Ok(json!({ "status": true })),
            Some(e) => {
                Err(ProviderError::detail(500, format!("The model could not be unloaded everywhere: {e}")))
            }
        }
    }

    async fn unload_on(&self, who: &Requester, idx: usize, id: &str) -> Result<()> {
        let (connection, own) = self.on(idx, id)?;
        let body = Map::from_iter([
            ("model".to_owned(), json!(own)),
            ("keep_alive".to_owned(), json!(0)),
            ("prompt".to_owned(), json!("")),
        ]);
        self.post(who, &connection, "/api/generate", &body, Wording::Plain).await.map(drop)
    }

    /// True when the name belongs to an Ollama model of the list.
    pub async fn knows(&self, name: &str) -> bool {
        let list = self.core.catalogue.current().await;
        list.base_model(name).is_some_and(|m| matches!(m.kind, Kind::Ollama { .. }))
    }
}

/// Versions compare by their numbers, not as text: 0.13 is newer than 0.5.
fn version_key(version: &str) -> Vec<u64> {
    let plain = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
