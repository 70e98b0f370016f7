//! Everything under `/openai/` that has no function of its own goes to the first connection.

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{OpenAi, azure, body, limited};
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::upstream::{Call, Upstream};

impl OpenAi {
    /// Passes a request on to connection 0. Status and body come back as they are.
    ///
    /// # Errors
    /// [`ProviderError::Invalid`] for paths that try to leave the API's root; see [`ProviderError`].
    #[tracing::instrument(name = "openai proxy", skip_all, fields(%method))]
    pub async fn proxy(
        &self,
        who: &Requester,
        method: Method,
        path: &str,
        query: Option<&str>,
        content_type: Option<&str>,
        content: Bytes,
    ) -> Result<Upstream> {
        check_path(path)?;
        let connection = self.core.conf.openai_at(0)?;
        let mut content = content;
        let mut url = format!("{}/{path}", connection.url);
        if connection.is_azure() {
            let mut json: Map<String, Value> = serde_json::from_slice(&content).unwrap_or_default();
            url = format!("{}{}", connection.url, azure::path(&connection, &json, path));
            if path == "chat/completions" {
                body::repair(&connection, &mut json);
                azure::reduce(&connection, &mut json);
                content =
                    serde_json::to_vec(&json).map_err(|e| ProviderError::Invalid(e.to_string()))?.into();
            }
        }
        if let Some(query) = query.filter(|q| !q.is_empty()) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(query);
        }
        let mut headers = self.core.headers(&connection, who).await?;
        if let Some(kind) = content_type.and_then(|kind| kind.parse().ok()) {
            headers.insert(CONTENT_TYPE, kind);
        }
        let mut request = self.core.net.upstream().request(method, url).headers(headers);
        if !content.is_empty() {
            request = request.body(content);
        }
        if let Some(timeout) = self.core.conf.chat_timeout() {
            request = request.timeout(timeout);
        }
        let response = request.send().await.map_err(ProviderError::from_send)?;
        Ok(limited(&self.core.conf, Upstream::read(response).await?))
    }

    /// Embeddings by the first connection, body and answer as they are.
    ///
    /// # Errors
    /// As [`OpenAi::proxy`].
    pub async fn embeddings(&self, who: &Requester, body: &Map<String, Value>) -> Result<Upstream> {
        let connection = self.core.conf.openai_at(0)?;
        let call = Call::post(&self.core, &connection, "/embeddings", who, body)?;
        Upstream::read(self.core.send(call).await?).await
    }
}

/// The key of the connection is good for its API only: no way up and out of it, in any spelling.
fn check_path(path: &str) -> Result<()> {
    let mut text = path.to_owned();
    // twice encoded forms are decoded by servers behind servers
    for _ in 0..3 {
        let odd = text.contains('\\') || text.chars().any(char::is_control);
        if odd || text.split('/').any(|part| part == ".." || part == ".") || text.starts_with('/') {
            return Err(ProviderError::Invalid("This path cannot be passed on".into()));
        }
        text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    if text.contains(['?', '#']) {
        return Err(ProviderError::Invalid("This path cannot be passed on".into()));
    }
    Ok(())
}
