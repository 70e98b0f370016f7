//! Channels: rooms in which several people, and models, write to each other.

mod caller;
mod change;
mod events;
mod members;
mod mentions;
mod messages;
mod notify;
mod shown;
mod touch;

use axum::{Json, extract::State};
use serde_json::{Value, json};
use transom_identity::access::Action;
use transom_store::{Audience, Channel, ChannelMember, UserQuery};

use super::{answers, shapes};
use crate::extract::Path;
use crate::{
    App, Result,
    router::Routes,
    rule::{Resource, Rule},
};
use caller::{ChannelUser, Entered};

/// Who may call: everybody for whom there are channels at all.
const USER: Rule = Rule::Permission("features.channels");

const READ: Rule = Rule::OwnerOrGrant(Resource::Channel, Action::Read);
const WRITE: Rule = Rule::OwnerOrGrant(Resource::Channel, Action::Write);
/// Whoever made the channel, and administrators.
const MANAGE: Rule = Rule::OwnerOrAdmin(Resource::Channel, None);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/channels/", USER, "The caller's channels", list)
        .gives::<Vec<answers::ChannelItem>>()
        .get("/api/v1/channels/list", USER, "Channels; administrators see all", all)
        .get("/api/v1/channels/{id}", READ, "One channel", read)
        .gives::<answers::ChannelFull>()
        .merge(change::routes())
        .merge(members::routes())
        .merge(messages::routes())
        .merge(touch::routes())
}

/// The members of a channel as lists show them.
async fn people(app: &App, members: &[ChannelMember]) -> Result<Vec<Value>> {
    let users = shapes::owners(app, members.iter().map(|member| member.user_id.as_str())).await?;
    let active_since = members::active_since();
    let person = |member: &ChannelMember| {
        let user = users.get(&member.user_id)?;
        Some(json!({
            "id": user.id,
            "name": user.name,
            "status_emoji": user.status_emoji,
            "status_message": user.status_message,
            "status_expires_at": user.status_expires_at,
            "is_active": user.last_active_at >= active_since,
        }))
    };
    Ok(members.iter().filter_map(person).collect())
}

fn ids(members: &[ChannelMember]) -> Vec<&str> {
    members.iter().map(|member| member.user_id.as_str()).collect()
}

async fn unread(app: &App, member: Option<&ChannelMember>) -> Result<u64> {
    match member {
        Some(member) => {
            let since = member.last_read_at.unwrap_or(member.joined_at);
            Ok(app.store.channel_messages.count_unread(&member.channel_id, &member.user_id, since).await?)
        }
        None => Ok(0),
    }
}

async fn list(State(app): State<App>, ChannelUser(caller): ChannelUser) -> Result<Json<Vec<Value>>> {
    let own = app.store.channel_members.of_user(&caller.user.id).await?;
    let mut lines = Vec::new();
    for channel in app.access().channels_of(&caller.user).await? {
        let member = own.iter().find(|member| member.channel_id == channel.id);
        let mut line = json!(channel);
        line["last_message_at"] = json!(app.store.channel_messages.latest_at(&channel.id).await?);
        line["unread_count"] = json!(unread(&app, member).await?);
        (line["user_ids"], line["users"]) = (Value::Null, Value::Null);
        if channel.is_direct() {
            let members = app.store.channel_members.of_channel(&channel.id).await?;
            line["user_ids"] = json!(ids(&members));
            line["users"] = json!(people(&app, &members).await?);
        }
        lines.push(line);
    }
    Ok(Json(lines))
}

async fn all(State(app): State<App>, ChannelUser(caller): ChannelUser) -> Result<Json<Vec<Channel>>> {
    let own = app.access().channels_of(&caller.user).await?;
    if !caller.is_admin() {
        return Ok(Json(own));
    }
    let mut all = app.store.channels.all().await?;
    // Who writes to whom in private is nobody else's business.
    all.retain(|channel| !channel.is_direct() || own.iter().any(|mine| mine.id == channel.id));
    Ok(Json(all))
}

async fn read(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let Entered { channel, rights } = caller::enter(&app, &caller, &id).await?;
    let member = app.store.channel_members.get(&channel.id, &caller.user.id).await?;
    let mut body = json!(channel);
    body["is_manager"] = json!(rights.manage);
    body["write_access"] = json!(rights.write);
    body["last_read_at"] = json!(member.as_ref().and_then(|member| member.last_read_at));
    body["unread_count"] = json!(unread(&app, member.as_ref()).await?);
    if channel.has_members() {
        let members = app.store.channel_members.of_channel(&channel.id).await?;
        body["user_ids"] = json!(ids(&members));
        body["users"] = json!(people(&app, &members).await?);
        body["user_count"] = json!(members.len());
    } else {
        let query = UserQuery { audience: Some(audience(&channel)), limit: Some(0), ..UserQuery::default() };
        (body["user_ids"], body["users"]) = (Value::Null, Value::Null);
        body["user_count"] = json!(app.store.users.list(query).await?.1);
    }
    Ok(Json(body))
}

/// The accounts that may read a channel.
fn audience(channel: &Channel) -> Audience {
    if channel.has_members() {
        return Audience::Channel(channel.id.clone());
    }
    let Some(control) = &channel.access_control else { return Audience::Everybody };
    let names = |list: &str| {
        let ids = control.pointer(&format!("/read/{list}")).and_then(Value::as_array);
        ids.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    Audience::Granted { user_ids: names("user_ids"), group_ids: names("group_ids") }
}
