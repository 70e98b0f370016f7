//! Text to speech: which engine speaks, and what was spoken before.

mod azure;
mod cache;
mod elevenlabs;
mod openai;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use transom_config::keys;

use self::cache::Cache;
use crate::{Core, MediaError, Result};

/// Longest text that is spoken at once, in bytes.
const LONGEST: usize = 64 * 1024;

/// Something spoken.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// The sound file.
    pub bytes: Bytes,
    /// Its type.
    pub content_type: String,
}

/// What is to be spoken.
pub struct Script {
    /// The fields of the request: `input`, `voice`, and whatever else it brought.
    fields: Map<String, Value>,
    /// Headers that go along.
    headers: HeaderMap,
}

impl Script {
    /// The text.
    fn input(&self) -> &str {
        self.fields.get("input").and_then(Value::as_str).unwrap_or_default()
    }

    /// The voice that was asked for, or the one of the settings.
    fn voice(&self, core: &Core) -> String {
        let asked = self.fields.get("voice").and_then(Value::as_str).filter(|voice| !voice.is_empty());
        asked.map_or_else(|| core.settings.get(&keys::AUDIO_TTS_VOICE), str::to_owned)
    }
}

/// An engine that turns text into speech.
#[async_trait]
pub trait Voice: Send + Sync {
    /// Speaks.
    ///
    /// # Errors
    /// [`MediaError`].
    async fn speak(&self, script: &Script) -> Result<Spoken>;

    /// Its models: objects with `id` and perhaps `name`.
    async fn models(&self) -> Vec<Value>;

    /// Its voices: objects with `id` and `name`.
    async fn voices(&self) -> Vec<Value>;
}

/// The engine that the settings name.
fn voice(core: &Arc<Core>) -> Result<Box<dyn Voice>> {
    let core = core.clone();
    match core.settings.get(&keys::AUDIO_TTS_ENGINE).as_str() {
        "openai" => Ok(Box::new(openai::OpenAi(core))),
        "elevenlabs" => Ok(Box::new(elevenlabs::ElevenLabs(core))),
        "azure" => Ok(Box::new(azure::Azure(core))),
        "transformers" => Err(MediaError::Invalid(
            "This server has no voice of its own. Choose another text-to-speech engine in the audio settings, or none \
             to let the browser speak."
                .into(),
        )),
        _ => Err(MediaError::Invalid(
            "Speaking is left to the browser. To let the server speak, choose a text-to-speech engine in the audio \
             settings."
                .into(),
        )),
    }
}

pub async fn models(core: &Arc<Core>) -> Vec<Value> {
    match voice(core) {
        Ok(voice) => voice.models().await,
        Err(_) => Vec::new(),
    }
}

pub async fn voices(core: &Arc<Core>) -> Vec<Value> {
    match voice(core) {
        Ok(voice) => voice.voices().await,
        Err(_) => Vec::new(),
    }
}

pub async fn speak(core: &Arc<Core>, body: &Bytes, headers: HeaderMap) -> Result<Spoken> {
    let fields: Map<String, Value> = serde_json::from_slice(body).map_err(|_| {
        MediaError::Invalid("The request is not valid JSON: send an object with \"input\".".into())
    })?;
    let script = Script { fields, headers };
    if script.input().trim().is_empty() {
        return Err(MediaError::Invalid("There is nothing to speak: send a text as \"input\".".into()));
    }
    if script.input().len() > LONGEST {
        return Err(MediaError::Invalid(
            "The text is too long to be spoken at once. Send it in parts.".into(),
        ));
    }
    let voice = voice(core)?;
    let cache = Cache::new(&core.settings.data_dir());
    let name = name(core, &script);
    if let Some(spoken) = cache.get(&name).await {
        return Ok(spoken);
    }
    let spoken = voice.speak(&script).await?;
    if spoken.bytes.is_empty() {
        return Err(MediaError::Answer);
    }
    cache.keep(&name, &spoken).await;
    Ok(spoken)
}

/// The name under which speech is kept: the same for the same words by the same voice of the same engine.
fn name(core: &Core, script: &Script) -> String {
    let settings = &core.settings;
    let parts = [
        settings.get(&keys::AUDIO_TTS_ENGINE),
        settings.get(&keys::AUDIO_TTS_MODEL),
        script.voice(core),
        settings.get(&keys::AUDIO_TTS_OPENAI_API_BASE_URL),
        settings.get(&keys::AUDIO_TTS_OPENAI_PARAMS).to_string(),
        settings.get(&keys::AUDIO_TTS_AZURE_SPEECH_BASE_URL),
        settings.get(&keys::AUDIO_TTS_AZURE_SPEECH_REGION),
        settings.get(&keys::AUDIO_TTS_AZURE_SPEECH_OUTPUT_FORMAT),
        Value::Object(script.fields.clone()).to_string(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        // the length keeps neighbours apart
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A setting without which an engine cannot be asked.
fn needed(value: String, what: &str) -> Result<String> {
    if value.is_empty() {
        return Err(MediaError::Invalid(format!(
            "Text to speech needs {what}: enter it in the audio settings."
        )));
    }
    Ok(value)
}

/// The objects of a list with other names for `id` and `name`.
fn named(list: &Value, id: &str, name: &str) -> Vec<Value> {
    let objects = list.as_array().map(Vec::as_slice).unwrap_or_default();
    objects
        .iter()
        .filter(|object| object[id].is_string())
        .map(|object| serde_json::json!({"id": object[id], "name": object.get(name).unwrap_or(&object[id])}))
        .collect()
}
