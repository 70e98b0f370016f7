//! The index on SQLite: a contentless FTS5 table.
//!
//! The number of an entry is made of the number of its owner, that of its chat among the owner's, and its own in the
//! chat. So the entries of an owner are neighbours: a search reads those and no others (but for the beginning of a word
//! by more than eight letters, which the index has no list of its own for). And which chats match is known from the
//! index alone.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryResult, Statement, Value};

use super::TITLE;
use super::words::Condition;
use crate::Result;
use crate::db::BATCH;
use crate::entity::search_chat;

/// Bits of the number of an entry in its chat.
const ENTRY: u32 = 20;
/// Bits of the number of a chat among its owner's.
const CHAT: u32 = 22;
/// So many chats are looked up by their ids; in more, it is quicker to go through the list and to try each chat.
const FEW: usize = 500;

/// The chats that were found, by their number among the owner's and in that order, each with the number of its last
/// entry that was found.
pub(crate) struct LastHits {
    owner: i64,
    chats: Vec<(i64, i64)>,
}

impl LastHits {
    /// Takes the numbers of entries, which rise.
    fn add(&mut self, entry: i64) {
        let (chat, entry) = (entry >> ENTRY, entry & ((1 << ENTRY) - 1));
        match self.chats.last_mut() {
            Some(last) if last.0 == chat => last.1 = entry,
            _ => self.chats.push((chat, entry)),
        }
    }

    /// Whether they are looked up by their ids.
    pub(super) fn few(&self) -> bool {
        self.chats.len() <= FEW
    }

    /// Whose number begins with `first`.
    fn of(&self, first: i64) -> Option<i64> {
        let chat = (first - self.owner) >> ENTRY;
        let at = self.chats.binary_search_by_key(&chat, |(chat, _)| *chat).ok()?;
        self.chats.get(at).map(|(_, entry)| *entry)
    }

    /// One byte for each chat of the owner: 1 where it was found.
    fn map(&self) -> Vec<u8> {
        let length = self.chats.last().map_or(0, |(chat, _)| usize::try_from(chat + 1).unwrap_or(0));
        let mut map = vec![0; length];
        for place in self.chats.iter().filter_map(|(chat, _)| usize::try_from(*chat).ok()) {
            if let Some(byte) = map.get_mut(place) {
                *byte = 1;
            }
        }
        map
    }
}

async fn run<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Result<()> {
    connection.execute_raw(statement(connection, sql, values)).await?;
    Ok(())
}

async fn one<C: ConnectionTrait>(
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<QueryResult>> {
    Ok(connection.query_one_raw(statement(connection, sql, values)).await?)
}

fn statement<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}

/// The first number of an owner's entries.
async fn owner<C: ConnectionTrait>(connection: &C, user_id: &str) -> Result<Option<i64>> {
    let row =
        one(connection, "SELECT number FROM search_owner WHERE user_id = ?", vec![user_id.into()]).await?;
    let number: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(number.map(|number| number << (CHAT + ENTRY)))
}

pub(super) async fn add_chat<C: ConnectionTrait>(connection: &C, chat_id: &str, user_id: &str) -> Result<()> {
    run(connection, "INSERT OR IGNORE INTO search_owner (user_id) VALUES (?)", vec![user_id.into()]).await?;
    let Some(owner) = owner(connection, user_id).await? else { return Ok(()) };
    let end = owner + (1 << (CHAT + ENTRY));
    let sql = "SELECT MAX(first) FROM search_chat WHERE first >= ? AND first < ?";
    let last = one(connection, sql, vec![owner.into(), end.into()]).await?;
    let last: Option<i64> = last.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    let first = last.map_or(owner, |last| last + (1 << ENTRY));
    // Nobody has four million chats; the next one is kept all the same, but not found.
    if first < end {
        let sql = "INSERT INTO search_chat (first, chat_id) VALUES (?, ?)";
        run(connection, sql, vec![first.into(), chat_id.into()]).await?;
    }
    Ok(())
}

