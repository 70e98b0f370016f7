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

/// What a `message` row keeps of a message. A long chat is read with `T` = `&str`, without a copy of each text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part<T = String> {
    pub id: T,
    pub parent_id: Option<T>,
    pub role: Option<T>,
    pub content: Option<T>,
    pub content_at: i32,
    pub data: T,
}

impl Part {
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
        let mut data = b"{".to_vec();
        let mut content_at = None;
        for (key, value) in fields {
            if key == "content" && content.is_some() {
                content_at = Some(data.len());
                continue;
            }
            if data.len() > 1 {
                data.push(b',');
            }
            push_json(&mut data, key);
            data.push(b':');
            push_json(&mut data, value);
        }
        let content_at = content_at.unwrap_or(data.len());
        data.push(b'}');
        Ok(Self {
            id: id.to_owned(),
            parent_id: parent_of(message).map(str::to_owned),
            role: key_of(fields.get("role")).map(str::to_owned),
            content: content.map(str::to_owned),
            content_at: i32::try_from(content_at)
                .map_err(|_| StoreError::Invalid("a message may not be larger than 2 GB".to_owned()))?,
            data: text_of(data),
        })
    }
}

impl<T: AsRef<str>> Part<T> {
    fn id(&self) -> &str {
        self.id.as_ref()
    }

    fn parent_id(&self) -> Option<&str> {
        self.parent_id.as_ref().map(T::as_ref)
    }

    fn content(&self) -> Option<&str> {
        self.content.as_ref().map(T::as_ref)
    }

    /// What of the message is searched.
    pub(crate) fn words(&self) -> Cow<'_, str> {
        search::text_of(self.content(), self.data.as_ref())
    }

    /// Whether a row of this part holds the same as one of the other.
    pub(crate) fn same_row(&self, other: &Part<impl AsRef<str>>) -> bool {
        self.content() == other.content()
            && self.data.as_ref() == other.data.as_ref()
            && self.content_at == other.content_at
    }

    /// The message as JSON text.
    fn text(&self) -> Result<Vec<u8>> {
        let mut text = Vec::with_capacity(self.text_size());
        self.push_text(&mut text)?;
        Ok(text)
    }

    /// The message as a value.
    pub(crate) fn value(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.text()?)?)
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
        let content = self.content().map_or(0, |content| content.len() + content.len() / 16 + 16);
        self.data.as_ref().len() + content
    }

    fn push_text(&self, out: &mut Vec<u8>) -> Result<()> {
        let data = self.data.as_ref();
        let Some(content) = self.content() else {
            out.extend_from_slice(data.as_bytes());
            return Ok(());
        };
        let at = usize::try_from(self.content_at).unwrap_or(usize::MAX);
        let Some((before, after)) = data.split_at_checked(at) else {
            return Err(StoreError::Database(sea_orm::DbErr::Json(format!(
                "message {}: bad content offset",
                self.id()
            ))));
        };
        out.extend_from_slice(before.as_bytes());
        if at > 1 {
            out.push(b',');
        }
        out.extend_from_slice(b"\"content\":");
        push_json(out, content);
        if at <= 1 && after.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(after.as_bytes());
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

    /// Appends the whole document as JSON; `parts` in their order.
    pub(crate) fn put_together(&self, out: &mut Vec<u8>, parts: &[Part<impl AsRef<str>>]) -> Result<()> {
        let branch = if self.flat_derived { walk(parts, self.current_id.as_deref()) } else { Vec::new() };
        let size = |part: &Part<_>| part.text_size() + part.id().len() + 4;
        let flat_size: usize = branch.iter().map(|at| size(&parts[*at])).sum();
        let size: usize = parts.iter().map(size).sum();
        out.reserve(self.document.len() + 256 + size + flat_size + self.flat.as_ref().map_or(0, String::len));
        let fields: IndexMap<String, &RawValue> = serde_json::from_str(&self.document)?;
        let written = RefCell::new(Vec::new());
        push_object(out, &fields, |out, key| match key {
            "history" if self.history.is_some() => {
                *written.borrow_mut() = self.push_history(out, parts)?;
                Ok(true)
            }
            "messages" if self.flat_derived => {
                push_branch(out, parts, &branch, &written.borrow()).map(|()| true)
            }
            "messages" => {
                Ok(self.flat.as_deref().inspect(|flat| out.extend_from_slice(flat.as_bytes())).is_some())
            }
            _ => Ok(false),
        })
    }

    /// Writes the history; answers where the text of each message is now.
    fn push_history(&self, out: &mut Vec<u8>, parts: &[Part<impl AsRef<str>>]) -> Result<Written> {
        let text = self.history.as_deref().unwrap_or("{}");
        let mut fields: IndexMap<String, &RawValue> = serde_json::from_str(text)?;
        if self.current_id.is_some() && !fields.contains_key("currentId") {
            fields.insert("currentId".to_owned(), RawValue::NULL);
        }
        let written = RefCell::new(Vec::new());
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

    /// The branch that the flat list stands for, as values.
    pub(crate) fn branch(&self, parts: &[Part<impl AsRef<str>>]) -> Result<Vec<Value>> {
        walk(parts, self.current_id.as_deref()).into_iter().map(|at| parts[at].value()).collect()
    }
}

/// Where the text of each message begins and ends, in the order of the messages.
type Written = Vec<Range<usize>>;

fn push_messages(out: &mut Vec<u8>, parts: &[Part<impl AsRef<str>>]) -> Result<Written> {
    let mut written = Vec::with_capacity(parts.len());
    out.push(b'{');
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_json(out, part.id());
        out.push(b':');
        let start = out.len();
        part.push_text(out)?;
        written.push(start..out.len());
    }
    out.push(b'}');
    Ok(written)
}

