//! Uploaded files.

mod content;
mod extract;
mod text;
mod upload;

use axum::{
    Json,
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{convert::Infallible, time::Duration};
use transom_identity::{Caller, access::Action};
use transom_store::{FilePatch, FileRow, Text, sha256_hex};

use super::{answers, grants};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Path, Query, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

/// How often a waiting client is told whether its file is ready.
const LOOK: Duration = Duration::from_millis(250);
/// How long a client may wait for its file.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

const UPLOAD: Rule = Rule::Permission("chat.file_upload");
const READ: Rule = Rule::OwnerOrGrant(Resource::File, Action::Read);
const WRITE: Rule = Rule::OwnerOrGrant(Resource::File, Action::Write);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .post("/api/v1/files/", UPLOAD, "Upload a file", upload::upload)
        .takes_form::<upload::Form>()
        .get("/api/v1/files/", Rule::Verified, "The caller's files; everybody's for administrators", list)
        .delete("/api/v1/files/all", Rule::Admin, "Delete all files", delete_all)
        .gives::<answers::Message>()
        .get("/api/v1/files/search", Rule::Verified, "Files by a pattern of their name", search)
        .get("/api/v1/files/{id}", READ, "What is known of a file", read)
        .delete("/api/v1/files/{id}", WRITE, "Delete a file", delete)
        .gives::<answers::Message>()
        .get("/api/v1/files/{id}/process/status", READ, "Whether its text was extracted", status)
        .gives::<answers::Progress>()
        .or_gives("text/event-stream")
        .get("/api/v1/files/{id}/data/content", READ, "The text found in a file", data_content)
        .post("/api/v1/files/{id}/data/content/update", WRITE, "Change that text", set_data_content)
        .merge(content::routes())
}

/// A file as lists show it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FileModelResponse")]
struct File {
    id: String,
    user_id: String,
    /// SHA-256 of its text; of its bytes as long as there is none.
    hash: Option<String>,
    filename: String,
    /// `status`, `content` and `error` of the extraction of text.
    data: Value,
    /// `name`, `content_type`, `size` and `data`.
    meta: Value,
    created_at: i64,
    updated_at: i64,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        let FileRow { id, user_id, hash, filename, data, meta, created_at, updated_at, .. } = row;
        Self { id, user_id, hash, filename, data, meta, created_at, updated_at }
    }
}

/// Everything about a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FileModel")]
struct WholeFile {
    #[serde(flatten)]
    file: File,
    /// Name under which its bytes are kept.
    path: Option<String>,
    access_control: Option<Value>,
}

/// A file the caller may use in this way; others do not exist for it.
async fn find(app: &App, caller: &Caller, id: &str, action: Action, text: Text) -> Result<FileRow> {
    let missing = grants::not_found;
    let file = app.store.files.get(id, text).await?.ok_or_else(missing)?;
    if app.access().file(&caller.user, action, &file).await? { Ok(file) } else { Err(missing()) }
}

#[derive(Deserialize, JsonSchema)]
struct ListQuery {
    /// Whether the text of each file is told too.
    content: Option<bool>,
}

impl ListQuery {
    fn text(content: Option<bool>) -> Text {
        if content.unwrap_or(true) { Text::With } else { Text::Without }
    }
}

/// Whose files a list holds: an administrator's list holds everybody's.
fn whose(caller: &Caller) -> Option<&str> {
    (!caller.is_admin()).then_some(caller.user.id.as_str())
}

