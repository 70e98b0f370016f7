//! Speech to text and text to speech.
//!
//! [`Media`] answers what the audio routes ask: it picks the engine that the settings name, for each request anew. An
//! engine is a file below `hear` (an [`Ear`]) or `speak` (a [`Voice`]); all of them talk HTTP through `transom-net`,
//! but for Whisper in this process (cargo feature `local`), which has a thread of its own.
//!
//! Nothing here decides who may do what: the callers have done that.

mod config;
mod error;
mod form;
mod hear;
pub mod sound;
mod speak;
mod upstream;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use transom_config::Settings;
use transom_net::Net;

pub use config::{AudioConfig, SttConfig, TtsConfig};
pub use error::{MediaError, Result};
pub use hear::{Ear, Recording};
pub use speak::{Spoken, Voice};

/// Fetches models that are not on the disk yet.
#[async_trait]
pub trait FetchFolder: Send + Sync {
    /// Fetches a speech model from its repository on Hugging Face, or its newest version; gives its folder.
    ///
    /// # Errors
    /// A sentence for users.
    async fn fetch(&self, repository: &str) -> std::result::Result<std::path::PathBuf, String>;
}

/// What every engine needs.
pub(crate) struct Core {
    pub settings: Settings,
    pub net: Arc<Net>,
    #[cfg_attr(not(feature = "local"), allow(dead_code, reason = "only Whisper fetches"))]
    pub folders: Option<Arc<dyn FetchFolder>>,
    #[cfg(feature = "local")]
    pub whisper: hear::local::Whisper,
}

/// Speech in both directions; cheap to clone.
#[derive(Clone)]
pub struct Media(Arc<Core>);

impl Media {
    /// Puts the parts together. Nothing is loaded or sent before the first use.
    pub fn new(settings: Settings, net: Arc<Net>, folders: Option<Arc<dyn FetchFolder>>) -> Self {
        #[cfg(feature = "local")]
        let whisper = hear::local::Whisper::new(hear::local::idle(&settings));
        Self(Arc::new(Core {
            settings,
            net,
            folders,
            #[cfg(feature = "local")]
            whisper,
        }))
    }

    /// The text of a recording.
    ///
    /// # Errors
    /// [`MediaError`].
    #[tracing::instrument(name = "transcription", skip_all, fields(bytes = recording.bytes.len()))]
    pub async fn transcribe(&self, recording: Recording) -> Result<String> {
        hear::ear(&self.0).hear(&recording).await
    }

    /// Whether recordings of a type are taken.
    pub fn takes(&self, content_type: &str) -> bool {
        hear::takes(&self.0.settings, content_type)
    }

    /// Speaks the text of a request body (`{"input", "voice", ...}`); what was spoken before comes from the disk.
    /// `headers` go along to the speech server.
    ///
    /// # Errors
    /// [`MediaError`].
    #[tracing::instrument(name = "speech", skip_all)]
    pub async fn speak(&self, body: &Bytes, headers: HeaderMap) -> Result<Spoken> {
        speak::speak(&self.0, body, headers).await
    }

    /// The models of the speech engine: objects with `id` and perhaps `name`.
    pub async fn models(&self) -> Vec<Value> {
        speak::models(&self.0).await
    }

    /// The voices of the speech engine: objects with `id` and `name`.
    pub async fn voices(&self) -> Vec<Value> {
        speak::voices(&self.0).await
    }
}
