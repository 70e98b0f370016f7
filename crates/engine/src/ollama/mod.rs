//! The API of an Ollama server, answered in this process.
//!
//! [`Local::answer`] takes a request and gives a reply, without a socket in between; whoever holds a [`Local`] decides who
//! may ask. Shapes: <https://github.com/ollama/ollama/blob/main/docs/api.md>.

mod chat;
mod embed;
mod generate;
mod models;
mod prompt;
mod pull;
mod reply;
mod request;
mod writing;

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::{Method, StatusCode};
use serde_json::json;

pub use pull::Pulling;
pub use reply::{Body, Reply};

use crate::library::{Fetch, Library, ModelName, Stored};
use crate::llama::{KeepAlive, Lease, Loading, ModelFile, Options, Purpose, Runtime};
use crate::{EngineError, Result};

/// The version of Ollama whose API is spoken.
pub const VERSION: &str = "0.12.0";
/// Longest JSON body; pictures come inside it.
const MAX_JSON: usize = 128 << 20;
/// Longest blob.
const MAX_BLOB: u64 = 1 << 40;

/// A request to the local server.
pub struct Request {
    /// How.
    pub method: Method,
    /// What, from `/api/` on, without a query.
    pub path: String,
    /// The body in pieces.
    pub body: BoxStream<'static, Result<Bytes>>,
}

impl Request {
    /// A request whose body is in memory.
    #[must_use]
    pub fn whole(method: Method, path: &str, body: Bytes) -> Self {
        let body = futures::stream::once(async move { Ok(body) }).boxed();
        Self { method, path: path.to_owned(), body }
    }
}

/// Where models may come from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// No attempt to reach the network is made.
    pub offline: bool,
    /// The package index, when it is another than the public one.
    pub index_url: Option<url::Url>,
    /// Opens models that their owner shows to some only.
    pub hugging_face_token: Option<String>,
}

/// The models of this server.
#[derive(Clone)]
pub struct Local {
    library: Library,
    runtime: Runtime,
    fetch: Arc<dyn Fetch>,
    sources: Sources,
}

impl Local {
    /// Puts the parts together; nothing is loaded before the first use.
    #[must_use]
    pub fn new(library: Library, runtime: Runtime, fetch: Arc<dyn Fetch>, sources: Sources) -> Self {
        Self { library, runtime, fetch, sources }
    }

    /// The models on the disk.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The model that is being loaded; none when none is.
    #[must_use]
    pub fn loading(&self) -> Option<Loading> {
        self.runtime.loading()
    }

    /// Answers a request as an Ollama server does.
    pub async fn answer(&self, request: Request) -> Reply {
        let path = request.path.trim_end_matches('/').to_owned();
        if let Some(digest) = path.strip_prefix("/api/blobs/") {
            return writing::or_error(self.blob(&request.method.clone(), digest, request.body).await);
        }
        let body = match collect(request.body).await {
            Ok(body) => body,
            Err(error) => return reply::error_reply(&error),
        };
        let found = match (request.method.as_str(), path.as_str()) {
            ("GET" | "HEAD", "") => Ok(reply::empty(StatusCode::OK)),
            ("GET", "/api/version") => Ok(reply::json_reply(StatusCode::OK, &json!({"version": VERSION}))),
            ("GET", "/api/tags") => self.tags().await,
            ("GET", "/api/ps") => self.ps().await,
            ("POST", "/api/show") => self.show(&body).await,
            ("POST", "/api/chat") => self.chat(&body).await,
            ("POST", "/api/generate") => self.generate(&body).await,
            ("POST", "/api/embed") => self.embed(&body).await,
            ("POST", "/api/embeddings") => self.embeddings(&body).await,
            ("POST", "/api/pull") => self.pull(&body).await,
            ("POST", "/api/create") => self.create(&body).await,
            ("POST", "/api/copy") => self.copy(&body).await,
            ("DELETE", "/api/delete") => self.delete(&body).await,
            ("POST", "/api/push") => {
                Err(EngineError::Invalid("the models of this server are not pushed anywhere".to_owned()))
            }
            _ => return reply::json_reply(StatusCode::NOT_FOUND, &json!({"error": "not found"})),
        };
        writing::or_error(found)
    }

    async fn stored(&self, name: &str) -> Result<Stored> {
        self.library.find(&name.parse::<ModelName>()?).await
    }

    /// A model in memory, and what the request and the model say about generating.
    async fn lease(
        &self,
        stored: &Stored,
        purpose: Purpose,
        asked: Option<&serde_json::Map<String, serde_json::Value>>,
        keep_alive: Option<KeepAlive>,
    ) -> Result<(Lease, Options)> {
        if !stored.adapters.is_empty() {
            return Err(EngineError::Invalid(format!(
                "{} has an adapter, which this engine cannot use",
                stored.name
            )));
        }
        let mut options = Options::default();
        options.apply(&stored.params)?;
        if let Some(asked) = asked {
            options.apply(asked)?;
        }
        let lease = self.runtime.lease(&file_of(stored), purpose, &options, keep_alive).await?;
        Ok((lease, options))
    }
}

fn file_of(stored: &Stored) -> ModelFile {
    ModelFile { name: stored.name.to_string(), path: stored.model_path.clone() }
}

async fn collect(mut body: BoxStream<'static, Result<Bytes>>) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(piece) = body.next().await {
        all.extend_from_slice(&piece?);
        if all.len() > MAX_JSON {
            return Err(EngineError::Invalid("the request is too large".to_owned()));
        }
    }
    Ok(all)
}
