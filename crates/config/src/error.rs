//! What can go wrong.

use std::path::PathBuf;

/// The start cannot go on. Every message is one sentence that names the variable and what is allowed; secrets are
/// masked.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value cannot be read, or is not among those possible.
    #[error("{name} is {value}, but it must be {expected}")]
    BadValue {
        /// The variable as the user spelled it.
        name: String,
        /// The value in quotes, or a mask.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// Values contradict each other, or one is missing.
    #[error("{0}")]
    Conflict(String),
    /// Both a variable and its `_FILE` form are set.
    #[error("{name} and {name}_FILE are both set, but only one of them may be")]
    BothForms {
        /// The variable.
        name: String,
    },
    /// A file named by a variable, or a `.env` file, cannot be read.
    #[error("{what} cannot be read from {}: {problem}", path.display())]
    Unreadable {
        /// The variable, or "the environment file".
        what: String,
        /// The file.
        path: PathBuf,
        /// Why, in the words of the system.
        problem: String,
    },
    /// A `.env` file has a line that cannot be understood.
    #[error("line {line} of {} cannot be understood: {problem}", path.display())]
    DotEnv {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The data folder cannot be prepared, or the secret key cannot be kept.
    #[error("{what} {} cannot be written: {source}", path.display())]
    Unwritable {
        /// What was to be written.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A setting was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// No variable of that name is declared.
    #[error("there is no setting {0}")]
    Unknown(String),
    /// It is fixed at start.
    #[error("{0} can only be set in the environment")]
    Fixed(&'static str),
    /// The value has the wrong type or is not among those possible.
    #[error("{name} must be {expected}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What is allowed.
        expected: String,
    },
    /// A document to import is no JSON object.
    #[error("the settings document must be a JSON object")]
    NotADocument,
    /// The store refused.
    #[error("{name} could not be saved: {reason}")]
    Save {
        /// The variable or dotted key.
        name: String,
        /// Why, in the words of the store.
        reason: String,
    },
}
