//! What is there, what is in memory, and making, copying and deleting.

use bytes::Bytes;
use futures::stream::BoxStream;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::reply::{Reply, empty, json_reply, lines};
use super::request::{Common, parse};
use super::{Local, MAX_BLOB, file_of};
use crate::library::gguf::{Arrays, Gguf};
use crate::library::{Digest, From, Message, ModelName, Recipe, parameters_text};
use crate::{EngineError, Result};

impl Local {
    /// `GET /api/tags`
    pub(super) async fn tags(&self) -> Result<Reply> {
        let models: Vec<Value> = self
            .library
            .list()
            .await?
            .into_iter()
            .map(|listed| {
                json!({
                    "name": listed.name.to_string(),
                    "model": listed.name.to_string(),
                    "modified_at": listed.modified_at,
                    "size": listed.size,
                    "digest": listed.digest,
                    "details": listed.details,
                })
            })
            .collect();
        Ok(json_reply(StatusCode::OK, &json!({"models": models})))
    }

    /// `GET /api/ps`
    pub(super) async fn ps(&self) -> Result<Reply> {
        let mut models = Vec::new();
        for running in self.runtime.running() {
            let Ok(stored) = self.stored(&running.name).await else { continue };
            let expires = running.expires_at.map_or_else(
                // Ollama's word for never
                || "2318-01-01T00:00:00Z".to_owned(),
                |time| {
                    chrono::DateTime::<chrono::Utc>::from(time)
                        .to_rfc3339_opts(chrono::SecondsFormat::Nanos, true)
                },
            );
            models.push(json!({
                "name": running.name,
                "model": running.name,
                "size": running.size,
                "digest": stored.digest,
                "details": stored.details,
                "expires_at": expires,
                "size_vram": 0,
                "context_length": running.num_ctx,
            }));
        }
        Ok(json_reply(StatusCode::OK, &json!({"models": models})))
    }

    /// `POST /api/show`
    pub(super) async fn show(&self, body: &[u8]) -> Result<Reply> {
        let common: Common = parse(body)?;
        let fields: Map<String, Value> = parse(body)?;
        let verbose = fields.get("verbose") == Some(&json!(true));
        let stored = self.stored(common.model()?).await?;
        let (path, arrays) = (stored.model_path.clone(), if verbose { Arrays::Keep } else { Arrays::Pass });
        let gguf = tokio::task::spawn_blocking(move || Gguf::open(&path, arrays))
            .await
            .map_err(std::io::Error::other)??;
        let template = stored.template.clone().or_else(|| gguf.chat_template().map(str::to_owned));
        let capabilities = gguf.capabilities(stored.template.as_deref(), false);
        let mut reply = json!({
            "license": stored.licenses.join("\n"),
            "modelfile": stored.modelfile().to_string(),
            "parameters": parameters_text(&stored.params),
            "template": template.unwrap_or_default(),
            "details": stored.details,
            "model_info": gguf.model_info(),
            "capabilities": capabilities,
            "modified_at": stored.modified_at,
        });
        if let Some(system) = &stored.system {
            reply["system"] = json!(system);
        }
        Ok(json_reply(StatusCode::OK, &reply))
    }

    /// `POST /api/copy`
    pub(super) async fn copy(&self, body: &[u8]) -> Result<Reply> {
        let fields: Map<String, Value> = parse(body)?;
        let name = |key: &str| -> Result<ModelName> {
            let text = fields.get(key).and_then(Value::as_str).unwrap_or_default();
            text.parse()
        };
        self.library.copy(&name("source")?, &name("destination")?).await?;
        Ok(empty(StatusCode::OK))
    }

    /// `DELETE /api/delete`
    pub(super) async fn delete(&self, body: &[u8]) -> Result<Reply> {
        let common: Common = parse(body)?;
        let name: ModelName = common.model()?.parse()?;
        if let Ok(stored) = self.library.find(&name).await {
            self.runtime.unload(&file_of(&stored));
        }
        self.library.delete(&name).await?;
        Ok(empty(StatusCode::OK))
    }

    /// `HEAD` and `POST /api/blobs/:digest`
    pub(super) async fn blob(
        &self,
        method: &Method,
        digest: &str,
        body: BoxStream<'static, Result<Bytes>>,
    ) -> Result<Reply> {
        let digest: Digest = digest.parse()?;
        if *method == Method::POST || *method == Method::PUT {
            self.library.put_blob(&digest, body, MAX_BLOB).await?;
            return Ok(empty(StatusCode::CREATED));
        }
        let found = self.library.has_blob(&digest).await;
        Ok(empty(if found { StatusCode::OK } else { StatusCode::NOT_FOUND }))
    }

