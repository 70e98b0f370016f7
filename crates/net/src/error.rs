//! What can go wrong on the way out.

/// Result of this crate.
pub type Result<T> = std::result::Result<T, NetError>;

/// Sentences fit for users: they never hold credentials, and name the host only where the caller gave it.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The text is no address we are willing to read.
    #[error("This is not a valid web address: {0}")]
    InvalidUrl(String),
    /// The address is understood and refused.
    #[error("This address is not allowed: {0}")]
    Blocked(String),
    /// The answer took longer than the limit.
    #[error("The server did not answer in time")]
    Timeout,
    /// The answer is larger than the limit (bytes, after decompression).
    #[error("The answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// More hops than the limit.
    #[error("The server redirects too often")]
    TooManyRedirects,
    /// The answer is of a kind the caller does not accept.
    #[error("The server answered with content of the type {0}, which is not accepted here")]
    ContentType(String),
    /// No connection, or a connection that broke.
    #[error("The server could not be reached")]
    Unreachable(String),
    /// The client could not be made.
    #[error("The HTTP client could not be set up: {0}")]
    Build(String),
}

/// The refusal of an address inside the resolver, carried through the client's error chain.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub String);

impl From<reqwest::Error> for NetError {
    fn from(e: reqwest::Error) -> Self {
        if let Some(refused) = find_refusal(&e) {
            return NetError::Blocked(refused);
        }
        if e.is_timeout() { NetError::Timeout } else { NetError::Unreachable(chain(&e.without_url())) }
    }
}

fn find_refusal(e: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut current = Some(e);
    while let Some(err) = current {
        if let Some(refused) = err.downcast_ref::<Refused>() {
            return Some(refused.0.clone());
        }
        current = err.source();
    }
    None
}

/// The texts of an error and its causes in one line, for logs.
pub(crate) fn chain(e: &(dyn std::error::Error + 'static)) -> String {
    let mut text = e.to_string();
    let mut current = e.source();
    while let Some(err) = current {
        text.push_str(": ");
        text.push_str(&err.to_string());
        current = err.source();
    }
    text
}
