//! Audio.

use serde_json::Value;

use super::spec::*;

settings! {
    "audio", "Audio";

    /// API key of Azure speech-to-text.
    AUDIO_STT_AZURE_API_KEY: String = text("")
        .saved("audio.stt.azure.api_key").aliases(&["STT_AZURE_API_KEY"]).secret().acts();

    /// Address of Azure speech-to-text.
    AUDIO_STT_AZURE_BASE_URL: String = url("")
        .saved("audio.stt.azure.base_url").aliases(&["STT_AZURE_BASE_URL"]).acts();

    /// Locales that Azure speech-to-text listens for, separated by commas.
    AUDIO_STT_AZURE_LOCALES: String = text("")
        .saved("audio.stt.azure.locales").aliases(&["STT_AZURE_LOCALES"]).acts();

    /// How many speakers Azure speech-to-text tells apart at most.
    AUDIO_STT_AZURE_MAX_SPEAKERS: String = text("")
        .saved("audio.stt.azure.max_speakers").aliases(&["STT_AZURE_MAX_SPEAKERS"]).acts();

    /// Region of Azure speech-to-text.
    AUDIO_STT_AZURE_REGION: String = text("").saved("audio.stt.azure.region").aliases(&["STT_AZURE_REGION"]).acts();

    /// Speech-to-text service; empty (or `whisper`) is the built-in Whisper model.
    AUDIO_STT_ENGINE: String = text("")
        .saved("audio.stt.engine").attribute("STT_ENGINE").aliases(&["STT_ENGINE"])
        .allowed(&["", "openai", "deepgram", "azure", "mistral"]).spelled(&[("whisper", "")]).acts();

    /// Base URL of Mistral speech-to-text.
    AUDIO_STT_MISTRAL_API_BASE_URL: String = url("https://api.mistral.ai/v1")
        .saved("audio.stt.mistral.api_base_url").aliases(&["STT_MISTRAL_API_BASE_URL"]).acts();

    /// API key of Mistral speech-to-text.
    AUDIO_STT_MISTRAL_API_KEY: String = text("")
        .saved("audio.stt.mistral.api_key").aliases(&["STT_MISTRAL_API_KEY"]).secret().acts();

    /// Sends audio to Mistral through chat completions instead of the transcription route.
    AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS: bool = flag(false)
        .saved("audio.stt.mistral.use_chat_completions").aliases(&["STT_MISTRAL_USE_CHAT_COMPLETIONS"]).acts();

    /// Model of the speech-to-text service.
    AUDIO_STT_MODEL: String = text("")
        .saved("audio.stt.model").attribute("STT_MODEL").aliases(&["STT_MODEL"]).acts();

    /// Base URL of the OpenAI-compatible speech-to-text server.
    AUDIO_STT_OPENAI_API_BASE_URL: String = url("")
        .saved("audio.stt.openai.api_base_url").attribute("STT_OPENAI_API_BASE_URL")
        .aliases(&["STT_OPENAI_API_BASE_URL"]).or("OPENAI_API_BASE_URL").acts();

    /// Key of the OpenAI-compatible speech-to-text server.
    AUDIO_STT_OPENAI_API_KEY: String = text("")
        .saved("audio.stt.openai.api_key").attribute("STT_OPENAI_API_KEY")
        .aliases(&["STT_OPENAI_API_KEY"]).or("OPENAI_API_KEY").secret().acts();

    /// MIME patterns accepted for transcription; empty accepts `audio/*` and `video/webm`.
    AUDIO_STT_SUPPORTED_CONTENT_TYPES: Vec<String> = list(',', "")
        .saved("audio.stt.supported_content_types").attribute("STT_SUPPORTED_CONTENT_TYPES")
        .aliases(&["STT_SUPPORTED_CONTENT_TYPES"]).acts();

    /// Key of ElevenLabs or Azure speech.
    AUDIO_TTS_API_KEY: String = text("")
        .saved("audio.tts.api_key").attribute("TTS_API_KEY").aliases(&["TTS_API_KEY"]).secret().acts();

    /// Address of Azure speech.
    AUDIO_TTS_AZURE_SPEECH_BASE_URL: String = url("")
        .saved("audio.tts.azure.speech_base_url").attribute("TTS_AZURE_SPEECH_BASE_URL")
        .aliases(&["TTS_AZURE_SPEECH_BASE_URL"]).acts();

    /// Audio format asked from Azure speech.
    AUDIO_TTS_AZURE_SPEECH_OUTPUT_FORMAT: String = text("audio-24khz-160kbitrate-mono-mp3")
        .saved("audio.tts.azure.speech_output_format").attribute("TTS_AZURE_SPEECH_OUTPUT_FORMAT")
        .aliases(&["TTS_AZURE_SPEECH_OUTPUT_FORMAT"]).acts();

    /// Region of Azure speech.
    AUDIO_TTS_AZURE_SPEECH_REGION: String = text("")
        .saved("audio.tts.azure.speech_region").attribute("TTS_AZURE_SPEECH_REGION")
        .aliases(&["TTS_AZURE_SPEECH_REGION"]).acts();

    /// Text-to-speech service; empty leaves speaking to the browser.
    AUDIO_TTS_ENGINE: String = text("")
        .saved("audio.tts.engine").attribute("TTS_ENGINE").aliases(&["TTS_ENGINE"])
        .allowed(&["", "openai", "elevenlabs", "azure", "transformers"]).acts();

    /// Model of the text-to-speech service.
    AUDIO_TTS_MODEL: String = text("tts-1")
        .saved("audio.tts.model").attribute("TTS_MODEL").aliases(&["TTS_MODEL"]).acts();

    /// Base URL of the OpenAI-compatible speech server.
    AUDIO_TTS_OPENAI_API_BASE_URL: String = url("")
        .saved("audio.tts.openai.api_base_url").attribute("TTS_OPENAI_API_BASE_URL")
        .aliases(&["TTS_OPENAI_API_BASE_URL"]).or("OPENAI_API_BASE_URL").acts();

    /// Key of the OpenAI-compatible speech server.
    AUDIO_TTS_OPENAI_API_KEY: String = text("")
        .saved("audio.tts.openai.api_key").attribute("TTS_OPENAI_API_KEY")
        .aliases(&["TTS_OPENAI_API_KEY"]).or("OPENAI_API_KEY").secret().acts();

    /// Extra request fields for the OpenAI-compatible speech server, as a JSON object.
    AUDIO_TTS_OPENAI_PARAMS: Value = json_object()
        .saved("audio.tts.openai.params").attribute("TTS_OPENAI_PARAMS").aliases(&["TTS_OPENAI_PARAMS"]).acts();

    /// Where answers are cut before they are spoken.
    AUDIO_TTS_SPLIT_ON: String = text("punctuation")
        .saved("audio.tts.split_on").attribute("TTS_SPLIT_ON").aliases(&["TTS_SPLIT_ON"])
        .allowed(&["punctuation", "paragraphs", "none"]).acts();

    /// Voice of the text-to-speech service.
    AUDIO_TTS_VOICE: String = text("alloy")
        .saved("audio.tts.voice").attribute("TTS_VOICE").aliases(&["TTS_VOICE"]).acts();

    /// API key of Deepgram speech-to-text.
    DEEPGRAM_API_KEY: String = text("").saved("audio.stt.deepgram.api_key").secret().acts();

    /// ElevenLabs base URL.
    ELEVENLABS_API_BASE_URL: String = url("https://api.elevenlabs.io").acts();

    /// Precision of the weights of the local Whisper model: `int8`, `float16`, `float32`, or `auto` for that of its file.
    WHISPER_COMPUTE_TYPE: String = text("int8").acts();

    /// Language the local Whisper model is told to expect; empty lets it detect one.
    WHISPER_LANGUAGE: String = text("").acts();

    /// Whisper model used for local speech-to-text.
    WHISPER_MODEL: String = text("base").saved("audio.stt.whisper_model").acts();

    /// Downloads newer files of the Whisper model.
    WHISPER_MODEL_AUTO_UPDATE: bool = flag(false).acts();

    /// Folder of the Whisper models.
    WHISPER_MODEL_DIR: String = path("{DATA_DIR}/cache/whisper/models").acts();

    /// Skips silence before transcribing (voice activity filter).
    WHISPER_VAD_FILTER: bool = flag(false).saved("audio.stt.whisper_vad_filter").acts();
}
