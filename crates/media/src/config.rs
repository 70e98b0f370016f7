//! The audio settings as the HTTP API reads and writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use transom_config::{SetError, Setting, SettingValue, keys};

use crate::Media;

/// Settings of text to speech.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "TTSConfigForm")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct TtsConfig {
    openai_api_base_url: String,
    openai_api_key: String,
    /// Fields that every request carries.
    #[serde(default)]
    openai_params: Option<Map<String, Value>>,
    /// Key of ElevenLabs or Azure.
    api_key: String,
    engine: String,
    model: String,
    voice: String,
    split_on: String,
    azure_speech_region: String,
    azure_speech_base_url: String,
    azure_speech_output_format: String,
}

/// Settings of speech to text.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "STTConfigForm")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct SttConfig {
    openai_api_base_url: String,
    openai_api_key: String,
    engine: String,
    model: String,
    #[serde(default)]
    supported_content_types: Vec<String>,
    whisper_model: String,
    deepgram_api_key: String,
    azure_api_key: String,
    azure_region: String,
    azure_locales: String,
    azure_base_url: String,
    azure_max_speakers: String,
    mistral_api_key: String,
    mistral_api_base_url: String,
    mistral_use_chat_completions: bool,
}

/// All audio settings, keys included: for administrators.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "AudioConfigUpdateForm")]
pub struct AudioConfig {
    tts: TtsConfig,
    stt: SttConfig,
}

impl Media {
    /// The current settings.
    pub fn config(&self) -> AudioConfig {
        AudioConfig { tts: self.tts(), stt: self.stt() }
    }

    fn get<T: SettingValue>(&self, setting: &Setting<T>) -> T {
        self.0.settings.get(setting)
    }

    fn tts(&self) -> TtsConfig {
        let params = self.get(&keys::AUDIO_TTS_OPENAI_PARAMS);
        TtsConfig {
            openai_api_base_url: self.get(&keys::AUDIO_TTS_OPENAI_API_BASE_URL),
            openai_api_key: self.get(&keys::AUDIO_TTS_OPENAI_API_KEY),
            openai_params: Some(if let Value::Object(params) = params { params } else { Map::new() }),
            api_key: self.get(&keys::AUDIO_TTS_API_KEY),
            engine: self.get(&keys::AUDIO_TTS_ENGINE),
            model: self.get(&keys::AUDIO_TTS_MODEL),
            voice: self.get(&keys::AUDIO_TTS_VOICE),
            split_on: self.get(&keys::AUDIO_TTS_SPLIT_ON),
            azure_speech_region: self.get(&keys::AUDIO_TTS_AZURE_SPEECH_REGION),
            azure_speech_base_url: self.get(&keys::AUDIO_TTS_AZURE_SPEECH_BASE_URL),
            azure_speech_output_format: self.get(&keys::AUDIO_TTS_AZURE_SPEECH_OUTPUT_FORMAT),
        }
    }

    fn stt(&self) -> SttConfig {
        SttConfig {
            openai_api_base_url: self.get(&keys::AUDIO_STT_OPENAI_API_BASE_URL),
            openai_api_key: self.get(&keys::AUDIO_STT_OPENAI_API_KEY),
            engine: self.get(&keys::AUDIO_STT_ENGINE),
            model: self.get(&keys::AUDIO_STT_MODEL),
            supported_content_types: self.get(&keys::AUDIO_STT_SUPPORTED_CONTENT_TYPES),
            whisper_model: self.get(&keys::WHISPER_MODEL),
            deepgram_api_key: self.get(&keys::DEEPGRAM_API_KEY),
            azure_api_key: self.get(&keys::AUDIO_STT_AZURE_API_KEY),
            azure_region: self.get(&keys::AUDIO_STT_AZURE_REGION),
            azure_locales: self.get(&keys::AUDIO_STT_AZURE_LOCALES),
            azure_base_url: self.get(&keys::AUDIO_STT_AZURE_BASE_URL),
            azure_max_speakers: self.get(&keys::AUDIO_STT_AZURE_MAX_SPEAKERS),
            mistral_api_key: self.get(&keys::AUDIO_STT_MISTRAL_API_KEY),
            mistral_api_base_url: self.get(&keys::AUDIO_STT_MISTRAL_API_BASE_URL),
            mistral_use_chat_completions: self.get(&keys::AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS),
        }
    }

