//! Models from elsewhere: registries, the hub of Hugging Face, package indexes, the web, this machine.
//!
//! Nothing here opens a connection; it asks a [`Fetch`]. What was fetched of a file stays when a pull ends early, and
//! the next one goes on from there.

mod download;
mod fetch;
mod folder;
mod index;
mod package;
mod registry;
mod source;
mod version;

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use url::Url;

use super::Library;
use super::name::ModelName;
use crate::{EngineError, Result};

pub use fetch::{Fetch, FetchReply, FetchRequest};
pub use folder::{FolderRules, FolderSource, HUB_URL};
pub use source::Source;

/// The package index that is asked when no other one is named.
pub const PYPI: &str = "https://pypi.org/simple/";

/// What a pull may do and how.
#[derive(Debug, Clone)]
pub struct PullOptions {
    /// Nothing is fetched; only files of this machine can be taken in.
    pub offline: bool,
    /// Whether files of this machine may be named; only the one who runs the server may.
    pub allow_files: bool,
    /// Whether `http` will do: for registries of a private network.
    pub insecure: bool,
    /// What the model is called here, instead of what its source calls it.
    pub name: Option<ModelName>,
    /// Sent to the hub of Hugging Face and to nobody else.
    pub hf_token: Option<String>,
    /// The simple interface of a package index, if it is not [`PYPI`].
    pub index_url: Option<Url>,
    /// How many tries in a row may bring nothing.
    pub retries: u32,
    /// The pause before the first of them; it doubles.
    pub retry_delay: Duration,
}

impl Default for PullOptions {
    fn default() -> Self {
        Self {
            offline: false,
            allow_files: false,
            insecure: false,
            name: None,
            hf_token: None,
            index_url: None,
            retries: 5,
            retry_delay: Duration::from_secs(1),
        }
    }
}

/// How far a pull is, in the words of an Ollama server; one line of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// `pulling manifest`, `pulling 0123456789ab`, `verifying sha256 digest`, `writing manifest`, `success`, ...
    pub status: String,
    /// What is being pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// How many bytes it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many of them are here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<u64>,
}

/// One pull. Futures that hold it are `Send` as long as they hold it mutably: the progress need not be shared.
struct Pull<'a> {
    library: &'a Library,
    source: &'a Source,
    options: &'a PullOptions,
    fetch: &'a dyn Fetch,
    progress: &'a mut (dyn FnMut(Progress) + Send + Sync),
}

impl Library {
    /// Brings a model here, or brings it up to date: what is here already is not fetched again.
    ///
    /// Says under which name it lies here. A pull that is dropped or fails keeps what it has fetched for the next one.
    ///
    /// # Errors
    /// `Unavailable` when the source cannot be reached, refuses, may not be asked in offline mode, or the disk is full;
    /// `NotFound` when the source does not know the model; `Corrupt` when what came is not what it should be; `Invalid`
    /// when it is no model, or a file may not be named.
    pub async fn pull(
        &self,
        source: &Source,
        options: &PullOptions,
        fetch: &dyn Fetch,
        mut progress: impl FnMut(Progress) + Send + Sync,
    ) -> Result<ModelName> {
        let is_file = matches!(source, Source::File(_));
        if is_file && !options.allow_files {
            return Err(EngineError::Invalid(
                "files of the server are taken in on its command line only".into(),
            ));
        }
        if options.offline && !is_file {
            return Err(EngineError::Unavailable(format!("offline mode is on: {source} is not fetched")));
        }
        let mut pull = Pull { library: self, source, options, fetch, progress: &mut progress };
        let name = match source {
            Source::Registry(name) => pull.pull_registry(name).await?,
            Source::Package { project, version } => pull.pull_package(project, version.as_deref()).await?,
            Source::Url { url, sha256 } => pull.pull_url(url, sha256.as_ref()).await?,
            Source::File(path) => pull.pull_file(path).await?,
        };
        pull.say("success");
        Ok(name)
    }
}

impl Pull<'_> {
    fn report(&mut self, progress: Progress) {
        (self.progress)(progress);
    }

    fn say(&mut self, status: &str) {
        self.report(Progress { status: status.into(), digest: None, total: None, completed: None });
    }
}

/// # Errors
/// `Invalid` unless the address is one of `https`, or of `http` where that will do.
fn checked_scheme(url: &Url, insecure: bool) -> Result<()> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if insecure => Ok(()),
        scheme => Err(EngineError::Invalid(format!("models are fetched over 'https', not '{scheme}'"))),
    }
}

/// `Authorization` with a token, or nothing.
fn bearer(token: Option<&str>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
            EngineError::Invalid("the access token holds characters that no token has".into())
        })?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    Ok(headers)
}
