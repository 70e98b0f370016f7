//! The nested chat document of the contract, taken apart and put together.
//!
//! A document such as `{"title":…, "history":{"currentId":…, "messages":{id: message}}, "messages":[…], …}` becomes a
//! [`Head`] (columns of the `chat` row) and one [`Part`] per message (a `message` row). Nothing is lost: unknown fields
//! stay where they were, and whatever does not have the usual shape is kept literally in the head.
//!
//! | Column | Holds |
//! |---|---|
//! | `chat.document` | the document; `history` and `messages` are `null` where they are kept elsewhere |
//! | `chat.history` | the `history` object, likewise with `null` for `messages` and `currentId`; SQL NULL: `document` has it literally |
//! | `chat.has_messages` | `history.messages` is kept as rows |
//! | `chat.current_id` | `history.currentId`; SQL NULL: `history` has it literally |
//! | `chat.flat_derived` | `messages` is the branch that ends in `currentId`, which is not kept twice |
//! | `chat.flat` | `messages` when it is another array; SQL NULL: `document` has it literally |
//! | `message.content` | the message's `content` when that is a string |
//! | `message.data` | the message without that content |
//! | `message.content_at` | byte offset in `data` where the content belongs |
//!
//! Putting together is concatenation of text: no message is parsed for it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::db::MAX_ID;
use crate::{Result, StoreError, search};

/// What the `chat` row keeps of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub document: String,
    pub history: Option<String>,
    pub current_id: Option<String>,
    pub has_messages: bool,
    pub flat_derived: bool,
    pub flat: Option<String>,
}

/// What a `message` row keeps of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub id: String,
    pub parent_id: Option<String>,
    pub role: Option<String>,
    pub content: Option<String>,
    pub content_at: i32,
    pub data: String,
}

impl Part {
    /// What of the message is searched.
    pub(crate) fn words(&self) -> Cow<'_, str> {
        search::text_of(self.content.as_deref(), &self.data)
    }

    /// Takes a message apart.
    pub(crate) fn of(id: &str, message: &Value) -> Result<Self> {
        if !is_key(id) {
            return Err(StoreError::Invalid(format!(
                "the id of a message is at most {MAX_ID} bytes long and has no NUL character"
            )));
        }
        let Value::Object(fields) = message else {
            return Ok(Self {
                id: id.to_owned(),
                parent_id: None,
                role: None,
                content: None,
                content_at: 0,
                data: message.to_string(),
            });
        };
        let content = fields.get("content").and_then(Value::as_str).filter(|text| !text.contains('\0'));
        let mut data = String::from("{");
        let mut content_at = None;
        for (key, value) in fields {
            if key == "content" && content.is_some() {
                content_at = Some(data.len());
                continue;
            }
            if data.len() > 1 {
                data.push(',');
            }
            push_json(&mut data, key);
            data.push(':');
            push_json(&mut data, value);
        }
        let content_at = content_at.unwrap_or(data.len());
        data.push('}');
        Ok(Self {
            id: id.to_owned(),
            parent_id: parent_of(message).map(str::to_owned),
            role: key_of(fields.get("role")).map(str::to_owned),
            content: content.map(str::to_owned),
            content_at: i32::try_from(content_at)
                .map_err(|_| StoreError::Invalid("a message may not be larger than 2 GB".to_owned()))?,
            data,
        })
    }

    /// The message as JSON text.
    pub(crate) fn text(&self) -> Result<String> {
        let mut text = String::with_capacity(self.text_size());
        self.push_text(&mut text)?;
        Ok(text)
    }

    /// The message as a value.
    pub(crate) fn value(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.text()?)?)
    }

    /// The message's fields; none when it is not an object.
    pub(crate) fn fields(&self) -> Result<Map<String, Value>> {
        match self.value()? {
            Value::Object(fields) => Ok(fields),
            _ => Ok(Map::new()),
        }
    }

    /// About how long the text is.
    fn text_size(&self) -> usize {
        let content = self.content.as_ref().map_or(0, |content| content.len() + content.len() / 16 + 16);
        self.data.len() + content
    }

    fn push_text(&self, out: &mut String) -> Result<()> {
        let Some(content) = &self.content else {
            out.push_str(&self.data);
            return Ok(());
        };
        let at = usize::try_from(self.content_at).unwrap_or(usize::MAX);
        let (Some(before), Some(after)) = (self.data.get(..at), self.data.get(at..)) else {
            return Err(StoreError::Database(sea_orm::DbErr::Json(format!(
                "message {}: bad content offset",
                self.id
            ))));
        };
        out.push_str(before);
        if at > 1 {
            out.push(',');
        }
        out.push_str("\"content\":");
        push_json(out, content);
        if at <= 1 && after.len() > 1 {
            out.push(',');
        }
        out.push_str(after);
        Ok(())
    }
}

