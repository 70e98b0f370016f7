//! What a turn tells the tabs.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    emitter::{Emitter, Event, Kind},
    request::UiTarget,
};

/// The way of one turn to its account's tabs.
pub(crate) struct Out {
    emitter: Arc<dyn Emitter>,
    user_id: String,
    chat_id: String,
    message_id: String,
}

impl Out {
    pub fn new(emitter: Arc<dyn Emitter>, user_id: &str, target: &UiTarget) -> Self {
        Self {
            emitter,
            user_id: user_id.to_string(),
            chat_id: target.chat_id.clone(),
            message_id: target.message_id.clone(),
        }
    }

    /// An event that stands for itself; `data` is `{"type", "data"}`.
    pub async fn plain(&self, data: Value) {
        self.send(data, Kind::Plain, None).await;
    }

    /// A `chat:completion` that stands for itself.
    pub async fn completion(&self, data: Value) {
        self.send(json!({"type": "chat:completion", "data": data}), Kind::Plain, None).await;
    }

    /// New text at the end of the answer.
    pub async fn delta(&self, field: &str, text: &str) {
        let data = json!({"choices": [{"index": 0, "delta": {field: text}}]});
        self.send(json!({"type": "chat:completion", "data": data}), Kind::Delta, None).await;
    }

    /// The whole answer so far, for all tabs or for one.
    pub async fn snapshot(&self, content: &str, only: Option<String>) {
        let data = json!({"type": "chat:completion", "data": {"content": content}});
        self.send(data, Kind::Snapshot, only).await;
    }

    /// The last word on the answer's text.
    pub async fn end(&self, data: Value) {
        self.send(json!({"type": "chat:completion", "data": data}), Kind::End, None).await;
    }

    async fn send(&self, data: Value, kind: Kind, only: Option<String>) {
        let event = Event {
            user_id: self.user_id.clone(),
            chat_id: Some(self.chat_id.clone()),
            message_id: Some(self.message_id.clone()),
            data,
            kind,
            only,
        };
        self.emitter.emit(event).await;
    }
}
