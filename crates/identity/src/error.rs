//! What can go wrong while finding out who is calling.

use transom_store::StoreError;

/// Errors of this crate; each text is a sentence for the person who reads it.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No credentials were presented.
    #[error("Not authenticated")]
    NotAuthenticated,
    /// The token or key is not one of ours.
    #[error("The token is not valid. Please sign in again.")]
    InvalidToken,
    /// The token was revoked or its account is gone.
    #[error("Your session has ended. Please sign in again.")]
    SessionEnded,
    /// The account may not do this.
    #[error("You do not have permission to do this. Please ask your administrator for access.")]
    Forbidden,
    /// API keys are switched off, for the server or for this account.
    #[error("API keys are not enabled for this account. An administrator can allow them in the settings.")]
    ApiKeysOff,
    /// The key may not be used on this path.
    #[error(
        "This API key may not be used on this path. An administrator can add it to the allowed endpoints."
    )]
    ApiKeyNotAllowedHere,
    /// Wrong e-mail or password; deliberately the same for both.
    #[error("The email or password is incorrect. Please check both and try again.")]
    WrongCredentials,
    /// Too many attempts.
    #[error("Too many sign-in attempts. Please wait a few minutes and try again.")]
    RateLimited,
    /// A feature is switched off.
    #[error("{0}")]
    Disabled(&'static str),
    /// The request cannot be fulfilled as it is.
    #[error("{0}")]
    Invalid(String),
    /// Hashing or signing failed.
    #[error("The server could not complete a cryptographic operation.")]
    Crypto(String),
    /// The store or the bus failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
