//! Notes that several people edit at once. The updates of a document are kept on the bus while somebody edits it; they
//! may be merged in any order, so that nodes need no order between them.

use std::{collections::HashSet, sync::Arc, time::Duration};

use bytes::Bytes;
use serde::Deserialize as _;
use serde_json::{Map, Value, json};
use socketioxide::extract::SocketRef;
use transom_identity::access::Action;
use transom_store::bus::{Bus, LockToken};
use yrs::updates::decoder::Decode as _;

use crate::{Emission, RealtimeError, Result, SessionInfo, Shared, rooms};

pub(crate) const JOIN: &str = "ydoc:document:join";
pub(crate) const STATE: &str = "ydoc:document:state";
pub(crate) const UPDATE: &str = "ydoc:document:update";
pub(crate) const AWARENESS: &str = "ydoc:awareness:update";
pub(crate) const LEAVE: &str = "ydoc:document:leave";

/// The update that says nothing.
const EMPTY: [u8; 2] = [0, 0];
/// Updates after which they are merged into one.
const MERGE_EVERY: i64 = 200;
/// How long a document's count of updates is remembered; it only decides when to merge.
const COUNT_TTL: Duration = Duration::from_secs(24 * 3600);
/// How long one node may hold a document, and how often another one asks for it.
const LOCK_TTL: Duration = Duration::from_secs(10);
const LOCK_RETRY: Duration = Duration::from_millis(10);

/// The note a document is of. There is one spelling only: what is kept, joined and checked under it is the same.
fn note_of(document: &str) -> Option<&str> {
    document.strip_prefix("note:").filter(|id| !id.is_empty() && !id.contains(':'))
}

fn room_of(document: &str) -> String {
    format!("doc_{document}")
}

/// The note that a room is about, if it is about one.
pub(crate) fn note_of_room(room: &str) -> Option<&str> {
    note_of(room.strip_prefix("doc_").unwrap_or(room))
}

/// The rooms of those who look at a note or edit it.
pub fn rooms_of_note(id: &str) -> [String; 2] {
    [rooms::note_room(id), room_of(&format!("note:{id}"))]
}

/// The documents that a socket edits.
#[derive(Default)]
pub(crate) struct Editing {
    documents: HashSet<String>,
}

impl Editing {
    pub async fn event(
        &mut self,
        shared: &Shared,
        socket: &SocketRef,
        session: &SessionInfo,
        name: &str,
        payload: &Value,
    ) {
        let Some(document) = payload.get("document_id").and_then(Value::as_str) else { return };
        let Some(note) = note_of(document) else { return };
        let room = room_of(document);
        let done = match name {
            JOIN => self.join(shared, socket, session, document, payload).await,
            LEAVE => {
                socket.leave(room);
                self.leave(shared, &session.sid, document, payload).await
            }
            _ if !rooms::is_in(socket, &room) => Ok(()),
            // Access may have ended since the socket joined: it is asked for at each event.
            UPDATE if shared.hooks.may_use_document(&session.user, note, Action::Write).await => {
                update(shared, session, note, document, payload).await
            }
            AWARENESS if shared.hooks.may_use_document(&session.user, note, Action::Read).await => {
                tell_others(
                    shared,
                    session,
                    document,
                    AWARENESS,
                    payload_of(payload, &["user_id", "update"]),
                )
                .await;
                Ok(())
            }
            STATE if shared.hooks.may_use_document(&session.user, note, Action::Read).await => {
                send_state(shared, &session.sid, document).await
            }
            _ => Ok(()),
        };
        match done {
            Ok(()) => {}
            // A tab's mistake, and as often as the tab likes.
            Err(error @ RealtimeError::BadUpdate) => {
                tracing::debug!(%error, sid = session.sid, "an update was ignored");
            }
            Err(error) => tracing::warn!(%error, event = name, "an event of a document could not be handled"),
        }
    }

