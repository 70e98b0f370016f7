//! Answers while they are being written: which node writes them, and what becomes of them when it dies.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Map, Value};

use crate::chats::{lock, lock_messages};
use crate::db::now;
use crate::entity::message;
use crate::messages::{clean_fields, find_locked, finish};
use crate::{Messages, Result, StoreError};

impl Messages {
    /// Notes that the node `node_id` writes this message.
    ///
    /// # Errors
    /// `NotFound` when there is no such message.
    pub async fn begin_turn(&self, chat_id: &str, id: &str, node_id: &str) -> Result<()> {
        let marked = message::Entity::update_many()
            .col_expr(message::Column::RunningOn, Expr::value(node_id))
            .filter(message::Column::ChatId.eq(chat_id))
            .filter(message::Column::Id.eq(id))
            .exec(self.db.writer())
            .await?;
        if marked.rows_affected == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Merges `patch` into a message (shallow) that no node writes any more; the chat counts as changed now.
    ///
    /// # Errors
    /// `NotFound` when there is no such message.
    pub async fn end_turn(&self, chat_id: &str, id: &str, patch: Map<String, Value>) -> Result<()> {
        let transaction = self.db.begin().await?;
        lock(&transaction, chat_id, now()).await?;
        let row = find_locked(&transaction, chat_id, id).await?.ok_or(StoreError::NotFound)?;
        finish(&transaction, row, clean_fields(patch)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Marks the messages whose node is not among `alive_nodes` as done and interrupted. Answers them as chat and
    /// message id; a message is answered once, also when several nodes ask at the same time.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn interrupt_abandoned(&self, alive_nodes: &[String]) -> Result<Vec<(String, String)>> {
        let abandoned = message::Entity::find()
            .select_only()
            .columns([message::Column::ChatId, message::Column::Id])
            .filter(message::Column::RunningOn.is_not_null())
            .filter(message::Column::RunningOn.is_not_in(alive_nodes.iter().cloned()))
            .into_tuple::<(String, String)>()
            .all(self.db.reader())
            .await?;
        let mut interrupted = Vec::with_capacity(abandoned.len());
        for (chat_id, id) in abandoned {
            if self.interrupt(&chat_id, &id, alive_nodes).await? {
                interrupted.push((chat_id, id));
            }
        }
        Ok(interrupted)
    }

    async fn interrupt(&self, chat_id: &str, id: &str, alive_nodes: &[String]) -> Result<bool> {
        let transaction = self.db.begin().await?;
        lock_messages(&transaction, chat_id).await?;
        let abandoned =
            |row: &message::Model| row.running_on.as_ref().is_some_and(|node| !alive_nodes.contains(node));
        let Some(row) = find_locked(&transaction, chat_id, id).await?.filter(abandoned) else {
            return Ok(false);
        };
        let marks = [("done", true), ("interrupted", true)];
        let patch = marks.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
        finish(&transaction, row, patch).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
