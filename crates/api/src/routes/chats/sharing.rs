//! Shared copies of chats, and clones.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_store::{Chat, NewChat};

use super::super::answers;
use super::{OWN, check_kept, missing, own, shown, shown_chat};
use crate::{
    App, Result,
    extract::{Body, Path, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .post(
            "/api/v1/chats/{id}/share",
            Rule::Owner(Resource::Chat, Some("chat.share")),
            "Share a copy, or renew it",
            share,
        )
        .gives::<answers::ChatResponse>()
        .delete("/api/v1/chats/{id}/share", OWN, "Stop sharing", unshare)
        // Whoever was given the link may read the copy.
        .get("/api/v1/chats/share/{share_id}", Rule::Verified, "A shared copy", shared)
        .gives::<answers::ChatResponse>()
        .post("/api/v1/chats/{id}/clone", OWN, "Copy one's own chat", clone)
        .gives::<answers::ChatResponse>()
        .post("/api/v1/chats/{id}/clone/shared", Rule::Verified, "Copy a shared chat", clone_shared)
        .gives::<answers::ChatResponse>()
}

/// The owner of the shared copy of a chat.
fn share_owner(chat_id: &str) -> String {
    format!("shared-{chat_id}")
}

async fn share(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let row = own(&app, &caller, &id).await?;
    let chat = app.store.chats.get(&id).await?.ok_or_else(missing)?;
    if let Some(share_id) = &row.share_id
        && app.store.chats.row(share_id).await?.is_some()
    {
        let copy = app.store.chats.merge(share_id, chat.document).await?;
        return Ok(Json(shown_chat(copy)));
    }
    let copy = NewChat {
        user_id: share_owner(&id),
        document: chat.document,
        meta: row.meta.clone(),
        created_at: Some(row.created_at),
        ..NewChat::default()
    };
    let copy = app.store.chats.create(copy).await?;
    app.store.chats.set_share_id(&id, Some(&copy.row.id)).await?;
    Ok(Json(shown_chat(copy)))
}

async fn unshare(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    let row = own(&app, &caller, &id).await?;
    let Some(share_id) = row.share_id else { return Ok(Json(false)) };
    app.store.chats.delete(&share_id).await?;
    app.store.chats.set_share_id(&id, None).await?;
    Ok(Json(true))
}

/// A chat that is a shared copy.
async fn copy(app: &App, share_id: &str) -> Result<Chat> {
    let chat = app.store.chats.get(share_id).await?.ok_or_else(missing)?;
    if chat.row.user_id.starts_with("shared-") { Ok(chat) } else { Err(missing()) }
}

async fn shared(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(share_id): Path<String>,
) -> Result<Json<Value>> {
    let found = copy(&app, &share_id).await;
    if found.is_err()
        && caller.is_admin()
        && app.settings.get(&transom_config::keys::ENABLE_ADMIN_CHAT_ACCESS)
    {
        let chat = app.store.chats.get(&share_id).await?.ok_or_else(missing)?;
        return Ok(Json(shown_chat(chat)));
    }
    Ok(Json(shown_chat(found?)))
}

#[derive(Deserialize, Default, JsonSchema)]
struct CloneForm {
    #[serde(default)]
    title: Option<String>,
}

async fn clone(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<CloneForm>,
) -> Result<Json<Value>> {
    check_kept(&app, &caller).await?;
    own(&app, &caller, &id).await?;
    let chat = app.store.chats.get(&id).await?.ok_or_else(missing)?;
    duplicate(&app, &caller.user.id, chat, form.title).await
}

async fn clone_shared(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    check_kept(&app, &caller).await?;
    let chat = copy(&app, &id).await?;
    duplicate(&app, &caller.user.id, chat, None).await
}

async fn duplicate(app: &App, user_id: &str, chat: Chat, title: Option<String>) -> Result<Json<Value>> {
    let mut document: Map<String, Value> = chat.document;
    let branch = document.get("history").and_then(|h| h.get("currentId")).cloned().unwrap_or(Value::Null);
    document.insert("originalChatId".into(), json!(chat.row.id));
    document.insert("branchPointMessageId".into(), branch);
    let title = title.unwrap_or_else(|| format!("Clone of {}", chat.row.title));
    document.insert("title".into(), json!(title));
    let new = NewChat { user_id: user_id.to_string(), document, meta: json!({}), ..NewChat::default() };
    let made = app.store.chats.create(new).await?;
    Ok(Json(shown(&made.row, Value::Object(made.document.clone()))))
}
