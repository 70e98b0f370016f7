//! Fast transcription of Azure AI Speech: a form with the recording and a definition.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderName;
use serde_json::{Value, json};
use transom_config::{Settings, keys};

use super::{Ear, Recording, needed};
use crate::{
    Core, MediaError, Result,
    form::Form,
    upstream::{Call, below},
};

const PATH: &str = "/speechtotext/transcriptions:transcribe?api-version=2024-11-15";

pub struct Azure(pub Arc<Core>);

#[async_trait]
impl Ear for Azure {
    async fn hear(&self, recording: &Recording) -> Result<String> {
        let settings = &self.0.settings;
        let key = needed(settings.get(&keys::AUDIO_STT_AZURE_API_KEY), "a key of Azure")?;
        let base = match settings.get(&keys::AUDIO_STT_AZURE_BASE_URL) {
            base if !base.is_empty() => base,
            _ => {
                let region = needed(settings.get(&keys::AUDIO_STT_AZURE_REGION), "a region of Azure")?;
                host(&region)?
            }
        };
        let definition = definition(settings, recording.language.as_deref()).to_string();
        let (kind, body) = Form::new()
            .text("definition", &definition)
            .file("audio", &recording.name, &recording.content_type, &recording.bytes)
            .finish();
        let call = Call::post(&self.0, below(&base, PATH), &kind, body)?
            .header(HeaderName::from_static("ocp-apim-subscription-key"), &key)?;
        text(&call.send().await?.json()?)
    }
}

/// A region becomes a part of a host's name.
fn host(region: &str) -> Result<String> {
    if region.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
        return Ok(format!("https://{region}.api.cognitive.microsoft.com"));
    }
    Err(MediaError::Invalid(
        "The region of Azure in the audio settings is not valid: use a name such as westeurope.".into(),
    ))
}

fn definition(settings: &Settings, language: Option<&str>) -> Value {
    let locales = settings.get(&keys::AUDIO_STT_AZURE_LOCALES);
    let mut locales: Vec<&str> =
        locales.split(',').map(str::trim).filter(|locale| !locale.is_empty()).collect();
    // only whole locales are known there: en-US, not en
    if let Some(language) = language.filter(|language| language.contains('-')) {
        locales = vec![language];
    }
    let mut definition = json!({"locales": locales, "profanityFilterMode": "None"});
    let speakers = settings.get(&keys::AUDIO_STT_AZURE_MAX_SPEAKERS).trim().parse::<u32>().unwrap_or(0);
    if speakers > 1 {
        definition["diarization"] = json!({"enabled": true, "maxSpeakers": speakers});
    }
    definition
}

/// The phrases of all channels.
fn text(answer: &Value) -> Result<String> {
    let phrases = answer["combinedPhrases"].as_array().ok_or(MediaError::Answer)?;
    let texts: Vec<&str> = phrases.iter().filter_map(|phrase| phrase["text"].as_str()).collect();
    Ok(texts.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_documented_shape() {
        let answer = json!({"durationMilliseconds": 2500, "combinedPhrases": [{"text": "The harbour bell rings."}],
            "phrases": [{"offsetMilliseconds": 40, "text": "The harbour bell rings.", "locale": "en-GB"}]});
        assert_eq!(super::text(&answer).unwrap(), "The harbour bell rings.");
        assert!(super::text(&json!({})).is_err());
        assert_eq!(super::host("westeurope").unwrap(), "https://westeurope.api.cognitive.microsoft.com");
        assert!(super::host("evil.example/x").is_err());
    }
}
