//! The index on SQLite: a contentless FTS5 table.

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ConnectionTrait, Statement, Value};

use super::words::Condition;
use super::{Place, TITLE};
use crate::Result;
use crate::entity::search_chat;

/// Entries that a chat may have.
const ROOM: i64 = 1 << 24;

/// The entry's row, if there is room for its number.
fn row_id(place: &Place, number: i64) -> Option<i64> {
    let number = number - TITLE;
    (0..ROOM).contains(&number).then(|| place.number * ROOM + number)
}

async fn run<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await?;
    Ok(())
}

pub(super) async fn remove<C: ConnectionTrait>(connection: &C, place: &Place, number: i64) -> Result<()> {
    let Some(row) = row_id(place, number) else { return Ok(()) };
    run(connection, "DELETE FROM search WHERE rowid = ?", vec![row.into()]).await
}

pub(super) async fn write<C: ConnectionTrait>(
    connection: &C,
    place: &Place,
    number: i64,
    owner: &str,
    terms: &[String],
) -> Result<()> {
    let Some(row) = row_id(place, number) else { return Ok(()) };
    let text = format!("{owner} {}", terms.join(" "));
    run(connection, "INSERT INTO search (rowid, terms) VALUES (?, ?)", vec![row.into(), text.into()]).await
}

/// The query in FTS5's language; terms hold nothing that would need escaping.
fn expression(owner: &str, conditions: &[Condition]) -> String {
    let mut text = format!("\"{owner}\"");
    for condition in conditions {
        text.push_str(" AND ");
        match condition {
            Condition::Prefix(term) => text.push_str(&format!("\"{term}\"*")),
            Condition::Exact(term) => text.push_str(&format!("\"{term}\"")),
            Condition::Phrase(terms) => text.push_str(&format!("\"{}\"", terms.join(" "))),
        }
    }
    text
}

pub(super) fn chats(owner: &str, conditions: &[Condition]) -> SelectStatement {
    let numbers = Expr::cust_with_values(
        "number IN (SELECT rowid >> 24 FROM search WHERE search MATCH ?)",
        [expression(owner, conditions)],
    );
    Query::select()
        .column(search_chat::Column::ChatId)
        .from(search_chat::Entity)
        .and_where(numbers)
        .to_owned()
}

pub(super) async fn hits<C: ConnectionTrait>(
    connection: &C,
    owner: &str,
    conditions: &[Condition],
    chat_ids: &[String],
) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT rowid FROM search WHERE search MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid DESC LIMIT 1";
    let expression = expression(owner, conditions);
    let mut hits = Vec::new();
    for chat_id in chat_ids {
        let Some(place) = super::place(connection, chat_id).await? else { continue };
        let first = place.number * ROOM;
        let values = [expression.clone().into(), first.into(), (first + ROOM).into()];
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        if let Some(row) = connection.query_one_raw(statement).await? {
            let row: i64 = row.try_get_by_index(0)?;
            hits.push((chat_id.clone(), row - first + TITLE));
        }
    }
    Ok(hits)
}
