//! What can go wrong before or during a turn.

use transom_identity::IdentityError;
use transom_providers::ProviderError;
use transom_store::StoreError;

/// Errors of this crate; each text is a sentence for the person who reads it.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// The model does not exist, or the caller may not use it; deliberately the same.
    #[error("Model not found")]
    ModelNotFound,
    /// The chat does not exist, or is not the caller's; deliberately the same.
    #[error("The chat was not found. It may have been deleted.")]
    ChatNotFound,
    /// The request cannot be understood.
    #[error("{0}")]
    Invalid(String),
    /// The task is switched off.
    #[error("{0} generation is disabled. An administrator can enable it in the settings.")]
    Disabled(&'static str),
    /// The provider refused or failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The account could not be checked.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The store or the bus failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