async fn list(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<File>>> {
    let rows = app.store.files.list(whose(&caller), ListQuery::text(query.content)).await?;
    Ok(Json(rows.into_iter().map(File::from).collect()))
}

#[derive(Deserialize, JsonSchema)]
struct SearchQuery {
    /// `*` stands for any text, `?` for a letter.
    filename: String,
    /// Whether the text of each file is told too.
    content: Option<bool>,
}

async fn search(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<File>>> {
    let pattern: Vec<char> = query.filename.to_lowercase().chars().collect();
    let names = app.store.files.names(whose(&caller)).await?;
    let fits = |name: &str| text::fits(&pattern, &name.to_lowercase().chars().collect::<Vec<_>>());
    let ids: Vec<String> = names.into_iter().filter(|(_, name)| fits(name)).map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Err(ApiError::new(axum::http::StatusCode::NOT_FOUND, "No files found matching the pattern."));
    }
    let mut rows = app.store.files.by_ids(&ids, ListQuery::text(query.content)).await?;
    rows.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
    Ok(Json(rows.into_iter().map(File::from).collect()))
}

async fn read(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<WholeFile>> {
    let mut row = find(&app, &caller, &id, Action::Read, Text::With).await?;
    let (path, access_control) = (row.path.take(), row.access_control.take());
    Ok(Json(WholeFile { file: row.into(), path, access_control }))
}

async fn delete(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    find(&app, &caller, &id, Action::Write, Text::Without).await?;
    remove(&app, &id).await?;
    Ok(Json(json!({"message": "File deleted successfully"})))
}

async fn delete_all(State(app): State<App>, _: Admin) -> Result<Json<Value>> {
    for (id, _) in app.store.files.names(None).await? {
        remove(&app, &id).await?;
    }
    Ok(Json(json!({"message": "All files deleted successfully"})))
}

/// Deletes a file and its bytes.
async fn remove(app: &App, id: &str) -> Result<()> {
    if let Some(path) = app.store.files.delete(id).await?.and_then(|file| file.path) {
        app.blobs.delete(&path).await?;
    }
    Ok(())
}

/// Deletes the bytes of a user's files; their rows go with the account.
///
/// # Errors
/// Of the store only.
pub async fn remove_blobs(app: &App, files: Vec<FileRow>) -> Result<()> {
    for path in files.into_iter().filter_map(|file| file.path) {
        app.blobs.delete(&path).await?;
    }
    Ok(())
}

#[derive(Deserialize, JsonSchema)]
struct StatusQuery {
    /// Whether to answer with server-sent events until it is done.
    stream: Option<bool>,
}

fn status_of(file: &FileRow) -> String {
    file.data.get("status").and_then(Value::as_str).unwrap_or("pending").to_owned()
}

async fn status(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Query(query): Query<StatusQuery>,
) -> Result<Response> {
    let file = find(&app, &caller, &id, Action::Read, Text::Without).await?;
    if !query.stream.unwrap_or(false) {
        return Ok(Json(json!({"status": status_of(&file)})).into_response());
    }
    let end = tokio::time::Instant::now() + LONGEST_WAIT;
    let events = stream::unfold((app, id, String::new()), move |(app, id, told)| async move {
        if told == "completed" || told == "failed" {
            return None;
        }
        while tokio::time::Instant::now() < end {
            let file = app.store.files.get(&id, Text::Without).await.ok()??;
            let status = status_of(&file);
            if status != told {
                let event = Event::default().data(json!({"status": status}).to_string());
                return Some((Ok::<_, Infallible>(event), (app, id, status)));
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    });
    Ok(Sse::new(events).into_response())
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FileContent")]
struct Content {
    content: String,
}

async fn data_content(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Content>> {
    let file = find(&app, &caller, &id, Action::Read, Text::With).await?;
    let content = file.data.get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Json(Content { content }))
}

async fn set_data_content(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<Content>,
) -> Result<Json<Content>> {
    find(&app, &caller, &id, Action::Write, Text::Without).await?;
    let patch = FilePatch {
        hash: Some(Some(sha256_hex(&form.content))),
        data: Some(json!({"status": "completed", "content": form.content})),
        ..FilePatch::default()
    };
    let file = app.store.files.update(&id, patch).await?;
    let content = file.data.get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Json(Content { content }))
}
