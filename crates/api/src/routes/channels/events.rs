//! Telling the tabs of a channel what happened.

use serde_json::{Value, json};
use transom_realtime::{Emission, channel_room, user_room};
use transom_store::{Channel, User};

use crate::App;

/// The event of everything that happens in channels.
const EVENT: &str = "events:channel";

async fn emit(app: &App, room: String, payload: Value) {
    let event = EVENT.to_string();
    // What happened is stored already: a tab that misses the event sees it on its next visit.
    if let Err(error) =
        app.realtime.emit(&Emission { room: Some(room), event, payload, ..Emission::default() }).await
    {
        tracing::warn!(%error, "an event of a channel did not reach the bus");
    }
}

/// Tells the channel's room about a message.
pub async fn tell(app: &App, user: &User, channel: &Channel, message_id: &str, kind: &str, data: Value) {
    let payload = json!({
        "channel_id": channel.id,
        "message_id": message_id,
        "data": {"type": kind, "data": data},
        "user": {"id": user.id, "name": user.name, "role": user.role},
        "channel": channel,
    });
    emit(app, channel_room(&channel.id), payload).await;
}

/// Tells people that they have a new channel, and makes their tabs hear what happens in it.
pub async fn welcome(app: &App, channel: &Channel, user_ids: &[impl AsRef<str>]) {
    for user_id in user_ids.iter().map(AsRef::as_ref) {
        emit(app, user_room(user_id), json!({"data": {"type": "channel:created"}})).await;
        if let Err(error) = app.realtime.join(user_id, &channel_room(&channel.id)).await {
            tracing::warn!(%error, "the tabs of a new member did not join its channel");
        }
    }
}

/// Makes tabs leave the channel's room whose accounts may not be in it any more, and those join it that may now.
pub async fn recheck(app: &App, channel_id: &str) {
    if let Err(error) = app.realtime.recheck_room(&channel_room(channel_id)).await {
        tracing::warn!(%error, "the room of a channel could not be checked");
    }
}
