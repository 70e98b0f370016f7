//! From the bus to the sockets of this node, in order, without losing text to a slow tab.
//!
//! A socket gets the deltas of a stream only after a whole-content snapshot of it: one that joined in the middle, or
//! whose out-queue was full, is sent such a snapshot first. Other events wait in a backlog.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use socketioxide::{SendError, SocketError, extract::SocketRef};
use transom_store::Role;

use crate::{
    Realtime, Result, Shared,
    session::{self, Session},
};

pub(crate) const TOPIC: &str = "realtime";
/// Events kept for a slow tab; beyond this it is disconnected and reloads what it missed.
const BACKLOG: usize = 2_000;
/// How long to wait before a slow tab is tried again: at first, and at most. Each try costs a whole text.
const RETRY: Duration = Duration::from_millis(50);
const RETRY_MOST: Duration = Duration::from_secs(1);

/// How an event relates to others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Must arrive.
    #[default]
    Plain,
    /// Part of the named stream; useless to a tab that missed an earlier part.
    Delta(String),
    /// The whole of the named stream so far; makes a tab that missed a part whole again.
    Snapshot(String),
    /// The end of the named stream with its whole text; must arrive.
    End(String),
}

/// One event on its way to browsers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Emission {
    /// The room it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// The one socket it is for, instead of a room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// A socket of the room that does not get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<String>,
    /// The event's name.
    #[serde(default)]
    pub event: String,
    /// Its one argument.
    #[serde(default)]
    pub payload: Value,
    /// Instead of an event: the room that the addressed sockets join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<String>,
    /// Instead of an event: sockets leave and join the room as their accounts may be in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recheck: bool,
    /// How it relates to other events.
    #[serde(default)]
    pub delivery: Delivery,
}

/// What a socket still has to be told. Part of its [`Session`].
#[derive(Default)]
pub(crate) struct Backlog {
    /// Streams of which the socket has everything so far.
    current: HashSet<String>,
    /// Streams that go on and that the socket needs the whole of.
    behind: HashSet<String>,
    /// Events that did not fit its queue, oldest first.
    waiting: VecDeque<Arc<Emission>>,
    /// Whether a task is trying again.
    retrying: bool,
}

impl Backlog {
    /// Notes that the socket needs the whole of a stream; gives whether it is served, which it is not.
    fn fell_behind(&mut self, stream: &str) -> bool {
        self.current.remove(stream);
        if !self.behind.contains(stream) {
            self.behind.insert(stream.to_string());
        }
        false
    }

    /// Notes that the socket has the whole of a stream; gives whether it is served, which it is.
    fn caught_up(&mut self, stream: &str) -> bool {
        self.behind.remove(stream);
        if !self.current.contains(stream) {
            self.current.insert(stream.to_string());
        }
        true
    }
}

/// Starts delivering what comes over the bus.
pub(crate) async fn start(realtime: &Realtime) -> Result<()> {
    let mut emissions = realtime.shared().bus.subscribe(TOPIC).await?;
    let realtime = realtime.clone();
    tokio::spawn(async move {
        while let Some(message) = emissions.next().await {
            match serde_json::from_slice::<Emission>(&message) {
                Ok(emission) if is_end(&realtime, &emission) => {
                    return realtime.shared().delivered.notify_one();
                }
                Ok(emission) => deliver(&realtime, Arc::new(emission)),
                Err(error) => tracing::warn!(%error, "an event from the bus is not readable"),
            }
        }
    });
    Ok(())
}

/// Sends a marker behind everything this node has emitted.
pub(crate) async fn mark_end(realtime: &Realtime) -> Result<()> {
    realtime.emit(&Emission { sid: Some(realtime.shared().node.clone()), ..Emission::default() }).await
}

fn is_end(realtime: &Realtime, emission: &Emission) -> bool {
    realtime.shared().is_closing() || emission.sid.as_deref() == Some(realtime.shared().node.as_str())
}

