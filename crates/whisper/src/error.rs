//! What goes wrong with a model or a recording.

use std::path::PathBuf;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, WhisperError>;

/// Why there is no transcript.
#[derive(Debug, thiserror::Error)]
pub enum WhisperError {
    /// A file of the model cannot be read.
    #[error(
        "{path} cannot be read: {source}. Put a complete model folder there, or delete it to fetch it again."
    )]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the model is damaged or of another kind.
    #[error("{path} is no Whisper model of CTranslate2: {reason}. Delete the folder to fetch it again.")]
    Format {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A language that the model does not know.
    #[error(
        "This model does not know the language \"{0}\". Use a code such as en, de or zh, or none to detect it."
    )]
    Language(String),
    /// Somebody asked to stop.
    #[error("The transcription was stopped.")]
    Stopped,
}
