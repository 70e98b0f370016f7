//! Ollama servers.

mod balance;
mod chat;
mod config;
mod convert;
mod generate;
mod listing;
mod manage;
mod transfer;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use config::OllamaConfig;

use crate::Core;
use crate::connection::Connection;
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::upstream::{Call, Upstream, UpstreamBody, pieces, whole};

/// The functions behind `/ollama/*`. `idx` chooses a server; without it one that holds the model is picked.
pub struct Ollama {
    pub(crate) core: Arc<Core>,
}

/// How the error of a server is worded: some routes pass the text on, others say where it comes from.
#[derive(Clone, Copy)]
enum Wording {
    Plain,
    Named,
}

impl Ollama {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Ollama { core }
    }

    /// Sends JSON to a server; errors of the server become errors with its status and text.
    async fn post(
        &self,
        who: &Requester,
        connection: &Connection,
        path: &str,
        body: &Map<String, Value>,
        wording: Wording,
    ) -> Result<reqwest::Response> {
        let call = Call::post(&self.core, connection, path, who, body)?;
        checked(self.core.send(call).await?, wording).await
    }
}

/// The answer, unless its status says error.
async fn checked(response: reqwest::Response, wording: Wording) -> Result<reqwest::Response> {
    let status = response.status().as_u16();
    if status < 400 {
        return Ok(response);
    }
    let body = whole(response).await.unwrap_or_default();
    let text = crate::error::message_of(&body);
    Err(match (text, wording) {
        (Some(text), Wording::Plain) => ProviderError::detail(status, text),
        (Some(text), Wording::Named) => ProviderError::detail(status, format!("Ollama: {text}")),
        (None, _) => {
            ProviderError::detail(status, "Server Connection Error: the model server gave no reason")
        }
    })
}

/// The answer as lines of JSON, passed on as they come. A server that answers at once gives one line.
fn lines(response: reqwest::Response) -> Upstream {
    Upstream::stream("application/x-ndjson", pieces(response))
}

/// The answer as one JSON document.
async fn document(response: reqwest::Response) -> Result<Upstream> {
    match Upstream::read(response).await?.body {
        UpstreamBody::Json(value) => Ok(Upstream::json(200, value)),
        _ => Err(ProviderError::Broken("the answer is not the JSON it should be".into())),
    }
}

/// True unless the request says `"stream": false`, as Ollama has it.
fn streams(body: &Map<String, Value>) -> bool {
    body.get("stream").and_then(Value::as_bool).unwrap_or(true)
}
