use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};
use transom_media::{Media, MediaError, Spoken};

use crate::lab::{Server, json as answer, media};

async fn speak(media: &Media, body: &Value) -> Result<Spoken, MediaError> {
    media.speak(&Bytes::from(body.to_string()), HeaderMap::new()).await
}

#[tokio::test]
async fn openai() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/audio/models" => answer(&json!({"models": [{"id": "lab-tts"}]})),
        "/v1/audio/voices" => answer(&json!({"voices": ["anna", {"id": "ben", "name": "Ben"}]})),
        _ => (200, "audio/mpeg", format!("ID3{}", asked.body).into_bytes()),
    })
    .await;
    let base = format!("{}/v1", server.url);
    let (_dir, media) = media(&[
        ("AUDIO_TTS_ENGINE", "openai"),
        ("AUDIO_TTS_OPENAI_API_BASE_URL", &base),
        ("AUDIO_TTS_OPENAI_API_KEY", "sk-2"),
        ("AUDIO_TTS_OPENAI_PARAMS", r#"{"speed": 1.5}"#),
    ]);
    let spoken = speak(&media, &json!({"input": "Hello", "model": "theirs"})).await.unwrap();
    assert_eq!(spoken.content_type, "audio/mpeg");
    let asked = server.last();
    assert_eq!((asked.path.as_str(), asked.header("authorization")), ("/v1/audio/speech", "Bearer sk-2"));
    assert_eq!(asked.json(), json!({"input": "Hello", "model": "tts-1", "voice": "alloy", "speed": 1.5}));
    // the same words are not paid for twice, another voice is
    assert_eq!(
        speak(&media, &json!({"input": "Hello", "model": "theirs"})).await.unwrap().bytes,
        spoken.bytes
    );
    assert_eq!(server.asked().len(), 1);
    speak(&media, &json!({"input": "Hello", "voice": "nova"})).await.unwrap();
    assert_eq!(server.last().json()["voice"], "nova");
    assert_eq!(media.models().await, [json!({"id": "lab-tts"})]);
    assert_eq!(
        media.voices().await,
        [json!({"id": "anna", "name": "anna"}), json!({"id": "ben", "name": "Ben"})]
    );
}

#[tokio::test]
async fn what_fails_is_not_kept() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => (429, "application/json", json!({"error": {"message": "voice quota"}}).to_string().into_bytes()),
        1 => (200, "audio/mpeg", Vec::new()),
        // a page would run in the browser
        _ => (200, "text/html", b"<script>".to_vec()),
    })
    .await;
    let environment =
        [("AUDIO_TTS_ENGINE", "openai"), ("AUDIO_TTS_OPENAI_API_BASE_URL", server.url.as_str())];
    let (_dir, media) = media(&environment);
    let body = json!({"input": "Hello"});
    let error = speak(&media, &body).await.unwrap_err();
    assert!(
        matches!(&error, MediaError::Upstream { status: 429, message } if message.contains("voice quota"))
    );
    assert!(matches!(speak(&media, &body).await, Err(MediaError::Answer)));
    assert_eq!(speak(&media, &body).await.unwrap().content_type, "audio/mpeg");
}

#[tokio::test]
async fn elevenlabs() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/models" => answer(&json!([{"model_id": "eleven_v3", "name": "Eleven v3"}])),
        "/v1/voices" => {
            answer(&json!({"voices": [{"voice_id": "v1", "name": "Rachel", "category": "premade"}]}))
        }
        _ => (200, "audio/mpeg", b"ID3".to_vec()),
    })
    .await;
    let (_dir, media) = media(&[
        ("AUDIO_TTS_ENGINE", "elevenlabs"),
        ("AUDIO_TTS_API_KEY", "xi"),
        ("AUDIO_TTS_MODEL", "eleven_v3"),
        ("ELEVENLABS_API_BASE_URL", &server.url),
    ]);
    speak(&media, &json!({"input": "Hello", "voice": "../v1/user?x"})).await.unwrap();
    let asked = server.last();
    assert_eq!(asked.path, "/v1/text-to-speech/%2E%2E%2Fv1%2Fuser%3Fx");
    assert_eq!((asked.header("xi-api-key"), asked.header("accept")), ("xi", "audio/mpeg"));
    assert_eq!((&asked.json()["text"], &asked.json()["model_id"]), (&json!("Hello"), &json!("eleven_v3")));
    assert_eq!(media.models().await, [json!({"id": "eleven_v3", "name": "Eleven v3"})]);
    assert_eq!(media.voices().await, [json!({"id": "v1", "name": "Rachel"})]);
}

#[tokio::test]
async fn azure() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/cognitiveservices/voices/list" => answer(&json!([
            {"ShortName": "en-GB-SoniaNeural", "DisplayName": "Sonia", "Locale": "en-GB", "Status": "GA"}])),
        _ => (200, "audio/mpeg", b"ID3".to_vec()),
    })
    .await;
    let (_dir, media) = media(&[
        ("AUDIO_TTS_ENGINE", "azure"),
        ("AUDIO_TTS_API_KEY", "k"),
        ("AUDIO_TTS_AZURE_SPEECH_BASE_URL", &server.url),
    ]);
    speak(&media, &json!({"input": "a < b", "voice": "en-GB-SoniaNeural"})).await.unwrap();
    let asked = server.last();
    assert_eq!(asked.path, "/cognitiveservices/v1");
    assert_eq!(asked.header("ocp-apim-subscription-key"), "k");
    assert_eq!(asked.header("x-microsoft-outputformat"), "audio-24khz-160kbitrate-mono-mp3");
    assert!(asked.body.contains("<voice name=\"en-GB-SoniaNeural\">a &lt; b</voice>"));
    assert_eq!(media.voices().await, [json!({"id": "en-GB-SoniaNeural", "name": "Sonia"})]);
}

#[tokio::test]
async fn what_is_no_request() {
    let (_dir, usual) = media(&[]);
    let invalid =
        async |media: &Media, body: &'static str| match media.speak(&body.into(), HeaderMap::new()).await {
            Err(MediaError::Invalid(text)) => text,
            other => panic!("{other:?}"),
        };
    assert!(invalid(&usual, "{not json").await.contains("JSON"));
    assert!(invalid(&usual, "{}").await.contains("nothing to speak"));
    assert!(invalid(&usual, r#"{"input": "x"}"#).await.contains("browser"));
    let (_dir, local) = media(&[("AUDIO_TTS_ENGINE", "transformers")]);
    assert!(invalid(&local, r#"{"input": "x"}"#).await.contains("no voice of its own"));
    assert!(local.models().await.is_empty() && local.voices().await.is_empty());
}
