//! Taking files in: piece by piece, never a whole file in memory.

use axum::{
    Json,
    extract::{Multipart, State, multipart::Field},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::Caller;
use transom_store::{FileRow, Stored};

use super::{super::form, File};
use crate::{
    ApiError, App, Result,
    extract::{self, Query, Verified},
};

/// Letters of a file's name.
const LONGEST_NAME: usize = 200;
/// What a form brings.
const THING: &str = "file";
/// Parts of a form.
const MOST_PARTS: usize = 32;
/// Bytes of a field that is no file.
const LONGEST_FIELD: usize = 64 * 1024;

#[derive(Deserialize, JsonSchema)]
pub struct How {
    /// Whether text is extracted from it.
    process: Option<bool>,
    /// Whether the answer comes before that is done.
    process_in_background: Option<bool>,
}

/// The parts of the form.
#[derive(JsonSchema)]
#[schemars(rename = "UploadForm")]
#[allow(dead_code, reason = "read part by part; this is for the description")]
pub struct Form {
    /// The file.
    #[schemars(extend("format" = "binary"))]
    file: String,
    /// A JSON object as text, kept with the file.
    metadata: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UploadedFile")]
pub struct Uploaded {
    status: bool,
    #[serde(flatten)]
    file: File,
}

pub async fn upload(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(how): Query<How>,
    extract::Upload(parts): extract::Upload,
) -> Result<Json<Uploaded>> {
    let taken = read(&app, parts).await?;
    let process = how.process.unwrap_or(true);
    let row = match keep(&app, &caller, &taken, process).await {
        Ok(row) => row,
        Err(error) => {
            app.blobs.delete(&taken.stored.name).await?;
            return Err(error);
        }
    };
    if process && how.process_in_background.unwrap_or(true) {
        let (app, file) = (app.clone(), row.clone());
        let chat = app.chat.clone();
        chat.in_background(async move { super::extract::run(&app, file).await });
    } else if process {
        super::extract::run(&app, row.clone()).await;
    }
    Ok(Json(Uploaded { status: true, file: row.into() }))
}

/// What a form brought.
struct Taken {
    name: String,
    content_type: String,
    stored: Stored,
    metadata: Map<String, Value>,
}

/// Reads the form; whatever goes wrong, no bytes stay behind.
async fn read(app: &App, mut parts: Multipart) -> Result<Taken> {
    let (mut file, mut metadata) = (None, Ok(Map::new()));
    let all = async {
        let mut count = 0;
        while let Some(field) = parts.next_field().await.map_err(form::broken(THING))? {
            count += 1;
            if count > MOST_PARTS {
                return Err(form::too_many_parts());
            }
            match field.name() {
                Some("file") if file.is_none() => file = Some(take(app, field).await?),
                Some("metadata") => metadata = parse(&metadata_text(field).await?),
                _ => {}
            }
        }
        Ok(())
    };
    let read: Result<()> = all.await;
    let stored = file.as_ref().map(|(_, _, stored): &(String, String, Stored)| stored.name.clone());
    match (read.and(metadata), file) {
        (Ok(metadata), Some((name, content_type, stored))) => {
            Ok(Taken { name, content_type, stored, metadata })
        }
        (result, _) => {
            if let Some(name) = stored {
                app.blobs.delete(&name).await?;
            }
            Err(result.err().unwrap_or_else(form::no_file))
        }
    }
}

async fn metadata_text(field: Field<'_>) -> Result<String> {
    let bytes = form::short_field(field, LONGEST_FIELD, THING).await?;
    let bytes = bytes.ok_or_else(|| ApiError::bad_request("The metadata are too long."))?;
    String::from_utf8(bytes).map_err(|_| invalid_metadata())
}

fn invalid_metadata() -> ApiError {
    ApiError::bad_request("[ERROR: Invalid metadata format: send a JSON object as text.]")
}

fn parse(text: &str) -> Result<Map<String, Value>> {
    if text.trim().is_empty() || text.trim() == "null" {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|_| invalid_metadata())
}

/// Writes a file's bytes away as they come.
async fn take(app: &App, mut field: Field<'_>) -> Result<(String, String, Stored)> {
    let name = clean_name(field.file_name().unwrap_or_default());
    check_extension(app, &name)?;
    let content_type = content_type(field.content_type(), &name);
    let limit = app.settings.get(&keys::RAG_FILE_MAX_SIZE).and_then(|mb| u64::try_from(mb).ok());
    let limit = limit.map_or(u64::MAX, |mb| mb.saturating_mul(1024 * 1024));
    let mut upload = app.blobs.create().await?;
    loop {
        let failed = match field.chunk().await {
            Ok(Some(bytes)) if upload.size() + bytes.len() as u64 <= limit => {
                match upload.push(bytes).await {
                    Ok(()) => continue,
                    Err(error) => ApiError::from(error),
                }
            }
            Ok(Some(_)) => form::too_large(THING),
            Ok(None) if upload.size() == 0 => ApiError::bad_request("[ERROR: The file is empty.]"),
            Ok(None) => break,
            Err(error) => form::broken(THING)(error),
        };
        upload.abort().await;
        return Err(failed);
    }
    Ok((name, content_type, upload.finish().await?))
}

/// The last part of a path, without what no file system or header likes. It is only shown: bytes are kept under a name
/// of their own.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    let name = name.trim();
    if name.is_empty() || name == "." || name == ".." { "file".to_owned() } else { name.to_owned() }
}

fn check_extension(app: &App, name: &str) -> Result<()> {
    let allowed = app.settings.get(&keys::RAG_ALLOWED_FILE_EXTENSIONS);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    if allowed.is_empty() || allowed.iter().any(|a| a.trim_start_matches('.').eq_ignore_ascii_case(extension))
    {
        return Ok(());
    }
    let list = allowed.join(", ");
    Err(ApiError::bad_request(format!("[ERROR: Files of this type are not allowed. Allowed are: {list}.]")))
}

/// The type its sender named, unless that says nothing.
fn content_type(named: Option<&str>, name: &str) -> String {
    let named = named.filter(|kind| kind.parse::<mime_guess::Mime>().is_ok() && kind.len() <= 200);
    match named {
        Some(kind) if kind != "application/octet-stream" => kind.to_owned(),
        _ => mime_guess::from_path(name).first_or_octet_stream().to_string(),
    }
}

async fn keep(app: &App, caller: &Caller, taken: &Taken, process: bool) -> Result<FileRow> {
    let row = FileRow {
        id: uuid::Uuid::new_v4().to_string(),
        user_id: caller.user.id.clone(),
        hash: Some(taken.stored.sha256.clone()),
        filename: taken.name.clone(),
        path: Some(taken.stored.name.clone()),
        data: if process { json!({"status": "pending"}) } else { json!({}) },
        meta: json!({
            "name": taken.name,
            "content_type": taken.content_type,
            "size": taken.stored.size,
            "data": taken.metadata,
        }),
        access_control: None,
        created_at: 0,
        updated_at: 0,
    };
    Ok(app.store.files.create(row).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_paths() {
        for (name, clean) in [
            ("../../etc/evil.txt", "evil.txt"),
            ("C:\\Users\\a\\b.txt", "b.txt"),
            ("résumé 数.txt", "résumé 数.txt"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("..", "file"),
            ("", "file"),
        ] {
            assert_eq!(clean_name(name), clean);
        }
        assert_eq!(clean_name(&"x".repeat(1000)).len(), LONGEST_NAME);
    }

    #[test]
    fn types_come_from_the_sender_or_the_name() {
        assert_eq!(content_type(Some("text/x-python"), "a.txt"), "text/x-python");
        assert_eq!(content_type(Some("application/octet-stream"), "a.md"), "text/markdown");
        assert_eq!(content_type(None, "raw.bin"), "application/octet-stream");
        assert_eq!(content_type(Some("no type\r\n"), "a.png"), "image/png");
    }
}
