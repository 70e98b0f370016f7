use serde_json::{Value, json};
use transom_media::{MediaError, Recording};

use crate::lab::{Server, json as answer, media, recording};

const SAID: &str = "The harbour bell rings at seven.";

#[tokio::test]
async fn openai() {
    let server = Server::start(|_| answer(&json!({"text": format!(" {SAID}")}))).await;
    let base = format!("{}/v1/", server.url);
    let (_dir, media) = media(&[
        ("AUDIO_STT_ENGINE", "openai"),
        ("AUDIO_STT_OPENAI_API_BASE_URL", &base),
        ("AUDIO_STT_OPENAI_API_KEY", "sk-1"),
    ]);
    assert_eq!(media.transcribe(recording()).await.unwrap(), SAID);
    let asked = server.last();
    assert_eq!(
        (asked.path.as_str(), asked.header("authorization")),
        ("/v1/audio/transcriptions", "Bearer sk-1")
    );
    assert!(asked.header("content-type").starts_with("multipart/form-data; boundary="));
    assert_eq!((asked.field("model"), asked.field("language")), (Some("whisper-1"), None));
    assert!(asked.body.contains("filename=\"bell.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF-sound\r\n"));

    let mut headers = http::HeaderMap::new();
    headers.insert("x-openwebui-user-id", "7".parse().unwrap());
    let german = Recording { language: Some("de-AT".into()), headers, ..recording() };
    media.transcribe(german).await.unwrap();
    assert_eq!(server.last().field("language"), Some("de"));
    assert_eq!(server.last().header("x-openwebui-user-id"), "7");
}

#[tokio::test]
async fn errors_are_sentences() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/a/audio/transcriptions" => {
            (401, "application/json", json!({"error": {"message": "bad key"}}).to_string().into_bytes())
        }
        _ => (200, "text/html", b"<p>hello".to_vec()),
    })
    .await;
    let at = |path: &str| {
        let base = format!("{}{path}", server.url);
        media(&[("AUDIO_STT_ENGINE", "openai"), ("AUDIO_STT_OPENAI_API_BASE_URL", &base)])
    };
    let error = at("/a").1.transcribe(recording()).await.unwrap_err();
    assert!(matches!(&error, MediaError::Upstream { status: 401, message } if message.contains("bad key")));
    assert!(matches!(at("/b").1.transcribe(recording()).await, Err(MediaError::Answer)));
    let nobody = [("AUDIO_STT_ENGINE", "openai"), ("AUDIO_STT_OPENAI_API_BASE_URL", "http://127.0.0.1:9")];
    assert!(matches!(media(&nobody).1.transcribe(recording()).await, Err(MediaError::Unreachable)));
    for engine in ["deepgram", "azure", "mistral"] {
        let error = media(&[("AUDIO_STT_ENGINE", engine)]).1.transcribe(recording()).await.unwrap_err();
        assert!(matches!(&error, MediaError::Invalid(text) if text.contains("audio settings")), "{error:?}");
    }
}

#[tokio::test]
async fn azure() {
    let phrases = json!({"durationMilliseconds": 2500, "combinedPhrases": [{"text": SAID}], "phrases": []});
    let server = Server::start(move |_| answer(&phrases)).await;
    let (_dir, media) = media(&[
        ("AUDIO_STT_ENGINE", "azure"),
        ("AUDIO_STT_AZURE_API_KEY", "k"),
        ("AUDIO_STT_AZURE_BASE_URL", &server.url),
        ("AUDIO_STT_AZURE_LOCALES", "en-GB, de-DE"),
        ("AUDIO_STT_AZURE_MAX_SPEAKERS", "3"),
    ]);
    assert_eq!(media.transcribe(recording()).await.unwrap(), SAID);
    let asked = server.last();
    assert_eq!(asked.path, "/speechtotext/transcriptions:transcribe");
    assert_eq!(
        (asked.query.as_str(), asked.header("ocp-apim-subscription-key")),
        ("api-version=2024-11-15", "k")
    );
    let definition: Value = serde_json::from_str(asked.field("definition").unwrap()).unwrap();
    assert_eq!(definition["locales"], json!(["en-GB", "de-DE"]));
    assert_eq!(definition["diarization"], json!({"enabled": true, "maxSpeakers": 3}));
    assert!(asked.body.contains("name=\"audio\"; filename=\"bell.wav\""));
}

#[tokio::test]
async fn mistral() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/chat/completions" => {
            answer(&json!({"choices": [{"message": {"role": "assistant", "content": SAID}}]}))
        }
        _ => answer(&json!({"model": "voxtral-mini-2507", "text": SAID, "language": null, "segments": []})),
    })
    .await;
    let base = format!("{}/v1", server.url);
    for (chat, path) in [("false", "/v1/audio/transcriptions"), ("true", "/v1/chat/completions")] {
        let (_dir, media) = media(&[
            ("AUDIO_STT_ENGINE", "mistral"),
            ("AUDIO_STT_MISTRAL_API_KEY", "m"),
            ("AUDIO_STT_MISTRAL_API_BASE_URL", &base),
            ("AUDIO_STT_MISTRAL_USE_CHAT_COMPLETIONS", chat),
        ]);
        assert_eq!(media.transcribe(recording()).await.unwrap(), SAID);
        let asked = server.last();
        assert_eq!((asked.path.as_str(), asked.header("authorization")), (path, "Bearer m"));
        if chat == "true" {
            assert_eq!(asked.json()["messages"][0]["content"][0]["input_audio"], "UklGRi1zb3VuZA==");
        } else {
            assert_eq!(asked.field("model"), Some("voxtral-mini-latest"));
        }
    }
}

#[tokio::test]
async fn which_types_are_taken() {
    let (_dir, usual) = media(&[]);
    assert!(usual.takes("audio/webm;codecs=opus") && usual.takes("video/webm") && usual.takes("Audio/WAV"));
    assert!(!usual.takes("text/plain") && !usual.takes("video/mp4"));
    let (_dir, other) = media(&[("AUDIO_STT_SUPPORTED_CONTENT_TYPES", "audio/wav,video/*")]);
    assert!(other.takes("video/mp4") && other.takes("audio/wav") && !other.takes("audio/mpeg"));
}
