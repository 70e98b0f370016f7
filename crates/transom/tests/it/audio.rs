//! Speech in both directions over HTTP.

use http::Method;
use serde_json::{Value, json};
use transom_testkit::{MockProvider, Plan, until};

use crate::{SOON, lab_of, plan};

const SAID: &str = "The harbour bell rings at seven.";
const WAV: &[u8] = include_bytes!("../../../../tests/fixtures/audio/bell.wav");

/// A server whose speech comes from the scripted model server.
fn speaking(provider: &MockProvider) -> Plan {
    plan()
        .env("AUDIO_TTS_ENGINE", "openai")
        .env("AUDIO_TTS_OPENAI_API_BASE_URL", provider.base_url())
        .env("AUDIO_STT_ENGINE", "openai")
        .env("AUDIO_STT_OPENAI_API_BASE_URL", provider.base_url())
}

#[tokio::test]
async fn settings_are_kept_as_they_were_sent() {
    let provider = MockProvider::start().await;
    let (_server, _, admin) = lab_of(speaking(&provider)).await;
    let path = "/api/v1/audio/config";
    let mut config = admin.get(path).await.ok();
    assert_eq!(config["tts"]["OPENAI_PARAMS"], json!({}));
    config["tts"]["SPLIT_ON"] = json!("paragraphs");
    config["tts"]["OPENAI_PARAMS"] = json!({"speed": 1.1});
    config["stt"]["AZURE_MAX_SPEAKERS"] = json!("4");
    config["stt"]["SUPPORTED_CONTENT_TYPES"] = json!(["audio/wav"]);
    let update = format!("{path}/update");
    assert_eq!(admin.post(&update, &config).await.ok(), config);
    assert_eq!(admin.get(path).await.ok(), config);
    assert_eq!(admin.post(&update, &json!({"tts": {}, "stt": {}})).await.status, 422);
    let mut wrong = config.clone();
    wrong["tts"]["ENGINE"] = json!("parrot");
    assert_eq!(admin.post(&update, &wrong).await.status, 400);
    assert_eq!(admin.get(path).await.ok(), config);
    // the form of the contract calls the model in this process by its name, too
    config["stt"]["ENGINE"] = json!("whisper");
    assert_eq!(admin.post(&update, &config).await.ok()["stt"]["ENGINE"], "");
    let grace = admin.add("grace", "user").await;
    assert_eq!(grace.get(path).await.status, 401);
    assert_eq!(grace.post(&update, &config).await.status, 401);
}

#[tokio::test]
async fn texts_are_spoken_once() {
    let provider = MockProvider::start().await;
    let (server, _, admin) = lab_of(speaking(&provider)).await;
    let grace = admin.add("grace", "user").await;
    let body = json!({"input": "Read this", "voice": "nova"});
    let reply = grace.post("/api/v1/audio/speech", &body).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "audio/mpeg"), "{}", reply.text);
    let asked: Value = serde_json::from_str(reply.text.strip_prefix("ID3").unwrap()).unwrap();
    assert_eq!(asked, json!({"input": "Read this", "voice": "nova", "model": "tts-1"}));
    let kept = server.data().join("cache/audio/speech");
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 1);
    assert_eq!(grace.post("/api/v1/audio/speech", &body).await.text, reply.text);
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 1);
    let voices = grace.get("/api/v1/audio/voices").await.ok();
    assert!(voices["voices"].as_array().unwrap().iter().any(|voice| voice["id"] == "nova"), "{voices}");
    assert_eq!(grace.get("/api/v1/audio/models").await.ok()["models"][0]["id"], "tts-1");
    for (body, words) in [("{not json", "JSON"), ("{}", "nothing to speak")] {
        let request = grace.request(Method::POST, "/api/v1/audio/speech").body(body);
        let reply = grace.send(request.header("content-type", "application/json")).await;
        assert_eq!(reply.status, 400);
        assert!(reply.detail().contains(words), "{}", reply.text);
    }
}

#[tokio::test]
async fn recordings_become_text() {
    let provider = MockProvider::start().await;
    let plan = speaking(&provider).env("ENABLE_FORWARD_USER_INFO_HEADERS", "true");
    let (_server, _, admin) = lab_of(plan).await;
    let heard = admin.transcribe("a.WAV", "audio/wav", WAV, Some("de-AT")).await.ok();
    assert_eq!(heard["text"], SAID);
    assert!(heard["filename"].as_str().unwrap().ends_with(".wav"));
    let form = provider.last_other();
    let form = form.as_str().unwrap();
    assert!(form.contains("name=\"language\"\r\n\r\nde\r\n") && form.contains("whisper-1"), "{form:.400}");
    for (name, kind, bytes, words) in
        [("a.txt", "text/plain", &b"text"[..], "format"), ("a.wav", "audio/wav", &b""[..], "empty")]
    {
        let reply = admin.transcribe(name, kind, bytes, None).await;
        assert_eq!(reply.status, 400);
        assert!(reply.detail().contains(words), "{}", reply.text);
    }
    assert_eq!(admin.transcribe("a.wav", "audio/wav", WAV, Some("en\r\nx")).await.status, 400);
    assert_eq!(admin.post("/api/v1/audio/transcriptions", &json!({})).await.status, 422);
}

