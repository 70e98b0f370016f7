//! Chats.

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait,
    FromQueryResult, QueryFilter, QuerySelect, Set, UpdateMany,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::db::{BATCH, Db, json, new_id, now, now_ns, without_nul};
use crate::document::{Head, Part, json_text, take_apart};
use crate::entity::{chat, chat_tag, message};
use crate::long_chats::Whole;
use crate::{Result, StoreError, search};

/// Title of a chat whose document has none.
const UNTITLED: &str = "New Chat";

/// A chat without its document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChatRow {
    /// Id.
    pub id: String,
    /// Owner; `shared-<chat id>` for a shared copy.
    pub user_id: String,
    /// Title, the same as in the document.
    pub title: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
    /// Id of the shared copy.
    pub share_id: Option<String>,
    /// Put away.
    pub archived: bool,
    /// Kept on top.
    pub pinned: bool,
    /// Folder it lies in.
    pub folder_id: Option<String>,
    /// Free object; `tags` holds ids of tags.
    pub meta: Value,
}

/// A chat with its document.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    /// The row.
    pub row: ChatRow,
    /// The nested document of the contract.
    pub document: Map<String, Value>,
}

/// What is needed to keep a new chat.
#[derive(Clone, Debug, Default)]
pub struct NewChat {
    /// Id; `None` for a new UUID.
    pub id: Option<String>,
    /// Owner.
    pub user_id: String,
    /// The document, any object.
    pub document: Map<String, Value>,
    /// Folder it lies in.
    pub folder_id: Option<String>,
    /// Put away.
    pub archived: bool,
    /// Kept on top.
    pub pinned: bool,
    /// Free object; `Null` becomes `{}`.
    pub meta: Value,
    /// Unix seconds; `None` for now.
    pub created_at: Option<i64>,
    /// Unix seconds; `None` for now.
    pub updated_at: Option<i64>,
}

/// The columns of [`ChatRow`], so that a list does not read documents.
#[derive(FromQueryResult)]
pub(crate) struct ShortChat {
    id: String,
    user_id: String,
    title: String,
    created_at: i64,
    updated_at: i64,
    share_id: Option<String>,
    archived: bool,
    pinned: bool,
    folder_id: Option<String>,
    meta: String,
}

pub(crate) const SHORT_COLUMNS: [chat::Column; 10] = [
    chat::Column::Id,
    chat::Column::UserId,
    chat::Column::Title,
    chat::Column::CreatedAt,
    chat::Column::UpdatedAt,
    chat::Column::ShareId,
    chat::Column::Archived,
    chat::Column::Pinned,
    chat::Column::FolderId,
    chat::Column::Meta,
];

impl TryFrom<ShortChat> for ChatRow {
    type Error = StoreError;

    fn try_from(row: ShortChat) -> Result<Self> {
        Ok(Self {
            meta: json(&row.meta)?,
            id: row.id,
            user_id: row.user_id,
            title: row.title,
            created_at: row.created_at,
            updated_at: row.updated_at,
            share_id: row.share_id,
            archived: row.archived,
            pinned: row.pinned,
            folder_id: row.folder_id,
        })
    }
}

impl TryFrom<&chat::Model> for ChatRow {
    type Error = StoreError;

    fn try_from(row: &chat::Model) -> Result<Self> {
        Ok(Self {
            meta: json(&row.meta)?,
            id: row.id.clone(),
            user_id: row.user_id.clone(),
            title: row.title.clone(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            share_id: row.share_id.clone(),
            archived: row.archived,
            pinned: row.pinned,
            folder_id: row.folder_id.clone(),
        })
    }
}

/// Repository of chats.
#[derive(Clone, Debug)]
pub struct Chats {
    pub(crate) db: Db,
}

impl Chats {
    /// Keeps a new chat.
    ///
    /// # Errors
    /// `Conflict("id")`; `Invalid` when a message has an impossible id.
    pub async fn create(&self, new: NewChat) -> Result<Chat> {
        self.create_many(vec![new]).await?.pop().ok_or(StoreError::NotFound)
    }

