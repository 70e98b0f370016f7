//! Chats of the caller.

mod lists;
mod messages;
mod sharing;

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_identity::{Caller, IdentityError};
use transom_store::{Chat, ChatRow, NewChat, StoreError};

use super::answers;
use super::{grants::require, shapes, shapes::json_text};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

const OWN: Rule = Rule::Owner(Resource::Chat, None);
/// What a list holds is the caller's.
const OWN_LIST: Rule = Rule::Verified;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .post("/api/v1/chats/new", OWN_LIST, "Keep a new chat", create)
        .gives::<answers::ChatResponse>()
        .post("/api/v1/chats/import", OWN_LIST, "Keep chats with their dates and tags", import)
        .gives::<Vec<answers::ChatResponse>>()
        .get("/api/v1/chats/{id}", OWN, "One chat", read)
        .gives::<answers::ChatResponse>()
        .post("/api/v1/chats/{id}", OWN, "Change fields of a chat's document", update)
        .gives::<answers::ChatResponse>()
        .delete(
            "/api/v1/chats/{id}",
            Rule::OwnerOrAdmin(Resource::Chat, Some("chat.delete")),
            "Delete a chat",
            delete,
        )
        .delete("/api/v1/chats/", Rule::Permission("chat.delete"), "Delete all chats", delete_all)
        .post("/api/v1/chats/{id}/pin", OWN, "Pin or unpin", pin)
        .gives::<answers::ChatResponse>()
        .get("/api/v1/chats/{id}/pinned", OWN, "Whether it is pinned", pinned)
        .post("/api/v1/chats/{id}/archive", OWN, "Archive or take back", archive)
        .gives::<answers::ChatResponse>()
        .post("/api/v1/chats/archive/all", OWN_LIST, "Archive all chats", archive_all)
        .post("/api/v1/chats/unarchive/all", OWN_LIST, "Take all chats back", unarchive_all)
        .post("/api/v1/chats/{id}/folder", OWN, "Move into a folder", set_folder)
        .gives::<answers::ChatResponse>()
        .merge(lists::routes())
        .merge(messages::routes())
        .merge(sharing::routes())
}

/// The fields of a chat besides its document, in the contract's order.
#[derive(Serialize)]
struct Outline<'a> {
    id: &'a str,
    user_id: &'a str,
    title: &'a str,
    updated_at: i64,
    created_at: i64,
    share_id: &'a Option<String>,
    archived: bool,
    pinned: bool,
    meta: &'a Value,
    folder_id: &'a Option<String>,
}

/// A chat as the contract shows it.
pub fn shown(row: &ChatRow, document: Value) -> Value {
    let mut body = serde_json::to_value(outline(row)).unwrap_or_default();
    body["chat"] = document;
    body
}

fn outline(row: &ChatRow) -> Outline<'_> {
    Outline {
        id: &row.id,
        user_id: &row.user_id,
        title: &row.title,
        updated_at: row.updated_at,
        created_at: row.created_at,
        share_id: &row.share_id,
        archived: row.archived,
        pinned: row.pinned,
        meta: &row.meta,
        folder_id: &row.folder_id,
    }
}

fn shown_chat(chat: Chat) -> Value {
    shown(&chat.row, Value::Object(chat.document))
}

/// A whole chat as JSON: its messages are copied, never parsed.
async fn shown_fast(app: &App, id: &str) -> Result<Response> {
    let (_, json) = app.store.chats.json(id, begin).await?.ok_or_else(missing)?;
    Ok(ended(json))
}

/// The begin of a chat as JSON, up to its document.
fn begin(row: &ChatRow) -> serde_json::Result<Vec<u8>> {
    let mut json = serde_json::to_vec(&outline(row))?;
    json.pop();
    json.extend_from_slice(b",\"chat\":");
    Ok(json)
}

/// The answer that began so.
fn ended(mut json: Vec<u8>) -> Response {
    json.push(b'}');
    json_text(json)
}

fn missing() -> ApiError {
    ApiError::not_found("The chat")
}

/// The caller's own chat.
///
/// # Errors
/// 404 when it does not exist or is somebody else's.
pub async fn own(app: &App, caller: &Caller, id: &str) -> Result<ChatRow> {
    app.store.chats.row_of(id, &caller.user.id).await?.ok_or_else(missing)
}

async fn check_folder(app: &App, caller: &Caller, folder_id: Option<&str>) -> Result<()> {
    let Some(folder_id) = folder_id else { return Ok(()) };
    require(app, caller, "features.folders").await?;
    match app.store.folders.get(folder_id, &caller.user.id).await? {
        Some(_) => Ok(()),
        None => Err(ApiError::not_found("The folder")),
    }
}

/// Refuses to keep a chat for somebody whose chats are all meant to be temporary.
async fn check_kept(app: &App, caller: &Caller) -> Result<()> {
    if !caller.is_admin() && app.identity.permits(&caller.user, "chat.temporary_enforced").await? {
        return Err(IdentityError::Forbidden.into());
    }
    Ok(())
}

#[derive(Deserialize, JsonSchema)]
struct ChatForm {
    /// The document, or the fields of it that change.
    chat: Map<String, Value>,
    #[serde(default)]
    folder_id: Option<String>,
}