/// Takes a whole document apart.
pub(crate) fn take_apart(document: &Map<String, Value>) -> Result<(Head, Vec<Part>)> {
    let (history, parts) = match document.get("history") {
        Some(Value::Object(history)) => take_history_apart(history)?,
        _ => (History::default(), Vec::new()),
    };
    let mut head = Head {
        document: String::new(),
        history: history.text,
        current_id: history.current_id,
        has_messages: history.has_messages,
        flat_derived: false,
        flat: None,
    };
    if let Some(Value::Array(flat)) = document.get("messages") {
        let messages =
            document.get("history").and_then(|history| history.get("messages")).and_then(Value::as_object);
        head.set_flat(flat, messages);
    }
    let kept_elsewhere = |key: &str| match key {
        "history" => head.history.is_some(),
        "messages" => head.flat_derived || head.flat.is_some(),
        _ => false,
    };
    head.document = object_text(document, kept_elsewhere);
    Ok((head, parts))
}

/// What a `history` object becomes in the head.
#[derive(Default)]
pub(crate) struct History {
    pub text: Option<String>,
    pub current_id: Option<String>,
    pub has_messages: bool,
}

/// Takes the `history` object apart.
pub(crate) fn take_history_apart(history: &Map<String, Value>) -> Result<(History, Vec<Part>)> {
    let messages = history.get("messages").and_then(Value::as_object);
    let current_id = key_of(history.get("currentId")).map(str::to_owned);
    let kept_elsewhere = |key: &str| match key {
        "messages" => messages.is_some(),
        "currentId" => current_id.is_some(),
        _ => false,
    };
    let text = Some(object_text(history, kept_elsewhere));
    let parts =
        messages.into_iter().flatten().map(|(id, message)| Part::of(id, message)).collect::<Result<_>>()?;
    let has_messages = messages.is_some();
    Ok((History { text, current_id, has_messages }, parts))
}

impl Head {
    /// Keeps the flat list `messages`: by itself only when it is not the branch that ends in the current message.
    pub(crate) fn set_flat(&mut self, flat: &[Value], messages: Option<&Map<String, Value>>) {
        let branch =
            messages.map(|messages| branch_of(messages, self.current_id.as_deref())).unwrap_or_default();
        self.flat_derived = branch.len() == flat.len() && branch.iter().zip(flat).all(|(a, b)| *a == b);
        self.flat = (!self.flat_derived).then(|| json_text(flat));
    }

    /// The top-level fields, with `null` for what is kept elsewhere.
    pub(crate) fn fields(&self) -> Result<Map<String, Value>> {
        Ok(serde_json::from_str(&self.document)?)
    }

    /// Makes room for message rows in a document that came without a usable history, so that a message can be added.
    pub(crate) fn open_history(&mut self) -> Result<()> {
        let mut history = match &self.history {
            Some(text) => serde_json::from_str::<Map<String, Value>>(text)?,
            None => Map::new(),
        };
        if self.history.is_none() {
            let mut fields = self.fields()?;
            fields.insert("history".to_owned(), Value::Null);
            self.document = json_text(&fields);
        }
        history.insert("messages".to_owned(), Value::Null);
        if !history.contains_key("currentId") {
            history.insert("currentId".to_owned(), Value::Null);
        }
        self.history = Some(json_text(&history));
        self.has_messages = true;
        Ok(())
    }

    /// The whole document as JSON text; `parts` in their order.
    pub(crate) fn put_together(&self, parts: &[Part]) -> Result<String> {
        let size: usize = parts.iter().map(|part| part.text_size() + part.id.len() + 4).sum();
        let flat_size = if self.flat_derived { size } else { self.flat.as_ref().map_or(0, String::len) };
        let mut out = String::with_capacity(self.document.len() + 256 + size + flat_size);
        let fields: IndexMap<String, &RawValue> = serde_json::from_str(&self.document)?;
        let written = RefCell::new(HashMap::new());
        push_object(&mut out, &fields, |out, key| match key {
            "history" if self.history.is_some() => {
                *written.borrow_mut() = self.push_history(out, parts)?;
                Ok(true)
            }
            "messages" if self.flat_derived => self.push_branch(out, parts, &written.borrow()).map(|()| true),
            "messages" => Ok(self.flat.as_deref().inspect(|flat| out.push_str(flat)).is_some()),
            _ => Ok(false),
        })?;
        Ok(out)
    }

