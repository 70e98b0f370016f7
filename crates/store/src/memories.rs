//! Memories: short texts that models shall know about a user.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde::Serialize;

use crate::db::{Db, new_id, now, without_nul};
use crate::entity::memory;
use crate::{Result, StoreError};

/// A memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Id.
    pub id: String,
    /// Whose.
    pub user_id: String,
    /// What.
    pub content: String,
    /// Unix seconds.
    pub updated_at: i64,
    /// Unix seconds.
    pub created_at: i64,
}

impl From<memory::Model> for Memory {
    fn from(row: memory::Model) -> Self {
        let memory::Model { id, user_id, content, created_at, updated_at } = row;
        Self { id, user_id, content, updated_at, created_at }
    }
}

/// Repository of memories.
#[derive(Clone, Debug)]
pub struct Memories {
    pub(crate) db: Db,
}

impl Memories {
    /// Keeps a new memory.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn create(&self, user_id: &str, content: &str) -> Result<Memory> {
        let now = now();
        let row = memory::Model {
            id: new_id(),
            user_id: user_id.to_owned(),
            content: without_nul(content),
            created_at: now,
            updated_at: now,
        };
        let stored = memory::ActiveModel::from(row.clone());
        memory::Entity::insert(stored).exec_without_returning(self.db.writer()).await?;
        Ok(row.into())
    }

    /// The memories of a user, oldest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_user(&self, user_id: &str) -> Result<Vec<Memory>> {
        let rows = memory::Entity::find()
            .filter(memory::Column::UserId.eq(user_id))
            .order_by_asc(memory::Column::CreatedAt)
            .order_by_asc(memory::Column::Id);
        Ok(rows.all(self.db.reader()).await?.into_iter().map(Memory::from).collect())
    }

    /// Changes a memory of this user.
    ///
    /// # Errors
    /// `NotFound` when the user has no such memory.
    pub async fn update(&self, id: &str, user_id: &str, content: &str) -> Result<Memory> {
        let transaction = self.db.begin().await?;
        let row = memory::Entity::find_by_id(id).one(&transaction).await?;
        let row = row.filter(|row| row.user_id == user_id).ok_or(StoreError::NotFound)?;
        let mut change = memory::ActiveModel::from(row);
        change.content = Set(without_nul(content));
        change.updated_at = Set(now());
        let row = change.update(&transaction).await?;
        transaction.commit().await?;
        Ok(row.into())
    }

    /// Deletes a memory of this user; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str, user_id: &str) -> Result<bool> {
        let gone = memory::Entity::delete_many()
            .filter(memory::Column::Id.eq(id))
            .filter(memory::Column::UserId.eq(user_id));
        Ok(gone.exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Deletes all memories of a user; answers how many.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete_all(&self, user_id: &str) -> Result<u64> {
        let gone = memory::Entity::delete_many().filter(memory::Column::UserId.eq(user_id));
        Ok(gone.exec(self.db.writer()).await?.rows_affected)
    }
}
