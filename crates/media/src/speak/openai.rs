//! `POST /audio/speech` of OpenAI and of servers that speak like it.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use transom_config::keys;

use super::{Script, Spoken, Voice, needed};
use crate::{
    Core, Result,
    upstream::{Call, below},
};

/// The public service lists neither its models nor its voices.
const PUBLIC: &str = "https://api.openai.com";
const MODELS: [&str; 3] = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"];
const VOICES: [&str; 9] = ["alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"];

pub struct OpenAi(pub Arc<Core>);

impl OpenAi {
    fn base(&self) -> String {
        self.0.settings.get(&keys::AUDIO_TTS_OPENAI_API_BASE_URL)
    }

    fn key(&self) -> String {
        self.0.settings.get(&keys::AUDIO_TTS_OPENAI_API_KEY)
    }

    /// A list of a server that has such lists.
    async fn list(&self, what: &str) -> Option<Vec<Value>> {
        let base = self.base();
        if base.is_empty() || base.starts_with(PUBLIC) {
            return None;
        }
        let call = Call::get(&self.0, below(&base, &format!("/audio/{what}"))).bearer(&self.key()).ok()?;
        let answer = call.send().await.ok()?.json().ok()?;
        // some answer as the list of chat models does
        let list = answer[what].as_array().or(answer["data"].as_array()).cloned()?;
        let object = |entry: Value| match entry {
            Value::String(id) => json!({"id": id, "name": id}),
            object => object,
        };
        let list: Vec<Value> = list.into_iter().map(object).filter(|entry| entry["id"].is_string()).collect();
        Some(list).filter(|list| !list.is_empty())
    }
}

#[async_trait]
impl Voice for OpenAi {
    async fn speak(&self, script: &Script) -> Result<Spoken> {
        let base = needed(self.base(), "the address of its server")?;
        let settings = &self.0.settings;
        let mut body = script.fields.clone();
        body.insert("model".into(), json!(settings.get(&keys::AUDIO_TTS_MODEL)));
        body.insert("voice".into(), json!(script.voice(&self.0)));
        if let Value::Object(params) = settings.get(&keys::AUDIO_TTS_OPENAI_PARAMS) {
            body.extend(params);
        }
        let call = Call::post_json(&self.0, below(&base, "/audio/speech"), &Value::Object(body))?
            .headers(&script.headers)
            .bearer(&self.key())?;
        let answer = call.send().await?;
        // only sound is passed on as what it says to be: browsers would run a page
        let kind = answer.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let content_type = if kind.starts_with("audio/") { kind } else { "audio/mpeg".to_owned() };
        Ok(Spoken { bytes: answer.body, content_type })
    }

    async fn models(&self) -> Vec<Value> {
        let known = || MODELS.iter().map(|id| json!({"id": id})).collect();
        self.list("models").await.unwrap_or_else(known)
    }

    async fn voices(&self) -> Vec<Value> {
        let known = || VOICES.iter().map(|id| json!({"id": id, "name": id})).collect();
        self.list("voices").await.unwrap_or_else(known)
    }
}