    /// Writes the history; answers where the text of each message is now.
    fn push_history<'a>(&self, out: &mut String, parts: &'a [Part]) -> Result<Written<'a>> {
        let text = self.history.as_deref().unwrap_or("{}");
        let mut fields: IndexMap<String, &RawValue> = serde_json::from_str(text)?;
        if self.current_id.is_some() && !fields.contains_key("currentId") {
            fields.insert("currentId".to_owned(), RawValue::NULL);
        }
        let written = RefCell::new(HashMap::new());
        push_object(out, &fields, |out, key| match (key, &self.current_id) {
            ("messages", _) if self.has_messages => {
                *written.borrow_mut() = push_messages(out, parts)?;
                Ok(true)
            }
            ("currentId", Some(id)) => {
                push_json(out, id);
                Ok(true)
            }
            _ => Ok(false),
        })?;
        Ok(written.into_inner())
    }

    /// Writes the flat list, copying what the history has as text already: escaping is most of the work.
    fn push_branch(&self, out: &mut String, parts: &[Part], written: &Written<'_>) -> Result<()> {
        out.push('[');
        for (index, part) in walk(parts, self.current_id.as_deref()).into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            match written.get(part.id.as_str()) {
                Some(text) => out.extend_from_within(text.clone()),
                None => part.push_text(out)?,
            }
        }
        out.push(']');
        Ok(())
    }

    /// The branch that the flat list stands for, as values.
    pub(crate) fn branch(&self, parts: &[Part]) -> Result<Vec<Value>> {
        walk(parts, self.current_id.as_deref()).into_iter().map(Part::value).collect()
    }
}

/// Where the text of a message begins and ends, by id.
type Written<'a> = HashMap<&'a str, Range<usize>>;

fn push_messages<'a>(out: &mut String, parts: &'a [Part]) -> Result<Written<'a>> {
    let mut written = HashMap::with_capacity(parts.len());
    out.push('{');
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_json(out, &part.id);
        out.push(':');
        let start = out.len();
        part.push_text(out)?;
        written.insert(part.id.as_str(), start..out.len());
    }
    out.push('}');
    Ok(written)
}

/// The messages from a root to `leaf`, root first.
fn walk<'a>(parts: &'a [Part], leaf: Option<&str>) -> Vec<&'a Part> {
    let by_id: HashMap<&str, &Part> = parts.iter().map(|part| (part.id.as_str(), part)).collect();
    climb(leaf, |id| by_id.get(id).map(|part| (*part, part.parent_id.as_deref())))
}

fn branch_of<'a>(messages: &'a Map<String, Value>, leaf: Option<&'a str>) -> Vec<&'a Value> {
    climb(leaf, |id| messages.get(id).map(|message| (message, parent_of(message))))
}

/// What `find` knows of the messages from a root to `leaf`, root first; it answers with the parent's id too. A circle or
/// a missing parent ends the way.
pub(crate) fn climb<'a, T>(leaf: Option<&str>, find: impl Fn(&str) -> Option<(T, Option<&'a str>)>) -> Vec<T>
where
    T: 'a,
{
    let mut seen = HashSet::new();
    let mut branch = Vec::new();
    let mut next = leaf.and_then(|id| find(id).inspect(|_| _ = seen.insert(id.to_owned())));
    while let Some((message, parent)) = next {
        branch.push(message);
        next = parent.filter(|id| seen.insert((*id).to_owned())).and_then(&find);
    }
    branch.reverse();
    branch
}

fn parent_of(message: &Value) -> Option<&str> {
    key_of(message.get("parentId"))
}

/// A string that fits a key column.
fn key_of(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| is_key(text))
}

fn is_key(text: &str) -> bool {
    text.len() <= MAX_ID && !text.contains('\0')
}

/// An object as text, with `null` for the keys that `hidden` names.
fn object_text(fields: &Map<String, Value>, hidden: impl Fn(&str) -> bool) -> String {
    let mut out = String::from("{");
    for (key, value) in fields {
        if out.len() > 1 {
            out.push(',');
        }
        push_json(&mut out, key);
        out.push(':');
        if hidden(key) {
            out.push_str("null");
        } else {
            push_json(&mut out, value);
        }
    }
    out.push('}');
    out
}

/// Writes an object whose values are text already; `special` may write the value of a key in another way and then
/// answers `true`.
fn push_object(
    out: &mut String,
    fields: &IndexMap<String, &RawValue>,
    special: impl Fn(&mut String, &str) -> Result<bool>,
) -> Result<()> {
    out.push('{');
    for (index, (key, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_json(out, key);
        out.push(':');
        if !special(out, key)? {
            out.push_str(value.get());
        }
    }
    out.push('}');
    Ok(())
}

/// JSON text of a value whose keys are strings.
pub(crate) fn json_text<T: serde::Serialize + ?Sized>(value: &T) -> String {
    let mut out = String::new();
    push_json(&mut out, value);
    out
}

/// Appends JSON text. Writing a value with string keys into memory cannot fail.
fn push_json<T: serde::Serialize + ?Sized>(out: &mut String, value: &T) {
    if let Err(error) = serde_json::to_writer(TextWriter(out), value) {
        tracing::error!(%error, "writing JSON");
    }
}

/// Lets `serde_json`, which writes bytes, append to a `String`; it writes whole characters only.
struct TextWriter<'a>(&'a mut String);

impl std::io::Write for TextWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(std::io::Error::other)?;
        self.0.push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
