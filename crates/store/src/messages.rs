//! Messages of chats, one row each: changing one costs the same in a chat of five messages and of five thousand.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect, Set,
};
use serde_json::{Map, Value};

use crate::chats::{head_of, lock, lock_messages, message_row};
use crate::db::{Db, now, without_nul};
use crate::document::{Part, climb};
use crate::entity::{chat, message};
use crate::long_chats::Whole;
use crate::parts::Lines;
use crate::{ChatRow, Result, StoreError, search};

/// A branch longer than this is picked from all messages of the chat, which is quicker than asking for each by id.
const FEW: usize = 50;

/// Repository of messages.
#[derive(Clone, Debug)]
pub struct Messages {
    pub(crate) db: Db,
}

impl Messages {
    /// Merges `patch` into a message (shallow), or appends the message when the chat has none with this id and names it
    /// among its parent's children. It becomes the current message and the chat counts as changed now. NUL characters
    /// are dropped.
    ///
    /// # Errors
    /// `NotFound` when there is no such chat; `Invalid` when the id is impossible.
    pub async fn upsert(&self, chat_id: &str, message_id: &str, patch: Map<String, Value>) -> Result<()> {
        let transaction = self.db.begin().await?;
        upsert(&transaction, chat_id, message_id, patch).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The same, and answers the whole chat as [`Chats::json`](crate::Chats::json) does. Of a long chat that was used
    /// lately only what changed is read.
    ///
    /// # Errors
    /// Those of [`Messages::upsert`].
    pub async fn upsert_json(
        &self,
        chat_id: &str,
        message_id: &str,
        patch: Map<String, Value>,
        begin: impl FnOnce(&ChatRow) -> serde_json::Result<Vec<u8>>,
    ) -> Result<Vec<u8>> {
        let transaction = self.db.begin().await?;
        upsert(&transaction, chat_id, message_id, patch).await?;
        let known = self.db.long_chats();
        let whole = Whole::read_after(&transaction, known, chat_id, message_id).await?;
        transaction.commit().await?;
        let whole = whole.ok_or(StoreError::NotFound)?;
        known.keep(&whole);
        Ok(whole.json(begin)?.1)
    }

    /// The fields of a message.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, chat_id: &str, id: &str) -> Result<Option<Map<String, Value>>> {
        find(self.db.reader(), chat_id, id).await?.map(|row| part_of(row).fields()).transpose()
    }

