//! Single messages of a chat: new text, and events about them.

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::Caller;
use transom_realtime::{Emission, user_room};
use transom_store::ChatRow;

use super::super::answers;
use super::{begin, ended, missing};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Verified},
    router::Routes,
    routes::grants::require,
    rule::{Resource, Rule},
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .post(
            "/api/v1/chats/{id}/messages/{message_id}",
            Rule::OwnerOrAdmin(Resource::Chat, Some("chat.edit")),
            "Set a message's text",
            set_content,
        )
        .gives::<answers::ChatResponse>()
        .post(
            "/api/v1/chats/{id}/messages/{message_id}/event",
            Rule::OwnerOrAdmin(Resource::Chat, None),
            "Send an event about a message",
            event,
        )
}

/// A chat of the caller, or any chat for an administrator who may look at those of others.
async fn reachable(app: &App, caller: &Caller, id: &str) -> Result<ChatRow> {
    let row = app.store.chats.row(id).await?.ok_or_else(missing)?;
    let as_admin = caller.is_admin() && app.settings.get(&keys::ENABLE_ADMIN_CHAT_ACCESS);
    if row.user_id == caller.user.id || as_admin { Ok(row) } else { Err(missing()) }
}

async fn tell(app: &App, user_id: &str, chat_id: &str, message_id: &str, data: Value) -> Result<()> {
    let emission = Emission {
        room: Some(user_room(user_id)),
        event: "events".into(),
        payload: json!({"chat_id": chat_id, "message_id": message_id, "data": data}),
        ..Emission::default()
    };
    Ok(app.realtime.emit(&emission).await?)
}

#[derive(Deserialize, JsonSchema)]
struct ContentForm {
    content: String,
}

async fn set_content(
    State(app): State<App>,
    Verified(caller): Verified,
    Path((id, message_id)): Path<(String, String)>,
    Body(form): Body<ContentForm>,
) -> Result<Response> {
    let row = reachable(&app, &caller, &id).await?;
    let patch = Map::from_iter([("content".to_string(), json!(form.content))]);
    let whole = app.store.messages.upsert_json(&id, &message_id, patch, begin).await?;
    let data = json!({"type": "chat:message", "data": {"chat_id": id, "message_id": message_id, "content": form.content}});
    tell(&app, &row.user_id, &id, &message_id, data).await?;
    Ok(ended(whole))
}

#[derive(Deserialize, JsonSchema)]
struct EventForm {
    #[serde(rename = "type")]
    kind: String,
    data: Map<String, Value>,
}

async fn event(
    State(app): State<App>,
    Verified(caller): Verified,
    Path((id, message_id)): Path<(String, String)>,
    Body(form): Body<EventForm>,
) -> Result<Json<bool>> {
    let row = reachable(&app, &caller, &id).await?;
    if asks_the_tab(&form.kind) {
        return Err(ApiError::forbidden("Only the server itself asks a tab to do something."));
    }
    if matches!(form.kind.as_str(), "message" | "replace") {
        require(&app, &caller, "chat.edit").await?;
    }
    keep(&app, &id, &message_id, &form).await?;
    let data = json!({"type": form.kind, "data": form.data});
    tell(&app, &row.user_id, &id, &message_id, data).await?;
    Ok(Json(true))
}

/// Whether an event is one that a tab acts on: it would run code in the page of whoever owns the chat.
fn asks_the_tab(kind: &str) -> bool {
    let kind = kind.trim().to_ascii_lowercase();
    matches!(kind.as_str(), "confirmation" | "input")
        || ["execute", "request:"].iter().any(|start| kind.starts_with(start))
}

/// What an event changes in the stored message.
async fn keep(app: &App, chat_id: &str, id: &str, form: &EventForm) -> Result<()> {
    let messages = &app.store.messages;
    let text = form.data.get("content").and_then(Value::as_str).unwrap_or_default();
    let list = |key: &str| form.data.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    match form.kind.as_str() {
        "status" => messages.push(chat_id, id, "statusHistory", &[json!(form.data)], false).await?,
        "message" => messages.append_content(chat_id, id, text).await?,
        "replace" => {
            let patch = Map::from_iter([("content".to_string(), json!(text))]);
            messages.patch(chat_id, id, patch).await?;
        }
        "files" => messages.push(chat_id, id, "files", &list("files"), true).await?,
        "embeds" => messages.push(chat_id, id, "embeds", &list("embeds"), true).await?,
        "source" | "citation" if form.data.get("type").is_none() => {
            messages.push(chat_id, id, "sources", &[json!(form.data)], false).await?;
        }
        _ => {}
    }
    Ok(())
}
