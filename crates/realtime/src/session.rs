//! A socket's life: connect, authenticate, join rooms, speak, leave.

use std::{
    collections::HashSet,
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, Event, SocketRef, TryData},
    handler::ConnectHandler as _,
};
use tokio::{
    sync::{broadcast::error::RecvError, mpsc},
    time::MissedTickBehavior,
};
use transom_identity::{Caller, Proof};
use transom_store::{Role, User, bus::Bus};

use crate::{
    Realtime, Result, SessionInfo, Shared, delivery,
    delivery::Backlog,
    rooms::{self, Incoming},
    usage,
};

/// Socket id to account id, over all nodes.
const POOL: &str = "session_pool";
/// Sockets that are looked at again at the same time.
const AT_ONCE: usize = 16;
/// How often sockets are looked at for tokens that have run out.
const EXPIRY_LOOK: Duration = Duration::from_secs(1);

/// What a socket carries once its account is known.
pub(crate) struct Session {
    info: RwLock<SessionInfo>,
    token: String,
    /// Unix seconds; a token without an end has none.
    expires_at: Option<i64>,
    /// Whether it asked for the rooms of its account's channels.
    in_channels: AtomicBool,
    pub backlog: Mutex<Backlog>,
}

impl Session {
    pub fn info(&self) -> SessionInfo {
        self.info.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(crate) fn user_room(user_id: &str) -> String {
    format!("user:{user_id}")
}

/// The account behind a socket id, on whichever node the socket is.
pub(crate) async fn owner(bus: &Arc<dyn Bus>, sid: &str) -> Result<Option<String>> {
    let value = bus.hash_get(POOL, sid).await?;
    Ok(value.map(|raw| String::from_utf8_lossy(&raw).into_owned()))
}

/// The accounts behind all socket ids.
pub(crate) async fn connected(bus: &Arc<dyn Bus>) -> Result<HashSet<String>> {
    let all = bus.hash_all(POOL).await?;
    Ok(all.into_iter().map(|(_, user)| String::from_utf8_lossy(&user).into_owned()).collect())
}

pub(crate) fn register(io: &SocketIo, shared: Arc<Shared>) {
    let state = shared.clone();
    // Listeners are there before the connection is confirmed: a client's first event may follow at once.
    let prepare = move |socket: SocketRef| {
        listen(&socket, &state);
        std::future::ready(Ok::<(), Infallible>(()))
    };
    let connected = async move |socket: SocketRef, TryData(auth): TryData<Value>| {
        // A connection without a token is accepted: it simply hears nothing.
        let token = auth.ok().as_ref().and_then(token_of).map(str::to_string);
        if let Some(token) = token {
            authenticate(&shared, &socket, &token).await;
        }
    };
    io.ns("/", connected.with(prepare));
}

/// The token in `{"token"}` or `{"auth":{"token"}}`.
pub(crate) fn token_of(payload: &Value) -> Option<&str> {
    payload.get("token").or_else(|| payload.get("auth")?.get("token")).and_then(Value::as_str)
}

fn listen(socket: &SocketRef, shared: &Arc<Shared>) {
    let state = shared.clone();
    socket.on("user-join", async move |socket: SocketRef, TryData(data): TryData<Value>, ack: AckSender| {
        let answer = user_join(&state, &socket, data.ok()).await;
        let _ = ack.send(&answer);
    });
    let state = shared.clone();
    socket.on("heartbeat", async move |socket: SocketRef, ack: AckSender| {
        if let Some(session) = session_of(&socket) {
            state.identity.touch(&session.info().user);
        }
        let _ = ack.send(&());
    });
    let state = shared.clone();
    socket.on("usage", async move |socket: SocketRef, TryData(data): TryData<Value>| {
        let model = data.ok().and_then(|d| d.get("model").and_then(Value::as_str).map(str::to_string));
        if let (Some(_), Some(model)) = (session_of(&socket), model) {
            let _ = usage::mark(&state.bus, &model, &socket.id.to_string()).await;
        }
    });
    let events = in_order(shared.clone());
    // The handler's future would run beside those of other events; what a tab says has to be heard in its order.
    socket.on_fallback(move |socket: SocketRef, Event(name): Event, TryData(data): TryData<Value>| {
        if let Some(session) = session_of(&socket) {
            // The worker is gone only while the server stops.
            let _ = events.send((session.info(), name.to_string(), data.unwrap_or(Value::Null)));
        }
        std::future::ready(())
    });
    let room_events = rooms::listen(socket, shared);
    let state = shared.clone();
    socket.on_disconnect(async move |socket: SocketRef| {
        let _ = room_events.send(Incoming::Gone).await;
        let _ = state.bus.hash_delete(POOL, &socket.id.to_string()).await;
        if let Some(session) = session_of(&socket) {
            state.hooks.disconnected(&session.info()).await;
        }
    });
}

/// A worker that hands a socket's events to the hooks one after the other; it ends with the socket.
fn in_order(shared: Arc<Shared>) -> mpsc::UnboundedSender<(SessionInfo, String, Value)> {
    let (sender, mut events) = mpsc::unbounded_channel::<(SessionInfo, String, Value)>();
    tokio::spawn(async move {
        while let Some((session, name, payload)) = events.recv().await {
            shared.hooks.event(&session, &name, payload).await;
        }
    });
    sender
}

pub(crate) fn session_of(socket: &SocketRef) -> Option<Arc<Session>> {
    socket.extensions.get::<Arc<Session>>()
}

async fn user_join(shared: &Arc<Shared>, socket: &SocketRef, data: Option<Value>) -> Value {
    let Some(token) = data.as_ref().and_then(token_of) else { return Value::Null };
    let Some(session) = authenticate(shared, socket, token).await else { return Value::Null };
    let user = session.info().user;
    join_channels(shared, socket, &session).await;
    delivery::joined_late(shared, socket, &session);
    json!({"id": user.id, "name": user.name})
}

/// Puts a socket into the rooms of its account's channels, now and when there are more.
pub(crate) async fn join_channels(shared: &Shared, socket: &SocketRef, session: &Session) {
    session.in_channels.store(true, Ordering::Release);
    socket.join(shared.hooks.rooms_of(&session.info().user).await);
}

/// Gives the socket its account. Only session tokens count here, never API keys.
pub(crate) async fn authenticate(
    shared: &Arc<Shared>,
    socket: &SocketRef,
    token: &str,
) -> Option<Arc<Session>> {
    let caller = shared.identity.authenticate(token, crate::PATH).await.ok()?;
    let Caller { user, proof: Proof::Session { expires_at, .. } } = caller else { return None };
    let sid = socket.id.to_string();
    if let Some(session) = session_of(socket) {
        if session.info().user.id == user.id && session.token == token {
            return Some(session);
        }
        socket.leave(user_room(&session.info().user.id));
        rooms::recheck(shared, socket, &user).await;
    }
    let info = SessionInfo { sid: sid.clone(), user: user.clone() };
    let session = Arc::new(Session {
        info: RwLock::new(info),
        token: token.to_string(),
        expires_at,
        in_channels: AtomicBool::new(false),
        backlog: Mutex::default(),
    });
    socket.extensions.insert(session.clone());
    shared.bus.hash_set(POOL, &sid, Bytes::copy_from_slice(user.id.as_bytes())).await.ok()?;
    if user.role != Role::Pending {
        socket.join(user_room(&user.id));
    }
    Some(session)
}

/// Re-checks the sockets of accounts whose role, groups or existence changed.
pub(crate) fn follow_accounts(realtime: &Realtime) {
    let mut changes = realtime.shared().identity.changes();
    let realtime = realtime.clone();
    tokio::spawn(async move {
        let mut looks = tokio::time::interval(EXPIRY_LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !realtime.shared().is_closing() {
            let change = tokio::select! {
                change = changes.recv() => change,
                _ = looks.tick() => {
                    end_expired(&realtime);
                    continue;
                }
            };
            match change {
                Ok(user_id) => recheck(&realtime, &user_id).await,
                // Too many changes to tell which: look at everybody.
                Err(RecvError::Lagged(_)) => recheck(&realtime, "").await,
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// Closes the sockets whose tokens have run out.
fn end_expired(realtime: &Realtime) {
    if realtime.shared().is_closing() {
        return;
    }
    let now = chrono::Utc::now().timestamp();
    for socket in realtime.io().sockets() {
        if session_of(&socket).and_then(|session| session.expires_at).is_some_and(|end| end < now) {
            let _ = socket.disconnect();
        }
    }
}

async fn recheck(realtime: &Realtime, user_id: &str) {
    if realtime.shared().is_closing() {
        return;
    }
    let concerned = realtime.io().sockets().into_iter().filter_map(|socket| {
        let session = session_of(&socket)?;
        (user_id.is_empty() || session.info().user.id == user_id).then_some((socket, session))
    });
    // Several at once: a change that concerns everybody has to reach the last tab soon, too.
    futures::stream::iter(concerned)
        .for_each_concurrent(AT_ONCE, async |(socket, session)| {
            match realtime.shared().identity.authenticate(&session.token, crate::PATH).await {
                Ok(caller) => renew(realtime, &socket, &session, caller.user).await,
                Err(_) => {
                    let _ = socket.disconnect();
                }
            }
        })
        .await;
}

/// A still valid session whose account changed: its rooms follow.
async fn renew(realtime: &Realtime, socket: &SocketRef, session: &Session, user: Arc<User>) {
    rooms::recheck(realtime.shared(), socket, &user).await;
    if user.role != Role::Pending {
        socket.join(user_room(&user.id));
    }
    session.info.write().unwrap_or_else(PoisonError::into_inner).user = user;
    if session.in_channels.load(Ordering::Acquire) {
        join_channels(realtime.shared(), socket, session).await;
    }
}

/// Looks at the sockets of a room whose rules changed, and for a channel at all others, which may be let in now. One
/// without an account has no place in any.
pub(crate) async fn recheck_room(realtime: Realtime, room: String) {
    if realtime.shared().is_closing() {
        return;
    }
    let sockets = match rooms::channel_of(&room) {
        Some(_) => realtime.io().sockets(),
        None => realtime.io().to(room.clone()).sockets(),
    };
    // The tabs of an account have one answer.
    let known = rooms::Known::default();
    futures::stream::iter(sockets)
        .for_each_concurrent(AT_ONCE, async |socket| match session_of(&socket) {
            Some(session) => {
                let heard = session.in_channels.load(Ordering::Acquire);
                let user = session.info().user;
                rooms::recheck_one(realtime.shared(), &socket, &user, &room, heard, &known).await;
            }
            None => socket.leave(room.clone()),
        })
        .await;
}
