//! What can go wrong between us and a model server.

use serde_json::Value;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, ProviderError>;

/// The texts are sentences for users: they never hold keys or addresses of model servers.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No connection to the model server.
    #[error("Server Connection Error: the model server could not be reached")]
    Unreachable {
        /// For the log: what the client said, without the address.
        cause: String,
    },
    /// The model server answered with an error. This status is the upstream's own: a 401 here means that *our* key
    /// was refused, never that the caller must sign in again.
    #[error("{}", message_of(.body).unwrap_or_else(|| format!("The model server answered with status {status}")))]
    Status {
        /// HTTP status, 400 or more.
        status: u16,
        /// Answer body: what a proxied caller gets to see.
        body: Value,
    },
    /// The model server took longer than the configured limit.
    #[error("The model server did not answer in time")]
    Timeout,
    /// No such model in the catalogue.
    #[error("Model not found")]
    ModelNotFound(String),
    /// The request cannot be sent as it is.
    #[error("{0}")]
    Invalid(String),
    /// The answer stopped in the middle or cannot be understood.
    #[error("The connection to the model server broke: {0}")]
    Broken(String),
    /// Something on our side failed: database, disk, settings.
    #[error("The server could not do this: {0}")]
    Local(String),
}

impl ProviderError {
    /// A refusal with the body that the HTTP API uses for errors.
    pub(crate) fn detail(status: u16, text: impl Into<String>) -> Self {
        ProviderError::Status { status, body: serde_json::json!({ "detail": text.into() }) }
    }

    /// An error of the HTTP client before the answer's headers arrived.
    pub(crate) fn from_send(e: reqwest::Error) -> Self {
        if e.is_timeout() && !e.is_connect() {
            return ProviderError::Timeout;
        }
        if e.is_builder() {
            return ProviderError::Invalid("The address of the model server is not valid".into());
        }
        let cause = chain(&e.without_url());
        tracing::warn!(%cause, "a model server could not be reached");
        ProviderError::Unreachable { cause }
    }

    /// An error of the HTTP client while the body was read.
    pub(crate) fn from_body(e: reqwest::Error) -> Self {
        if e.is_timeout() {
            return ProviderError::Timeout;
        }
        let cause = chain(&e.without_url());
        tracing::warn!(%cause, "the answer of a model server broke off");
        ProviderError::Broken("the answer ended early".into())
    }
}

/// The sentence in an error body, in the shapes that model servers use.
pub(crate) fn message_of(body: &Value) -> Option<String> {
    let found = [&body["error"]["message"], &body["error"], &body["detail"], &body["message"], body]
        .into_iter()
        .find_map(Value::as_str)?;
    Some(found.to_owned()).filter(|text| !text.is_empty())
}

fn chain(e: &(dyn std::error::Error + 'static)) -> String {
    let mut text = e.to_string();
    let mut current = e.source();
    while let Some(err) = current {
        text.push_str(": ");
        text.push_str(&err.to_string());
        current = err.source();
    }
    text
}
