//! Events about rooms: channels and documents. Each socket's are handled one after the other, in the order they came.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use socketioxide::extract::{AckSender, SocketRef, TryData};
use tokio::sync::mpsc;
use transom_identity::access::Action;
use transom_store::{Role, User};

use crate::{
    Emission, SessionInfo, Shared,
    documents::{self, Editing},
    session,
};

/// Events a socket may have waiting; one that sends more than the server can follow is disconnected.
const WAITING: usize = 1_024;
/// The event of everything that happens in channels.
const CHANNEL_EVENT: &str = "events:channel";

/// The events that are handled here.
const EVENTS: [&str; 8] = [
    "join-channels",
    "join-note",
    CHANNEL_EVENT,
    documents::JOIN,
    documents::STATE,
    documents::UPDATE,
    documents::AWARENESS,
    documents::LEAVE,
];

/// What a socket's worker is given.
pub(crate) enum Incoming {
    /// An event, and how to confirm it.
    Event(&'static str, Value, AckSender),
    /// The socket is gone.
    Gone,
}

/// Starts a socket's worker and its listeners. What is sent into the result reaches the worker as well.
pub(crate) fn listen(socket: &SocketRef, shared: &Arc<Shared>) -> mpsc::Sender<Incoming> {
    let (queue, events) = mpsc::channel(WAITING);
    for name in EVENTS {
        let queue = queue.clone();
        // The body runs before the handler's future is spawned: only so is the order kept.
        socket.on(name, move |socket: SocketRef, TryData(data): TryData<Value>, ack: AckSender| {
            let event = Incoming::Event(name, data.unwrap_or(Value::Null), ack);
            if let Err(mpsc::error::TrySendError::Full(_)) = queue.try_send(event) {
                tracing::info!(sid = %socket.id, "a tab sent more than could be followed and was disconnected");
                let _ = socket.disconnect();
            }
            std::future::ready(())
        });
    }
    tokio::spawn(work(socket.clone(), shared.clone(), events));
    queue
}

async fn work(socket: SocketRef, shared: Arc<Shared>, mut events: mpsc::Receiver<Incoming>) {
    let mut editing = Editing::default();
    while let Some(Incoming::Event(name, payload, ack)) = events.recv().await {
        handle(&shared, &socket, &mut editing, name, &payload).await;
        let _ = ack.send(&());
    }
    editing.leave_all(&shared, &socket.id.to_string()).await;
}

async fn handle(
    shared: &Arc<Shared>,
    socket: &SocketRef,
    editing: &mut Editing,
    name: &str,
    payload: &Value,
) {
    if let Some(token) = session::token_of(payload) {
        session::authenticate(shared, socket, token).await;
    }
    let Some(known) = session::session_of(socket) else { return };
    let session = known.info();
    match name {
        "join-channels" => session::join_channels(shared, socket, &known).await,
        "join-note" => {
            let id = payload.get("note_id").and_then(Value::as_str).unwrap_or_default();
            if shared.hooks.may_use_document(&session.user, id, Action::Read).await {
                socket.join(note_room(id));
            }
        }
        CHANNEL_EVENT => in_channel(shared, socket, &session, payload).await,
        name => editing.event(shared, socket, &session, name, payload).await,
    }
}

/// Typing and reading, from somebody who is in the channel's room.
async fn in_channel(shared: &Shared, socket: &SocketRef, session: &SessionInfo, payload: &Value) {
    let Some(channel) = payload.get("channel_id").and_then(Value::as_str) else { return };
    let room = channel_room(channel);
    if !is_in(socket, &room) {
        return;
    }
    match payload.pointer("/data/type").and_then(Value::as_str) {
        Some("typing") => {
            let user = &session.user;
            let payload = json!({
                "channel_id": channel,
                "message_id": payload.get("message_id"),
                "data": payload.get("data"),
                "user": {"id": user.id, "name": user.name, "role": user.role},
            });
            let event = CHANNEL_EVENT.to_string();
            shared.send(&Emission { room: Some(room), event, payload, ..Emission::default() }).await;
        }
        Some("last_read_at") => shared.hooks.channel_read(&session.user, channel).await,
        _ => {}
    }
}

/// The room of a channel.
pub fn channel_room(id: &str) -> String {
    format!("channel:{id}")
}

/// The room of those who look at a note.
pub fn note_room(id: &str) -> String {
    format!("note:{id}")
}

pub(crate) fn is_in(socket: &SocketRef, room: &str) -> bool {
    socket.rooms().iter().any(|joined| joined.as_ref() == room)
}

/// The channel whose room this is.
pub(crate) fn channel_of(room: &str) -> Option<&str> {
    room.strip_prefix("channel:")
}

/// Takes a socket out of the rooms that its account may not be in (any more).
pub(crate) async fn recheck(shared: &Shared, socket: &SocketRef, user: &User) {
    let mut channels: Option<HashSet<String>> = None;
    for room in socket.rooms() {
        let stays = if channel_of(&room).is_some() {
            let allowed = match channels.take() {
                Some(known) => known,
                None => shared.hooks.rooms_of(user).await.into_iter().collect(),
            };
            channels.insert(allowed).contains(room.as_ref())
        } else {
            may_be_in(shared, user, &room).await
        };
        if !stays {
            socket.leave(room.to_string());
        }
    }
}

async fn may_be_in(shared: &Shared, user: &User, room: &str) -> bool {
    if let Some(channel) = channel_of(room) {
        shared.hooks.may_hear_channel(user, channel).await
    } else if let Some(note) = documents::note_of_room(room) {
        shared.hooks.may_use_document(user, note, Action::Read).await
    } else if room.starts_with("user:") {
        user.role != Role::Pending
    } else {
        true
    }
}

/// What has been found out about accounts while the sockets of a room are looked at.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<String, bool>>);

impl Known {
    fn get(&self, user_id: &str) -> Option<bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(user_id).copied()
    }

    fn set(&self, user_id: &str, may: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user_id.to_owned(), may);
    }
}

/// Takes a socket out of one room or, if it is a channel's and the socket hears its account's channels, puts it in.
pub(crate) async fn recheck_one(
    shared: &Shared,
    socket: &SocketRef,
    user: &User,
    room: &str,
    hears_channels: bool,
    known: &Known,
) {
    let inside = is_in(socket, room);
    let joins = !inside && hears_channels && channel_of(room).is_some();
    if !inside && !joins {
        return;
    }
    let may = match known.get(&user.id) {
        Some(may) => may,
        None => {
            let may = may_be_in(shared, user, room).await;
            known.set(&user.id, may);
            may
        }
    };
    match (may, inside) {
        (true, false) => socket.join(room.to_owned()),
        (false, true) => socket.leave(room.to_owned()),
        _ => {}
    }
}
