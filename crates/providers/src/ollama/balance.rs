//! Which server gets a request.

use rand::seq::IndexedRandom;

use super::Ollama;
use crate::catalogue::{Kind, Model, ModelList};
use crate::connection::Connection;
use crate::error::{ProviderError, Result};

impl Ollama {
    /// The numbers of the servers that hold a model, and its public name with the tag.
    pub(super) async fn holders(&self, name: &str) -> Result<(Vec<usize>, String)> {
        let list = self.core.catalogue.current().await;
        let model = find(&list, name).ok_or_else(|| unknown(name))?;
        match &model.kind {
            Kind::Ollama { urls } => Ok((urls.clone(), model.id.clone())),
            _ => Err(unknown(name)),
        }
    }

    /// The server for a request and the model's name there: the forced one, or one of those that hold it at random.
    pub(super) async fn route(&self, name: &str, idx: Option<usize>) -> Result<(Connection, String)> {
        if let Some(idx) = idx {
            let connection = self.core.conf.ollama_at(idx)?;
            let own = with_tag(connection.own_id(name));
            return Ok((connection, own));
        }
        let (urls, id) = self.holders(name).await?;
        self.one_of(&urls, &id)
    }

    /// One of these servers at random, and the name of the model there.
    pub(super) fn one_of(&self, urls: &[usize], id: &str) -> Result<(Connection, String)> {
        let idx = urls.choose(&mut rand::rng()).ok_or_else(|| unknown(id))?;
        self.on(*idx, id)
    }

    /// A given server, and the name of the model there.
    pub(super) fn on(&self, idx: usize, id: &str) -> Result<(Connection, String)> {
        let connection = self.core.conf.ollama_at(idx)?;
        let own = connection.own_id(id).to_owned();
        Ok((connection, own))
    }

    /// The first server that holds the model, or the forced one.
    pub(super) async fn first_holder(&self, name: &str, idx: Option<usize>) -> Result<(Connection, String)> {
        if idx.is_some() {
            return self.route(name, idx).await;
        }
        let (urls, id) = self.holders(name).await?;
        self.on(urls.first().copied().unwrap_or_default(), &id)
    }
}

fn find<'a>(list: &'a ModelList, name: &str) -> Option<&'a Model> {
    let known = |id: &str| list.base_by_id.get(id).filter(|m| matches!(m.kind, Kind::Ollama { .. }));
    known(name).or_else(|| known(&with_tag(name))).map(|m| &**m)
}

/// A name without a tag means the latest.
pub(super) fn with_tag(name: &str) -> String {
    if name.contains(':') { name.to_owned() } else { format!("{name}:latest") }
}

pub(super) fn unknown(name: &str) -> ProviderError {
    ProviderError::Invalid(format!("Model '{name}' was not found"))
}