    async fn join(
        &mut self,
        shared: &Shared,
        socket: &SocketRef,
        session: &SessionInfo,
        document: &str,
        payload: &Value,
    ) -> Result<()> {
        let note = note_of(document).unwrap_or_default();
        if !shared.hooks.may_use_document(&session.user, note, Action::Read).await {
            return Ok(());
        }
        // In the room first: an update that comes while the state is read is then heard twice, never missed.
        socket.join(room_of(document));
        let log = Log::new(&shared.bus, document);
        let entered = async {
            log.enter(&session.sid).await?;
            self.documents.insert(document.to_string());
            send_state(shared, &session.sid, document).await
        };
        if let Err(error) = entered.await {
            socket.leave(room_of(document));
            let payload = json!({"message": "Failed to join document"});
            tell(shared, Emission { sid: Some(session.sid.clone()), ..emission("error", payload) }).await;
            return Err(error);
        }
        let text = |key: &str, default: &str| {
            payload.get(key).and_then(Value::as_str).unwrap_or(default).to_string()
        };
        let joined = json!({
            "user_id": text("user_id", &session.sid),
            "user_name": text("user_name", "Anonymous"),
            "user_color": text("user_color", "#000000"),
        });
        tell_others(shared, session, document, "ydoc:user:joined", joined).await;
        Ok(())
    }

    async fn leave(&mut self, shared: &Shared, sid: &str, document: &str, payload: &Value) -> Result<()> {
        if self.documents.remove(document) {
            Log::new(&shared.bus, document).leave(sid).await?;
            let mut left = payload_of(payload, &["user_id"]);
            left["document_id"] = json!(document);
            tell(shared, Emission { room: Some(room_of(document)), ..emission("ydoc:user:left", left) })
                .await;
        }
        Ok(())
    }

    /// The socket is gone: nobody is told, but documents left empty are forgotten.
    pub async fn leave_all(self, shared: &Shared, sid: &str) {
        for document in self.documents {
            if let Err(error) = Log::new(&shared.bus, &document).leave(sid).await {
                tracing::warn!(%error, "a tab that is gone is still listed as editing a document");
            }
        }
    }
}

fn emission(event: &str, payload: Value) -> Emission {
    Emission { event: event.to_string(), payload, ..Emission::default() }
}

async fn tell(shared: &Shared, emission: Emission) {
    shared.send(&emission).await;
}

/// Tells everybody in the document's room but the sender.
async fn tell_others(
    shared: &Shared,
    session: &SessionInfo,
    document: &str,
    event: &str,
    mut payload: Value,
) {
    payload["document_id"] = json!(document);
    let (room, except) = (Some(room_of(document)), Some(session.sid.clone()));
    tell(shared, Emission { room, except, ..emission(event, payload) }).await;
}

fn payload_of(payload: &Value, keys: &[&str]) -> Value {
    let fields =
        keys.iter().map(|key| ((*key).to_string(), payload.get(*key).cloned().unwrap_or(Value::Null)));
    Value::Object(fields.collect::<Map<_, _>>())
}

async fn send_state(shared: &Shared, sid: &str, document: &str) -> Result<()> {
    let log = Log::new(&shared.bus, document);
    let (state, sessions) = (log.state().await?, log.sessions().await?);
    let payload = json!({"document_id": document, "state": state, "sessions": sessions});
    tell(shared, Emission { sid: Some(sid.to_string()), ..emission(STATE, payload) }).await;
    Ok(())
}

/// Keeps and passes on an update, and plans to save what the document looks like with it.
///
/// An update without such a picture leaves an earlier plan alone: the picture it would save is older, but calling it off
/// would lose it when nobody sends another.
async fn update(
    shared: &Shared,
    session: &SessionInfo,
    note: &str,
    document: &str,
    payload: &Value,
) -> Result<()> {
    let bytes: Option<Vec<u8>> =
        Option::deserialize(&payload["update"]).map_err(|_| RealtimeError::BadUpdate)?;
    if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
        Log::new(&shared.bus, document).append(bytes).await?;
        let mut passed = payload_of(payload, &["user_id", "update"]);
        passed["socket_id"] = json!(session.sid);
        tell_others(shared, session, document, UPDATE, passed).await;
    }
    if let Some(Value::Object(data)) = payload.get("data") {
        shared.saves.plan(&shared.hooks, session.user.clone(), note, data.clone());
    }
    Ok(())
}

