//! What the scripted models say.

use serde_json::{Value, json};

/// Orders for a scripted model, sent to it as the text of the user's message.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// Words of the answer; each is one chunk.
    pub words: usize,
    /// Milliseconds between two writes.
    pub pause_ms: u64,
    /// Words in one write.
    pub batch: usize,
}

impl Script {
    /// So many words with a pause after each.
    pub fn paced(words: usize, pause_ms: u64) -> Self {
        Self { words, pause_ms, batch: 1 }
    }

    /// So many words as fast as they can be written.
    pub fn fast(words: usize) -> Self {
        Self { words, pause_ms: 0, batch: 50 }
    }

    /// The user's message that gives these orders.
    pub fn prompt(&self) -> String {
        json!({"words": self.words, "pause_ms": self.pause_ms, "batch": self.batch}).to_string()
    }

    /// The text of the whole answer.
    pub fn text(&self) -> String {
        words(self.words)
    }

    /// Reads orders; texts that are none stand for ten words at once.
    pub(crate) fn read(prompt: &str) -> Self {
        let orders: Value = serde_json::from_str(prompt).unwrap_or_default();
        let number = |key: &str, default: u64| orders.get(key).and_then(Value::as_u64).unwrap_or(default);
        let size = |key: &str, default| usize::try_from(number(key, default)).unwrap_or(1).max(1);
        Self { words: size("words", 10), pause_ms: number("pause_ms", 0), batch: size("batch", 10) }
    }
}

/// The text `w0 w1 w2 …`: every place in it is recognisable, so that a lost or doubled part shows.
pub fn words(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        text.push_str(&word(number));
    }
    text
}

/// One word with the space before it; the first has none.
pub(crate) fn word(number: usize) -> String {
    if number == 0 { "w0".to_string() } else { format!(" w{number}") }
}
