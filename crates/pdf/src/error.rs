//! What can go wrong.

/// Why a chat could not be set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More pages than a document may have.
    #[error("the document would have more than {0} pages")]
    TooLong(usize),
    /// A face of our own cannot be read.
    #[error("a built-in font cannot be read")]
    Font,
    /// The writer refused.
    #[error("the document could not be written: {0}")]
    Write(String),
}
