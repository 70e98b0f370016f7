//! The full-text index over titles and messages.
//!
//! There is one entry for each title and each message, found by chat and number: the engine's own index (FTS5 on SQLite,
//! `tsvector` with a GIN index on PostgreSQL) over terms that [`words`] makes, so that every engine finds the same. A
//! user's search never walks through what others wrote: see the engines.
//!
//! Entries are written in the transaction that changes the message. An answer that is being written has none until it is
//! done: otherwise each save of a growing answer would index all of it again.

mod postgres;
pub(crate) mod snippet;
mod sqlite;
pub(crate) mod words;

use std::borrow::Cow;

use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::Value;

use crate::Result;
use words::Condition;

/// Number of the entry for the title, in front of those of the messages.
const TITLE: i64 = -1;

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
    if connection.get_database_backend() == DbBackend::Sqlite {
        sqlite::add_chat(connection, chat_id, user_id).await?;
    }
    set(connection, chat_id, &[(TITLE, title)]).await
}

/// Replaces the entry of the title.
pub(crate) async fn set_title<C: ConnectionTrait>(connection: &C, chat_id: &str, title: &str) -> Result<()> {
    replace(connection, chat_id, &[TITLE], &[(TITLE, title)]).await
}

/// Writes entries that the index does not have.
pub(crate) async fn set<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    entries: &[Entry<'_>],
) -> Result<()> {
    replace(connection, chat_id, &[], entries).await
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
    let new = new.iter().map(|(number, text)| (*number, words::terms(text)));
    let new: Vec<(i64, Vec<String>)> = new.filter(|(_, terms)| !terms.is_empty()).collect();
    match connection.get_database_backend() {
        DbBackend::Sqlite => sqlite::replace(connection, chat_id, old, &new).await,
        _ => postgres::replace(connection, chat_id, old, &new).await,
    }
}

/// What a search found among the chats of a user.
pub(crate) struct Found {
    /// Holds for the chats that were found; for the `WHERE` of a query over `chat`.
    pub condition: Expr,
    /// They are so few that the query has to begin with them: SQLite would try each chat of the owner.
    pub few: bool,
    hits: Hits,
}

/// How the messages that were found are known.
enum Hits {
    /// Already, by the number of the chat.
    Known(sqlite::LastHits),
    /// By asking for those of the chats that are shown.
    Asked { user_id: String, conditions: Vec<Condition> },
}

/// Searches the chats of a user; `None` when the text holds nothing that can be found.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    user_id: &str,
    text: &str,
) -> Result<Option<Found>> {
    let conditions = words::conditions(text);
    if conditions.is_empty() {
        return Ok(None);
    }
    Ok(Some(match connection.get_database_backend() {
        DbBackend::Sqlite => {
            let (condition, hits) = sqlite::find(connection, user_id, &conditions).await?;
            Found { condition, few: hits.few(), hits: Hits::Known(hits) }
        }
        _ => Found {
            condition: postgres::found(user_id, &conditions),
            few: false,
            hits: Hits::Asked { user_id: user_id.to_owned(), conditions },
        },
    }))
}

impl Found {
    /// The last message of each of these chats that was found: chat and number. Chats whose title alone was found are
    /// left out.
    pub(crate) async fn hits<C: ConnectionTrait>(
        &self,
        connection: &C,
        chat_ids: &[String],
    ) -> Result<Vec<(String, i64)>> {
        let mut hits = match &self.hits {
            Hits::Known(hits) => sqlite::hits(connection, hits, chat_ids).await?,
            Hits::Asked { user_id, conditions } => {
                postgres::hits(connection, user_id, conditions, chat_ids).await?
            }
        };
        hits.retain(|(_, number)| *number != TITLE);
        Ok(hits)
    }
}
