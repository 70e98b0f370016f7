//! From the text of a variable to its value.

use serde_json::Value;

use crate::datum::{Datum, check};
use crate::declaration::{Declaration, Kind, ListFormat, Separator};

/// Reads the text of a variable; `separator` is that of a list. `Err` says what is allowed.
pub(crate) fn datum(declaration: &Declaration, text: &str, separator: &str) -> Result<Datum, String> {
    let bad = || expected(declaration);
    let empty = text.trim().is_empty();
    let datum = match declaration.kind {
        Kind::Bool => Datum::Bool(text.trim().eq_ignore_ascii_case("true")),
        Kind::OptionalInt if empty => Datum::Int(None),
        Kind::Int | Kind::OptionalInt => Datum::Int(Some(text.trim().parse().map_err(|_| bad())?)),
        Kind::OptionalFloat if empty => Datum::Float(None),
        Kind::Float | Kind::OptionalFloat => Datum::Float(Some(text.trim().parse().map_err(|_| bad())?)),
        Kind::Text | Kind::Url | Kind::Path | Kind::Duration => Datum::Text(text.to_owned()),
        Kind::JsonList if empty => Datum::Json(Value::Array(Vec::new())),
        Kind::JsonObject if empty => Datum::Json(Value::Object(serde_json::Map::new())),
        Kind::JsonList | Kind::JsonObject => Datum::Json(serde_json::from_str(text).map_err(|_| bad())?),
        Kind::List(format) => Datum::List(list(format, separator, text)),
    };
    check(declaration, datum)
}

/// The items of a list: a JSON array of strings, or the items between separators.
fn list(format: ListFormat, separator: &str, text: &str) -> Vec<String> {
    if text.trim_start().starts_with('[')
        && let Ok(items) = serde_json::from_str::<Vec<String>>(text)
    {
        return items.into_iter().filter(|item| format.keep_empty || !item.is_empty()).collect();
    }
    split(format, separator, text)
}

/// The items between separators, trimmed; empty ones are dropped unless they count.
pub(crate) fn split(format: ListFormat, separator: &str, text: &str) -> Vec<String> {
    if format.separator == Separator::Whitespace || separator.is_empty() {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    let items = text.split(separator).map(str::trim);
    items.filter(|item| format.keep_empty || !item.is_empty()).map(str::to_owned).collect()
}

/// The allowed spelling of a value, whatever its case; the default is always allowed.
pub(crate) fn among_allowed(declaration: &Declaration, text: &str) -> Result<String, String> {
    if declaration.allowed.is_empty() {
        return Ok(text.to_owned());
    }
    let spelled = declaration.spelled.iter().find(|(spelling, _)| spelling.eq_ignore_ascii_case(text));
    let text = spelled.map_or(text, |(_, value)| value);
    let known = declaration.allowed.iter().find(|value| value.eq_ignore_ascii_case(text));
    match known {
        Some(value) => Ok((*value).to_owned()),
        None if text == declaration.default => Ok(text.to_owned()),
        None => Err(expected(declaration)),
    }
}

/// What a value may be, to complete "must be ...".
pub(crate) fn expected(declaration: &Declaration) -> String {
    let general = match declaration.kind {
        Kind::Bool => "true or false",
        Kind::Int => "a whole number",
        Kind::OptionalInt => "a whole number or empty",
        Kind::Float => "a number",
        Kind::OptionalFloat => "a number or empty",
        Kind::Duration => "a duration such as 30m, 12h or 4w, or -1 for no end",
        Kind::JsonList => "a JSON array",
        Kind::JsonObject => "a JSON object",
        Kind::List(_) => "a list of texts",
        Kind::Text | Kind::Url | Kind::Path => "a text",
    };
    if declaration.allowed.is_empty() {
        return general.to_owned();
    }
    let named = declaration.allowed.iter().filter(|value| !value.is_empty()).copied().collect::<Vec<_>>();
    let empty =
        if declaration.allowed.contains(&"") || declaration.default.is_empty() { " (or empty)" } else { "" };
    match named.as_slice() {
        [only] => format!("{only}{empty}"),
        _ => format!("one of {}{empty}", named.join(", ")),
    }
}
