//! Speech to text and text to speech.

use axum::{
    Json,
    body::{self, Bytes},
    extract::{Multipart, State, multipart::Field},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use bytes::BytesMut;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use transom_config::keys;
use transom_identity::Caller;
use transom_media::{AudioConfig, Recording};

use super::form;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Upload, Verified},
    proxy::requester,
    router::Routes,
    rule::Rule,
};

/// What a form brings.
const THING: &str = "recording";
/// Parts of a form.
const MOST_PARTS: usize = 16;
/// Bytes of a field that is no file.
const LONGEST_FIELD: usize = 256;
/// Letters of the ending of a file's name.
const LONGEST_ENDING: usize = 8;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/audio/config", Rule::Admin, "Settings of speech", config)
        .post("/api/v1/audio/config/update", Rule::Admin, "Change the settings of speech", set_config)
        .get("/api/v1/audio/models", Rule::Verified, "Models that speak", models)
        .get("/api/v1/audio/voices", Rule::Verified, "Voices", voices)
        .post("/api/v1/audio/speech", Rule::Permission("chat.tts"), "Speaks a text", speech)
        .gives_bytes("audio/*")
        .post(
            "/api/v1/audio/transcriptions",
            Rule::Permission("chat.stt"),
            "The text of a recording",
            transcriptions,
        )
        .takes_form::<TranscriptionForm>()
}

async fn config(State(app): State<App>, _: Admin) -> Json<AudioConfig> {
    Json(app.media.config())
}

async fn set_config(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<AudioConfig>,
) -> Result<Json<AudioConfig>> {
    Ok(Json(app.media.update_config(form).await?))
}

/// What can speak.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AudioModels")]
struct Models {
    /// Objects with `id` and perhaps `name`.
    models: Vec<Value>,
}

async fn models(State(app): State<App>, _: Verified) -> Json<Models> {
    Json(Models { models: app.media.models().await })
}

/// By which voices.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AudioVoices")]
struct Voices {
    /// Objects with `id` and `name`.
    voices: Vec<Value>,
}

async fn voices(State(app): State<App>, _: Verified) -> Json<Voices> {
    Json(Voices { voices: app.media.voices().await })
}

/// The headers that tell a speech server on whose behalf it is asked, where the operator wants that.
fn headers_for(app: &App, caller: &Caller) -> Result<HeaderMap> {
    if !app.settings.get(&keys::ENABLE_FORWARD_USER_INFO_HEADERS) {
        return Ok(HeaderMap::new());
    }
    Ok(transom_providers::user_headers(&requester(caller, None))?)
}

async fn speech(State(app): State<App>, Verified(caller): Verified, body: Bytes) -> Result<Response> {
    let spoken = app.media.speak(&body, headers_for(&app, &caller)?).await?;
    let mut response = Response::new(body::Body::from(spoken.bytes));
    let kind = HeaderValue::from_str(&spoken.content_type);
    let kind = kind.unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// The parts of the form.
#[derive(JsonSchema)]
#[schemars(rename = "Body_transcription_api_v1_audio_transcriptions_post")]
#[allow(dead_code, reason = "read part by part; this is for the description")]
struct TranscriptionForm {
    /// The recording.
    #[schemars(extend("format" = "binary"))]
    file: String,
    /// Code of the spoken language, when it is known.
    language: Option<String>,
}

/// What was said.
#[derive(Serialize, JsonSchema)]
struct Transcription {
    /// The text.
    text: String,
    /// A name for the recording, which is not kept.
    filename: String,
}

async fn transcriptions(
    State(app): State<App>,
    Verified(caller): Verified,
    Upload(parts): Upload,
) -> Result<Json<Transcription>> {
    let mut recording = read(&app, parts).await?;
    recording.headers = headers_for(&app, &caller)?;
    let filename = match recording.extension() {
        "" => uuid::Uuid::new_v4().to_string(),
        extension => format!("{}.{extension}", uuid::Uuid::new_v4()),
    };
    let text = app.media.transcribe(recording).await?;
    Ok(Json(Transcription { text, filename }))
}

/// Reads the form.
async fn read(app: &App, mut parts: Multipart) -> Result<Recording> {
    let (mut recording, mut language) = (None, None);
    let mut count = 0;
    while let Some(field) = parts.next_field().await.map_err(form::broken(THING))? {
        count += 1;
        if count > MOST_PARTS {
            return Err(form::too_many_parts());
        }
        match field.name() {
            Some("file") if recording.is_none() => recording = Some(take(app, field).await?),
            Some("language") => language = Some(language_code(field).await?),
            _ => {}
        }
    }
    let mut recording = recording.ok_or_else(form::no_file)?;
    recording.language = language.filter(|language| !language.is_empty());
    Ok(recording)
}

/// The language becomes a part of requests to other servers, so only what a code consists of is taken.
async fn language_code(field: Field<'_>) -> Result<String> {
    let bytes = form::short_field(field, LONGEST_FIELD, THING).await?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| text.trim().to_owned());
    let is_code = |text: &String| {
        text.len() <= 16 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    text.filter(is_code)
        .ok_or_else(|| ApiError::bad_request("The language is not valid: use a code such as en."))
}

/// The file. It stays in memory, as engines want it whole; the limit for bodies bounds it.
async fn take(app: &App, mut field: Field<'_>) -> Result<Recording> {
    let content_type = field.content_type().unwrap_or_default().to_owned();
    let name = format!("recording{}", ending(field.file_name().unwrap_or_default(), &content_type));
    if !app.media.takes(&content_type) {
        return Err(ApiError::bad_request(format!(
            "[ERROR: Recordings in the format \"{}\" are not taken. Send a sound file.]",
            content_type.chars().take(100).collect::<String>()
        )));
    }
    let mut bytes = BytesMut::new();
    while let Some(part) = field.chunk().await.map_err(form::broken(THING))? {
        bytes.extend_from_slice(&part);
    }
    if bytes.is_empty() {
        return Err(ApiError::bad_request("[ERROR: The recording is empty.]"));
    }
    Ok(Recording { bytes: bytes.freeze(), name, content_type, language: None, headers: HeaderMap::new() })
}

/// The ending of a name with its dot, or the usual one of the type; other servers go by it.
fn ending(name: &str, content_type: &str) -> String {
    let fits = |ending: &&str| {
        (1..=LONGEST_ENDING).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let named = name.rsplit_once('.').map(|(_, ending)| ending).filter(fits);
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let usual = match essence {
        "audio/webm" | "video/webm" => Some("webm"),
        "audio/mpeg" | "audio/mp3" => Some("mp3"),
        "audio/mp4" | "audio/x-m4a" => Some("m4a"),
        "audio/ogg" => Some("ogg"),
        "audio/wav" | "audio/x-wav" | "audio/wave" => Some("wav"),
        _ => None,
    };
    named.or(usual).map(|ending| format!(".{}", ending.to_ascii_lowercase())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::ending;

    #[test]
    fn endings() {
        assert_eq!(ending("a.b.WAV", ""), ".wav");
        assert_eq!(ending("blob", "audio/webm;codecs=opus"), ".webm");
        assert_eq!(ending("x.\"; y", "audio/flac"), "");
    }
}
