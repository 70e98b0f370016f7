//! Who calls, and what they may do in the channel they name.

use axum::{extract::FromRequestParts, http::request::Parts};
use transom_config::keys;
use transom_identity::Caller;
use transom_store::{Channel, ChannelMessage};

use crate::{
    ApiError, App, Result,
    access::InChannel,
    extract::Verified,
    routes::grants::{not_found, refused, unauthorized},
};

/// An account for which there are channels.
pub struct ChannelUser(pub Caller);

impl crate::describe::Argument for ChannelUser {}

impl FromRequestParts<App> for ChannelUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Verified(caller) = Verified::from_request_parts(parts, app).await?;
        if !app.settings.get(&keys::ENABLE_CHANNELS) {
            return Err(ApiError::forbidden("Channels are not enabled"));
        }
        match app.access().has_channels(&caller.user).await? {
            true => Ok(Self(caller)),
            false => Err(unauthorized()),
        }
    }
}

/// A channel, and what the caller may do in it.
pub struct Entered {
    pub channel: Channel,
    pub rights: InChannel,
}

impl Entered {
    /// Whether the caller may change or delete a message: its author, and whoever manages the channel. Direct messages
    /// are their author's alone.
    pub fn may_change(&self, caller: &Caller, message: &ChannelMessage) -> bool {
        let manages = self.rights.manage && !self.channel.is_direct();
        self.rights.write && (message.user_id == caller.user.id || manages)
    }
}

/// A channel with what the caller may do in it, whatever that is.
///
/// # Errors
/// 404.
pub async fn find(app: &App, caller: &Caller, id: &str) -> Result<Entered> {
    let channel = app.store.channels.get(id).await?.filter(|channel| channel.deleted_at.is_none());
    let channel = channel.ok_or_else(not_found)?;
    let rights = app.access().in_channel(&caller.user, &channel).await?;
    Ok(Entered { channel, rights })
}

/// A channel the caller may read.
///
/// # Errors
/// 404, 403.
pub async fn enter(app: &App, caller: &Caller, id: &str) -> Result<Entered> {
    let entered = find(app, caller, id).await?;
    if entered.rights.read { Ok(entered) } else { Err(refused()) }
}

/// A channel the caller may write to.
///
/// # Errors
/// 404, 403.
pub async fn enter_to_write(app: &App, caller: &Caller, id: &str) -> Result<Entered> {
    let entered = enter(app, caller, id).await?;
    if entered.rights.write { Ok(entered) } else { Err(refused()) }
}

/// A channel the caller may change.
///
/// # Errors
/// 404, 403.
pub async fn enter_to_manage(app: &App, caller: &Caller, id: &str) -> Result<Entered> {
    let entered = find(app, caller, id).await?;
    if entered.rights.manage { Ok(entered) } else { Err(refused()) }
}

/// A message of this channel.
///
/// # Errors
/// 404.
pub async fn message(app: &App, channel: &Channel, id: &str) -> Result<ChannelMessage> {
    app.store.channel_messages.get(&channel.id, id).await?.ok_or_else(not_found)
}