    /// Keeps several new chats, all or none; answers them in the same order.
    ///
    /// # Errors
    /// Those of [`Chats::create`].
    pub async fn create_many(&self, new: Vec<NewChat>) -> Result<Vec<Chat>> {
        let transaction = self.db.begin().await?;
        let mut chats = Vec::with_capacity(new.len());
        for new in new {
            chats.push(insert(&transaction, new).await?);
        }
        transaction.commit().await?;
        Ok(chats)
    }

    /// A chat with its document.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<Chat>> {
        let Some((row, json)) = self.json(id, |_| Ok(Vec::new())).await? else { return Ok(None) };
        Ok(Some(Chat { row, document: serde_json::from_slice(&json)? }))
    }

    /// A chat without its document.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn row(&self, id: &str) -> Result<Option<ChatRow>> {
        short(self.db.reader(), id, None).await
    }

    /// A chat without its document, if it is this user's.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn row_of(&self, id: &str, user_id: &str) -> Result<Option<ChatRow>> {
        short(self.db.reader(), id, Some(user_id)).await
    }

    /// A chat and its document as JSON behind what `begin` makes of the chat, put together without parsing a
    /// message.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn json(
        &self,
        id: &str,
        begin: impl FnOnce(&ChatRow) -> serde_json::Result<Vec<u8>>,
    ) -> Result<Option<(ChatRow, Vec<u8>)>> {
        let snapshot = self.db.snapshot().await?;
        let whole = Whole::read(&snapshot, self.db.long_chats(), id).await?;
        snapshot.commit().await?;
        let Some(whole) = whole else { return Ok(None) };
        self.db.long_chats().keep(&whole);
        whole.json(begin).map(Some)
    }

    /// Gives the chat a title, in its document too, and marks it as changed now.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_title(&self, id: &str, title: &str) -> Result<ChatRow> {
        let transaction = self.db.begin().await?;
        let chat = lock(&transaction, id, now()).await?;
        let mut fields = head_of(&chat).fields()?;
        fields.insert("title".to_owned(), Value::from(title));
        let title = without_nul(title);
        let change = chat::ActiveModel {
            id: Set(id.to_owned()),
            title_key: Set(title.to_lowercase()),
            title: Set(title),
            document: Set(json_text(&fields)),
            ..Default::default()
        };
        let row = ChatRow::try_from(&change.update(&transaction).await?)?;
        search::set_title(&transaction, id, &row.title).await?;
        transaction.commit().await?;
        Ok(row)
    }

    /// Keeps the chat on top of the list or not.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_pinned(&self, id: &str, pinned: bool) -> Result<ChatRow> {
        self.change(id, chat::ActiveModel { pinned: Set(pinned), ..Default::default() }).await
    }

    /// Puts the chat away or back.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_archived(&self, id: &str, archived: bool) -> Result<ChatRow> {
        self.change(id, chat::ActiveModel { archived: Set(archived), ..Default::default() }).await
    }

    /// Lays the chat into a folder, or into none.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_folder(&self, id: &str, folder_id: Option<&str>) -> Result<ChatRow> {
        let folder_id = Set(folder_id.map(str::to_owned));
        self.change(id, chat::ActiveModel { folder_id, ..Default::default() }).await
    }

    /// Notes the id of the shared copy, or that there is none.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_share_id(&self, id: &str, share_id: Option<&str>) -> Result<ChatRow> {
        let share_id = Set(share_id.map(str::to_owned));
        self.change(id, chat::ActiveModel { share_id, ..Default::default() }).await
    }

    /// Replaces the meta object; its `tags` are what the chat is found by.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_meta(&self, id: &str, meta: &Value) -> Result<ChatRow> {
        let transaction = self.db.begin().await?;
        let change =
            chat::ActiveModel { id: Set(id.to_owned()), meta: Set(meta.to_string()), ..Default::default() };
        let row = ChatRow::try_from(&change.update(&transaction).await?)?;
        chat_tag::Entity::delete_many().filter(chat_tag::Column::ChatId.eq(id)).exec(&transaction).await?;
        insert_tags(&transaction, id, meta).await?;
        transaction.commit().await?;
        Ok(row)
    }

    /// Puts all chats of a user away or back; answers how many changed.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn archive_all(&self, user_id: &str, archived: bool) -> Result<u64> {
        let changed = chat::Entity::update_many()
            .col_expr(chat::Column::Archived, Expr::value(archived))
            .filter(chat::Column::UserId.eq(user_id))
            .filter(chat::Column::Archived.eq(!archived))
            .exec(self.db.writer())
            .await?;
        Ok(changed.rows_affected)
    }

    /// Deletes a chat and its shared copy; answers whether there was such a chat.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let transaction = self.db.begin().await?;
        let copies = chat::Entity::delete_many().filter(chat::Column::UserId.eq(shared_owner(id)));
        copies.exec(&transaction).await?;
        let gone = chat::Entity::delete_by_id(id).exec(&transaction).await?.rows_affected > 0;
        transaction.commit().await?;
        Ok(gone)
    }

    /// Deletes all chats of a user and their shared copies; answers how many chats.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete_all(&self, user_id: &str) -> Result<u64> {
        let transaction = self.db.begin().await?;
        let gone = delete_of_user(&transaction, user_id).await?;
        transaction.commit().await?;
        Ok(gone)
    }

    /// Deletes the user's chats that lie in one of these folders, and their shared copies; answers how many chats.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete_in_folders(&self, user_id: &str, folder_ids: &[String]) -> Result<u64> {
        let transaction = self.db.begin().await?;
        let mut gone = 0;
        for folder_ids in folder_ids.chunks(BATCH) {
            let in_folders = chat::Column::FolderId.is_in(folder_ids.iter().cloned());
            gone += delete_where(&transaction, chat::Column::UserId.eq(user_id).and(in_folders)).await?;
        }
        transaction.commit().await?;
        Ok(gone)
    }

    async fn change(&self, id: &str, mut change: chat::ActiveModel) -> Result<ChatRow> {
        change.id = Set(id.to_owned());
        ChatRow::try_from(&change.update(self.db.writer()).await?)
    }
}

