//! What can go wrong.

/// What the caller is told. The texts are for people and hold no path of the server.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no model with this name.
    #[error("model '{0}' not found")]
    NotFound(String),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be done now: too little memory or disk, a source that does not answer, a processor that lacks something.
    #[error("{0}")]
    Unavailable(String),
    /// What was fetched or lies on the disk is not what it should be.
    #[error("{0}")]
    Corrupt(String),
    /// The disk.
    #[error("the model folder cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

/// With this crate's error.
pub type Result<T> = std::result::Result<T, EngineError>;
