//! The full-text index, filled with what is there already.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, Order};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, SchemaManagerConnection, async_trait};

use crate::entity::{chat, message};
use crate::search;

/// Chats that are read at once.
const PAGE: u64 = 200;

const SQLITE: &str = "
CREATE TABLE search_owner (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id varchar(255) NOT NULL UNIQUE
);
CREATE TABLE search_chat (
    first INTEGER PRIMARY KEY,
    chat_id varchar(255) NOT NULL UNIQUE REFERENCES chat (id) ON DELETE CASCADE
);
CREATE VIRTUAL TABLE search USING fts5 (
    terms, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '2 3', detail = none
);
CREATE TRIGGER search_chat_gone AFTER DELETE ON search_chat BEGIN
    DELETE FROM search WHERE rowid >= old.first AND rowid < old.first + (1 << 20);
END;
";

const POSTGRES: &str = "
CREATE TABLE search (
    chat_id varchar(255) NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    terms tsvector NOT NULL,
    PRIMARY KEY (chat_id, number)
);
CREATE INDEX search_terms ON search USING gin (terms);
";

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0007_search"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let tables = if connection.get_database_backend() == DbBackend::Sqlite { SQLITE } else { POSTGRES };
        connection.execute_unprepared(tables).await?;
        fill(connection).await
    }
}

pub(super) async fn fill(connection: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let mut last = String::new();
    let mut chats = 0;
    loop {
        let page = Query::select()
            .columns([chat::Column::Id, chat::Column::UserId, chat::Column::Title])
            .from(chat::Entity)
            .and_where(chat::Column::Id.gt(last.as_str()))
            .order_by(chat::Column::Id, Order::Asc)
            .limit(PAGE)
            .to_owned();
        let rows = connection.query_all(&page).await?;
        for row in &rows {
            let (id, user_id, title): (String, String, String) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            let added = search::add_chat(connection, &id, &user_id, &title).await;
            added.map_err(|error| DbErr::Migration(error.to_string()))?;
            messages(connection, &id).await?;
            last = id;
        }
        chats += rows.len();
        if rows.is_empty() {
            break;
        }
    }
    if chats > 0 {
        tracing::info!(chats, "the chats were taken into the full-text index");
    }
    Ok(())
}

async fn messages(connection: &SchemaManagerConnection<'_>, chat_id: &str) -> Result<(), DbErr> {
    use message::Column::{ChatId, Content, Data, RunningOn, Seq};
    let messages = Query::select()
        .columns([Seq, Content, Data])
        .from(message::Entity)
        .and_where(ChatId.eq(chat_id))
        .and_where(RunningOn.is_null())
        .order_by(Seq, Order::Asc)
        .to_owned();
    let mut texts: Vec<(i64, String)> = Vec::new();
    for row in connection.query_all(&messages).await? {
        let (content, data): (Option<String>, String) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        texts.push((row.try_get_by_index(0)?, search::text_of(content.as_deref(), &data).into_owned()));
    }
    let entries: Vec<search::Entry<'_>> = texts.iter().map(|(seq, text)| (*seq, text.as_str())).collect();
    search::set(connection, chat_id, &entries).await.map_err(|error| DbErr::Migration(error.to_string()))
}
