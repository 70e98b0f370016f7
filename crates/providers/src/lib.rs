//! Upstream models: the catalogue of what can be used, and the calls to OpenAI-compatible, Azure and Ollama servers.
//!
//! [`Catalogue`] answers "which models are there" from memory; a slow or dead server never delays it.
//! [`Providers::chat`] sends one completion to the server that owns a model and always answers in the OpenAI shape.
//! [`OpenAi`] and [`Ollama`] are the functions behind the two proxy areas of the HTTP API.
//!
//! Nothing here decides who may use a model: the callers have done that.

mod catalogue;
mod chat;
mod conf;
mod connection;
mod delta;
mod embeddings;
mod error;
mod headers;
pub mod jupyter;
mod lines;
mod local;
mod ollama;
mod openai;
pub mod params;
mod requester;
mod sse;
pub mod template;
mod upstream;
mod vectors;

use std::sync::Arc;

use transom_config::Settings;
use transom_net::Net;
use transom_store::Store;

pub use catalogue::{Catalogue, Kind, Model, ModelList};
pub use delta::{Delta, Event, ToolCallDelta};
pub use error::{ProviderError, Result};
pub use headers::user_headers;
pub use lines::{Line, LineSplitter};
pub use local::{LocalStatus, STARTER};
#[cfg(feature = "local")]
pub use local::{local_engine, pull_speech_model};
pub use ollama::{Ollama, OllamaConfig};
pub use openai::{OpenAi, OpenAiConfig};
pub use requester::Requester;
pub use sse::{SseReader, deltas, deltas_limited};
pub use upstream::{ByteStream, Upstream, UpstreamBody};
pub use vectors::{Embedder, Reranker, TextKind};

use conf::Conf;
use headers::Entra;
use local::Engine;

/// What every part of this crate needs.
pub(crate) struct Core {
    pub conf: Conf,
    pub net: Arc<Net>,
    pub store: Store,
    pub catalogue: Catalogue,
    pub entra: Entra,
    pub engine: Engine,
}

/// The model servers and what is known about them.
pub struct Providers {
    core: Arc<Core>,
    /// Behind `/openai/*`.
    pub openai: OpenAi,
    /// Behind `/ollama/*`.
    pub ollama: Ollama,
    /// Texts to vectors, for what the server looks up itself.
    pub embedder: Embedder,
    /// Passages ranked by how well they answer.
    pub reranker: Reranker,
}

impl Providers {
    /// Puts the parts together. Nothing is sent or spawned before the first use.
    pub fn new(settings: Settings, net: Arc<Net>, store: Store) -> Arc<Providers> {
        let conf = Conf::new(settings.clone());
        let engine = Engine::new(settings, net.clone());
        let catalogue = Catalogue::new(conf.clone(), net.clone(), store.clone(), engine.clone());
        let core = Arc::new(Core { conf, net, store, catalogue, entra: Entra::default(), engine });
        Arc::new(Providers {
            openai: OpenAi::new(core.clone()),
            ollama: Ollama::new(core.clone()),
            embedder: Embedder::new(core.clone()),
            reranker: Reranker::new(core.clone()),
            core,
        })
    }

    /// The list of models.
    pub fn catalogue(&self) -> &Catalogue {
        &self.core.catalogue
    }

    /// Whether models can run in this server.
    pub fn local_status(&self) -> LocalStatus {
        LocalStatus::of(&self.core.conf)
    }

    /// The engine behind them, as the server uses it.
    #[cfg(feature = "local")]
    pub fn local(&self) -> &transom_engine::ollama::Local {
        self.core.engine.local()
    }

    /// How many percent of a model of this server are in memory; none when it is not being loaded.
    pub fn loading(&self, model: &str) -> Option<u8> {
        #[cfg(feature = "local")]
        return self.local().loading().filter(|found| found.name == model).map(|found| found.percent);
        #[cfg(not(feature = "local"))]
        return Some(model).and(None);
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}
