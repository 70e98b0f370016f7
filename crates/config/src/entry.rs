//! One setting as administrators see it: in the web UI, over HTTP and on the command line.

use serde_json::Value;

use crate::datum::{self, Datum};
use crate::declaration::{Declaration, Kind};
use crate::settings::{Settings, Source, default_of};
use crate::{SetError, declarations, find, keys, mask, parse};

/// A declaration together with its current value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is known about the setting before its value is.
    pub declaration: &'static Declaration,
    /// Where the current value comes from.
    pub source: Source,
    /// The current value; none when it is secret.
    pub value: Option<Value>,
    /// Whether there is a value at all: all that is told about a secret.
    pub set: bool,
    /// The value if nobody had set one; none when it is secret.
    pub default: Option<Value>,
}

impl Settings {
    /// Every setting, group by group.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        declarations().iter().filter_map(|declaration| self.entry(declaration.name)).collect()
    }

    /// One setting by its declared name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<Entry> {
        let declaration = find(name)?;
        let current = self.inner.slots.get(keys::index_of(name)?)?.current.load();
        let default = default_of(declaration, self.environment());
        Some(Entry {
            declaration,
            source: self.source(declaration),
            value: seen(declaration, &current.datum),
            set: !is_empty(&current.datum),
            default: default.and_then(|default| seen(declaration, &default)),
        })
    }

    /// Saves a value that an administrator typed. Nothing is not a value: [`Settings::reset`] takes one away.
    ///
    /// # Errors
    /// As [`Settings::set_json`]; and for null, except where nothing is a choice.
    pub async fn change(&self, name: &str, value: Value) -> Result<(), SetError> {
        let declaration = find(name).ok_or_else(|| SetError::Unknown(name.to_owned()))?;
        if declaration.persistent.is_none() {
            return Err(SetError::Fixed(declaration.name));
        }
        if value.is_null() && !declaration.kind.is_optional() {
            let expected = format!("{}, not null", parse::expected(declaration));
            return Err(SetError::Invalid { name: declaration.name, expected });
        }
        self.set_json(name, value).await
    }
}

/// A value for an administrator's eyes. Lists are lists here, however they are saved. What is fixed at start is only
/// looked at, so passwords inside its addresses stay hidden; what can be changed comes back as it is.
fn seen(declaration: &Declaration, datum: &Datum) -> Option<Value> {
    if declaration.secret {
        return None;
    }
    let value = match datum {
        Datum::List(items) => Value::from(items.clone()),
        datum => datum::to_json(declaration, datum),
    };
    Some(if declaration.persistent.is_some() { value } else { without_passwords(value) })
}

fn without_passwords(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(mask::address(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(without_passwords).collect()),
        other => other,
    }
}

fn is_empty(datum: &Datum) -> bool {
    match datum {
        Datum::Bool(_) => false,
        Datum::Int(number) => number.is_none(),
        Datum::Float(number) => number.is_none(),
        Datum::Text(text) => text.is_empty(),
        Datum::List(items) => items.iter().all(String::is_empty),
        Datum::Json(json) => match json {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            other => other.is_null(),
        },
    }
}

impl Kind {
    /// The type in one word, for clients.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int | Kind::OptionalInt => "int",
            Kind::Float | Kind::OptionalFloat => "float",
            Kind::Text => "text",
            Kind::Url => "url",
            Kind::Path => "path",
            Kind::Duration => "duration",
            Kind::JsonList | Kind::JsonObject => "json",
            Kind::List(_) => "list",
        }
    }

    /// Whether nothing is a value of its own.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Kind::OptionalInt | Kind::OptionalFloat)
    }
}

impl Source {
    /// The source in one word, for people and clients.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Source::Default => "default",
            Source::Environment => "environment",
            Source::Saved => "saved",
        }
    }
}
