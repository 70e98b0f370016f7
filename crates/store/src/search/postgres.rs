//! The index on PostgreSQL: a `tsvector` for each entry. One of its terms names the owner, so that the GIN index itself
//! leaves out what others wrote.
//!
//! Not `pg_trgm`: it is an extension that may be missing, and it cannot find a word of two letters by index, which most
//! Chinese words are.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, ExprTrait, Statement, Value};

use super::words::Condition;
use crate::Result;
use crate::entity::chat;

/// Letters of the private area cannot come from the terms of a text; this one begins the term that names an owner.
const OWNER: char = '\u{e000}';

async fn run<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await?;
    Ok(())
}

/// A term that stands for an owner, whatever the id looks like.
fn owner_term(user_id: &str) -> String {
    let letters = user_id.chars().flat_map(|letter| {
        let plain = letter.is_ascii_alphanumeric();
        if plain { vec![letter] } else { format!("{:x}", u32::from(letter)).chars().collect() }
    });
    std::iter::once(OWNER).chain(letters).collect()
}

pub(super) async fn replace<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    old: &[i64],
    new: &[(i64, Vec<String>)],
) -> Result<()> {
    for number in old {
        let sql = "DELETE FROM search WHERE chat_id = $1 AND number = $2";
        run(connection, sql, vec![chat_id.into(), (*number).into()]).await?;
    }
    if new.is_empty() {
        return Ok(());
    }
    let owner = Query::select()
        .column(chat::Column::UserId)
        .from(chat::Entity)
        .and_where(chat::Column::Id.eq(chat_id))
        .to_owned();
    let row = connection.query_one(&owner).await?;
    let owner: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    let Some(owner) = owner.filter(|owner| !owner.starts_with("shared-")) else { return Ok(()) };
    let owner = owner_term(&owner);
    for (number, terms) in new {
        // Written as a literal: the parser of PostgreSQL would cut the terms again, by rules of its own.
        let literal = terms.iter().fold(format!("'{owner}'"), |literal, term| format!("{literal} '{term}'"));
        let sql = "INSERT INTO search (chat_id, number, terms) VALUES ($1, $2, $3::tsvector)";
        run(connection, sql, vec![chat_id.into(), (*number).into(), literal.into()]).await?;
    }
    Ok(())
}

/// The query as a `tsquery`; terms hold nothing that would need escaping.
fn expression(user_id: &str, conditions: &[Condition]) -> String {
    let owner = std::iter::once(format!("'{}'", owner_term(user_id)));
    let terms = conditions.iter().map(|condition| match condition {
        Condition::Prefix(term) => format!("'{term}':*"),
        Condition::Exact(term) => format!("'{term}'"),
        Condition::Pairs(pairs) => {
            pairs.iter().map(|pair| format!("'{pair}'")).collect::<Vec<_>>().join(" & ")
        }
    });
    owner.chain(terms).collect::<Vec<_>>().join(" & ")
}

/// Holds for the chats that match.
pub(super) fn found(user_id: &str, conditions: &[Condition]) -> Expr {
    let ids = Query::select()
        .expr(Expr::cust("search.chat_id"))
        .from("search")
        .and_where(matches(user_id, conditions))
        .to_owned();
    Expr::col((chat::Entity, chat::Column::Id)).in_subquery(ids)
}

fn matches(user_id: &str, conditions: &[Condition]) -> Expr {
    Expr::cust_with_values("search.terms @@ $1::tsquery", [expression(user_id, conditions)])
}

pub(super) async fn hits<C: ConnectionTrait>(
    connection: &C,
    user_id: &str,
    conditions: &[Condition],
    chat_ids: &[String],
) -> Result<Vec<(String, i64)>> {
    let query = Query::select()
        .expr(Expr::cust("chat_id"))
        .expr(Expr::cust("MAX(number)"))
        .from("search")
        .and_where(matches(user_id, conditions))
        .and_where(Expr::col("chat_id").is_in(chat_ids.iter().cloned()))
        .group_by_col("chat_id")
        .to_owned();
    let rows = connection.query_all(&query).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}