    /// `POST /api/create`: from a model that is here (`from`), from blobs (`files`), or by a recipe (`modelfile`).
    pub(super) async fn create(&self, body: &[u8]) -> Result<Reply> {
        let common: Common = parse(body)?;
        let fields: Map<String, Value> = parse(body)?;
        let name: ModelName = common.model()?.parse()?;
        let recipe = recipe(&fields)?;
        self.library.create(&name, recipe).await?;
        if let Ok(stored) = self.library.find(&name).await {
            // the next answer is by the new recipe
            self.runtime.unload(&file_of(&stored));
        }
        if !common.streams() {
            return Ok(json_reply(StatusCode::OK, &json!({"status": "success"})));
        }
        let told = ["writing manifest", "success"].map(|status| json!({"status": status}));
        Ok(lines(Box::pin(futures::stream::iter(told))))
    }
}

fn recipe(fields: &Map<String, Value>) -> Result<Recipe> {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut recipe = match (text("modelfile"), text("from"), fields.get("files")) {
        (Some(modelfile), ..) => by_modelfile(&modelfile)?,
        (None, Some(from), _) if !from.is_empty() => Recipe::new(From::Name(from.parse()?)),
        (None, _, Some(Value::Object(files))) => by_files(files)?,
        _ => {
            return Err(EngineError::Invalid(
                "say what the model is made of: \"from\", \"files\" or \"modelfile\"".to_owned(),
            ));
        }
    };
    if let Some(adapters) = fields.get("adapters").and_then(Value::as_object) {
        recipe.adapters = blobs(adapters)?;
    }
    recipe.system = text("system").or(recipe.system);
    recipe.template = text("template").or(recipe.template);
    if let Some(Value::Object(parameters)) = fields.get("parameters") {
        crate::llama::Options::default().apply(parameters)?;
        recipe.params.extend(parameters.clone());
    }
    if let Some(messages) = fields.get("messages") {
        recipe.messages = serde_json::from_value::<Vec<Message>>(messages.clone())
            .map_err(|_| EngineError::Invalid("\"messages\" is a list of messages".to_owned()))?;
    }
    match fields.get("license") {
        Some(Value::String(license)) => recipe.licenses.push(license.clone()),
        Some(Value::Array(list)) => {
            recipe.licenses.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        _ => {}
    }
    if recipe.template.is_some() {
        crate::template::Template::new(recipe.template.as_deref())?;
    }
    Ok(recipe)
}

fn blobs(files: &Map<String, Value>) -> Result<Vec<From>> {
    files
        .values()
        .map(|digest| Ok(From::Blob(digest.as_str().unwrap_or_default().parse::<Digest>()?)))
        .collect()
}

fn by_files(files: &Map<String, Value>) -> Result<Recipe> {
    let mut blobs = blobs(files)?.into_iter();
    let first = blobs.next();
    let mut recipe =
        Recipe::new(first.ok_or_else(|| EngineError::Invalid("\"files\" names no file".to_owned()))?);
    recipe.projector = blobs.next();
    Ok(recipe)
}

/// Over the network a recipe names models and blobs, never files of this machine.
fn by_modelfile(text: &str) -> Result<Recipe> {
    let modelfile: crate::library::Modelfile = text.parse()?;
    let from = |name: &str| -> Result<From> {
        match name.trim_start_matches('@').parse::<Digest>() {
            Ok(digest) => Ok(From::Blob(digest)),
            Err(_) => Ok(From::Name(name.parse()?)),
        }
    };
    let mut names = modelfile.from.iter();
    let mut recipe = Recipe::new(from(names.next().map_or("", String::as_str))?);
    recipe.projector = names.next().map(|name| from(name)).transpose()?;
    recipe.adapters = modelfile.adapters.iter().map(|name| from(name)).collect::<Result<_>>()?;
    recipe.system = modelfile.system;
    recipe.template = modelfile.template;
    recipe.params = modelfile.parameters;
    recipe.messages = modelfile.messages;
    recipe.licenses = modelfile.licenses;
    Ok(recipe)
}
