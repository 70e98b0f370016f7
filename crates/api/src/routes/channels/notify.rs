//! Telling those who are away that something was written.

use serde_json::json;
use transom_config::keys;
use transom_identity::Caller;
use transom_store::{Channel, ChannelMessage, UserQuery};

use super::{audience, mentions};
use crate::{App, Result, webhook};

/// Calls the webhooks of those who may read the channel and have no tab open.
pub async fn those_away(app: &App, caller: &Caller, channel: &Channel, message: &ChannelMessage) {
    if !app.settings.get(&keys::ENABLE_USER_WEBHOOKS) {
        return;
    }
    if let Err(error) = call_webhooks(app, caller, channel, message).await {
        tracing::warn!(?error, "those who are away could not be told of a message");
    }
}

async fn call_webhooks(
    app: &App,
    caller: &Caller,
    channel: &Channel,
    message: &ChannelMessage,
) -> Result<()> {
    let query = UserQuery { audience: Some(audience(channel)), has_webhook: true, ..UserQuery::default() };
    let (listening, _) = app.store.users.list(query).await?;
    let connected = app.realtime.connected().await?;
    let (base, server) = (app.settings.get(&keys::WEBUI_URL), app.name());
    let url = format!("{}/channels/{}", base.trim_end_matches('/'), channel.id);
    let title = format!("#{}", channel.name);
    let content = mentions::plain(&message.content);
    let text = format!("{title} - {url}\n\n{content}");
    let event = json!({"action": "channel", "message": content, "title": title, "url": url});
    for user in listening.iter().filter(|user| user.id != caller.user.id && !connected.contains(&user.id)) {
        if let Some(address) = webhook::address(user) {
            webhook::post(&app.net, address, &server, &text, &event).await;
        }
    }
    Ok(())
}
