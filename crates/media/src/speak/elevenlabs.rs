//! `POST /v1/text-to-speech/{voice}` of ElevenLabs.

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderName, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use transom_config::keys;

use super::{Script, Spoken, Voice, named, needed};
use crate::{
    Core, Result,
    upstream::{Call, below},
};

const KEY: HeaderName = HeaderName::from_static("xi-api-key");

pub struct ElevenLabs(pub Arc<Core>);

impl ElevenLabs {
    fn url(&self, path: &str) -> String {
        below(&self.0.settings.get(&keys::ELEVENLABS_API_BASE_URL), path)
    }

    fn key(&self) -> Result<String> {
        needed(self.0.settings.get(&keys::AUDIO_TTS_API_KEY), "a key of ElevenLabs")
    }

    async fn list(&self, path: &str) -> Result<Value> {
        Call::get(&self.0, self.url(path)).header(KEY, &self.key()?)?.send().await?.json()
    }
}

#[async_trait]
impl Voice for ElevenLabs {
    async fn speak(&self, script: &Script) -> Result<Spoken> {
        let voice = script.voice(&self.0);
        // the voice comes from the request: it stays one part of the path
        let voice = utf8_percent_encode(&voice, NON_ALPHANUMERIC);
        let body = json!({
            "text": script.input(),
            "model_id": self.0.settings.get(&keys::AUDIO_TTS_MODEL),
            "voice_settings": {"stability": 0.5, "similarity_boost": 0.5},
        });
        let call = Call::post_json(&self.0, self.url(&format!("/v1/text-to-speech/{voice}")), &body)?
            .header(header::ACCEPT, "audio/mpeg")?
            .header(KEY, &self.key()?)?;
        Ok(Spoken { bytes: call.send().await?.body, content_type: "audio/mpeg".to_owned() })
    }

    async fn models(&self) -> Vec<Value> {
        named(&self.list("/v1/models").await.unwrap_or_default(), "model_id", "name")
    }

    async fn voices(&self) -> Vec<Value> {
        named(&self.list("/v1/voices").await.unwrap_or_default()["voices"], "voice_id", "name")
    }
}