#[tokio::test]
async fn uploaded_recordings_have_text() {
    let provider = MockProvider::start().await;
    let (_server, _, admin) = lab_of(speaking(&provider)).await;
    let file = admin.upload("", "bell.wav", "audio/wav", WAV).await.ok();
    let path = format!("/api/v1/files/{}/data/content", file["id"].as_str().unwrap());
    until("the recording has text", SOON, async || {
        (admin.get(&path).await.ok()["content"] == SAID).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_goes_wrong_is_said() {
    let nobody = plan()
        .env("AUDIO_TTS_ENGINE", "openai")
        .env("AUDIO_TTS_OPENAI_API_BASE_URL", "http://127.0.0.1:9")
        .env("AUDIO_STT_ENGINE", "openai")
        .env("AUDIO_STT_OPENAI_API_BASE_URL", "http://127.0.0.1:9");
    let (_server, _, admin) = lab_of(nobody).await;
    let reply = admin.post("/api/v1/audio/speech", &json!({"input": "Hello"})).await;
    assert_eq!(reply.status, 502, "{}", reply.text);
    let reply = admin.transcribe("a.wav", "audio/wav", WAV, None).await;
    assert_eq!(reply.status, 502);
    assert!(reply.detail().contains("could not be reached") && !reply.text.contains("127.0.0.1"));
}

#[cfg(feature = "local")]
#[tokio::test]
async fn whisper_hears_in_the_server() {
    let models = models();
    let plan =
        plan().env("WHISPER_MODEL_DIR", models.to_str().unwrap()).env("WHISPER_MODEL", "whisper-tiny.en");
    let (_server, _, admin) = lab_of(plan.env("OFFLINE_MODE", "true")).await;
    let webm = include_bytes!("../../../../tests/fixtures/audio/bell.webm");
    let heard = admin.transcribe("recording", "audio/webm;codecs=opus", webm, None).await.ok();
    let text = heard["text"].as_str().unwrap().to_lowercase();
    assert!(text.contains("bell") && text.contains("rings"), "{text}");
    let reply = admin.transcribe("a.wav", "audio/wav", b"no sound at all", None).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert!(reply.detail().contains("format"), "{}", reply.text);
}

/// The folder of the models that tests use.
#[cfg(feature = "local")]
fn models() -> std::path::PathBuf {
    let cache = std::env::var_os("TRANSOM_CACHE").map(std::path::PathBuf::from);
    let cache =
        cache.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".cache/transom")));
    let models = cache.unwrap().join("models");
    assert!(
        models.join("whisper-tiny.en").is_dir(),
        "the model of these tests is missing: run scripts/setup-model.sh speech"
    );
    models
}

/// A hub with the model of the tests under the name that `tiny.en` stands for; counts what is asked of it.
#[cfg(feature = "local")]
async fn hub() -> (String, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use axum::{extract::Request, http::StatusCode, response::IntoResponse};

    const OF_MODEL: &str = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a";
    let folder = models().join("whisper-tiny.en");
    let revision = "d".repeat(40);
    let size = |name: &str| std::fs::metadata(folder.join(name)).unwrap().len();
    let listing = json!({"sha": revision, "siblings": [
        {"rfilename": "README.md", "size": 3},
        {"rfilename": "config.json", "size": size("config.json")},
        {"rfilename": "vocabulary.txt", "size": size("vocabulary.txt")},
        {"rfilename": "model.bin", "size": size("model.bin"),
            "lfs": {"sha256": OF_MODEL, "size": size("model.bin")}},
    ]})
    .to_string();
    let asked: std::sync::Arc<std::sync::Mutex<Vec<String>>> = Default::default();
    let log = asked.clone();
    let app = axum::Router::new().fallback(move |request: Request| {
        let path = request.uri().path().to_owned();
        log.lock().unwrap().push(path.clone());
        let file = path.strip_prefix(&format!("/Systran/faster-whisper-tiny.en/resolve/{revision}/"));
        let answer = match (path.as_str(), file) {
            ("/api/models/Systran/faster-whisper-tiny.en/revision/main", _) => {
                Ok(listing.clone().into_bytes())
            }
            (_, Some(name)) => std::fs::read(folder.join(name)).map_err(|_| StatusCode::NOT_FOUND),
            _ => Err(StatusCode::NOT_FOUND),
        };
        async move { answer.into_response() }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, asked)
}

#[cfg(feature = "local")]
#[tokio::test]
async fn the_first_recording_brings_the_model() {
    let (url, asked) = hub().await;
    let plan = plan().env("WHISPER_MODEL", "tiny.en").env("TRANSOM_HUGGING_FACE_URL", url);
    let (server, _, admin) = lab_of(plan).await;
    for _ in 0..2 {
        let heard = admin.transcribe("bell.wav", "audio/wav", WAV, None).await.ok();
        assert!(heard["text"].as_str().unwrap().to_lowercase().contains("bell"), "{heard}");
    }
    let place = server.data().join("cache/whisper/models/models--Systran--faster-whisper-tiny.en/snapshots");
    assert_eq!(std::fs::read_dir(place).unwrap().count(), 1);
    // each file once, and what does not belong to the model not at all
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(!asked.iter().any(|path| path.ends_with("README.md")), "{asked:?}");
}
