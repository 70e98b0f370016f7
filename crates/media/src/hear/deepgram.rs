//! `POST /v1/listen` of Deepgram: the recording itself is the body.

use std::sync::Arc;

use async_trait::async_trait;
use http::header;
use transom_config::keys;
use url::form_urlencoded::Serializer;

use super::{Ear, Recording, needed, text_at};
use crate::{Core, Result, upstream::Call};

const URL: &str = "https://api.deepgram.com/v1/listen";

pub struct Deepgram(pub Arc<Core>);

#[async_trait]
impl Ear for Deepgram {
    async fn hear(&self, recording: &Recording) -> Result<String> {
        let settings = &self.0.settings;
        let key = needed(settings.get(&keys::DEEPGRAM_API_KEY), "a key of Deepgram")?;
        let url = address(&settings.get(&keys::AUDIO_STT_MODEL), recording.language.as_deref());
        let call = Call::post(&self.0, url, &recording.content_type, recording.bytes.clone())?
            .header(header::AUTHORIZATION, &format!("Token {key}"))?;
        text(&call.send().await?.json()?)
    }
}

/// Without a language, Deepgram is asked to find it.
fn address(model: &str, language: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("smart_format", "true");
    if !model.is_empty() {
        query.append_pair("model", model);
    }
    match language {
        Some(language) => query.append_pair("language", language),
        None => query.append_pair("detect_language", "true"),
    };
    format!("{URL}?{}", query.finish())
}

fn text(answer: &serde_json::Value) -> Result<String> {
    Ok(text_at(answer, "/results/channels/0/alternatives/0/transcript")?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_documented_shape() {
        let answer = json!({"metadata": {"channels": 1}, "results": {"channels": [{"alternatives": [
            {"transcript": "The harbour bell rings.", "confidence": 0.99, "words": []}]}]}});
        assert_eq!(super::text(&answer).unwrap(), "The harbour bell rings.");
        assert!(super::text(&json!({"results": {}})).is_err());
        assert_eq!(
            super::address("nova-3", Some("de & x")),
            "https://api.deepgram.com/v1/listen?smart_format=true&model=nova-3&language=de+%26+x"
        );
        assert!(super::address("", None).ends_with("?smart_format=true&detect_language=true"));
    }
}
