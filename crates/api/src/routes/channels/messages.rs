//! Reading a channel and writing to it.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use transom_identity::Caller;
use transom_store::{Channel, ChannelMessage, NewChannelMessage, StoreError};

use super::{
    READ, WRITE,
    caller::{self, ChannelUser, Entered},
    events, mentions, notify,
    shown::{self, Detail},
};
use crate::{
    App, Result,
    extract::{Body, Path, Query},
    router::Routes,
    routes::{answers, grants, shapes},
};

/// Most messages of one page.
const MOST: u64 = 500;
/// Pinned messages of one page.
const PINNED: u64 = 20;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/channels/{id}/messages", READ, "A page of messages, newest first", list)
        .gives::<Vec<answers::BriefMessage>>()
        .get("/api/v1/channels/{id}/messages/pinned", READ, "A page of pinned messages", pinned)
        .gives::<Vec<answers::BriefMessage>>()
        .post("/api/v1/channels/{id}/messages/post", WRITE, "Write a message", post)
        .get("/api/v1/channels/{id}/messages/{message_id}", READ, "One message", read)
        .gives::<answers::WholeMessage>()
        .get(
            "/api/v1/channels/{id}/messages/{message_id}/data",
            READ,
            "The files and so on of a message",
            data,
        )
        .gives::<Option<answers::Object>>()
        .get(
            "/api/v1/channels/{id}/messages/{message_id}/thread",
            READ,
            "A page of a thread, newest first",
            thread,
        )
        .gives::<Vec<answers::BriefMessage>>()
}

#[derive(Deserialize, JsonSchema)]
struct Window {
    #[serde(default)]
    skip: u64,
    #[serde(default = "fifty")]
    limit: u64,
}

fn fifty() -> u64 {
    50
}

async fn list(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Query(window): Query<Window>,
) -> Result<Json<Vec<Value>>> {
    let Entered { channel, .. } = caller::enter(&app, &caller, &id).await?;
    let page = app
        .store
        .channel_messages
        .page(&channel.id, shapes::countable(window.skip), window.limit.min(MOST))
        .await?;
    Ok(Json(shown::all(&app, &page, Detail::Brief).await?))
}

#[derive(Deserialize, JsonSchema)]
struct PinnedQuery {
    page: Option<u64>,
}

async fn pinned(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Query(query): Query<PinnedQuery>,
) -> Result<Json<Vec<Value>>> {
    let Entered { channel, .. } = caller::enter(&app, &caller, &id).await?;
    let offset = shapes::offset(query.page, PINNED);
    let page = app.store.channel_messages.pinned(&channel.id, offset, PINNED).await?;
    Ok(Json(shown::all(&app, &page, Detail::Brief).await?))
}

async fn read(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): Path<(String, String)>,
) -> Result<Json<Value>> {
    let Entered { channel, .. } = caller::enter(&app, &caller, &id).await?;
    let message = caller::message(&app, &channel, &message_id).await?;
    Ok(Json(shown::whole(&app, &message).await?))
}

async fn data(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): Path<(String, String)>,
) -> Result<Json<Value>> {
    let Entered { channel, .. } = caller::enter(&app, &caller, &id).await?;
    Ok(Json(caller::message(&app, &channel, &message_id).await?.data))
}

/// The message that a thread begins with counts as its oldest one.
async fn thread(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): Path<(String, String)>,
    Query(window): Query<Window>,
) -> Result<Json<Vec<Value>>> {
    let Entered { channel, .. } = caller::enter(&app, &caller, &id).await?;
    let first = caller::message(&app, &channel, &message_id).await?;
    let store = &app.store.channel_messages;
    let limit = window.limit.min(MOST);
    let mut page = store.thread(&first.id, shapes::countable(window.skip), limit).await?;
    let replies = store.replies(std::slice::from_ref(&first.id)).await?;
    let count = replies.get(&first.id).map_or(0, |replies| replies.count);
    let read = page.len() as u64;
    if read < limit && window.skip.saturating_add(read) == count {
        page.push(first);
    }
    Ok(Json(shown::all(&app, &page, Detail::Brief).await?))
}

#[derive(Deserialize, JsonSchema)]
pub struct MessageForm {
    /// The client's own id for the message until it has one; comes back in the event.
    #[serde(default)]
    temp_id: Option<String>,
    pub content: String,
    #[serde(default)]
    reply_to_id: Option<String>,
    #[serde(default)]
    parent_id: Option<String>,
    #[serde(default)]
    pub data: Option<Map<String, Value>>,
    #[serde(default)]
    pub meta: Option<Map<String, Value>>,
}

/// Takes out of a message's data the files that its author may not read.
///
/// # Errors
/// Of the store only.
pub async fn keep_readable(
    app: &App,
    caller: &Caller,
    data: &mut Option<Map<String, Value>>,
    before: &Value,
) -> Result<()> {
    let Some(Value::Array(files)) = data.as_mut().and_then(|data| data.get_mut("files")) else {
        return Ok(());
    };
    let before = before.get("files").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    grants::keep_readable(app, caller, files, before).await
}

