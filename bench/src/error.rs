//! The one error type of the tool.

use std::time::Duration;

/// Why a measurement could not be made (a missed target is a result, not an error).
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A socket or a file failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The peer closed the connection in the middle of an exchange.
    #[error("the peer closed the connection")]
    Closed,
    /// Bytes that are not HTTP/1.1.
    #[error("malformed HTTP: {0}")]
    Http(String),
    /// A request that must succeed did not.
    #[error("{method} {path} answered {status}: {body}")]
    Status {
        /// Method of the request.
        method: &'static str,
        /// Path of the request.
        path: String,
        /// Status code of the reply.
        status: u16,
        /// Beginning of the reply's body.
        body: String,
    },
    /// The websocket layer failed.
    #[error("websocket: {0}")]
    WebSocket(Box<tokio_tungstenite::tungstenite::Error>),
    /// Socket.IO packets in an unexpected order or form.
    #[error("socket.io: {0}")]
    SocketIo(String),
    /// A reply that is not the JSON the contract promises.
    #[error("unexpected JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Something did not happen in time.
    #[error("{what} took longer than {limit:?}")]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
    },
    /// A streamed answer that differs from what the provider sent.
    #[error("wrong answer: {0}")]
    Answer(String),
    /// The server under test cannot be started, reached or set up.
    #[error("target: {0}")]
    Target(String),
}

impl From<tokio_tungstenite::tungstenite::Error> for BenchError {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        Self::WebSocket(Box::new(error))
    }
}

/// Ends `work` with [`BenchError::Timeout`] after `limit`.
///
/// # Errors
/// Those of `work`, and the timeout.
pub async fn within<T>(
    what: &'static str,
    limit: Duration,
    work: impl Future<Output = crate::Result<T>>,
) -> crate::Result<T> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(BenchError::Timeout { what, limit }))
}
