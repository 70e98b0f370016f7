//! Speech to text: which engine listens.

mod azure;
mod deepgram;
#[cfg(feature = "local")]
pub mod local;
mod mistral;
mod openai;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use transom_config::{Settings, keys};

use crate::{Core, MediaError, Result};

/// Types that are taken when no setting says otherwise.
const TYPES: [&str; 2] = ["audio/*", "video/webm"];

/// Something that was recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The file.
    pub bytes: Bytes,
    /// Its name, for its ending.
    pub name: String,
    /// Its type.
    pub content_type: String,
    /// The spoken language, when it is known.
    pub language: Option<String>,
    /// Headers that go along to a speech server: on whose behalf this is.
    pub headers: HeaderMap,
}

impl Recording {
    /// The ending of the name.
    pub fn extension(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The language in the short form that most servers take: `en` for `en-US`.
    fn short_language(&self) -> Option<&str> {
        let language = self.language.as_deref()?.split(['-', '_']).next()?;
        Some(language).filter(|language| !language.is_empty())
    }
}

/// An engine that turns speech into text.
#[async_trait]
pub trait Ear: Send + Sync {
    /// The text of a recording.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn hear(&self, recording: &Recording) -> Result<String>;
}

/// The engine that the settings name.
pub fn ear(core: &Arc<Core>) -> Box<dyn Ear> {
    let core = core.clone();
    match core.settings.get(&keys::AUDIO_STT_ENGINE).as_str() {
        "openai" => Box::new(openai::OpenAi(core)),
        "deepgram" => Box::new(deepgram::Deepgram(core)),
        "azure" => Box::new(azure::Azure(core)),
        "mistral" => Box::new(mistral::Mistral(core)),
        #[cfg(feature = "local")]
        _ => Box::new(local::Local(core)),
        #[cfg(not(feature = "local"))]
        _ => Box::new(Nobody),
    }
}

/// What stands for Whisper in a build without it.
#[cfg(not(feature = "local"))]
struct Nobody;

#[cfg(not(feature = "local"))]
#[async_trait]
impl Ear for Nobody {
    async fn hear(&self, _: &Recording) -> Result<String> {
        Err(MediaError::Invalid(
            "This build of the server runs no speech model. Choose a speech-to-text engine in the audio settings.".into(),
        ))
    }
}

/// Whether recordings of a type are taken; what stands behind a `;` does not count.
pub fn takes(settings: &Settings, content_type: &str) -> bool {
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let patterns = settings.get(&keys::AUDIO_STT_SUPPORTED_CONTENT_TYPES);
    let patterns: Vec<String> = patterns.into_iter().filter(|pattern| !pattern.trim().is_empty()).collect();
    if patterns.is_empty() {
        return TYPES.iter().any(|pattern| fits(pattern, &content_type));
    }
    patterns.iter().any(|pattern| fits(pattern, &content_type))
}

/// Whether a type fits a pattern, in which a `*` at the end stands for anything.
fn fits(pattern: &str, content_type: &str) -> bool {
    let pattern = pattern.trim().to_ascii_lowercase();
    match pattern.strip_suffix('*') {
        Some(begin) => content_type.starts_with(begin),
        None => pattern == content_type,
    }
}

/// A setting without which an engine cannot be asked.
fn needed(value: String, what: &str) -> Result<String> {
    if value.is_empty() {
        return Err(MediaError::Invalid(format!(
            "Speech to text needs {what}: enter it in the audio settings."
        )));
    }
    Ok(value)
}

/// The text in an answer.
fn text_at<'a>(answer: &'a serde_json::Value, place: &str) -> Result<&'a str> {
    answer.pointer(place).and_then(serde_json::Value::as_str).ok_or(MediaError::Answer)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn types() {
        assert!(fits("audio/*", "audio/webm") && fits(" Audio/MPEG ", "audio/mpeg"));
        assert!(!fits("audio/*", "video/mp4") && !fits("video/webm", "video/webmx"));
    }
}
