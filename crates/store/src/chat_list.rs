//! Lists of chats.

use std::collections::HashMap;

use schemars::JsonSchema;
use sea_orm::sea_query::{Expr, LikeExpr, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
};
use serde::{Deserialize, Serialize};

use crate::chats::{SHORT_COLUMNS, ShortChat};
use crate::db::{LIKE_ESCAPE, contains_pattern};
use crate::entity::{chat, chat_tag, message};
use crate::search::{self, Found};
use crate::{ChatRow, Chats, Result};

/// Messages that are looked up in one statement.
const FEW_MESSAGES: usize = 100;

/// A line of a list of chats.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "ChatTitleIdResponse")]
pub struct ChatSummary {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Unix seconds.
    pub updated_at: i64,
    /// Unix seconds.
    pub created_at: i64,
}

/// A message that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The message.
    pub message_id: String,
    /// The part of it that shows why it was found.
    pub snippet: String,
}

/// Which chats of a user, in which order.
#[derive(Clone, Debug, Default)]
pub struct ChatQuery {
    /// Whose.
    pub user_id: String,
    /// Only those put away, or only the others.
    pub archived: Option<bool>,
    /// Only those kept on top, or only the others.
    pub pinned: Option<bool>,
    /// Only those that have a shared copy, or only the others.
    pub shared: Option<bool>,
    /// `Some(None)`: only those in no folder.
    pub in_folder: Option<Option<String>>,
    /// Only those in one of these folders; empty for no such condition.
    pub in_folders: Vec<String>,
    /// Only those that carry this tag.
    pub tag: Option<String>,
    /// Only those that carry all of these tags.
    pub tags: Vec<String>,
    /// Only those without a tag.
    pub untagged: bool,
    /// Part of the title, in any case.
    pub query: Option<String>,
    /// Words of the title or of a message, by their beginnings, without case and accents.
    pub text: Option<String>,
    /// `title`, `created_at` or `updated_at` (also for any other word). `None`: last changed first.
    pub order_by: Option<String>,
    /// Greatest first; means nothing without `order_by`.
    pub descending: bool,
    /// How many to skip.
    pub offset: u64,
    /// How many at most; `None` for all.
    pub limit: Option<u64>,
}

impl Chats {
    /// Lines for a list.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn list(&self, query: ChatQuery) -> Result<Vec<ChatSummary>> {
        Ok(serde_json::from_str(&self.list_json(query).await?)?)
    }

    /// The same as [`Chats::list`] as JSON text, for answers that only pass it on.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn list_json(&self, query: ChatQuery) -> Result<String> {
        let reader = self.db.reader();
        let found = find(reader, &query).await?;
        lines(reader, &query, found.as_ref()).await
    }

    /// The same chats as [`Chats::list`] with all that is known of them but their documents.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn rows(&self, query: ChatQuery) -> Result<Vec<ChatRow>> {
        let reader = self.db.reader();
        let mut select = select(&query, find(reader, &query).await?.as_ref());
        select.columns(SHORT_COLUMNS.map(|column| (chat::Entity, column)));
        let rows = reader.query_all(&select).await?;
        rows.iter().map(|row| ShortChat::from_query_result(row, "")?.try_into()).collect()
    }

    /// How many chats match, whatever the page.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn count(&self, query: ChatQuery) -> Result<u64> {
        let reader = self.db.reader();
        let condition = condition(&query, find(reader, &query).await?.as_ref());
        let mut select = Query::select();
        select.expr(Expr::col(chat::Column::Id).count()).from(chat::Entity).cond_where(condition);
        let row = reader.query_one(&select).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The same lines as [`Chats::list`], with the last message of each chat that holds the text of the query. Chats
    /// whose title alone holds it come without one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn search(&self, query: ChatQuery) -> Result<Vec<(ChatSummary, Option<Hit>)>> {
        let snapshot = self.db.snapshot().await?;
        let found = find(&snapshot, &query).await?;
        let text = lines(&snapshot, &query, found.as_ref()).await?;
        let lines: Vec<ChatSummary> = serde_json::from_str(&text)?;
        let ids: Vec<String> = lines.iter().map(|line| line.id.clone()).collect();
        let mut hits = HashMap::new();
        if let Some(found) = found {
            let conditions = search::words::conditions(query.text.as_deref().unwrap_or_default());
            for messages in found.hits(&snapshot, &ids).await?.chunks(FEW_MESSAGES) {
                let of_chat = |(chat_id, number): &(String, i64)| {
                    message::Column::ChatId.eq(chat_id.as_str()).and(message::Column::Seq.eq(*number))
                };
                let any = messages.iter().map(of_chat).fold(Condition::any(), Condition::add);
                for row in message::Entity::find().filter(any).all(&snapshot).await? {
                    let text = search::text_of(row.content.as_deref(), &row.data);
                    let snippet = search::snippet::snippet(&text, &conditions);
                    hits.insert(row.chat_id, Hit { message_id: row.id, snippet });
                }
            }
        }
        snapshot.commit().await?;
        Ok(lines
            .into_iter()
            .map(|line| (hits.remove(&line.id), line))
            .map(|(hit, line)| (line, hit))
            .collect())
    }

    /// Every chat of everybody (but no shared copies), last changed first, without documents.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn all_rows(&self) -> Result<Vec<ChatRow>> {
        let mut select = Query::select();
        select
            .columns(SHORT_COLUMNS)
            .from(chat::Entity)
            .and_where(chat::Column::UserId.not_like("shared-%"))
            .order_by(chat::Column::UpdatedAt, Order::Desc)
            .order_by(chat::Column::Id, Order::Asc);
        let rows = self.db.reader().query_all(&select).await?;
        rows.iter().map(|row| ShortChat::from_query_result(row, "")?.try_into()).collect()
    }
}