/// Writes the flat list, copying what the history has as text already: escaping is most of the work.
fn push_branch(
    out: &mut Vec<u8>,
    parts: &[Part<impl AsRef<str>>],
    branch: &[usize],
    written: &[Range<usize>],
) -> Result<()> {
    out.push(b'[');
    for (index, at) in branch.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match written.get(*at) {
            Some(text) => out.extend_from_within(text.clone()),
            None => parts[*at].push_text(out)?,
        }
    }
    out.push(b']');
    Ok(())
}

/// The messages from a root to `leaf`, root first, by their places in `parts`. A circle or a missing parent ends the
/// way. A parent mostly stands right before its child, so the others are looked for only when one does not.
fn walk(parts: &[Part<impl AsRef<str>>], leaf: Option<&str>) -> Vec<usize> {
    let mut by_id = None;
    let mut find = |id: &str, near: usize| {
        if parts.get(near).is_some_and(|part| part.id() == id) {
            return Some(near);
        }
        let by_id = by_id.get_or_insert_with(|| {
            parts.iter().enumerate().map(|(at, part)| (part.id(), at)).collect::<HashMap<_, _>>()
        });
        by_id.get(id).copied()
    };
    let mut seen = vec![false; parts.len()];
    let mut branch = Vec::new();
    let mut next = leaf.and_then(|id| find(id, parts.len().wrapping_sub(1)));
    while let Some(at) = next.filter(|at| !std::mem::replace(&mut seen[*at], true)) {
        branch.push(at);
        next = parts[at].parent_id().and_then(|id| find(id, at.wrapping_sub(1)));
    }
    branch.reverse();
    branch
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
    let mut out = b"{".to_vec();
    for (key, value) in fields {
        if out.len() > 1 {
            out.push(b',');
        }
        push_json(&mut out, key);
        out.push(b':');
        if hidden(key) {
            out.extend_from_slice(b"null");
        } else {
            push_json(&mut out, value);
        }
    }
    out.push(b'}');
    text_of(out)
}

/// Writes an object whose values are text already; `special` may write the value of a key in another way and then
/// answers `true`.
fn push_object(
    out: &mut Vec<u8>,
    fields: &IndexMap<String, &RawValue>,
    special: impl Fn(&mut Vec<u8>, &str) -> Result<bool>,
) -> Result<()> {
    out.push(b'{');
    for (index, (key, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_json(out, key);
        out.push(b':');
        if !special(out, key)? {
            out.extend_from_slice(value.get().as_bytes());
        }
    }
    out.push(b'}');
    Ok(())
}

/// JSON text of a value whose keys are strings.
pub(crate) fn json_text<T: serde::Serialize + ?Sized>(value: &T) -> String {
    let mut out = Vec::new();
    push_json(&mut out, value);
    text_of(out)
}

/// Appends JSON. Writing a value with string keys into memory cannot fail.
fn push_json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    if let Err(error) = serde_json::to_writer(out, value) {
        tracing::error!(%error, "writing JSON");
    }
}

/// JSON as text, which it always is.
fn text_of(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests;
