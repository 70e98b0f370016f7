//! The few lines that join turns and sockets.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use serde_json::Value;
use transom_chat::{CallFailed, Chat, Emitter, Event, Kind};
use transom_realtime::{Delivery, Emission, Hooks, Realtime, SessionInfo, user_room};
use transom_store::{User, bus::Bus};

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
    ) -> Result<Value, CallFailed> {
        let realtime = self.realtime.get().ok_or_else(|| CallFailed("No tab is connected.".into()))?;
        let answer = realtime.call(user_id, session_id, EVENTS, envelope, wait).await;
        answer.map_err(|error| CallFailed(error.to_string()))
    }

    async fn channel(&self, name: &str) -> Result<BoxStream<'static, Value>, CallFailed> {
        let messages =
            self.bus.subscribe(&channel_topic(name)).await.map_err(|e| CallFailed(e.to_string()))?;
        Ok(messages.filter_map(|raw| async move { serde_json::from_slice(&raw).ok() }).boxed())
    }
}

fn channel_topic(name: &str) -> String {
    format!("direct:{name}")
}

/// What chats add to a socket's life.
pub struct ChatHooks {
    chat: OnceLock<Chat>,
    bus: Arc<dyn Bus>,
}

impl ChatHooks {
    /// Hooks that are not connected yet.
    pub fn new(bus: Arc<dyn Bus>) -> Arc<Self> {
        Arc::new(Self { chat: OnceLock::new(), bus })
    }

    /// Connects them to the turns; a second call changes nothing.
    pub fn connect(&self, chat: Chat) {
        let _ = self.chat.set(chat);
    }
}

#[async_trait]
impl Hooks for ChatHooks {
    async fn rooms_of(&self, _user: &User) -> Vec<String> {
        Vec::new()
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