/// Owner of the shared copy of a chat.
fn shared_owner(chat_id: &str) -> String {
    format!("shared-{chat_id}")
}

/// Deletes all chats of a user and their shared copies.
pub(crate) async fn delete_of_user(transaction: &DatabaseTransaction, user_id: &str) -> Result<u64> {
    delete_where(transaction, chat::Column::UserId.eq(user_id)).await
}

async fn delete_where(transaction: &DatabaseTransaction, which: Expr) -> Result<u64> {
    let copy_owner = Expr::cust("CONCAT('shared-', id)");
    let owners: SelectStatement =
        Query::select().expr(copy_owner).from(chat::Entity).and_where(which.clone()).to_owned();
    chat::Entity::delete_many().filter(chat::Column::UserId.in_subquery(owners)).exec(transaction).await?;
    Ok(chat::Entity::delete_many().filter(which).exec(transaction).await?.rows_affected)
}

async fn short<C: ConnectionTrait>(
    connection: &C,
    id: &str,
    user_id: Option<&str>,
) -> Result<Option<ChatRow>> {
    let mut select = chat::Entity::find_by_id(id).select_only().columns(SHORT_COLUMNS);
    if let Some(user_id) = user_id {
        select = select.filter(chat::Column::UserId.eq(user_id));
    }
    select.into_model::<ShortChat>().one(connection).await?.map(ChatRow::try_from).transpose()
}

/// Locks a chat until the transaction ends, so that changes of one chat come one after the other, and marks it as
/// changed at `now`.
pub(crate) async fn lock(transaction: &DatabaseTransaction, id: &str, now: i64) -> Result<chat::Model> {
    let change = next_revision(id).col_expr(chat::Column::UpdatedAt, Expr::value(now));
    change.exec_with_returning(transaction).await?.pop().ok_or(StoreError::NotFound)
}

/// The same for a change of a message that does not count as one of the chat.
pub(crate) async fn lock_messages(transaction: &DatabaseTransaction, id: &str) -> Result<()> {
    next_revision(id).exec(transaction).await?;
    Ok(())
}

fn next_revision(id: &str) -> UpdateMany<chat::Entity> {
    chat::Entity::update_many()
        .col_expr(chat::Column::Revision, Expr::col(chat::Column::Revision).add(1))
        .filter(chat::Column::Id.eq(id))
}

