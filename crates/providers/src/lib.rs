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
mod lines;
mod ollama;
mod openai;
pub mod params;
mod requester;
mod sse;
pub mod template;
mod upstream;

use std::sync::Arc;

use transom_config::Settings;
use transom_net::Net;
use transom_store::Store;

pub use catalogue::{Catalogue, Kind, Model, ModelList};
pub use delta::{Delta, Event, ToolCallDelta};
pub use error::{ProviderError, Result};
pub use lines::{Line, LineSplitter};
pub use ollama::{Ollama, OllamaConfig};
pub use openai::{OpenAi, OpenAiConfig};
pub use requester::Requester;
pub use sse::{SseReader, deltas, deltas_limited};
pub use upstream::{ByteStream, Upstream, UpstreamBody};

use conf::Conf;
use headers::Entra;

/// What every part of this crate needs.
pub(crate) struct Core {
    pub conf: Conf,
    pub net: Arc<Net>,
    pub store: Store,
    pub catalogue: Catalogue,
    pub entra: Entra,
}

/// The model servers and what is known about them.
pub struct Providers {
    core: Arc<Core>,
    /// Behind `/openai/*`.
    pub openai: OpenAi,
    /// Behind `/ollama/*`.
    pub ollama: Ollama,
}

impl Providers {
    /// Puts the parts together. Nothing is sent or spawned before the first use.
    pub fn new(settings: Settings, net: Arc<Net>, store: Store) -> Arc<Providers> {
        let conf = Conf::new(settings);
        let catalogue = Catalogue::new(conf.clone(), net.clone(), store.clone());
        let core = Arc::new(Core { conf, net, store, catalogue, entra: Entra::default() });
        Arc::new(Providers { openai: OpenAi::new(core.clone()), ollama: Ollama::new(core.clone()), core })
    }

    /// The list of models.
    pub fn catalogue(&self) -> &Catalogue {
        &self.core.catalogue
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}
