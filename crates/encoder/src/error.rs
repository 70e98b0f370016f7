use std::path::Path;

use transom_kernels::ShapeError;

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the folder cannot be read.
    #[error("{file} of the model cannot be read: {reason}.")]
    File {
        /// The name of the file.
        file: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A kind of model that is not computed here.
    #[error("{0}")]
    Unsupported(String),
    /// Files that contradict each other or themselves.
    #[error("The model's files are damaged or incomplete: {0}.")]
    Damaged(String),
    /// A text that the tokenizer does not take.
    #[error("The text cannot be divided into tokens: {0}.")]
    Text(String),
}

impl Error {
    pub(crate) fn file(path: &Path, reason: std::io::Error) -> Self {
        let file = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
        Self::File { file: file.into_owned(), reason }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }
}

impl From<ShapeError> for Error {
    fn from(error: ShapeError) -> Self {
        Self::Damaged(error.to_string())
    }
}