fn deliver(realtime: &Realtime, emission: Arc<Emission>) {
    if emission.recheck {
        if let Some(room) = emission.room.clone() {
            tokio::spawn(session::recheck_room(realtime.clone(), room));
        }
        return;
    }
    let sockets = match (&emission.sid, &emission.room) {
        (Some(sid), _) => {
            sid.parse().ok().and_then(|sid| realtime.io().get_socket(sid)).into_iter().collect()
        }
        (None, Some(room)) => realtime.io().to(room.clone()).sockets(),
        (None, None) => Vec::new(),
    };
    for socket in sockets {
        if emission.except.as_deref() == Some(socket.id.to_string().as_str()) {
            continue;
        }
        match &emission.join {
            Some(room) => socket.join(room.clone()),
            None => offer(realtime, &socket, emission.clone()),
        }
    }
}

/// Queues an event for one socket, or notes that the socket has to be caught up.
fn offer(realtime: &Realtime, socket: &SocketRef, emission: Arc<Emission>) {
    let Some(session) = socket.extensions.get::<Arc<Session>>() else {
        let _ = socket.emit(&emission.event, &emission.payload);
        return;
    };
    let mut backlog = session.backlog.lock().unwrap_or_else(PoisonError::into_inner);
    let served = match &emission.delivery {
        Delivery::Delta(stream) => {
            let fits = backlog.current.contains(stream) && send(socket, &emission).is_ok();
            fits || backlog.fell_behind(stream)
        }
        // An older event that waits may be the end of an earlier turn of the same message: it has to go first.
        Delivery::Snapshot(stream) => {
            let queued = backlog.waiting.is_empty() && send(socket, &emission).is_ok();
            if queued { backlog.caught_up(stream) } else { backlog.fell_behind(stream) }
        }
        Delivery::Plain | Delivery::End(_) => {
            if let Delivery::End(stream) = &emission.delivery {
                backlog.current.remove(stream);
                backlog.behind.remove(stream);
            }
            let queued = backlog.waiting.is_empty() && send(socket, &emission).is_ok();
            if !queued {
                backlog.waiting.push_back(emission.clone());
            }
            queued
        }
    };
    if backlog.waiting.len() > BACKLOG {
        backlog.waiting.clear();
        drop(backlog);
        tracing::info!(sid = %socket.id, "a tab stopped reading and was disconnected");
        let _ = socket.clone().disconnect();
        return;
    }
    if !served && !std::mem::replace(&mut backlog.retrying, true) {
        drop(backlog);
        tokio::spawn(catch_up(realtime.clone(), socket.clone(), session));
    }
}

/// Tries to queue an event; a closed socket counts as served, there is nobody to tell.
fn send(socket: &SocketRef, emission: &Emission) -> std::result::Result<(), ()> {
    match socket.emit(&emission.event, &emission.payload) {
        Err(SendError::Socket(SocketError::InternalChannelFull)) => Err(()),
        Err(error) => {
            tracing::debug!(%error, "an event was not sent");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Asks for the whole text of the answers that were running before this socket joined.
pub(crate) fn joined_late(shared: &Shared, socket: &SocketRef, session: &Session) {
    let (hooks, user, sid) = (shared.hooks.clone(), session.info().user, socket.id.to_string());
    if user.role == Role::Pending {
        return;
    }
    tokio::spawn(async move { hooks.snapshot(&user.id, None, &sid).await });
}

/// Serves a slow or new socket until it has everything.
async fn catch_up(realtime: Realtime, socket: SocketRef, session: Arc<Session>) {
    let mut pause = RETRY;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(RETRY_MOST);
        if !socket.connected() {
            return;
        }
        let Some(behind) = drain(&socket, &session.backlog) else { return };
        let user = session.info().user;
        for stream in behind.iter().filter(|_| user.role != Role::Pending) {
            realtime.shared().hooks.snapshot(&user.id, Some(stream), &socket.id.to_string()).await;
        }
    }
}

/// Sends what waits. Gives the streams to ask for; `None` when there is nothing left to do.
///
/// Asked streams are forgotten here: the next delta, or a snapshot that found no room, brings those back that still run.
fn drain(socket: &SocketRef, backlog: &Mutex<Backlog>) -> Option<HashSet<String>> {
    let mut backlog = backlog.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(next) = backlog.waiting.front() {
        if send(socket, next).is_err() {
            return Some(HashSet::new());
        }
        backlog.waiting.pop_front();
    }
    if backlog.behind.is_empty() {
        backlog.retrying = false;
        return None;
    }
    Some(std::mem::take(&mut backlog.behind))
}