    /// The messages from the root to `leaf`, root first; empty when there is no such message.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn branch(&self, chat_id: &str, leaf: &str) -> Result<Vec<Map<String, Value>>> {
        let snapshot = self.db.snapshot().await?;
        let ids = branch_ids(&snapshot, chat_id, leaf).await?;
        if ids.len() > FEW {
            let lines = Lines::read(&snapshot, chat_id).await?;
            snapshot.commit().await?;
            return fields_of(&ids, &lines.parts());
        }
        let rows = message::Entity::find()
            .filter(message::Column::ChatId.eq(chat_id))
            .filter(message::Column::Id.is_in(ids.iter().cloned()))
            .all(&snapshot)
            .await?;
        snapshot.commit().await?;
        fields_of(&ids, &rows.into_iter().map(part_of).collect::<Vec<_>>())
    }

    /// Adds `values` to the list `field` of a message, which is made when the message has none.
    ///
    /// # Errors
    /// `NotFound` when there is no such message.
    pub async fn push(
        &self,
        chat_id: &str,
        id: &str,
        field: &str,
        values: &[Value],
        at_front: bool,
    ) -> Result<()> {
        let added = values.iter().cloned().map(clean);
        let transaction = self.db.begin().await?;
        lock(&transaction, chat_id, now()).await?;
        let row = find(&transaction, chat_id, id).await?.ok_or(StoreError::NotFound)?;
        let mut fields = part_of(row.clone()).fields()?;
        let old = match fields.remove_entry(field) {
            Some((_, Value::Array(old))) => old,
            _ => Vec::new(),
        };
        let list = if at_front { added.chain(old).collect() } else { old.into_iter().chain(added).collect() };
        change(&transaction, row, Map::from_iter([(field.to_owned(), Value::Array(list))])).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Appends to the content of a message.
    ///
    /// # Errors
    /// `NotFound` when there is no such message.
    pub async fn append_content(&self, chat_id: &str, id: &str, text: &str) -> Result<()> {
        let longer = Expr::cust_with_values("CONCAT(content, ?)", [without_nul(text)]);
        let longer = if self.db.backend() == sea_orm::DbBackend::Postgres {
            Expr::cust_with_values("CONCAT(content, $1::text)", [without_nul(text)])
        } else {
            longer
        };
        let transaction = self.db.begin().await?;
        lock_messages(&transaction, chat_id).await?;
        if !set_content(&transaction, chat_id, id, longer).await? {
            transaction.rollback().await?;
            let patch = Map::from_iter([("content".to_owned(), Value::from(text))]);
            return self.patch(chat_id, id, patch).await;
        }
        let row = find(&transaction, chat_id, id).await?.filter(|row| row.running_on.is_none());
        if let Some(row) = row {
            let seq = row.seq;
            search::replace(&transaction, chat_id, &[seq], &[(seq, &part_of(row).words())]).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Saves the content of an answer that is still being written. It is not indexed before [`Messages::end_turn`].
    ///
    /// # Errors
    /// `NotFound` when there is no such message.
    pub async fn save_progress(&self, chat_id: &str, id: &str, content: &str) -> Result<()> {
        let transaction = self.db.begin().await?;
        lock_messages(&transaction, chat_id).await?;
        if set_content(&transaction, chat_id, id, Expr::value(without_nul(content))).await? {
            return Ok(transaction.commit().await?);
        }
        transaction.rollback().await?;
        self.patch(chat_id, id, Map::from_iter([("content".to_owned(), Value::from(content))])).await
    }

    /// Merges `patch` into a message (shallow) that must exist; nothing else of the chat changes.
    ///
    /// # Errors
    /// `NotFound` when there is no such message.
    pub async fn patch(&self, chat_id: &str, id: &str, patch: Map<String, Value>) -> Result<()> {
        let transaction = self.db.begin().await?;
        lock_messages(&transaction, chat_id).await?;
        let row = find_locked(&transaction, chat_id, id).await?.ok_or(StoreError::NotFound)?;
        change(&transaction, row, clean_fields(patch)).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The fields of the messages `ids`, in that order.
fn fields_of(ids: &[String], parts: &[Part<impl AsRef<str>>]) -> Result<Vec<Map<String, Value>>> {
    let parts: HashMap<&str, _> = parts.iter().map(|part| (part.id.as_ref(), part)).collect();
    ids.iter().filter_map(|id| parts.get(id.as_str())).map(|part| part.fields()).collect()
}

/// Replaces the content in one statement; `false` when the message is missing or its content is no plain string.
async fn set_content(
    transaction: &DatabaseTransaction,
    chat_id: &str,
    id: &str,
    content: Expr,
) -> Result<bool> {
    let done = message::Entity::update_many()
        .col_expr(message::Column::Content, content)
        .filter(message::Column::ChatId.eq(chat_id))
        .filter(message::Column::Id.eq(id))
        .filter(message::Column::Content.is_not_null())
        .exec(transaction)
        .await?;
    Ok(done.rows_affected > 0)
}

/// The row of a message.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
    id: &str,
) -> Result<Option<message::Model>> {
    Ok(message::Entity::find_by_id((chat_id.to_owned(), id.to_owned())).one(connection).await?)
}

/// The row of a message, which nobody else changes until the transaction ends.
pub(crate) async fn find_locked(
    transaction: &DatabaseTransaction,
    chat_id: &str,
    id: &str,
) -> Result<Option<message::Model>> {
    let mut select = message::Entity::find_by_id((chat_id.to_owned(), id.to_owned()));
    // SQLite holds its one write lock already and does not know the words.
    if transaction.get_database_backend() != sea_orm::DbBackend::Sqlite {
        select = select.lock_exclusive();
    }
    Ok(select.one(transaction).await?)
}

fn part_of(row: message::Model) -> Part {
    Part {
        id: row.id,
        parent_id: row.parent_id,
        role: row.role,
        content: row.content,
        content_at: row.content_at,
        data: row.data,
    }
}

/// Merges into a row and writes it. An answer that is still being written is not indexed: [`finish`] does it once.
pub(crate) async fn change(
    transaction: &DatabaseTransaction,
    row: message::Model,
    patch: Map<String, Value>,
) -> Result<()> {
    let (chat_id, seq, running) = (row.chat_id.clone(), row.seq, row.running_on.is_some());
    let old = part_of(row.clone());
    let new = merge(transaction, row, patch).await?;
    if running || old.words() == new.words() {
        return Ok(());
    }
    search::replace(transaction, &chat_id, &[seq], &[(seq, &new.words())]).await
}

/// As [`change`], for an answer that nobody writes any more.
pub(crate) async fn finish(
    transaction: &DatabaseTransaction,
    mut row: message::Model,
    patch: Map<String, Value>,
) -> Result<()> {
    let (chat_id, seq) = (row.chat_id.clone(), row.seq);
    row.running_on = None;
    let new = merge(transaction, row, patch).await?;
    search::replace(transaction, &chat_id, &[seq], &[(seq, &new.words())]).await
}

async fn merge(
    transaction: &DatabaseTransaction,
    row: message::Model,
    patch: Map<String, Value>,
) -> Result<Part> {
    let (chat_id, seq, running_on, old_parent) =
        (row.chat_id.clone(), row.seq, row.running_on.clone(), row.parent_id.clone());
    let part = part_of(row);
    let mut fields = part.fields()?;
    fields.extend(patch);
    let part = Part::of(&part.id, &Value::Object(fields))?;
    let (id, parent) = (part.id.clone(), part.parent_id.clone());
    let new = part.clone();
    let change = message::ActiveModel { running_on: Set(running_on), ..message_row(&chat_id, seq, part) };
    message::Entity::update(change).exec_without_returning(transaction).await?;
    if let Some(parent) = parent.filter(|parent| old_parent.as_deref() != Some(parent)) {
        adopt(transaction, &chat_id, &parent, &id).await?;
    }
    Ok(new)
}

async fn upsert(
    transaction: &DatabaseTransaction,
    chat_id: &str,
    message_id: &str,
    patch: Map<String, Value>,
) -> Result<()> {
    let patch = clean_fields(patch);
    make_current(transaction, chat_id, message_id).await?;
    match find(transaction, chat_id, message_id).await? {
        Some(row) => change(transaction, row, patch).await,
        None => append(transaction, chat_id, message_id, patch).await,
    }
}

async fn append(
    transaction: &DatabaseTransaction,
    chat_id: &str,
    id: &str,
    mut patch: Map<String, Value>,
) -> Result<()> {
    if !patch.contains_key("id") {
        patch.shift_insert(0, "id".to_owned(), Value::from(id));
    }
    let part = Part::of(id, &Value::Object(patch))?;
    let parent = part.parent_id.clone();
    let highest = Query::select()
        .expr(Expr::col(message::Column::Seq).max())
        .from(message::Entity)
        .and_where(message::Column::ChatId.eq(chat_id))
        .to_owned();
    let highest: Option<i64> =
        transaction.query_one(&highest).await?.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    let seq = highest.map_or(0, |seq| seq + 1);
    search::set(transaction, chat_id, &[(seq, &part.words())]).await?;
    let row = message_row(chat_id, seq, part);
    message::Entity::insert(row).exec_without_returning(transaction).await?;
    match parent {
        Some(parent) => adopt(transaction, chat_id, &parent, id).await,
        None => Ok(()),
    }
}

/// Names `child` among the children of `parent`, if there is such a parent.
async fn adopt(transaction: &DatabaseTransaction, chat_id: &str, parent: &str, child: &str) -> Result<()> {
    let Some(row) = find(transaction, chat_id, parent).await? else { return Ok(()) };
    let (seq, running_on) = (row.seq, row.running_on.clone());
    let part = part_of(row);
    let Value::Object(mut fields) = part.value()? else { return Ok(()) };
    let children = fields.entry("childrenIds").or_insert_with(|| Value::Array(Vec::new()));
    match children {
        Value::Array(children) if children.iter().any(|id| id == child) => return Ok(()),
        Value::Array(children) => children.push(Value::from(child)),
        other => *other = Value::from(vec![child]),
    }
    let part = Part::of(&part.id, &Value::Object(fields))?;
    let change = message::ActiveModel { running_on: Set(running_on), ..message_row(chat_id, seq, part) };
    message::Entity::update(change).exec_without_returning(transaction).await?;
    Ok(())
}

/// Locks the chat, makes the message its current one and sees to it that the document has a history to add to.
async fn make_current(transaction: &DatabaseTransaction, chat_id: &str, message_id: &str) -> Result<()> {
    let chat = lock(transaction, chat_id, now()).await?;
    let mut head = head_of(&chat);
    let mut update = chat::ActiveModel {
        id: Set(chat_id.to_owned()),
        current_id: Set(Some(message_id.to_owned())),
        ..Default::default()
    };
    if !head.has_messages {
        head.open_history()?;
        update.document = Set(head.document);
        update.history = Set(head.history);
        update.has_messages = Set(true);
    }
    chat::Entity::update(update).exec_without_returning(transaction).await?;
    Ok(())
}

/// Ids of the messages from the root to `leaf`. Looking at every link of the chat once is quicker than a recursive
/// query, which PostgreSQL may plan as a scan of the chat for each step.
async fn branch_ids(snapshot: &DatabaseTransaction, chat_id: &str, leaf: &str) -> Result<Vec<String>> {
    let links = message::Entity::find()
        .select_only()
        .columns([message::Column::Id, message::Column::ParentId])
        .filter(message::Column::ChatId.eq(chat_id))
        .into_tuple::<(String, Option<String>)>()
        .all(snapshot)
        .await?;
    let parents: HashMap<&str, Option<&str>> =
        links.iter().map(|(id, parent)| (id.as_str(), parent.as_deref())).collect();
    let branch =
        climb(Some(leaf), |id| parents.get_key_value(id).map(|(id, parent)| ((*id).to_owned(), *parent)));
    Ok(branch)
}

pub(crate) fn clean_fields(fields: Map<String, Value>) -> Map<String, Value> {
    fields.into_iter().map(|(key, value)| (without_nul(&key), clean(value))).collect()
}

/// A value without NUL characters in any text.
fn clean(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(items) => Value::Array(items.into_iter().map(clean).collect()),
        Value::Object(fields) => Value::Object(clean_fields(fields)),
        other => other,
    }
}
