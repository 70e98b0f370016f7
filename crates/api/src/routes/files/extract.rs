//! Finding the text in an uploaded file.

use axum::http::HeaderMap;
use serde_json::{Value, json};
use transom_media::Recording;
use transom_store::{FilePatch, FileRow, sha256_hex};

use super::text;
use crate::{App, Result};

/// Bytes of a file whose text is looked for.
const LARGEST: u64 = 64 << 20;

/// Extracts the text and notes the outcome with the file.
pub async fn run(app: &App, file: FileRow) {
    if let Err(error) = note(app, &file).await {
        tracing::error!(?error, file = file.id, "what became of an uploaded file could not be noted");
    }
}

async fn note(app: &App, file: &FileRow) -> Result<()> {
    let patch = match find(app, file).await {
        Ok(text) => {
            let mut meta = file.meta.clone();
            if let Some(meta) = meta.as_object_mut() {
                meta.insert("collection_name".into(), json!(format!("file-{}", file.id)));
            }
            FilePatch {
                hash: Some(Some(sha256_hex(&text))),
                data: Some(json!({"status": "completed", "content": text})),
                meta: Some(meta),
                ..FilePatch::default()
            }
        }
        Err(error) => {
            FilePatch { data: Some(json!({"status": "failed", "error": error})), ..FilePatch::default() }
        }
    };
    app.store.files.update(&file.id, patch).await?;
    Ok(())
}

/// What is said in a recording.
async fn listen(app: &App, file: &FileRow, content_type: String) -> std::result::Result<String, String> {
    let path = file.path.as_deref().ok_or("The file has no content.")?;
    let bytes = app.blobs.bytes(path, LARGEST).await.map_err(|error| error.to_string())?;
    let language = file.meta.pointer("/data/language").and_then(Value::as_str).map(str::to_owned);
    let recording =
        Recording { bytes, name: file.filename.clone(), content_type, language, headers: HeaderMap::new() };
    app.media.transcribe(recording).await.map_err(|error| error.to_string())
}

/// The text, or a sentence that says why there is none.
async fn find(app: &App, file: &FileRow) -> std::result::Result<String, String> {
    let kind = file.meta.get("content_type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if app.media.takes(&kind) {
        return listen(app, file, kind).await;
    }
    if !text::may_hold_text(&kind) {
        return Err(format!("File type {kind} is not supported for processing"));
    }
    let path = file.path.as_deref().ok_or("The file has no content.")?;
    let bytes = app.blobs.bytes(path, LARGEST).await.map_err(|error| error.to_string())?;
    let name = file.filename.clone();
    // Guessing an encoding takes a while for large files.
    let found = tokio::task::spawn_blocking(move || text::extract(&bytes, &kind, &name)).await;
    found.map_err(|_| "The file could not be read.".to_owned())?
}