async fn insert(transaction: &DatabaseTransaction, new: NewChat) -> Result<Chat> {
    let (head, parts) = take_apart(&new.document)?;
    let now = now();
    let title = title_of(&new.document);
    let meta = if matches!(new.meta, Value::Null) { Value::Object(Map::new()) } else { new.meta };
    let row = chat::Model {
        id: new.id.unwrap_or_else(new_id),
        user_id: new.user_id,
        title_key: title.to_lowercase(),
        title,
        created_at: new.created_at.unwrap_or(now),
        updated_at: new.updated_at.unwrap_or(now),
        share_id: None,
        archived: new.archived,
        pinned: new.pinned,
        folder_id: new.folder_id,
        meta: meta.to_string(),
        current_id: head.current_id,
        has_messages: head.has_messages,
        flat_derived: head.flat_derived,
        document: head.document,
        history: head.history,
        flat: head.flat,
        // Not the revision of a chat that was deleted and had this id.
        revision: now_ns(),
    };
    let short = ChatRow::try_from(&row)?;
    chat::Entity::insert(chat::ActiveModel::from(row)).exec_without_returning(transaction).await?;
    search::add_chat(transaction, &short.id, &short.user_id, &short.title).await?;
    let numbered: Vec<(i64, Part)> = (0..).zip(parts).collect();
    let texts: Vec<_> = numbered.iter().map(|(seq, part)| (*seq, part.words())).collect();
    let entries: Vec<search::Entry<'_>> = texts.iter().map(|(seq, text)| (*seq, text.as_ref())).collect();
    search::set(transaction, &short.id, &entries).await?;
    let rows = numbered.into_iter().map(|(seq, part)| message_row(&short.id, seq, part)).collect();
    insert_messages(transaction, rows).await?;
    insert_tags(transaction, &short.id, &meta).await?;
    Ok(Chat { row: short, document: new.document })
}

/// Title of the row for a document.
pub(crate) fn title_of(document: &Map<String, Value>) -> String {
    without_nul(document.get("title").and_then(Value::as_str).unwrap_or(UNTITLED))
}

pub(crate) fn head_of(chat: &chat::Model) -> Head {
    Head {
        document: chat.document.clone(),
        history: chat.history.clone(),
        current_id: chat.current_id.clone(),
        has_messages: chat.has_messages,
        flat_derived: chat.flat_derived,
        flat: chat.flat.clone(),
    }
}

pub(crate) fn message_row(chat_id: &str, seq: i64, part: Part) -> message::ActiveModel {
    message::ActiveModel {
        chat_id: Set(chat_id.to_owned()),
        id: Set(part.id),
        seq: Set(seq),
        parent_id: Set(part.parent_id),
        role: Set(part.role),
        running_on: Set(None),
        content_at: Set(part.content_at),
        content: Set(part.content),
        data: Set(part.data),
    }
}

/// Inserts message rows; a row that exists gets the new values but stays marked as running.
pub(crate) async fn insert_messages(
    transaction: &DatabaseTransaction,
    rows: Vec<message::ActiveModel>,
) -> Result<()> {
    use message::Column::{ChatId, Content, ContentAt, Data, Id, ParentId, Role, Seq};
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut replace = sea_orm::sea_query::OnConflict::columns([ChatId, Id]);
        replace.update_columns([Seq, ParentId, Role, ContentAt, Content, Data]);
        let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
        message::Entity::insert_many(batch).on_conflict(replace).exec_without_returning(transaction).await?;
    }
    Ok(())
}

async fn insert_tags(transaction: &DatabaseTransaction, chat_id: &str, meta: &Value) -> Result<()> {
    let ids: std::collections::BTreeSet<&str> =
        meta.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let row = |tag_id: &str| chat_tag::Model { chat_id: chat_id.to_owned(), tag_id: tag_id.to_owned() };
    let rows: Vec<_> = ids.into_iter().map(|id| chat_tag::ActiveModel::from(row(id))).collect();
    if !rows.is_empty() {
        chat_tag::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    Ok(())
}
