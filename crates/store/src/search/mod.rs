//! The full-text index over titles and messages.
//!
//! There is one entry for each title and each message, found by chat and number: the engine's own index (FTS5 on SQLite,
//! `tsvector` with a GIN index on PostgreSQL) over terms that [`words`] makes, so that every engine finds the same. An
//! entry begins with a term that names the owner: a user's search never walks through what others wrote.
//!
//! Entries are written in the transaction that changes the message. An answer that is being written has none until it is
//! done: otherwise each save of a growing answer would index all of it again.
//!
//! SQLite numbers the chats (`search_chat`), and the number of an entry is made of the number of the chat and that of the
//! message: which chats match is then known from the index alone.

mod postgres;
pub(crate) mod snippet;
mod sqlite;
pub(crate) mod words;

use std::borrow::Cow;

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, ExprTrait};
use serde_json::Value;

use crate::Result;
use crate::entity::{chat, search_chat};
use words::Condition;

/// Number of the entry for the title, in front of those of the messages.
const TITLE: i64 = -1;
/// Letters of the private area cannot come from [`words::terms`]; this one begins the term that names an owner.
const OWNER: char = '\u{e000}';

/// What of a message is searched: its text, also where that is a list of parts.
pub(crate) fn text_of<'a>(content: Option<&'a str>, data: &str) -> Cow<'a, str> {
    if let Some(content) = content {
        return Cow::Borrowed(content);
    }
    let message: Value = serde_json::from_str(data).unwrap_or_default();
    let parts = message.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
    Cow::Owned(texts.join("\n"))
}

/// One thing to index: its number in the chat and its text.
pub(crate) type Entry<'a> = (i64, &'a str);

/// Makes a chat known to the index. Shared copies are not searched.
pub(crate) async fn add_chat<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    user_id: &str,
    title: &str,
) -> Result<()> {
    if user_id.starts_with("shared-") {
        return Ok(());
    }
    let insert = Query::insert()
        .into_table(search_chat::Entity)
        .columns([search_chat::Column::ChatId, search_chat::Column::UserId])
        .values_panic([chat_id.into(), user_id.into()])
        .to_owned();
    connection.execute(&insert).await?;
    set(connection, chat_id, &[(TITLE, title)]).await
}

/// Replaces the entry of the title.
pub(crate) async fn set_title<C: ConnectionTrait>(connection: &C, chat_id: &str, title: &str) -> Result<()> {
    replace(connection, chat_id, &[TITLE], &[(TITLE, title)]).await
}

/// Removes the entries with the numbers `old` and writes those of `new`.
pub(crate) async fn replace<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    old: &[i64],
    new: &[Entry<'_>],
) -> Result<()> {
    if old.is_empty() && new.is_empty() {
        return Ok(());
    }
    let Some(place) = place(connection, chat_id).await? else { return Ok(()) };
    for number in old {
        match connection.get_database_backend() {
            DbBackend::Sqlite => sqlite::remove(connection, &place, *number).await?,
            _ => postgres::remove(connection, chat_id, *number).await?,
        }
    }
    write(connection, chat_id, &place, new).await
}

/// Writes entries that the index does not have.
pub(crate) async fn set<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    entries: &[Entry<'_>],
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    match place(connection, chat_id).await? {
        Some(place) => write(connection, chat_id, &place, entries).await,
        None => Ok(()),
    }
}

async fn write<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    place: &Place,
    entries: &[Entry<'_>],
) -> Result<()> {
    for (number, text) in entries {
        let terms = words::terms(text);
        if terms.is_empty() {
            continue;
        }
        let owner = owner_term(&place.user_id);
        match connection.get_database_backend() {
            DbBackend::Sqlite => sqlite::write(connection, place, *number, &owner, &terms).await?,
            _ => postgres::write(connection, chat_id, *number, &owner, &terms).await?,
        }
    }
    Ok(())
}

/// Where the entries of a chat lie.
struct Place {
    number: i64,
    user_id: String,
}

async fn place<C: ConnectionTrait>(connection: &C, chat_id: &str) -> Result<Option<Place>> {
    let query = Query::select()
        .columns([search_chat::Column::Number, search_chat::Column::UserId])
        .from(search_chat::Entity)
        .and_where(search_chat::Column::ChatId.eq(chat_id))
        .to_owned();
    let row = connection.query_one(&query).await?;
    let place = |row: sea_orm::QueryResult| -> Result<Place> {
        Ok(Place { number: row.try_get_by_index(0)?, user_id: row.try_get_by_index(1)? })
    };
    row.map(place).transpose()
}

/// A term that stands for an owner, whatever the id looks like.
fn owner_term(user_id: &str) -> String {
    let letters = user_id.chars().flat_map(|letter| {
        let plain = letter.is_ascii_alphanumeric();
        if plain { vec![letter] } else { format!("{:x}", u32::from(letter)).chars().collect() }
    });
    std::iter::once(OWNER).chain(letters).collect()
}

/// Whether a chat of this user matches; for the `WHERE` of a query over `chat`. `None` when the text holds nothing that
/// can be found.
pub(crate) fn matches(backend: DbBackend, user_id: &str, text: &str) -> Option<Expr> {
    let conditions = words::conditions(text);
    if conditions.is_empty() {
        return None;
    }
    let owner = owner_term(user_id);
    let ids: SelectStatement = match backend {
        DbBackend::Sqlite => sqlite::chats(&owner, &conditions),
        _ => postgres::chats(&owner, &conditions),
    };
    Some(Expr::col((chat::Entity, chat::Column::Id)).in_subquery(ids))
}

/// The last message of each of these chats that matches, by chat: its number.
pub(crate) async fn hits<C: ConnectionTrait>(
    connection: &C,
    user_id: &str,
    conditions: &[Condition],
    chat_ids: &[String],
) -> Result<Vec<(String, i64)>> {
    let owner = owner_term(user_id);
    match connection.get_database_backend() {
        DbBackend::Sqlite => sqlite::hits(connection, &owner, conditions, chat_ids).await,
        _ => postgres::hits(connection, &owner, conditions, chat_ids).await,
    }
}