async fn create(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<ChatForm>,
) -> Result<Json<Value>> {
    check_kept(&app, &caller).await?;
    check_folder(&app, &caller, form.folder_id.as_deref()).await?;
    let new = NewChat {
        user_id: caller.user.id.clone(),
        document: form.chat,
        folder_id: form.folder_id,
        meta: json!({}),
        ..NewChat::default()
    };
    Ok(Json(shown_chat(app.store.chats.create(new).await?)))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChatsImportForm")]
struct ImportForm {
    chats: Vec<ImportedChat>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChatImportForm")]
struct ImportedChat {
    chat: Map<String, Value>,
    #[serde(default)]
    meta: Option<Value>,
    #[serde(default)]
    pinned: Option<bool>,
    #[serde(default)]
    folder_id: Option<String>,
    #[serde(default)]
    created_at: Option<i64>,
    #[serde(default)]
    updated_at: Option<i64>,
}

async fn import(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<ImportForm>,
) -> Result<Json<Vec<Value>>> {
    check_kept(&app, &caller).await?;
    let mut new = Vec::with_capacity(form.chats.len());
    for chat in form.chats {
        check_folder(&app, &caller, chat.folder_id.as_deref()).await?;
        let meta = chat.meta.filter(Value::is_object).unwrap_or(json!({}));
        for name in meta.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            app.store.tags.ensure(&caller.user.id, &shapes::name("A tag", name.to_owned())?).await?;
        }
        new.push(NewChat {
            user_id: caller.user.id.clone(),
            document: chat.chat,
            folder_id: chat.folder_id,
            pinned: chat.pinned.unwrap_or(false),
            meta,
            created_at: chat.created_at,
            updated_at: chat.updated_at,
            ..NewChat::default()
        });
    }
    let made = if new.is_empty() { Vec::new() } else { app.store.chats.create_many(new).await? };
    Ok(Json(made.into_iter().map(shown_chat).collect()))
}

async fn read(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Response> {
    own(&app, &caller, &id).await?;
    shown_fast(&app, &id).await
}

/// Refuses a change that leaves messages out, when the caller may not delete any.
async fn check_deleted(app: &App, caller: &Caller, id: &str, change: &Map<String, Value>) -> Result<()> {
    let Some(history) = change.get("history") else { return Ok(()) };
    if app.identity.permits(&caller.user, "chat.delete_message").await? {
        return Ok(());
    }
    let messages = |history: Option<&Value>| {
        history
            .and_then(|history| history.get("messages"))
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let left = messages(Some(history));
    let chat = app.store.chats.get(id).await?.ok_or_else(missing)?;
    if messages(chat.document.get("history")).keys().all(|id| left.contains_key(id)) {
        return Ok(());
    }
    Err(IdentityError::Forbidden.into())
}

async fn update(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<ChatForm>,
) -> Result<Response> {
    own(&app, &caller, &id).await?;
    check_deleted(&app, &caller, &id, &form.chat).await?;
    app.store.chats.update(&id, form.chat).await?;
    shown_fast(&app, &id).await
}

async fn delete(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    let row = match caller.is_admin() {
        true => app.store.chats.row(&id).await?.ok_or_else(missing)?,
        false => own(&app, &caller, &id).await?,
    };
    app.store.chats.delete(&id).await?;
    app.store.tags.delete_unused(&row.user_id).await?;
    Ok(Json(true))
}

async fn delete_all(State(app): State<App>, Verified(caller): Verified) -> Result<Json<bool>> {
    app.store.chats.delete_all(&caller.user.id).await?;
    app.store.tags.delete_unused(&caller.user.id).await?;
    Ok(Json(true))
}

/// The chat after a change of its row.
async fn changed(app: &App, id: &str) -> Result<Json<Value>> {
    Ok(Json(shown_chat(app.store.chats.get(id).await?.ok_or(StoreError::NotFound)?)))
}

async fn pin(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let row = own(&app, &caller, &id).await?;
    app.store.chats.set_pinned(&id, !row.pinned).await?;
    changed(&app, &id).await
}

async fn pinned(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    Ok(Json(own(&app, &caller, &id).await?.pinned))
}

async fn archive(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let row = own(&app, &caller, &id).await?;
    app.store.chats.set_archived(&id, !row.archived).await?;
    if row.archived {
        // Its tags may have been forgotten while it lay in the archive.
        for name in super::chat_tags::ids_of(&row) {
            app.store.tags.ensure(&caller.user.id, &name).await?;
        }
    } else {
        app.store.tags.delete_unused(&caller.user.id).await?;
    }
    changed(&app, &id).await
}

async fn archive_all(State(app): State<App>, Verified(caller): Verified) -> Result<Json<bool>> {
    app.store.chats.archive_all(&caller.user.id, true).await?;
    Ok(Json(true))
}

async fn unarchive_all(State(app): State<App>, Verified(caller): Verified) -> Result<Json<bool>> {
    app.store.chats.archive_all(&caller.user.id, false).await?;
    Ok(Json(true))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChatFolderIdForm")]
struct FolderForm {
    #[serde(default)]
    folder_id: Option<String>,
}

async fn set_folder(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<FolderForm>,
) -> Result<Json<Value>> {
    own(&app, &caller, &id).await?;
    check_folder(&app, &caller, form.folder_id.as_deref()).await?;
    app.store.chats.set_folder(&id, form.folder_id.as_deref()).await?;
    changed(&app, &id).await
}
