//! What a tab makes of the events about one message.

use std::time::Instant;

use serde_json::Value;

use crate::Heard;

/// An answer as a tab sees it after some events, put together as a client of the contract does.
#[derive(Debug, Default)]
pub struct Answer {
    /// The text so far.
    pub text: String,
    /// Events that brought the whole text.
    pub wholes: usize,
    /// Length of the last whole text, in bytes.
    pub last_whole: usize,
    /// Events that brought a part.
    pub parts: usize,
    /// The event that says `done`.
    pub done_at: Option<Instant>,
    /// The error the message got.
    pub error: Option<Value>,
    /// Whether the tab was told that the turn was cancelled.
    pub cancelled: bool,
    /// Text before the last event that brought any: what the parts alone made of it.
    pub before_last: String,
}

impl Answer {
    /// Puts the events about a message together.
    pub fn of(heard: &[Heard], message_id: &str) -> Self {
        let mut answer = Self::default();
        for event in about(heard, message_id) {
            answer.take(event, None);
        }
        answer
    }

    /// The same, and checks after each event that the text is the beginning of `whole`.
    ///
    /// # Panics
    /// When a part did not fit what the tab had.
    pub fn checked(heard: &[Heard], message_id: &str, whole: &str) -> Self {
        let mut answer = Self::default();
        for event in about(heard, message_id) {
            answer.take(event, Some(whole));
        }
        answer
    }

    fn take(&mut self, event: &Heard, whole: Option<&str>) {
        let data = &event.data["data"];
        match data["type"].as_str() {
            Some("chat:completion") => self.completion(&data["data"], event.at, whole),
            Some("chat:message:error") => self.error = Some(data["data"]["error"].clone()),
            Some("chat:tasks:cancel") => self.cancelled = true,
            _ => {}
        }
    }

    fn completion(&mut self, data: &Value, at: Instant, whole: Option<&str>) {
        if let Some(text) = data["content"].as_str() {
            if let Some(whole) = whole {
                assert!(
                    whole.starts_with(text),
                    "a whole text is not the beginning of the answer: …{}",
                    tail(text)
                );
            }
            self.before_last = std::mem::replace(&mut self.text, text.to_string());
            self.wholes += 1;
            self.last_whole = text.len();
        } else if let Some(part) = data["choices"][0]["delta"]["content"].as_str() {
            if let Some(whole) = whole {
                let rest = whole.strip_prefix(self.text.as_str()).unwrap_or_default();
                let had = tail(&self.text);
                assert!(rest.starts_with(part), "a part does not fit: after …{had:?} came {:?}", head(part));
            }
            self.text.push_str(part);
            self.parts += 1;
        }
        if data["done"] == true {
            self.done_at = Some(at);
        }
    }
}

fn about<'a>(heard: &'a [Heard], message_id: &str) -> impl Iterator<Item = &'a Heard> {
    let message_id = message_id.to_string();
    heard
        .iter()
        .filter(move |event| event.name == "events" && event.data["message_id"] == message_id.as_str())
}

fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(40);
    text.get(start..).unwrap_or(text)
}

fn head(text: &str) -> &str {
    text.get(..40).unwrap_or(text)
}
