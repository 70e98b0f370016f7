//! A value in memory, and its way to and from JSON.

use serde_json::{Number, Value};

use crate::declaration::{Declaration, Kind, ListFormat, SavedList, Separator};
use crate::{duration, parse};

/// The value of a setting in memory.
#[derive(Clone, PartialEq)]
pub enum Datum {
    /// A switch.
    Bool(bool),
    /// A whole number, or nothing.
    Int(Option<i64>),
    /// A decimal number, or nothing.
    Float(Option<f64>),
    /// A text; empty means unset.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// Any JSON.
    Json(Value),
}

// The declaration knows whether a value is secret, the value does not: so it is never printed.
impl std::fmt::Debug for Datum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Datum(..)")
    }
}

/// The Rust types a setting can have.
pub trait SettingValue: Sized {
    /// Takes the value out of memory; the declaration guarantees the variant.
    fn from_datum(datum: &Datum) -> Self;
    /// Puts the value into the form kept in memory.
    fn into_datum(self) -> Datum;
}

macro_rules! setting_value {
    ($($type:ty: $pattern:pat => $read:expr, $value:ident => $write:expr;)+) => {$(
        impl SettingValue for $type {
            fn from_datum(datum: &Datum) -> Self {
                match datum { $pattern => $read, _ => Self::default() }
            }
            fn into_datum(self) -> Datum {
                let $value = self;
                $write
            }
        }
    )+};
}

setting_value! {
    bool: Datum::Bool(on) => *on, value => Datum::Bool(value);
    i64: Datum::Int(number) => number.unwrap_or_default(), value => Datum::Int(Some(value));
    Option<i64>: Datum::Int(number) => *number, value => Datum::Int(value);
    f64: Datum::Float(number) => number.unwrap_or_default(), value => Datum::Float(Some(value));
    Option<f64>: Datum::Float(number) => *number, value => Datum::Float(value);
    String: Datum::Text(text) => text.clone(), value => Datum::Text(value);
    Vec<String>: Datum::List(items) => items.clone(), value => Datum::List(value);
    Value: Datum::Json(json) => json.clone(), value => Datum::Json(value);
}

/// The value in the form that is saved and that clients see.
pub(crate) fn to_json(declaration: &Declaration, datum: &Datum) -> Value {
    match datum {
        Datum::Bool(on) => Value::Bool(*on),
        Datum::Int(number) => number.map_or(Value::Null, Value::from),
        Datum::Float(number) => number.and_then(Number::from_f64).map_or(Value::Null, Value::Number),
        Datum::Text(text) => Value::from(text.as_str()),
        Datum::Json(json) => json.clone(),
        Datum::List(items) => match declaration.kind {
            Kind::List(ListFormat {
                saved_as: SavedList::Text | SavedList::TextOrNull, separator, ..
            }) => Value::from(items.join(joiner(separator))),
            _ => Value::from(items.clone()),
        },
    }
}

/// The value in the form of the environment, for people.
pub(crate) fn to_text(declaration: &Declaration, datum: &Datum) -> String {
    match datum {
        Datum::Bool(on) => on.to_string(),
        Datum::Int(number) => number.map(|n| n.to_string()).unwrap_or_default(),
        Datum::Float(number) => number.map(|n| n.to_string()).unwrap_or_default(),
        Datum::Text(text) => text.clone(),
        Datum::Json(json) => json.to_string(),
        Datum::List(items) => match declaration.kind {
            Kind::List(format) => items.join(joiner(format.separator)),
            _ => items.join(","),
        },
    }
}

fn joiner(separator: Separator) -> &'static str {
    match separator {
        Separator::Char(';') => ";",
        Separator::Whitespace => " ",
        Separator::Char(_) | Separator::Variable(_) => ",",
    }
}

/// Reads a saved value or one sent by a client. Numbers and texts stand in for each other, because older servers and
/// forms saved them so; `Err` says what is allowed.
pub(crate) fn from_json(declaration: &Declaration, value: Value) -> Result<Datum, String> {
    let bad = || parse::expected(declaration);
    let datum = match (declaration.kind, value) {
        (Kind::Bool, Value::Bool(on)) => Datum::Bool(on),
        (Kind::OptionalInt, Value::Null) => Datum::Int(None),
        (Kind::OptionalInt, Value::String(text)) if text.trim().is_empty() => Datum::Int(None),
        (Kind::Int | Kind::OptionalInt, value) => Datum::Int(Some(whole(&value).ok_or_else(bad)?)),
        (Kind::OptionalFloat, Value::Null) => Datum::Float(None),
        (Kind::OptionalFloat, Value::String(text)) if text.trim().is_empty() => Datum::Float(None),
        (Kind::Float | Kind::OptionalFloat, value) => Datum::Float(Some(decimal(&value).ok_or_else(bad)?)),
        (Kind::Text | Kind::Url | Kind::Path | Kind::Duration, value) => {
            Datum::Text(text(value).ok_or_else(bad)?)
        }
        (Kind::JsonList, Value::Null) => Datum::Json(Value::Array(Vec::new())),
        (Kind::JsonObject, Value::Null) => Datum::Json(Value::Object(serde_json::Map::new())),
        (Kind::JsonList, value @ Value::Array(_)) | (Kind::JsonObject, value @ Value::Object(_)) => {
            Datum::Json(value)
        }
        (Kind::List(format), value) => Datum::List(items(format, value).ok_or_else(bad)?),
        _ => return Err(bad()),
    };
    check(declaration, datum)
}

/// Checks a value whose type is right: allowed values and the form of durations.
pub(crate) fn check(declaration: &Declaration, datum: Datum) -> Result<Datum, String> {
    let fits = match (declaration.kind, &datum) {
        (Kind::Duration, Datum::Text(text)) => duration::parse(text).is_some(),
        (Kind::Float | Kind::OptionalFloat, Datum::Float(Some(number))) => number.is_finite(),
        (Kind::JsonList, Datum::Json(json)) => json.is_array(),
        (Kind::JsonObject, Datum::Json(json)) => json.is_object(),
        _ => true,
    };
    if !fits {
        return Err(parse::expected(declaration));
    }
    match datum {
        Datum::Text(text) => parse::among_allowed(declaration, &text).map(Datum::Text),
        other => Ok(other),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            // Forms send 5.0 for 5; anything with a fraction is a mistake.
            #[allow(clippy::cast_possible_truncation)]
            (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn decimal(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    }
}

fn items(format: ListFormat, value: Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.into_iter().map(text).collect(),
        Value::String(text) => Some(parse::split(format, joiner(format.separator), &text)),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}
