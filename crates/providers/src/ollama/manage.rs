//! Getting, making, copying and removing models on Ollama servers.

use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Map, Value, json};

use super::{Ollama, Wording, checked, document, lines};
use crate::error::{ProviderError, Result};
use crate::params;
use crate::requester::Requester;
use crate::upstream::{ByteStream, Call, Upstream, UpstreamBody};

/// The model a request is about; old clients say `name`.
pub(super) fn name_in(body: &Map<String, Value>) -> Result<String> {
    let named = ["model", "name"].iter().find_map(|key| body.get(*key).and_then(Value::as_str));
    let named = named.filter(|name| !name.is_empty()).map(str::to_owned);
    named.ok_or_else(|| ProviderError::Invalid("The request names no model".into()))
}

impl Ollama {
    /// `POST /api/pull` on one server (the first by default); lines of JSON with the progress.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama pull", skip_all)]
    pub async fn pull(
        &self,
        who: &Requester,
        idx: Option<usize>,
        mut body: Map<String, Value>,
    ) -> Result<Upstream> {
        body.insert("insecure".into(), json!(true));
        self.long_job(who, idx.unwrap_or(0), "/api/pull", body).await
    }

    /// `POST /api/create` on one server (the first by default); lines of JSON with the progress.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama create", skip_all)]
    pub async fn create(
        &self,
        who: &Requester,
        idx: Option<usize>,
        body: Map<String, Value>,
    ) -> Result<Upstream> {
        self.long_job(who, idx.unwrap_or(0), "/api/create", body).await
    }

    /// `POST /api/push` from the first server that holds the model; lines of JSON with the progress.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama push", skip_all)]
    pub async fn push(
        &self,
        who: &Requester,
        idx: Option<usize>,
        mut body: Map<String, Value>,
    ) -> Result<Upstream> {
        let (connection, own) = self.first_holder(&name_in(&body)?, idx).await?;
        body.insert("model".into(), json!(own));
        self.long_job(who, connection.idx, "/api/push", body).await
    }

    /// A job that takes as long as it takes: no total time limit, and the list is stale when it ends.
    async fn long_job(
        &self,
        who: &Requester,
        idx: usize,
        path: &str,
        body: Map<String, Value>,
    ) -> Result<Upstream> {
        let connection = self.core.conf.ollama_at(idx)?;
        let mut call = Call::post(&self.core, &connection, path, who, &body)?;
        call.timeout = None;
        let response = checked(self.core.send(call).await?, Wording::Plain).await?;
        let mut answer = lines(response);
        if let UpstreamBody::Stream(stream) = answer.body {
            answer.body = UpstreamBody::Stream(self.invalidate_after(stream, idx));
        }
        Ok(answer)
    }

    fn invalidate_after(&self, stream: ByteStream, idx: usize) -> ByteStream {
        let catalogue = self.core.catalogue.clone();
        let end = futures::stream::once(async move {
            catalogue.invalidate_ollama(idx);
            Ok(Bytes::new())
        });
        // the empty piece at the end is only there to have the end noticed
        stream.chain(end).filter(|piece| std::future::ready(!matches!(piece, Ok(p) if p.is_empty()))).boxed()
    }

    /// `POST /api/copy` `{source, destination}` on the first server that holds the source.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama copy", skip_all)]
    pub async fn copy(
        &self,
        who: &Requester,
        idx: Option<usize>,
        mut body: Map<String, Value>,
    ) -> Result<Value> {
        let source = body.get("source").and_then(Value::as_str).unwrap_or_default().to_owned();
        let (connection, own) = self.first_holder(&source, idx).await?;
        body.insert("source".into(), json!(own));
        self.post(who, &connection, "/api/copy", &body, Wording::Named).await?;
        self.core.catalogue.invalidate_ollama(connection.idx);
        Ok(json!(true))
    }

    /// `DELETE /api/delete` on the first server that holds the model.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama delete", skip_all)]
    pub async fn delete(
        &self,
        who: &Requester,
        idx: Option<usize>,
        body: Map<String, Value>,
    ) -> Result<Value> {
        let (connection, own) = self.first_holder(&name_in(&body)?, idx).await?;
        let mut call = Call::post(&self.core, &connection, "/api/delete", who, &json!({ "model": own }))?;
        call.method = http::Method::DELETE;
        checked(self.core.send(call).await?, Wording::Named).await?;
        self.core.catalogue.invalidate_ollama(connection.idx);
        Ok(json!(true))
    }

    /// `POST /api/show` on a server that holds the model.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama show", skip_all)]
    pub async fn show(&self, who: &Requester, mut body: Map<String, Value>) -> Result<Upstream> {
        let (connection, own) = self.route(&name_in(&body)?, None).await?;
        body.shift_remove("name");
        params::one_model(&mut body);
        body.insert("model".into(), json!(own));
        document(self.post(who, &connection, "/api/show", &body, Wording::Named).await?).await
    }
}
