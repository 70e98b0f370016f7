//! Voxtral of Mistral: through its transcription route, or through a chat about the recording.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use transom_config::keys;

use super::{Ear, Recording, needed, text_at};
use crate::{
    Core, Result,
    form::Form,
    upstream::{Call, below},
};

/// Models that are asked when none is set.
const TRANSCRIBES: &str = "voxtral-mini-latest";
const CHATS: &str = "voxtral-small-latest";
const QUESTION: &str = "Write down word for word what is said in this recording. Answer with that text only.";

pub struct Mistral(pub Arc<Core>);

#[async_trait]
impl Ear for Mistral {
    async fn hear(&self, recording: &Recording) -> Result<String> {
        let settings = &self.0.settings;
        let key = needed(settings.get(&keys::AUDIO_STT_MISTRAL_API_KEY), "a key of Mistral")?;
        let base = needed(settings.get(&keys::AUDIO_STT_MISTRAL_API_BASE_URL), "the address of Mistral")?;
        let model = settings.get(&keys::AUDIO_STT_MODEL);
        let model =
            |otherwise: &'static str| if model.is_empty() { otherwise.to_owned() } else { model.clone() };
        if settings.get(&keys::AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS) {
            let body = question(&model(CHATS), recording);
            let call = Call::post_json(&self.0, below(&base, "/chat/completions"), &body)?.bearer(&key)?;
            return Ok(text_at(&call.send().await?.json()?, "/choices/0/message/content")?.trim().to_owned());
        }
        let mut form = Form::new().text("model", &model(TRANSCRIBES));
        if let Some(language) = recording.short_language() {
            form = form.text("language", language);
        }
        let (kind, body) =
            form.file("file", &recording.name, &recording.content_type, &recording.bytes).finish();
        let call = Call::post(&self.0, below(&base, "/audio/transcriptions"), &kind, body)?.bearer(&key)?;
        Ok(text_at(&call.send().await?.json()?, "/text")?.trim().to_owned())
    }
}

fn question(model: &str, recording: &Recording) -> serde_json::Value {
    let question = match recording.short_language() {
        Some(language) => format!("{QUESTION} The language is \"{language}\"."),
        None => QUESTION.to_owned(),
    };
    json!({"model": model, "temperature": 0, "messages": [{"role": "user", "content": [
        {"type": "input_audio", "input_audio": STANDARD.encode(&recording.bytes)},
        {"type": "text", "text": question},
    ]}]})
}
