//! Memories: short texts that models shall know about a user.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde::Serialize;

use crate::db::{Db, new_id, now, without_nul};
use crate::entity::{memory, memory_vector};
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

    /// What this model has made of the memories of a user, by their ids: the text that it was given, and the vector.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn vectors(&self, user_id: &str, model: &str) -> Result<HashMap<String, (String, Vec<f32>)>> {
        let rows = memory_vector::Entity::find()
            .filter(memory_vector::Column::UserId.eq(user_id))
            .filter(memory_vector::Column::Model.eq(model));
        let rows = rows.all(self.db.reader()).await?;
        let vector =
            |bytes: &[u8]| bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Ok(rows.into_iter().map(|row| (row.memory_id, (row.content, vector(&row.vector)))).collect())
    }

    /// Keeps what a model has made of memories, in place of what was there. Memories that are gone meanwhile are passed over.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn keep_vectors(&self, model: &str, vectors: &[(Memory, Vec<f32>)]) -> Result<()> {
        let transaction = self.db.begin().await?;
        let ids = vectors.iter().map(|(memory, _)| memory.id.as_str());
        let here = memory::Entity::find().filter(memory::Column::Id.is_in(ids)).all(&transaction).await?;
        for (memory, vector) in vectors {
            if !here.iter().any(|row| row.id == memory.id && row.user_id == memory.user_id) {
                continue;
            }
            let row = memory_vector::Model {
                memory_id: memory.id.clone(),
                user_id: memory.user_id.clone(),
                model: model.to_owned(),
                content: memory.content.clone(),
                vector: vector.iter().flat_map(|x| x.to_le_bytes()).collect(),
            };
            let mut replace = OnConflict::column(memory_vector::Column::MemoryId);
            replace.update_columns([
                memory_vector::Column::Model,
                memory_vector::Column::Content,
                memory_vector::Column::Vector,
            ]);
            let row = memory_vector::ActiveModel::from(row);
            memory_vector::Entity::insert(row)
                .on_conflict(replace)
                .exec_without_returning(&transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
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
