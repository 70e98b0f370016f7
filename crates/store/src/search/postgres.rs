//! The index on PostgreSQL: a `tsvector` for each entry.
//!
//! Not `pg_trgm`: it is an extension that may be missing, and it cannot find a word of two letters by index, which most
//! Chinese words are.

use std::fmt::Write as _;

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ConnectionTrait, Statement, Value};

use super::words::Condition;
use crate::Result;

/// The greatest position that a `tsvector` tells apart.
const LAST_POSITION: usize = 16_383;

async fn run<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await?;
    Ok(())
}

pub(super) async fn remove<C: ConnectionTrait>(connection: &C, chat_id: &str, number: i64) -> Result<()> {
    let sql = "DELETE FROM search WHERE chat_id = $1 AND number = $2";
    run(connection, sql, vec![chat_id.into(), number.into()]).await
}

pub(super) async fn write<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    number: i64,
    owner: &str,
    terms: &[String],
) -> Result<()> {
    // Written as a literal: the parser of PostgreSQL would cut the terms again, by rules of its own.
    let mut literal = format!("'{owner}':1");
    for (index, term) in terms.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(literal, " '{term}':{}", (index + 2).min(LAST_POSITION));
    }
    let sql = "INSERT INTO search (chat_id, number, terms) VALUES ($1, $2, $3::tsvector)";
    run(connection, sql, vec![chat_id.into(), number.into(), literal.into()]).await
}

/// The query as a `tsquery`; terms hold nothing that would need escaping.
fn expression(owner: &str, conditions: &[Condition]) -> String {
    let mut text = format!("'{owner}'");
    for condition in conditions {
        text.push_str(" & ");
        match condition {
            Condition::Prefix(term) => text.push_str(&format!("'{term}':*")),
            Condition::Exact(term) => text.push_str(&format!("'{term}'")),
            Condition::Phrase(terms) => {
                let terms: Vec<String> = terms.iter().map(|term| format!("'{term}'")).collect();
                text.push_str(&format!("({})", terms.join(" <-> ")));
            }
        }
    }
    text
}

pub(super) fn chats(owner: &str, conditions: &[Condition]) -> SelectStatement {
    Query::select()
        .expr(Expr::cust("search.chat_id"))
        .from("search")
        .and_where(Expr::cust_with_values("search.terms @@ $1::tsquery", [expression(owner, conditions)]))
        .to_owned()
}

pub(super) async fn hits<C: ConnectionTrait>(
    connection: &C,
    owner: &str,
    conditions: &[Condition],
    chat_ids: &[String],
) -> Result<Vec<(String, i64)>> {
    let query = Query::select()
        .expr(Expr::cust("chat_id"))
        .expr(Expr::cust("MAX(number)"))
        .from("search")
        .and_where(Expr::cust_with_values("terms @@ $1::tsquery", [expression(owner, conditions)]))
        .and_where(sea_orm::ExprTrait::is_in(Expr::col("chat_id"), chat_ids.iter().cloned()))
        .group_by_col("chat_id")
        .to_owned();
    let rows = connection.query_all(&query).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}
