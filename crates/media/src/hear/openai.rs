//! `POST /audio/transcriptions` of OpenAI and of servers that speak like it.

use std::sync::Arc;

use async_trait::async_trait;
use transom_config::keys;

use super::{Ear, Recording, needed, text_at};
use crate::{
    Core, Result,
    form::Form,
    upstream::{Call, below},
};

pub struct OpenAi(pub Arc<Core>);

#[async_trait]
impl Ear for OpenAi {
    async fn hear(&self, recording: &Recording) -> Result<String> {
        let settings = &self.0.settings;
        let base = needed(settings.get(&keys::AUDIO_STT_OPENAI_API_BASE_URL), "the address of its server")?;
        let model = settings.get(&keys::AUDIO_STT_MODEL);
        let model = if model.is_empty() { "whisper-1" } else { &model };
        let mut form = Form::new().text("model", model);
        if let Some(language) = recording.short_language() {
            form = form.text("language", language);
        }
        form = form.file("file", &recording.name, &recording.content_type, &recording.bytes);
        let (kind, body) = form.finish();
        let call = Call::post(&self.0, below(&base, "/audio/transcriptions"), &kind, body)?
            .headers(&recording.headers)
            .bearer(&settings.get(&keys::AUDIO_STT_OPENAI_API_KEY))?;
        Ok(text_at(&call.send().await?.json()?, "/text")?.trim().to_owned())
    }
}
