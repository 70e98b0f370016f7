//! The few lines that join turns and sockets.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use serde_json::{Map, Value};
use transom_chat::{CallFailed, Chat, Emitter, Event, Kind};
use transom_config::Settings;
use transom_identity::{Identity, access::Action};
use transom_realtime::{Delivery, Emission, Hooks, Realtime, SessionInfo, channel_room, user_room};
use transom_store::{NotePatch, Store, User, bus::Bus};

use crate::{Result, access::Access};

/// The event name of everything about chats.
const EVENTS: &str = "events";

/// Sends a turn's events to the sockets of its account.
///
/// Turns and sockets need each other; the composition root fills the socket side in with [`SocketEmitter::connect`].
pub struct SocketEmitter {
    realtime: OnceLock<Realtime>,
    bus: Arc<dyn Bus>,
}

impl SocketEmitter {
    /// An emitter that is not connected yet.
    pub fn new(bus: Arc<dyn Bus>) -> Arc<Self> {
        Arc::new(Self { realtime: OnceLock::new(), bus })
    }

    /// Connects it to the sockets; a second call changes nothing.
    pub fn connect(&self, realtime: Realtime) {
        let _ = self.realtime.set(realtime);
    }
}

#[async_trait]
impl Emitter for SocketEmitter {
    async fn emit(&self, event: Event) {
        let Some(realtime) = self.realtime.get() else { return };
        let stream = event.message_id.clone().unwrap_or_default();
        let delivery = match event.kind {
            Kind::Plain => Delivery::Plain,
            Kind::Delta => Delivery::Delta(stream),
            Kind::Snapshot => Delivery::Snapshot(stream),
            Kind::End => Delivery::End(stream),
        };
        let emission = Emission {
            room: Some(user_room(&event.user_id)),
            sid: event.only.clone(),
            event: EVENTS.to_string(),
            payload: event.envelope(),
            delivery,
            ..Emission::default()
        };
        if let Err(error) = realtime.emit(&emission).await {
            tracing::warn!(%error, "an event did not reach the bus");
        }
    }

    async fn call(
        &self,
        user_id: &str,
        session_id: &str,
        envelope: Value,
        wait: Duration,
    ) -> std::result::Result<Value, CallFailed> {
        let realtime = self.realtime.get().ok_or_else(|| CallFailed("No tab is connected.".into()))?;
        let answer = realtime.call(user_id, session_id, EVENTS, envelope, wait).await;
        answer.map_err(|error| CallFailed(error.to_string()))
    }

    async fn channel(&self, name: &str) -> std::result::Result<BoxStream<'static, Value>, CallFailed> {
        let messages =
            self.bus.subscribe(&channel_topic(name)).await.map_err(|e| CallFailed(e.to_string()))?;
        Ok(messages.filter_map(|raw| async move { serde_json::from_slice(&raw).ok() }).boxed())
    }
}

fn channel_topic(name: &str) -> String {
    format!("direct:{name}")
}

/// What chats, channels and notes add to a socket's life.
pub struct ChatHooks {
    chat: OnceLock<Chat>,
    bus: Arc<dyn Bus>,
    settings: Settings,
    store: Store,
    identity: Arc<Identity>,
}

impl ChatHooks {
    /// Hooks that are not connected yet.
    pub fn new(bus: Arc<dyn Bus>, settings: Settings, store: Store, identity: Arc<Identity>) -> Arc<Self> {
        Arc::new(Self { chat: OnceLock::new(), bus, settings, store, identity })
    }

    fn access(&self) -> Access<'_> {
        Access { settings: &self.settings, store: &self.store, identity: &self.identity }
    }

    async fn channel_rooms(&self, user: &User) -> Result<Vec<String>> {
        if !self.access().has_channels(user).await? {
            return Ok(Vec::new());
        }
        let channels = self.access().channels_of(user).await?;
        Ok(channels.iter().map(|channel| channel_room(&channel.id)).collect())
    }

    async fn may_hear(&self, user: &User, channel_id: &str) -> Result<bool> {
        if !self.access().has_channels(user).await? {
            return Ok(false);
        }
        match self.store.channels.get(channel_id).await? {
            Some(channel) => self.access().hears(user, &channel).await,
            None => Ok(false),
        }
    }

    async fn may_use_note(&self, user: &User, id: &str, action: Action) -> Result<bool> {
        if !self.access().has_notes(user).await? {
            return Ok(false);
        }
        match self.store.notes.access(id).await? {
            Some(note) => self.access().with_note(user, action, &note).await,
            None => Ok(false),
        }
    }

    async fn mark_read(&self, user: &User, channel_id: &str) -> Result<()> {
        let Some(channel) = self.store.channels.get(channel_id).await? else { return Ok(()) };
        // Channels without members remember how far somebody has read all the same.
        Ok(self.store.channel_members.mark_read(channel_id, &user.id, !channel.has_members()).await?)
    }

    /// Connects them to the turns; a second call changes nothing.
    pub fn connect(&self, chat: Chat) {
        let _ = self.chat.set(chat);
    }
}

#[async_trait]
impl Hooks for ChatHooks {
    async fn rooms_of(&self, user: &User) -> Vec<String> {
        self.channel_rooms(user).await.unwrap_or_else(|error| {
            tracing::warn!(?error, "the channels of an account could not be looked up");
            Vec::new()
        })
    }

    async fn may_hear_channel(&self, user: &User, channel_id: &str) -> bool {
        self.may_hear(user, channel_id).await.unwrap_or_else(|error| {
            tracing::warn!(?error, "access to a channel could not be looked up");
            false
        })
    }

    async fn may_use_document(&self, user: &User, note_id: &str, action: Action) -> bool {
        self.may_use_note(user, note_id, action).await.unwrap_or_else(|error| {
            tracing::warn!(?error, "access to a note could not be looked up");
            false
        })
    }

    async fn save_document(&self, user: &User, note_id: &str, data: Map<String, Value>) {
        if !self.may_use_document(user, note_id, Action::Write).await {
            return;
        }
        let patch = NotePatch { data: Some(data), ..NotePatch::default() };
        if let Err(error) = self.store.notes.update(note_id, patch).await {
            tracing::error!(%error, "a note could not be saved");
        }
    }

    async fn channel_read(&self, user: &User, channel_id: &str) {
        if let Err(error) = self.mark_read(user, channel_id).await {
            tracing::warn!(?error, "how far a channel was read could not be saved");
        }
    }

    async fn snapshot(&self, user_id: &str, stream: Option<&str>, sid: &str) {
        if let Some(chat) = self.chat.get() {
            chat.snapshot(user_id, stream, sid).await;
        }
    }

    async fn event(&self, session: &SessionInfo, name: &str, payload: Value) {
        // The answer stream of a direct connection: only its own tab may write to it.
        if name.starts_with(&format!("{}:{}:", session.user.id, session.sid)) {
            let message = serde_json::to_vec(&payload).unwrap_or_default();
            if let Err(error) = self.bus.publish(&channel_topic(name), Bytes::from(message)).await {
                tracing::warn!(%error, "a tab's line did not reach the bus");
            }
        }
    }

    async fn disconnected(&self, _session: &SessionInfo) {}
}
