//! Asking one connection for its models.

use chrono::DateTime;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use transom_net::Net;

use crate::conf::Conf;
use crate::connection::{Connection, Family};
use crate::error::{ProviderError, Result};
use crate::local::Engine;
use crate::upstream::whole;

/// Parts of ids on the public OpenAI service that are no chat models.
const HIDDEN: [&str; 6] = ["babbage", "dall-e", "davinci", "embedding", "tts", "whisper"];

/// The ways to the servers.
pub(crate) struct Asked<'a> {
    pub conf: &'a Conf,
    pub net: &'a Net,
    pub engine: &'a Engine,
}

impl Asked<'_> {
    /// The entries as the server gives them.
    #[tracing::instrument(name = "model list", skip_all, fields(connection = ?connection))]
    pub(crate) async fn models(&self, connection: &Connection) -> Result<Vec<Value>> {
        match connection.family {
            Family::OpenAi => self.openai(connection).await,
            Family::Ollama => self.ollama(connection).await,
        }
    }

    async fn get(&self, connection: &Connection, path: &str) -> Result<Value> {
        let response = if connection.is_local() {
            self.engine.get(path).await?
        } else {
            let url = format!("{}{path}", connection.url);
            let request = self.net.upstream().get(url).headers(headers(connection)?);
            request.timeout(self.conf.list_timeout()).send().await.map_err(ProviderError::from_send)?
        };
        let status = response.status().as_u16();
        let body = whole(response).await?;
        if status >= 400 { Err(ProviderError::Status { status, body }) } else { Ok(body) }
    }

    async fn openai(&self, connection: &Connection) -> Result<Vec<Value>> {
        let body = self.get(connection, "/models").await?;
        let list = match body {
            Value::Array(list) => list,
            mut body => match body["data"].take() {
                Value::Array(list) => list,
                _ => return Err(ProviderError::Broken("the answer holds no list of models".into())),
            },
        };
        let public = connection.is_public_openai();
        let entries = list.into_iter().filter_map(openai_entry);
        Ok(entries.filter(|e| !public || !is_hidden(e["id"].as_str().unwrap_or_default())).collect())
    }

    async fn ollama(&self, connection: &Connection) -> Result<Vec<Value>> {
        let (tags, loaded) = tokio::join!(self.get(connection, "/api/tags"), self.get(connection, "/api/ps"));
        let Value::Array(models) = tags?["models"].take() else {
            return Err(ProviderError::Broken("the answer holds no list of models".into()));
        };
        // which models are loaded is a nicety: old servers cannot tell
        let loaded = loaded.unwrap_or_default();
        let allowed = connection.model_ids();
        let entry = |mut model: Value| {
            let name = model["model"].as_str().or(model["name"].as_str())?.to_owned();
            if !allowed.is_empty() && !allowed.contains(&name) {
                return None;
            }
            if let Some(until) = expiry(&loaded, &name) {
                model["expires_at"] = json!(until);
            }
            model["model"] = json!(name);
            Some(model)
        };
        Ok(models.into_iter().filter_map(entry).collect())
    }
}

/// A list is asked for on nobody's behalf: only a key can open the door.
fn headers(connection: &Connection) -> Result<HeaderMap> {
    let bad = || ProviderError::Invalid("The key or a header of this connection cannot be sent".into());
    let mut headers = HeaderMap::new();
    if connection.auth_type() != "none" && !connection.key.is_empty() {
        let value = format!("Bearer {}", connection.key).parse().map_err(|_| bad())?;
        headers.insert(AUTHORIZATION, value);
    }
    for (name, value) in connection.extra_headers() {
        let name: http::HeaderName = name.parse().map_err(|_| bad())?;
        headers.insert(name, value.parse().map_err(|_| bad())?);
    }
    Ok(headers)
}

/// True for ids of the public OpenAI service that cannot chat.
pub(crate) fn is_hidden(id: &str) -> bool {
    HIDDEN.iter().any(|part| id.contains(part))
}

fn openai_entry(mut entry: Value) -> Option<Value> {
    let object = entry.as_object_mut()?;
    if object.get("name").is_some_and(Value::is_null) {
        object.shift_remove("name");
    }
    if object.get("id").and_then(Value::as_str).is_none() {
        let name = object.get("name")?.as_str()?.to_owned();
        object.insert("id".into(), Value::String(name));
    }
    Some(entry)
}

/// Until when a loaded model stays in memory, Unix seconds.
fn expiry(loaded: &Value, name: &str) -> Option<i64> {
    let entry = loaded["models"].as_array()?.iter().find(|m| m["model"] == name)?;
    Some(DateTime::parse_from_rfc3339(entry["expires_at"].as_str()?).ok()?.timestamp())
}
