//! Text and embeddings from Ollama, in its own shapes.

use serde_json::{Map, Value, json};

use super::manage::name_in;
use super::{Ollama, Wording, document, lines, streams};
use crate::error::Result;
use crate::params;
use crate::requester::Requester;
use crate::upstream::Upstream;

impl Ollama {
    /// `POST /api/embed`.
    ///
    /// # Errors
    /// See [`crate::ProviderError`].
    #[tracing::instrument(name = "ollama embed", skip_all)]
    pub async fn embed(
        &self,
        who: &Requester,
        idx: Option<usize>,
        body: Map<String, Value>,
    ) -> Result<Upstream> {
        let response = self.forward(who, idx, "/api/embed", body, Wording::Named).await?;
        document(response).await
    }

    /// `POST /api/embeddings`.
    ///
    /// # Errors
    /// See [`crate::ProviderError`].
    #[tracing::instrument(name = "ollama embeddings", skip_all)]
    pub async fn embeddings(
        &self,
        who: &Requester,
        idx: Option<usize>,
        body: Map<String, Value>,
    ) -> Result<Upstream> {
        let response = self.forward(who, idx, "/api/embeddings", body, Wording::Named).await?;
        document(response).await
    }

    /// `POST /api/generate`.
    ///
    /// # Errors
    /// See [`crate::ProviderError`].
    #[tracing::instrument(name = "ollama generate", skip_all)]
    pub async fn generate(
        &self,
        who: &Requester,
        idx: Option<usize>,
        body: Map<String, Value>,
    ) -> Result<Upstream> {
        let streamed = streams(&body);
        let response = self.forward(who, idx, "/api/generate", body, Wording::Plain).await?;
        if streamed { Ok(lines(response)) } else { document(response).await }
    }

    /// Sends a request on with the model's name on the server; fields without a value are left out.
    async fn forward(
        &self,
        who: &Requester,
        idx: Option<usize>,
        path: &str,
        mut body: Map<String, Value>,
        wording: Wording,
    ) -> Result<reqwest::Response> {
        let (connection, own) = self.route(&name_in(&body)?, idx).await?;
        body.retain(|_, value| !value.is_null());
        params::one_model(&mut body);
        body.insert("model".into(), json!(own));
        self.post(who, &connection, path, &body, wording).await
    }
}
