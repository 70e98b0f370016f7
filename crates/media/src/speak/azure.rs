//! Text to speech of Azure AI Speech, which takes SSML.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderName;
use serde_json::Value;
use transom_config::keys;

use super::{Script, Spoken, Voice, named, needed};
use crate::{
    Core, MediaError, Result,
    upstream::{Call, below},
};

const KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");
const FORMAT: HeaderName = HeaderName::from_static("x-microsoft-outputformat");

pub struct Azure(pub Arc<Core>);

impl Azure {
    fn url(&self, path: &str) -> Result<String> {
        let settings = &self.0.settings;
        let base = settings.get(&keys::AUDIO_TTS_AZURE_SPEECH_BASE_URL);
        if !base.is_empty() {
            return Ok(below(&base, path));
        }
        let region = needed(settings.get(&keys::AUDIO_TTS_AZURE_SPEECH_REGION), "a region of Azure")?;
        if !region.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
            let text =
                "The region of Azure in the audio settings is not valid: use a name such as westeurope.";
            return Err(MediaError::Invalid(text.into()));
        }
        Ok(format!("https://{region}.tts.speech.microsoft.com{path}"))
    }

    fn key(&self) -> Result<String> {
        needed(self.0.settings.get(&keys::AUDIO_TTS_API_KEY), "a key of Azure")
    }

    async fn list(&self) -> Result<Value> {
        let url = self.url("/cognitiveservices/voices/list")?;
        Call::get(&self.0, url).header(KEY, &self.key()?)?.send().await?.json()
    }
}

#[async_trait]
impl Voice for Azure {
    async fn speak(&self, script: &Script) -> Result<Spoken> {
        let format = self.0.settings.get(&keys::AUDIO_TTS_AZURE_SPEECH_OUTPUT_FORMAT);
        let body = ssml(&script.voice(&self.0), script.input());
        let url = self.url("/cognitiveservices/v1")?;
        let call = Call::post(&self.0, url, "application/ssml+xml", body.into())?
            .header(KEY, &self.key()?)?
            .header(FORMAT, &format)?;
        Ok(Spoken { bytes: call.send().await?.body, content_type: content_type(&format).to_owned() })
    }

    async fn models(&self) -> Vec<Value> {
        Vec::new()
    }

    async fn voices(&self) -> Vec<Value> {
        named(&self.list().await.unwrap_or_default(), "ShortName", "DisplayName")
    }
}

/// A voice is named after its locale: `en-GB-SoniaNeural`.
fn ssml(voice: &str, text: &str) -> String {
    let mut parts = voice.split('-');
    let locale = match (parts.next(), parts.next()) {
        (Some(language), Some(region)) => format!("{language}-{region}"),
        _ => "en-US".to_owned(),
    };
    format!(
        "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"{}\"><voice \
         name=\"{}\">{}</voice></speak>",
        escaped(&locale),
        escaped(voice),
        escaped(text)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // XML has no place for most of these
            letter if letter.is_control() && !letter.is_whitespace() => {}
            letter => out.push(letter),
        }
    }
    out
}

fn content_type(format: &str) -> &'static str {
    match format {
        format if format.contains("mp3") => "audio/mpeg",
        format if format.starts_with("riff") => "audio/wav",
        format if format.starts_with("ogg") => "audio/ogg",
        format if format.starts_with("webm") => "audio/webm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let ssml = ssml("en-GB-SoniaNeural", "a < b & \"c\"</voice>\u{0}");
        assert!(ssml.contains("xml:lang=\"en-GB\"><voice name=\"en-GB-SoniaNeural\">a &lt; b &amp; &quot;c&quot;&lt;/voice&gt;</voice>"));
        assert_eq!(content_type("audio-24khz-160kbitrate-mono-mp3"), "audio/mpeg");
        assert_eq!(content_type("riff-24khz-16bit-mono-pcm"), "audio/wav");
    }
}
