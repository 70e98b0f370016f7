//! Saving an answer while it grows: at most once a second, never twice at once, never in the way of the stream.

use std::time::Duration;

use tokio::{task::JoinHandle, time::Instant};
use transom_store::Messages;

/// The most that a killed process may lose of an answer.
pub(crate) const EVERY: Duration = Duration::from_millis(900);

pub(crate) struct Journal {
    messages: Messages,
    chat_id: String,
    message_id: String,
    due: Option<Instant>,
    last: Option<Instant>,
    saving: Option<JoinHandle<()>>,
}

impl Journal {
    pub fn new(messages: Messages, chat_id: &str, message_id: &str) -> Self {
        Self {
            messages,
            chat_id: chat_id.to_string(),
            message_id: message_id.to_string(),
            due: None,
            last: None,
            saving: None,
        }
    }

    /// The content changed: it is to be saved soon.
    pub fn changed(&mut self) {
        if self.due.is_none() {
            let now = Instant::now();
            self.due = Some(self.last.map_or(now, |last| (last + EVERY).max(now)));
        }
    }

    /// When the next save is due.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Starts a save in the background; when the last one still runs, it is tried again a little later.
    pub fn save(&mut self, content: impl FnOnce() -> String) {
        if self.saving.as_ref().is_some_and(|saving| !saving.is_finished()) {
            self.due = Some(Instant::now() + EVERY / 4);
            return;
        }
        self.due = None;
        self.last = Some(Instant::now());
        let (messages, content) = (self.messages.clone(), content());
        let (chat_id, message_id) = (self.chat_id.clone(), self.message_id.clone());
        self.saving = Some(tokio::spawn(async move {
            if let Err(error) = messages.save_progress(&chat_id, &message_id, &content).await {
                tracing::warn!(%error, "a growing answer could not be saved; the next save is tried in a second");
            }
        }));
    }

    /// Waits for a save in flight, so that it cannot overwrite what is stored at the end.
    pub async fn settle(&mut self) {
        if let Some(saving) = self.saving.take() {
            let _ = saving.await;
        }
    }
}
