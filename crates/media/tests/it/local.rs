//! Whisper in this process, on the model that `scripts/setup-model.sh` fetches.

use std::path::PathBuf;

use transom_media::{MediaError, Recording};

use crate::lab::{media, recording};

fn models() -> PathBuf {
    let cache = std::env::var_os("TRANSOM_CACHE").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/transom")));
    cache.unwrap().join("models")
}

fn spoken(name: &str) -> Recording {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/audio");
    let bytes = std::fs::read(folder.join(name)).unwrap().into();
    Recording { bytes, name: name.into(), ..recording() }
}

#[tokio::test]
async fn recordings_become_text() {
    let models = models();
    let (_dir, media) =
        media(&[("WHISPER_MODEL_DIR", models.to_str().unwrap()), ("WHISPER_MODEL", "whisper-tiny.en")]);
    // two at once: one waits for the other
    let (wav, webm) =
        tokio::join!(media.transcribe(spoken("bell.wav")), media.transcribe(spoken("bell.webm")));
    for heard in [wav.unwrap(), webm.unwrap()] {
        let heard = heard.to_lowercase();
        assert!(heard.contains("bell") && heard.contains("rings"), "{heard}");
    }
    let broken = media.transcribe(recording()).await.unwrap_err();
    assert!(matches!(broken, MediaError::Sound(_)), "{broken:?}");
}

#[tokio::test]
async fn without_a_model() {
    let (_dir, none) = media(&[("WHISPER_MODEL", "base"), ("OFFLINE_MODE", "true")]);
    for (media, words) in [
        (none, "offline"),
        (media(&[("WHISPER_MODEL", "base")]).1, "WHISPER_MODEL_DIR"),
        (media(&[("WHISPER_MODEL", "../../etc")]).1, "no model of this name"),
        (media(&[("TRANSOM_LOCAL_MODELS", "false")]).1, "switched off"),
        (media(&[("WHISPER_COMPUTE_TYPE", "int3")]).1, "WHISPER_COMPUTE_TYPE"),
    ] {
        let error = media.transcribe(spoken("bell.wav")).await.unwrap_err();
        assert!(matches!(&error, MediaError::Invalid(text) if text.contains(words)), "{error:?}");
    }
}