pub(super) async fn replace<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    old: &[i64],
    new: &[(i64, Vec<String>)],
) -> Result<()> {
    let row =
        one(connection, "SELECT first FROM search_chat WHERE chat_id = ?", vec![chat_id.into()]).await?;
    let Some(first) = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()? else { return Ok(()) };
    // A chat with a million messages is kept all the same, but what comes later is not found.
    let row_id =
        |number: i64| Some(number - TITLE).filter(|n| (0..1 << ENTRY).contains(n)).map(|n| first + n);
    for row in old.iter().filter_map(|number| row_id(*number)) {
        run(connection, "DELETE FROM search WHERE rowid = ?", vec![row.into()]).await?;
    }
    for (number, terms) in new {
        if let Some(row) = row_id(*number) {
            let sql = "INSERT INTO search (rowid, terms) VALUES (?, ?)";
            run(connection, sql, vec![row.into(), terms.join(" ").into()]).await?;
        }
    }
    Ok(())
}

/// The query in FTS5's language; terms hold nothing that would need escaping.
fn expression(conditions: &[Condition]) -> String {
    let terms = conditions.iter().map(|condition| match condition {
        Condition::Prefix(term) => format!("\"{term}\"*"),
        Condition::Exact(term) => format!("\"{term}\""),
        Condition::Pairs(pairs) => {
            pairs.iter().map(|pair| format!("\"{pair}\"")).collect::<Vec<_>>().join(" AND ")
        }
    });
    terms.collect::<Vec<_>>().join(" AND ")
}

/// Searches; answers the condition that holds for the chats found, and where in them.
pub(super) async fn find<C: ConnectionTrait>(
    connection: &C,
    user_id: &str,
    conditions: &[Condition],
) -> Result<(Expr, LastHits)> {
    let mut hits = LastHits { owner: 0, chats: Vec::new() };
    if let Some(owner) = owner(connection, user_id).await? {
        hits.owner = owner;
        let end = owner + (1 << (CHAT + ENTRY));
        // One row with all numbers: handing over a row costs the driver more than finding it.
        let sql =
            "SELECT group_concat(rowid - ?) FROM search WHERE search MATCH ? AND rowid >= ? AND rowid < ?";
        let values = vec![owner.into(), expression(conditions).into(), owner.into(), end.into()];
        let row = one(connection, sql, values).await?;
        let numbers: Option<String> = row.map_or(Ok(None), |row| row.try_get_by_index(0))?;
        let mut numbers: Vec<i64> =
            numbers.as_deref().unwrap_or_default().split(',').filter_map(|n| n.parse().ok()).collect();
        // FTS5 gives them in this order, but promises it to nobody who does not ask.
        numbers.sort_unstable();
        numbers.into_iter().for_each(|number| hits.add(number));
    }
    let condition = if hits.few() {
        let firsts: Vec<i64> = hits.chats.iter().map(|(chat, _)| hits.owner + (chat << ENTRY)).collect();
        // Handed over as one value, so that the statement is the same however many there are.
        Expr::cust_with_values(
            "chat.id IN (SELECT chat_id FROM search_chat WHERE first IN (SELECT value FROM json_each(?)))",
            [serde_json::to_string(&firsts)?],
        )
    } else {
        let place = "((SELECT first FROM search_chat WHERE chat_id = chat.id) - ?) >> 20";
        Expr::cust_with_values(
            format!("substr(?, 1 + ({place}), 1) = x'01'"),
            [Value::from(hits.map()), Value::from(hits.owner)],
        )
    };
    Ok((condition, hits))
}

pub(super) async fn hits<C: ConnectionTrait>(
    connection: &C,
    hits: &LastHits,
    chat_ids: &[String],
) -> Result<Vec<(String, i64)>> {
    let mut found = Vec::new();
    for ids in chat_ids.chunks(BATCH) {
        let firsts = Query::select()
            .columns([search_chat::Column::ChatId, search_chat::Column::First])
            .from(search_chat::Entity)
            .and_where(search_chat::Column::ChatId.is_in(ids.iter().cloned()))
            .to_owned();
        for row in connection.query_all(&firsts).await? {
            let first: i64 = row.try_get_by_index(1)?;
            if let Some(entry) = hits.of(first) {
                found.push((row.try_get_by_index(0)?, entry + TITLE));
            }
        }
    }
    Ok(found)
}