    /// Saves all audio settings.
    ///
    /// # Errors
    /// When a value is not allowed or cannot be saved.
    pub async fn update_config(&self, form: AudioConfig) -> Result<AudioConfig, SetError> {
        self.save_tts(form.tts).await?;
        self.save_stt(form.stt).await?;
        Ok(self.config())
    }

    async fn set<T: SettingValue>(&self, setting: &Setting<T>, value: T) -> Result<(), SetError> {
        self.0.settings.set(setting, value).await.map(|_| ())
    }

    async fn save_tts(&self, form: TtsConfig) -> Result<(), SetError> {
        // the two that only some values are allowed for come first: a wrong one changes nothing
        self.set(&keys::AUDIO_TTS_ENGINE, form.engine).await?;
        self.set(&keys::AUDIO_TTS_SPLIT_ON, form.split_on).await?;
        self.set(&keys::AUDIO_TTS_OPENAI_API_BASE_URL, form.openai_api_base_url).await?;
        self.set(&keys::AUDIO_TTS_OPENAI_API_KEY, form.openai_api_key).await?;
        let params = Value::Object(form.openai_params.unwrap_or_default());
        self.set(&keys::AUDIO_TTS_OPENAI_PARAMS, params).await?;
        self.set(&keys::AUDIO_TTS_API_KEY, form.api_key).await?;
        self.set(&keys::AUDIO_TTS_MODEL, form.model).await?;
        self.set(&keys::AUDIO_TTS_VOICE, form.voice).await?;
        self.set(&keys::AUDIO_TTS_AZURE_SPEECH_REGION, form.azure_speech_region).await?;
        self.set(&keys::AUDIO_TTS_AZURE_SPEECH_BASE_URL, form.azure_speech_base_url).await?;
        self.set(&keys::AUDIO_TTS_AZURE_SPEECH_OUTPUT_FORMAT, form.azure_speech_output_format).await
    }

    async fn save_stt(&self, form: SttConfig) -> Result<(), SetError> {
        let engine = if form.engine == "whisper" { String::new() } else { form.engine };
        self.set(&keys::AUDIO_STT_ENGINE, engine).await?;
        self.set(&keys::AUDIO_STT_OPENAI_API_BASE_URL, form.openai_api_base_url).await?;
        self.set(&keys::AUDIO_STT_OPENAI_API_KEY, form.openai_api_key).await?;
        self.set(&keys::AUDIO_STT_MODEL, form.model).await?;
        self.set(&keys::AUDIO_STT_SUPPORTED_CONTENT_TYPES, form.supported_content_types).await?;
        self.set(&keys::WHISPER_MODEL, form.whisper_model).await?;
        self.set(&keys::DEEPGRAM_API_KEY, form.deepgram_api_key).await?;
        self.set(&keys::AUDIO_STT_AZURE_API_KEY, form.azure_api_key).await?;
        self.set(&keys::AUDIO_STT_AZURE_REGION, form.azure_region).await?;
        self.set(&keys::AUDIO_STT_AZURE_LOCALES, form.azure_locales).await?;
        self.set(&keys::AUDIO_STT_AZURE_BASE_URL, form.azure_base_url).await?;
        self.set(&keys::AUDIO_STT_AZURE_MAX_SPEAKERS, form.azure_max_speakers).await?;
        self.set(&keys::AUDIO_STT_MISTRAL_API_KEY, form.mistral_api_key).await?;
        self.set(&keys::AUDIO_STT_MISTRAL_API_BASE_URL, form.mistral_api_base_url).await?;
        self.set(&keys::AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS, form.mistral_use_chat_completions).await
    }
}