/// The updates of a document and who edits it, on the bus.
struct Log<'a> {
    bus: &'a Arc<dyn Bus>,
    updates: String,
    count: String,
    users: String,
    lock: String,
}

impl<'a> Log<'a> {
    fn new(bus: &'a Arc<dyn Bus>, document: &str) -> Self {
        let key = |what: &str| format!("ydoc:documents:{}:{what}", document.replace(':', "_"));
        Self { bus, updates: key("updates"), count: key("count"), users: key("users"), lock: key("lock") }
    }

    /// Lists a socket as editing.
    async fn enter(&self, sid: &str) -> Result<()> {
        let token = self.lock().await?;
        let done = self.bus.set_add(&self.users, sid).await;
        self.bus.unlock(&self.lock, token).await?;
        done?;
        Ok(())
    }

    /// Takes a socket off the list; with the last one the updates go.
    async fn leave(&self, sid: &str) -> Result<()> {
        let token = self.lock().await?;
        let done = self.take_out(sid).await;
        self.bus.unlock(&self.lock, token).await?;
        done
    }

    async fn take_out(&self, sid: &str) -> Result<()> {
        self.bus.set_remove(&self.users, sid).await?;
        if self.bus.set_members(&self.users).await?.is_empty() {
            self.bus.delete(&self.updates).await?;
            self.bus.delete(&self.count).await?;
        }
        Ok(())
    }

    async fn sessions(&self) -> Result<Vec<String>> {
        Ok(self.bus.set_members(&self.users).await?)
    }

    /// Keeps an update that can be read.
    async fn append(&self, update: Vec<u8>) -> Result<()> {
        let update = off_the_runtime(move || yrs::Update::decode_v1(&update).map(|_| update)).await?;
        let field = uuid::Uuid::new_v4().to_string();
        self.bus.hash_set(&self.updates, &field, Bytes::from(update)).await?;
        if self.bus.increment(&self.count, COUNT_TTL).await? % MERGE_EVERY == 0 {
            self.shorten().await?;
        }
        Ok(())
    }

    /// All updates as one.
    async fn state(&self) -> Result<Vec<u8>> {
        merged(self.bus.hash_all(&self.updates).await?.into_iter().map(|(_, update)| update).collect()).await
    }

    /// Puts one update in the place of all there are. Whoever reads meanwhile finds some twice, which does no harm.
    async fn shorten(&self) -> Result<()> {
        let token = self.lock().await?;
        let done = async {
            let (fields, updates): (Vec<_>, Vec<_>) =
                self.bus.hash_all(&self.updates).await?.into_iter().unzip();
            let whole = merged(updates).await?;
            let field = uuid::Uuid::new_v4().to_string();
            self.bus.hash_set(&self.updates, &field, Bytes::from(whole)).await?;
            for field in fields {
                self.bus.hash_delete(&self.updates, &field).await?;
            }
            Ok(())
        };
        let done = done.await;
        self.bus.unlock(&self.lock, token).await?;
        done
    }

    /// Waits for the document; a node that died holding it loses it after [`LOCK_TTL`].
    async fn lock(&self) -> Result<LockToken> {
        loop {
            if let Some(token) = self.bus.lock(&self.lock, LOCK_TTL).await? {
                return Ok(token);
            }
            tokio::time::sleep(LOCK_RETRY).await;
        }
    }
}

async fn merged(updates: Vec<Bytes>) -> Result<Vec<u8>> {
    if updates.is_empty() {
        return Ok(EMPTY.to_vec());
    }
    off_the_runtime(move || yrs::merge_updates_v1(updates)).await
}

/// Runs work on updates where long work, and a panic over a strange one, hurts nobody else.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, yrs::encoding::read::Error> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| RealtimeError::BadUpdate)?.map_err(|_| RealtimeError::BadUpdate)
}

#[cfg(test)]
mod tests;