/// What only the server says about a message: that a model wrote it.
const SAID_BY_SERVER: [&str; 4] = ["model_id", "model_name", "done", "webhook"];

/// The free fields of a message as its author may set them; those of the server stay as they were.
pub fn own_meta(meta: Option<Map<String, Value>>, before: &Value) -> Option<Map<String, Value>> {
    let mut meta = meta?;
    for key in SAID_BY_SERVER {
        match before.get(key) {
            Some(said) => meta.insert(key.to_owned(), said.clone()),
            None => meta.shift_remove(key),
        };
    }
    Some(meta)
}

async fn post(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Body(mut form): Body<MessageForm>,
) -> Result<Json<ChannelMessage>> {
    let Entered { channel, .. } = caller::enter_to_write(&app, &caller, &id).await?;
    keep_readable(&app, &caller, &mut form.data, &Value::Null).await?;
    let parent_id = match given(form.parent_id) {
        // Threads have one level: an answer to an answer belongs to the same thread.
        Some(parent) => {
            let parent = caller::message(&app, &channel, &parent).await?;
            Some(parent.parent_id.unwrap_or(parent.id))
        }
        None => None,
    };
    let reply_to_id = match given(form.reply_to_id) {
        Some(quoted) => Some(caller::message(&app, &channel, &quoted).await?.id),
        None => None,
    };
    let new = NewChannelMessage {
        channel_id: channel.id.clone(),
        user_id: caller.user.id.clone(),
        reply_to_id,
        parent_id,
        content: form.content,
        data: form.data.map_or(Value::Null, Value::Object),
        meta: own_meta(form.meta, &Value::Null).map_or(Value::Null, Value::Object),
    };
    let message = app.store.channel_messages.create(new).await?;
    link_files(&app, &message).await?;
    announce(&app, &caller, &channel, &message, form.temp_id).await?;
    after(&app, caller, channel, &message);
    Ok(Json(message))
}

/// Notes which files a message shows, so that whoever reads the channel may see them.
///
/// # Errors
/// Of the store only.
pub async fn link_files(app: &App, message: &ChannelMessage) -> Result<()> {
    let files = message.data.get("files").and_then(Value::as_array);
    for id in files.into_iter().flatten().filter_map(|file| file.get("id").and_then(Value::as_str)) {
        match app.store.files.link_channel_file(&message.channel_id, id).await {
            // Other things than files have ids too.
            Ok(()) | Err(StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn given(id: Option<String>) -> Option<String> {
    id.filter(|id| !id.is_empty())
}

/// Tells the channel about a new message.
///
/// # Errors
/// Of the store only.
pub async fn announce(
    app: &App,
    caller: &Caller,
    channel: &Channel,
    message: &ChannelMessage,
    temp_id: Option<String>,
) -> Result<()> {
    if channel.is_direct() {
        // Whoever put the conversation away has it back when the other one writes.
        let woken = app.store.channel_members.wake(&channel.id).await?;
        events::welcome(app, channel, &woken).await;
    }
    let mut record = shown::whole(app, message).await?;
    record["temp_id"] = Value::from(temp_id);
    events::tell(app, &caller.user, channel, &message.id, "message", record).await;
    thread_changed(app, caller, channel, message).await
}

/// Tells the channel that the thread of a message has one more reply, or one less.
///
/// # Errors
/// Of the store only.
pub async fn thread_changed(
    app: &App,
    caller: &Caller,
    channel: &Channel,
    message: &ChannelMessage,
) -> Result<()> {
    let Some(parent) = &message.parent_id else { return Ok(()) };
    if let Some(parent) = app.store.channel_messages.get(&channel.id, parent).await? {
        let record = shown::whole(app, &parent).await?;
        events::tell(app, &caller.user, channel, &parent.id, "message:reply", record).await;
    }
    Ok(())
}

/// What follows a message without its author waiting for it.
fn after(app: &App, caller: Caller, channel: Channel, message: &ChannelMessage) {
    let (answering, message) = (app.clone(), message.clone());
    app.chat.in_background(async move {
        notify::those_away(&answering, &caller, &channel, &message).await;
        if let Err(error) = mentions::answer(&answering, &caller, &channel, &message).await {
            tracing::warn!(?error, "a model could not answer in a channel");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nobody_writes_in_the_name_of_a_model() {
        let sent = json!({"model_id": "gpt", "model_name": "GPT", "k": 1}).as_object().cloned();
        assert_eq!(own_meta(sent.clone(), &Value::Null), json!({"k": 1}).as_object().cloned());
        let before = json!({"model_id": "own", "done": true});
        let kept = own_meta(sent, &before).unwrap();
        assert_eq!(Value::Object(kept), json!({"model_id": "own", "k": 1, "done": true}));
        assert_eq!(own_meta(None, &before), None);
    }
}