/// What the text of a query finds, if it has one.
async fn find<C: ConnectionTrait>(connection: &C, query: &ChatQuery) -> Result<Option<Found>> {
    match query.text.as_deref() {
        Some(text) => search::find(connection, &query.user_id, text).await,
        None => Ok(None),
    }
}

/// The lines of a list as JSON text.
async fn lines<C: ConnectionTrait>(
    connection: &C,
    query: &ChatQuery,
    found: Option<&Found>,
) -> Result<String> {
    use chat::Column::{CreatedAt, Id, Title, UpdatedAt};
    const LINE: &str = "('id', id, 'title', title, 'updated_at', updated_at, 'created_at', created_at)";
    let mut select = select(query, found);
    select.columns([Id, Title, UpdatedAt, CreatedAt].map(|column| (chat::Entity, column)));
    // One row with all lines: handing over a row costs the driver more than finding it.
    let lines = match connection.get_database_backend() {
        DbBackend::Sqlite => format!("json_group_array(json_object{LINE})"),
        _ => format!("COALESCE(json_agg(json_build_object{LINE}), '[]')::text"),
    };
    let all = Query::select().expr(Expr::cust(lines)).from_subquery(select, "line").to_owned();
    let row = connection.query_one(&all).await?;
    Ok(row.map_or_else(|| Ok("[]".to_owned()), |row| row.try_get_by_index(0))?)
}

/// The chats that match, in their order, without columns.
fn select(query: &ChatQuery, found: Option<&Found>) -> SelectStatement {
    let mut select = Query::select();
    select.from(chat::Entity).cond_where(condition(query, found));
    let (column, order) = order(query);
    select.order_by((chat::Entity, column), order).order_by((chat::Entity, chat::Column::Id), Order::Asc);
    // SQLite knows no OFFSET without LIMIT.
    if query.offset > 0 || query.limit.is_some() {
        select.limit(query.limit.unwrap_or(i64::MAX as u64)).offset(query.offset);
    }
    select
}

fn order(query: &ChatQuery) -> (chat::Column, Order) {
    let direction = if query.descending { Order::Desc } else { Order::Asc };
    match query.order_by.as_deref() {
        None => (chat::Column::UpdatedAt, Order::Desc),
        Some("title") => (chat::Column::Title, direction),
        Some("created_at") => (chat::Column::CreatedAt, direction),
        Some(_) => (chat::Column::UpdatedAt, direction),
    }
}

fn condition(query: &ChatQuery, found: Option<&Found>) -> Condition {
    let mut all = Condition::all().add(match found {
        // The sign keeps SQLite from the index over the owner.
        Some(found) if found.few => Expr::cust_with_values("+chat.user_id = ?", [query.user_id.as_str()]),
        _ => chat::Column::UserId.eq(query.user_id.as_str()),
    });
    if let Some(archived) = query.archived {
        all = all.add(chat::Column::Archived.eq(archived));
    }
    if let Some(pinned) = query.pinned {
        all = all.add(chat::Column::Pinned.eq(pinned));
    }
    if let Some(shared) = query.shared {
        all = all.add(if shared {
            chat::Column::ShareId.is_not_null()
        } else {
            chat::Column::ShareId.is_null()
        });
    }
    match &query.in_folder {
        Some(Some(folder)) => all = all.add(chat::Column::FolderId.eq(folder.as_str())),
        Some(None) => all = all.add(chat::Column::FolderId.is_null()),
        None => {}
    }
    if !query.in_folders.is_empty() {
        all = all.add(chat::Column::FolderId.is_in(query.in_folders.iter().cloned()));
    }
    for tag in query.tag.iter().chain(&query.tags) {
        let tagged = Query::select()
            .column(chat_tag::Column::ChatId)
            .from(chat_tag::Entity)
            .and_where(chat_tag::Column::TagId.eq(tag.as_str()))
            .to_owned();
        all = all.add(chat::Column::Id.in_subquery(tagged));
    }
    if query.untagged {
        let tagged = Query::select()
            .column(chat_tag::Column::ChatId)
            .from(chat_tag::Entity)
            .and_where(
                Expr::col((chat_tag::Entity, chat_tag::Column::ChatId))
                    .equals((chat::Entity, chat::Column::Id)),
            )
            .to_owned();
        all = all.add(Expr::exists(tagged).not());
    }
    if let Some(text) = query.query.as_deref().filter(|text| !text.is_empty()) {
        all = all.add(title_contains(text));
    }
    if let Some(text) = query.text.as_deref().filter(|text| !text.is_empty()) {
        // What is made of signs only has no words to find; a title may still hold it.
        all = all.add(found.map_or_else(|| title_contains(text), |found| found.condition.clone()));
    }
    all
}

fn title_contains(text: &str) -> Expr {
    let pattern = LikeExpr::new(contains_pattern(&text.to_lowercase())).escape(LIKE_ESCAPE);
    Expr::col((chat::Entity, chat::Column::TitleKey)).like(pattern)
}
