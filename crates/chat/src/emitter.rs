//! How a turn reaches the tabs of its account.

use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde_json::{Value, json};

/// How an event relates to the others of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Stands for itself and must arrive.
    Plain,
    /// A part of the answer; useless to a tab that missed an earlier part.
    Delta,
    /// The whole answer so far.
    Snapshot,
    /// The end, with the whole answer.
    End,
}

/// One event of a chat.
#[derive(Clone, Debug)]
pub struct Event {
    /// The account whose tabs get it.
    pub user_id: String,
    /// The chat, absent in API mode.
    pub chat_id: Option<String>,
    /// The answer's message, absent in API mode. Also names the stream that deltas and snapshots belong to.
    pub message_id: Option<String>,
    /// `{"type", "data"}`.
    pub data: Value,
    /// How it relates to others.
    pub kind: Kind,
    /// The one tab it is for, instead of all.
    pub only: Option<String>,
}

impl Event {
    /// The contract's envelope.
    pub fn envelope(&self) -> Value {
        json!({"chat_id": self.chat_id, "message_id": self.message_id, "data": self.data})
    }
}

/// The tab could not be asked, or did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CallFailed(pub String);

/// The way to the tabs. The HTTP layer joins it to the sockets.
#[async_trait]
pub trait Emitter: Send + Sync + 'static {
    /// Sends an event; a failure is logged there, a turn does not stop for it.
    async fn emit(&self, event: Event);

    /// Asks one tab of an account and waits for its answer.
    async fn call(
        &self,
        user_id: &str,
        session_id: &str,
        envelope: Value,
        wait: Duration,
    ) -> Result<Value, CallFailed>;

    /// What a tab sends under an event name of its own; subscribed before this returns.
    async fn channel(&self, name: &str) -> Result<BoxStream<'static, Value>, CallFailed>;
}
