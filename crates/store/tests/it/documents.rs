//! Whatever object a client sends as a chat document comes back as it was, and merging is a shallow merge.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Number, Value, json};
use transom_store::NewChat;

use crate::engines::for_each_engine;

const ROUNDS: u64 = 150;

/// Makes documents that are mostly of the usual shape, with anything else mixed in.
struct Random(StdRng);

impl Random {
    fn chance(&mut self, one_in: u32) -> bool {
        self.0.random_range(0..one_in) == 0
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 12] = [
            "a",
            "Hello",
            "\"quoted\"",
            "\\",
            "\n",
            "é漢字",
            "\u{1F600}",
            "\u{0}",
            "null",
            "\u{7f}",
            "{}",
            "'; --",
        ];
        (0..self.0.random_range(0..5)).map(|_| PIECES[self.0.random_range(0..PIECES.len())]).collect()
    }

    fn anything(&mut self, depth: u32) -> Value {
        match self.0.random_range(0..if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => Value::Bool(self.chance(2)),
            2 => Value::from(self.0.random_range(i64::MIN..i64::MAX)),
            // Quarters: `serde_json` reads long fractions to the last digit only with its `float_roundtrip` feature.
            3 => Number::from_f64(f64::from(self.0.random_range(-9999..9999)) / 4.0)
                .map_or(Value::Null, Value::Number),
            4 | 5 => Value::from(self.text()),
            6 => (0..self.0.random_range(0..4)).map(|_| self.anything(depth - 1)).collect(),
            _ => Value::Object(
                (0..self.0.random_range(0..4)).map(|_| (self.text(), self.anything(depth - 1))).collect(),
            ),
        }
    }

    fn message(&mut self, id: &str, parent: Option<&str>) -> Value {
        if self.chance(15) {
            return self.anything(1);
        }
        let mut fields = vec![
            ("id", Value::from(id)),
            ("parentId", parent.map_or(Value::Null, Value::from)),
            ("childrenIds", json!([])),
            ("role", json!("user")),
            ("content", Value::from(self.text())),
            ("custom", self.anything(2)),
        ];
        fields.retain(|_| !self.chance(8));
        for (_, value) in &mut fields {
            if self.chance(15) {
                *value = self.anything(1);
            }
        }
        let turn = self.0.random_range(0..=fields.len());
        fields.rotate_left(turn);
        fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn history(&mut self) -> Value {
        if self.chance(10) {
            return self.anything(2);
        }
        let count = self.0.random_range(0..7);
        let mut ids: Vec<String> = (0..count).map(|number| format!("m{number}")).collect();
        if self.chance(3) {
            ids.reverse();
        }
        let mut messages = Map::new();
        for (index, id) in ids.iter().enumerate() {
            let parent = index.checked_sub(1).map(|before| ids[before].as_str());
            messages.insert(id.clone(), self.message(id, parent));
        }
        let mut history = vec![
            ("messages".to_owned(), Value::Object(messages)),
            ("currentId".to_owned(), ids.last().map_or(Value::Null, |id| Value::from(id.as_str()))),
            (self.text(), self.anything(2)),
        ];
        if self.chance(2) {
            history.reverse();
        }
        history.retain(|_| !self.chance(10));
        for (_, value) in &mut history {
            if self.chance(15) {
                *value = self.anything(1);
            }
        }
        history.into_iter().collect()
    }

    /// The flat list that a well-behaved client sends, or something else.
    fn flat(&mut self, history: Option<&Value>) -> Value {
        let mut flat = Vec::new();
        let message = |id: &Value| history?.get("messages")?.get(id.as_str()?);
        let mut next = history.and_then(|history| history.get("currentId")).and_then(message);
        while let Some(message_value) = next.filter(|_| flat.len() < 10) {
            flat.insert(0, message_value.clone());
            next = message_value.get("parentId").and_then(message);
        }
        match self.0.random_range(0..6) {
            0 => self.anything(2),
            1 => {
                flat.pop();
                Value::Array(flat)
            }
            _ => Value::Array(flat),
        }
    }

    fn document(&mut self) -> Map<String, Value> {
        let mut document = Map::new();
        for _ in 0..self.0.random_range(0..3) {
            document.insert(self.text(), self.anything(3));
        }
        if !self.chance(4) {
            let title = if self.chance(5) { self.anything(1) } else { Value::from(self.text()) };
            document.insert("title".to_owned(), title);
        }
        if !self.chance(4) {
            let history = self.history();
            document.insert("history".to_owned(), history);
        }
        if !self.chance(4) {
            let flat = self.flat(document.get("history"));
            document.insert("messages".to_owned(), flat);
        }
        document
    }
}

/// The text, order of keys included.
fn text(document: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(document).unwrap()
}

fn title_of(document: &Map<String, Value>) -> String {
    document.get("title").and_then(Value::as_str).unwrap_or("New Chat").replace('\0', "")
}

#[tokio::test(flavor = "multi_thread")]
async fn random_documents_come_back_and_merge() {
    for_each_engine(|db| async move {
        let chats = &db.store.chats;
        for seed in 0..ROUNDS {
            let mut random = Random(StdRng::seed_from_u64(seed));
            let mut expected = random.document();
            let new = NewChat { user_id: "u".to_owned(), document: expected.clone(), ..NewChat::default() };
            let made = chats.create(new).await.unwrap();
            assert_eq!(text(&made.document), text(&expected), "seed {seed}: the answer of create");
            let id = made.row.id.as_str();
            let read = chats.get(id).await.unwrap().unwrap();
            assert_eq!(read.row, made.row, "seed {seed}");
            assert_eq!(read.row.title, title_of(&expected), "seed {seed}");
            assert_eq!(text(&read.document), text(&expected), "seed {seed}: create, then get");
            for step in 0..4 {
                let mut patch = random.document();
                if random.chance(3) {
                    // A client that changes a little of what is there.
                    patch = read.document.clone();
                    patch.insert("added".to_owned(), random.anything(2));
                }
                expected.extend(patch.clone());
                let merged = chats.merge(id, patch).await.unwrap();
                assert_eq!(merged.document, expected, "seed {seed}, step {step}: {}", text(&expected));
                assert_eq!(text(&merged.document), text(&expected), "seed {seed}, step {step}: order");
                assert_eq!(merged.row.title, title_of(&expected), "seed {seed}, step {step}");
                let (_, json) = chats.json(id, |_| Ok(Vec::new())).await.unwrap().unwrap();
                let json = String::from_utf8(json).unwrap();
                assert_eq!(json, serde_json::to_string(&expected).unwrap(), "seed {seed}, step {step}: text");
            }
        }
    })
    .await;
}
