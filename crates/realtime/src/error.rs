//! What can go wrong between a server and its tabs.

use transom_store::StoreError;

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
pub enum RealtimeError {
    /// The tab is not connected (any more).
    #[error("The browser tab that started this is no longer connected.")]
    NoSession,
    /// The tab did not answer in time.
    #[error("The browser tab did not answer in time.")]
    NoAnswer,
    /// A document's update that cannot be read.
    #[error("A change of a document could not be read.")]
    BadUpdate,
    /// The bus failed.
    #[error(transparent)]
    Bus(#[from] StoreError),
    /// A payload could not be written as JSON.
    #[error("An event could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}
