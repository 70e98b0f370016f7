//! What is done to a message that is there: editing, deleting, pinning, reacting.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use transom_identity::Caller;
use transom_store::{Channel, ChannelMessage, ChannelMessagePatch};

use super::{
    WRITE,
    caller::{self, ChannelUser, Entered},
    events,
    messages::{self, MessageForm},
    shown,
};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path},
    router::Routes,
    routes::{answers, grants::refused},
    rule::{Resource, Rule},
};

/// Its author and the channel's manager; everybody who may write may react and pin.
const MESSAGE: Rule = Rule::OwnerOrAdmin(Resource::ChannelMessage, None);
/// Longest name of a reaction, in bytes.
const LONGEST: usize = 100;

type OfMessage = Path<(String, String)>;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .post("/api/v1/channels/{id}/messages/{message_id}/update", MESSAGE, "Edit a message", update)
        .delete("/api/v1/channels/{id}/messages/{message_id}/delete", MESSAGE, "Delete a message", delete)
        .post(
            "/api/v1/channels/{id}/messages/{message_id}/pin",
            WRITE,
            "Pin a message, or take its pin off",
            pin,
        )
        .gives::<answers::BriefMessage>()
        .post("/api/v1/channels/{id}/messages/{message_id}/reactions/add", WRITE, "React to a message", react)
        .post(
            "/api/v1/channels/{id}/messages/{message_id}/reactions/remove",
            WRITE,
            "Take a reaction back",
            unreact,
        )
}

/// A message that the caller may change.
async fn changeable(
    app: &App,
    caller: &Caller,
    id: &str,
    message_id: &str,
) -> Result<(Channel, ChannelMessage)> {
    let entered = caller::enter(app, caller, id).await?;
    let message = caller::message(app, &entered.channel, message_id).await?;
    if entered.may_change(caller, &message) { Ok((entered.channel, message)) } else { Err(refused()) }
}

/// A message in a channel that the caller may write to.
async fn touchable(
    app: &App,
    caller: &Caller,
    id: &str,
    message_id: &str,
) -> Result<(Channel, ChannelMessage)> {
    let Entered { channel, .. } = caller::enter_to_write(app, caller, id).await?;
    let message = caller::message(app, &channel, message_id).await?;
    Ok((channel, message))
}

async fn update(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): OfMessage,
    Body(mut form): Body<MessageForm>,
) -> Result<Json<ChannelMessage>> {
    let (channel, message) = changeable(&app, &caller, &id, &message_id).await?;
    messages::keep_readable(&app, &caller, &mut form.data, &message.data).await?;
    let patch = ChannelMessagePatch {
        content: Some(form.content),
        data: form.data.map(Value::Object),
        meta: messages::own_meta(form.meta, &message.meta).map(Value::Object),
    };
    let changed = app.store.channel_messages.update(&message.id, patch).await?;
    messages::link_files(&app, &changed).await?;
    let record = shown::whole(&app, &changed).await?;
    events::tell(&app, &caller.user, &channel, &changed.id, "message:update", record).await;
    Ok(Json(changed))
}

async fn delete(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): OfMessage,
) -> Result<Json<bool>> {
    let (channel, message) = changeable(&app, &caller, &id, &message_id).await?;
    let record = shown::whole(&app, &message).await?;
    app.store.channel_messages.delete(&message.id).await?;
    events::tell(&app, &caller.user, &channel, &message.id, "message:delete", record).await;
    messages::thread_changed(&app, &caller, &channel, &message).await?;
    Ok(Json(true))
}

#[derive(Deserialize, JsonSchema)]
struct PinForm {
    is_pinned: bool,
}

async fn pin(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): OfMessage,
    Body(form): Body<PinForm>,
) -> Result<Json<Value>> {
    let (_, message) = touchable(&app, &caller, &id, &message_id).await?;
    let by = form.is_pinned.then_some(caller.user.id.as_str());
    let pinned = app.store.channel_messages.set_pinned(&message.id, by).await?;
    let mut shown = shown::all(&app, std::slice::from_ref(&pinned), shown::Detail::Brief).await?;
    Ok(Json(shown.pop().unwrap_or_default()))
}

#[derive(Deserialize, JsonSchema)]
struct ReactionForm {
    /// Short name of an emoji.
    name: String,
}

async fn react(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): OfMessage,
    Body(form): Body<ReactionForm>,
) -> Result<Json<bool>> {
    if form.name.is_empty() || form.name.len() > LONGEST {
        return Err(ApiError::bad_request("A reaction is the short name of an emoji."));
    }
    let (channel, message) = touchable(&app, &caller, &id, &message_id).await?;
    app.store.channel_messages.react(&message.id, &caller.user.id, &form.name).await?;
    tell_reaction(&app, &caller, &channel, &message, "message:reaction:add", &form.name).await
}

async fn unreact(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path((id, message_id)): OfMessage,
    Body(form): Body<ReactionForm>,
) -> Result<Json<bool>> {
    let (channel, message) = touchable(&app, &caller, &id, &message_id).await?;
    app.store.channel_messages.unreact(&message.id, &caller.user.id, &form.name).await?;
    tell_reaction(&app, &caller, &channel, &message, "message:reaction:remove", &form.name).await
}

async fn tell_reaction(
    app: &App,
    caller: &Caller,
    channel: &Channel,
    message: &ChannelMessage,
    kind: &str,
    name: &str,
) -> Result<Json<bool>> {
    let mut record = shown::whole(app, message).await?;
    record["name"] = json!(name);
    events::tell(app, &caller.user, channel, &message.id, kind, record).await;
    Ok(Json(true))
}
