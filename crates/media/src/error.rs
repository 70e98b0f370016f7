//! What goes wrong between a recording and its text, or a text and its sound.

use crate::sound::SoundError;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, MediaError>;

/// The texts are sentences for users: they hold neither keys nor addresses of servers.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The request cannot be served as it is, or the settings do not allow it.
    #[error("{0}")]
    Invalid(String),
    /// The recording cannot be read.
    #[error(transparent)]
    Sound(#[from] SoundError),
    /// The speech server could not be reached.
    #[error("The speech server could not be reached. Check its address in the audio settings.")]
    Unreachable,
    /// The speech server took too long.
    #[error("The speech server did not answer in time. Please try again.")]
    Timeout,
    /// The speech server answered with an error. The status is its own, and speaks of our key, not of the caller.
    #[error("{message}")]
    Upstream {
        /// HTTP status, 400 or more.
        status: u16,
        /// What it said.
        message: String,
    },
    /// The speech server answered something else than documented.
    #[error("The speech server gave an answer that could not be understood.")]
    Answer,
    /// Too many recordings wait for the model in this server.
    #[error("Too many recordings wait to be transcribed. Please try again in a minute.")]
    Busy,
    /// Something on our side failed: disk, model, settings.
    #[error("{0}")]
    Local(String),
}
