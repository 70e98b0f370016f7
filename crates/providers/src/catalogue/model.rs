//! Entries of the catalogue.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use transom_store::ModelRow;

/// Who answers for a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An OpenAI-compatible server.
    OpenAi {
        /// Number of the connection.
        idx: usize,
    },
    /// Ollama servers.
    Ollama {
        /// Numbers of the connections that hold the model.
        urls: Vec<usize>,
    },
    /// One of other models, picked per request.
    Arena,
    /// A workspace model.
    Custom {
        /// Id of the base model in the list; none when it is missing there.
        base: Option<String>,
    },
}

/// A model that can be chosen.
#[derive(Clone, Debug)]
pub struct Model {
    /// Public id.
    pub id: String,
    /// The entry as the HTTP API shows it.
    pub json: Value,
    /// Who answers.
    pub kind: Kind,
    /// The row of the model table that belongs to it: a workspace model's own, or the settings on a base model.
    pub access: Option<ModelRow>,
}

impl Model {
    /// The `owned_by` of the entry: `openai`, `ollama` or `arena`.
    pub fn owned_by(&self) -> &str {
        self.json["owned_by"].as_str().unwrap_or_default()
    }

    /// The display name.
    pub fn name(&self) -> &str {
        self.json["name"].as_str().unwrap_or(&self.id)
    }
}

/// All models at one moment.
#[derive(Debug, Default)]
pub struct ModelList {
    /// The merged list in its order: base models, arena, workspace models. No access filter.
    pub models: Vec<Arc<Model>>,
    /// The entries of `models` as JSON text, in the same order: writing thousands of them anew for each reader is slow.
    pub texts: Vec<String>,
    /// The same by id.
    pub by_id: HashMap<String, Arc<Model>>,
    /// The models of the servers as they are, without the rows of the model table.
    pub base: Vec<Arc<Model>>,
    /// The same by id.
    pub base_by_id: HashMap<String, Arc<Model>>,
    /// The Ollama models as Ollama describes them, with `urls`.
    pub ollama: Vec<Value>,
}

impl ModelList {
    /// A base model by its id; an Ollama model also by its name without tag.
    pub fn base_model(&self, id: &str) -> Option<&Arc<Model>> {
        let latest = || self.base_by_id.get(&format!("{id}:latest"));
        let any_tag =
            || self.base.iter().find(|m| matches!(m.kind, Kind::Ollama { .. }) && without_tag(&m.id) == id);
        self.base_by_id.get(id).or_else(latest).or_else(any_tag)
    }
}

/// The name of an Ollama model before its tag.
pub(super) fn without_tag(id: &str) -> &str {
    id.split(':').next().unwrap_or(id)
}
