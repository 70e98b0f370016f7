//! From the bus to the sockets of this node, in order, without losing text to a slow tab.
//!
//! A socket whose out-queue is full misses a delta. From then on it gets no further deltas of that stream (they would
//! not fit what it has) until a whole-content snapshot has been queued for it. Other events wait in a backlog.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use socketioxide::{SendError, SocketError, extract::SocketRef};

use crate::{
    Realtime, Result, Shared,
    session::{self, Session},
};

pub(crate) const TOPIC: &str = "realtime";
/// Events kept for a slow tab; beyond this it is disconnected and reloads what it missed.
const BACKLOG: usize = 2_000;
/// How long to wait before a slow tab is tried again.
const RETRY: Duration = Duration::from_millis(50);

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
    /// Instead of an event: the sockets of the room whose accounts may not be in it any more leave it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recheck: bool,
    /// How it relates to other events.
    #[serde(default)]
    pub delivery: Delivery,
}

/// What a socket still has to be told. Part of its [`Session`].
#[derive(Default)]
pub(crate) struct Backlog {
    /// Streams the socket missed a part of.
    behind: HashSet<String>,
    /// Events that did not fit its queue, oldest first.
    waiting: VecDeque<Arc<Emission>>,
    /// Whether a task is trying again.
    retrying: bool,
}

/// Starts delivering what comes over the bus.
pub(crate) async fn start(realtime: &Realtime) -> Result<()> {
    let mut emissions = realtime.shared().bus.subscribe(TOPIC).await?;
    let realtime = realtime.clone();
    tokio::spawn(async move {
        while let Some(message) = emissions.next().await {
            match serde_json::from_slice::<Emission>(&message) {
                Ok(emission) => deliver(&realtime, Arc::new(emission)),
                Err(error) => tracing::warn!(%error, "an event from the bus is not readable"),
            }
        }
    });
    Ok(())
}

fn deliver(realtime: &Realtime, emission: Arc<Emission>) {
    let sockets = match (&emission.sid, &emission.room) {
        (Some(sid), _) => sid.parse().ok().and_then(|sid| realtime.io().get_socket(sid)).into_iter().collect(),
        (None, Some(room)) => realtime.io().to(room.clone()).sockets(),
        (None, None) => Vec::new(),
    };
    for socket in sockets {
        if emission.except.as_deref() == Some(socket.id.to_string().as_str()) {
            continue;
        }
        if emission.recheck {
            tokio::spawn(session::recheck_room(realtime.clone(), socket, emission.room.clone()));
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
    let missed = match &emission.delivery {
        Delivery::Delta(stream) if backlog.behind.contains(stream) => return,
        Delivery::Delta(stream) => send(socket, &emission).is_err().then(|| {
            backlog.behind.insert(stream.clone());
        }),
        Delivery::Snapshot(stream) => match send(socket, &emission) {
            Ok(()) => {
                backlog.behind.remove(stream);
                None
            }
            Err(()) => Some(()),
        },
        Delivery::Plain | Delivery::End(_) => {
            if let Delivery::End(stream) = &emission.delivery {
                backlog.behind.remove(stream);
            }
            let queued = backlog.waiting.is_empty() && send(socket, &emission).is_ok();
            (!queued).then(|| backlog.waiting.push_back(emission.clone()))
        }
    };
    if backlog.waiting.len() > BACKLOG {
        backlog.waiting.clear();
        drop(backlog);
        tracing::info!(sid = %socket.id, "a tab stopped reading and was disconnected");
        let _ = socket.clone().disconnect();
        return;
    }
    if missed.is_some() && !std::mem::replace(&mut backlog.retrying, true) {
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
    tokio::spawn(async move { hooks.snapshot(&user.id, None, &sid).await });
}

/// Serves a slow socket until it is whole again.
async fn catch_up(realtime: Realtime, socket: SocketRef, session: Arc<Session>) {
    loop {
        tokio::time::sleep(RETRY).await;
        if !socket.connected() {
            return;
        }
        let behind = match drain(&socket, &session.backlog) {
            Some(behind) => behind,
            None => return,
        };
        let user = session.info().user.id.clone();
        for stream in behind {
            realtime.shared().hooks.snapshot(&user, Some(&stream), &socket.id.to_string()).await;
        }
    }
}

/// Sends what waits; the streams still missed, or `None` when there is nothing left to do.
fn drain(socket: &SocketRef, backlog: &Mutex<Backlog>) -> Option<Vec<String>> {
    let mut backlog = backlog.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(next) = backlog.waiting.front() {
        if send(socket, next).is_err() {
            return Some(Vec::new());
        }
        backlog.waiting.pop_front();
    }
    if backlog.behind.is_empty() {
        backlog.retrying = false;
        return None;
    }
    Some(backlog.behind.iter().cloned().collect())
}
