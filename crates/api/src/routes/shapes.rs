//! Shapes that several areas take or give.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use transom_store::User;

use crate::{ApiError, App, Result};

/// Entries on a page of a list.
pub const PAGE: u64 = 30;

/// How many entries come before a page; pages count from 1, and 0 is the first as well.
pub fn offset(page: Option<u64>, size: u64) -> u64 {
    countable(page.unwrap_or(1).saturating_sub(1).saturating_mul(size))
}

/// A number of rows that a database can count to: what is asked for may be anything.
pub fn countable(rows: u64) -> u64 {
    rows.min(i64::MAX.unsigned_abs())
}

/// Lists go from the greatest down, unless they are asked to go up.
pub fn descending(direction: Option<&str>) -> bool {
    direction != Some("asc")
}

/// Longest name or title, in letters.
const LONGEST_NAME: usize = 255;
/// Longest description, in letters.
const LONGEST_TEXT: usize = 10_000;

/// A name or title that is not too long to be shown in a line.
///
/// # Errors
/// 400.
pub fn name(what: &str, name: String) -> Result<String> {
    no_longer(what, name, LONGEST_NAME)
}

/// A description that is not too long to be read.
///
/// # Errors
/// 400.
pub fn text(what: &str, text: String) -> Result<String> {
    no_longer(what, text, LONGEST_TEXT)
}

fn no_longer(what: &str, text: String, most: usize) -> Result<String> {
    // Bytes are counted first: only what may be too long is looked at letter by letter.
    if text.len() > most && text.chars().count() > most {
        return Err(ApiError::bad_request(format!("{what} may have at most {most} letters.")));
    }
    Ok(text)
}

/// Tells a `null` from a field that was not sent: `Some(Null)` against `None` (with `#[serde(default)]`).
pub fn given<'de, D: Deserializer<'de>>(reader: D) -> std::result::Result<Option<Value>, D::Error> {
    Value::deserialize(reader).map(Some)
}

/// A field that may be `null` but not left out.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    reader: D,
) -> std::result::Result<Option<T>, D::Error> {
    Option::deserialize(reader)
}

/// Who owns a thing, as lists show it.
pub fn owner(user: &User) -> Value {
    json!({"id": user.id, "name": user.name, "role": user.role, "email": user.email})
}

/// The owners of the things of a page by their id.
///
/// # Errors
/// Of the store only.
pub async fn owners(app: &App, ids: impl Iterator<Item = &str>) -> Result<HashMap<String, User>> {
    let mut ids: Vec<String> = ids.map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    let users = app.store.users.by_ids(&ids).await?;
    Ok(users.into_iter().map(|user| (user.id.clone(), user)).collect())
}

/// An account as people pick it from a list.
pub fn brief(user: &User) -> Value {
    json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "status_emoji": user.status_emoji,
        "status_message": user.status_message,
        "status_expires_at": user.status_expires_at,
    })
}

/// An answer that is JSON already.
pub fn json_text(json: impl Into<Bytes>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_count_from_one() {
        assert_eq!(
            (offset(None, 30), offset(Some(0), 30), offset(Some(1), 30), offset(Some(3), 30)),
            (0, 0, 0, 60)
        );
        assert!(i64::try_from(offset(Some(u64::MAX), 30)).is_ok());
    }

    #[test]
    fn letters_are_counted_not_bytes() {
        assert!(name("A name", "é".repeat(255)).is_ok());
        assert!(name("A name", "e".repeat(256)).is_err());
    }

    #[test]
    fn null_is_not_the_same_as_nothing() {
        #[derive(Deserialize)]
        struct Form {
            #[serde(default, deserialize_with = "given")]
            a: Option<Value>,
        }
        let read = |text: &str| serde_json::from_str::<Form>(text).unwrap().a;
        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"a": null}"#), Some(Value::Null));
    }

    #[test]
    fn a_nullable_field_must_be_sent() {
        #[derive(Deserialize)]
        struct Form {
            #[serde(deserialize_with = "nullable")]
            a: Option<i64>,
        }
        assert!(serde_json::from_str::<Form>("{}").is_err());
        assert_eq!(serde_json::from_str::<Form>(r#"{"a": null}"#).unwrap().a, None);
    }
}
