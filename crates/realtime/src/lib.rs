//! Socket.IO: sessions, rooms and events.
//!
//! Everything that reaches a browser goes over the [`Bus`] first, so that it makes no difference which node a tab is
//! connected to. This crate knows rooms and events; what they mean is said by whoever emits them.

mod calls;
mod delivery;
mod documents;
mod error;
mod rooms;
mod saves;
mod session;
mod usage;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};
use socketioxide::{SocketIo, TransportType};
use tokio::sync::Notify;
use transom_config::{Settings, keys};
use transom_identity::{Identity, access::Action};
use transom_store::{User, bus::Bus};

pub use delivery::{Delivery, Emission};
pub use documents::rooms_of_note;
pub use error::RealtimeError;
pub use rooms::{channel_room, note_room};
/// What answers [`PATH`] in front of a router.
pub use socketioxide::layer::SocketIoLayer as SocketLayer;

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, RealtimeError>;

/// Packets a connection may have waiting before it counts as slow.
const OUT_QUEUE: usize = 512;
/// Bytes of one incoming message; notes and pasted text are the largest things that come this way.
const MAX_MESSAGE: u64 = 16 * 1024 * 1024;
/// How long the last events, and then the connections themselves, may take when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The HTTP path of the Socket.IO endpoint.
pub const PATH: &str = "/ws/socket.io";

/// What the rest of the server adds to a session's life.
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Extra rooms an account's socket joins, such as its channels.
    async fn rooms_of(&self, user: &User) -> Vec<String>;

    /// Whether an account may hear what happens in a channel.
    async fn may_hear_channel(&self, user: &User, channel_id: &str) -> bool;

    /// A tab needs the whole text of running answers: all of the account's, or the named stream only. The answer is to
    /// be emitted in order with the stream's own deltas, as [`Delivery::Snapshot`].
    async fn snapshot(&self, user_id: &str, stream: Option<&str>, sid: &str);

    /// An event this crate does not know arrived from a session with an account.
    async fn event(&self, session: &SessionInfo, name: &str, payload: Value);

    /// Whether the account may do `action` with the document of a note.
    async fn may_use_document(&self, user: &User, note_id: &str, action: Action) -> bool;

    /// Puts what the account's document looks like into its note, if the account may still do so.
    async fn save_document(&self, user: &User, note_id: &str, data: Map<String, Value>);

    /// An account has read a channel up to now. That it is in the channel's room has been checked.
    async fn channel_read(&self, user: &User, channel_id: &str);

    /// A session that had an account is gone.
    async fn disconnected(&self, session: &SessionInfo);
}

/// Who is behind a socket.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// The socket's id, as the contract's `session_id`.
    pub sid: String,
    /// The account.
    pub user: Arc<User>,
}

/// What all handlers share.
pub(crate) struct Shared {
    pub identity: Arc<Identity>,
    pub bus: Arc<dyn Bus>,
    pub hooks: Arc<dyn Hooks>,
    pub saves: saves::Saves,
    /// This process, as it signs the marker behind its last events.
    pub node: String,
    /// The marker came back: everything before it has been handed to the sockets.
    pub delivered: Notify,
    /// The sockets are being closed; the library has no namespace to ask any more.
    closing: AtomicBool,
}

impl Shared {
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Sends an event as [`Realtime::emit`] does; what does not reach the bus is logged.
    pub async fn send(&self, emission: &Emission) {
        if let Err(error) = self.emit(emission).await {
            tracing::warn!(%error, event = emission.event, "an event did not reach the bus");
        }
    }

    async fn emit(&self, emission: &Emission) -> Result<()> {
        let message = serde_json::to_vec(emission)?;
        Ok(self.bus.publish(delivery::TOPIC, Bytes::from(message)).await?)
    }
}

/// The realtime service: emits events and asks browsers, wherever they are connected.
#[derive(Clone)]
pub struct Realtime {
    io: SocketIo,
    shared: Arc<Shared>,
}

