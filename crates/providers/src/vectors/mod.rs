//! Texts to vectors for what the server itself looks up, and passages ranked: by a model in this server or by the service that
//! the settings name.

mod embed;
mod rank;

pub use embed::TextKind;

use std::sync::Arc;

use crate::Core;

/// Turns texts into vectors, by `RAG_EMBEDDING_ENGINE` and `RAG_EMBEDDING_MODEL` as they stand now.
#[derive(Clone)]
pub struct Embedder {
    pub(super) core: Arc<Core>,
}

/// Ranks passages, by `RAG_RERANKING_ENGINE` and `RAG_RERANKING_MODEL` as they stand now.
#[derive(Clone)]
pub struct Reranker {
    pub(super) core: Arc<Core>,
}

impl Embedder {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}

impl Reranker {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}