impl Realtime {
    /// Builds the service and the layer that answers [`PATH`].
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn new(
        settings: &Settings,
        identity: Arc<Identity>,
        bus: Arc<dyn Bus>,
        hooks: Arc<dyn Hooks>,
    ) -> Result<(SocketLayer, Self)> {
        let node = uuid::Uuid::new_v4().to_string();
        let (delivered, closing) = (Notify::new(), AtomicBool::new(false));
        let saves = saves::Saves::default();
        let shared = Arc::new(Shared { identity, bus, hooks, saves, node, delivered, closing });
        let builder = SocketIo::builder()
            .req_path(PATH)
            .max_buffer_size(OUT_QUEUE)
            .max_payload(MAX_MESSAGE)
            .ping_interval(seconds(settings.get(&keys::WEBSOCKET_SERVER_PING_INTERVAL)))
            .ping_timeout(seconds(settings.get(&keys::WEBSOCKET_SERVER_PING_TIMEOUT)));
        let builder = if settings.get(&keys::ENABLE_WEBSOCKET_SUPPORT) {
            builder.transports([TransportType::Polling, TransportType::Websocket])
        } else {
            builder.transports([TransportType::Polling])
        };
        let (layer, io) = builder.build_layer();
        session::register(&io, shared.clone());
        let realtime = Self { io, shared };
        delivery::start(&realtime).await?;
        calls::start(&realtime).await?;
        session::follow_accounts(&realtime);
        Ok((layer, realtime))
    }

    /// Sends an event to a room, or to one socket, on whichever node its sockets are.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn emit(&self, emission: &Emission) -> Result<()> {
        self.shared.emit(emission).await
    }

    /// Asks one tab and waits for its answer.
    ///
    /// # Errors
    /// `NoSession` at once when no such tab of that account is connected, `NoAnswer` after `wait`.
    pub async fn call(
        &self,
        user_id: &str,
        sid: &str,
        event: &str,
        data: Value,
        wait: Duration,
    ) -> Result<Value> {
        calls::call(self, user_id, sid, event, data, wait).await
    }

    /// Ids of the models in use right now.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn models_in_use(&self) -> Result<Vec<String>> {
        usage::models(&self.shared.bus).await
    }

    /// Makes every socket of an account join a room, on this node and the others.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn join(&self, user_id: &str, room: &str) -> Result<()> {
        self.emit(&Emission {
            room: Some(session::user_room(user_id)),
            join: Some(room.to_string()),
            ..Emission::default()
        })
        .await
    }

    /// Takes sockets out of a room whose accounts may not be in it any more, and, if it is a channel's, puts those into it
    /// that may be now, on this node and the others.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn recheck_room(&self, room: &str) -> Result<()> {
        self.emit(&Emission { room: Some(room.to_string()), recheck: true, ..Emission::default() }).await
    }

    /// The accounts that have a tab open, on whichever node.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn connected(&self) -> Result<HashSet<String>> {
        session::connected(&self.shared.bus).await
    }

    /// Saves and hands out what was said before, then closes all connections; part of a graceful stop.
    pub async fn close(&self) {
        self.shared.saves.flush(&self.shared.hooks).await;
        match delivery::mark_end(self).await {
            Ok(()) => {
                let _ = tokio::time::timeout(LAST_WORDS, self.shared.delivered.notified()).await;
            }
            Err(error) => tracing::warn!(%error, "the last events may not have reached the tabs"),
        }
        self.shared.closing.store(true, Ordering::Release);
        // A tab that does not read never takes the farewell: it is not waited for.
        let _ = tokio::time::timeout(LAST_WORDS, self.io.close()).await;
    }

    pub(crate) fn io(&self) -> &SocketIo {
        &self.io
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

/// The room of all tabs of an account.
pub fn user_room(user_id: &str) -> String {
    session::user_room(user_id)
}

/// A setting in seconds as a duration; nonsense below one second counts as one.
fn seconds(value: i64) -> Duration {
    Duration::from_secs(u64::try_from(value).unwrap_or(1).max(1))
}
