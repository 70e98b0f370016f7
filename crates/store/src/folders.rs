//! Folders of chats.

use std::collections::HashSet;

use schemars::JsonSchema;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde::Serialize;
use serde_json::Value;

use crate::db::{BATCH, Db, json, new_id, now};
use crate::entity::{chat, folder};
use crate::{Result, StoreError};

/// A folder.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "FolderModel")]
pub struct Folder {
    /// Id.
    pub id: String,
    /// The folder it lies in.
    pub parent_id: Option<String>,
    /// Whose.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// Unused by the contract; `Null`.
    pub items: Value,
    /// Free object or `Null`.
    pub meta: Value,
    /// Free object or `Null`.
    pub data: Value,
    /// Whether the client shows what is in it.
    pub is_expanded: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl TryFrom<folder::Model> for Folder {
    type Error = StoreError;

    fn try_from(row: folder::Model) -> Result<Self> {
        Ok(Self {
            items: json(&row.items)?,
            meta: json(&row.meta)?,
            data: json(&row.data)?,
            id: row.id,
            parent_id: row.parent_id,
            user_id: row.user_id,
            name: row.name,
            is_expanded: row.is_expanded,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What is needed to make a folder.
#[derive(Clone, Debug, Default)]
pub struct NewFolder {
    /// Id; `None` for a new UUID.
    pub id: Option<String>,
    /// The folder it lies in.
    pub parent_id: Option<String>,
    /// Whose.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// Free object or `Null`.
    pub meta: Value,
    /// Free object or `Null`.
    pub data: Value,
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct FolderPatch {
    /// The folder it lies in; `Some(None)` for none.
    pub parent_id: Option<Option<String>>,
    /// Name.
    pub name: Option<String>,
    /// Unused by the contract.
    pub items: Option<Value>,
    /// Free object or `Null`.
    pub meta: Option<Value>,
    /// Free object or `Null`.
    pub data: Option<Value>,
    /// Whether the client shows what is in it.
    pub is_expanded: Option<bool>,
}

/// Repository of folders.
#[derive(Clone, Debug)]
pub struct Folders {
    pub(crate) db: Db,
}

impl Folders {
    /// Makes an empty folder.
    ///
    /// # Errors
    /// `Conflict("id")` when the id is in use.
    pub async fn create(&self, new: NewFolder) -> Result<Folder> {
        let now = now();
        let row = folder::Model {
            id: new.id.unwrap_or_else(new_id),
            user_id: new.user_id,
            parent_id: new.parent_id,
            name: new.name,
            items: "null".to_owned(),
            meta: new.meta.to_string(),
            data: new.data.to_string(),
            is_expanded: false,
            created_at: now,
            updated_at: now,
        };
        folder::Entity::insert(folder::ActiveModel::from(row.clone()))
            .exec_without_returning(self.db.writer())
            .await?;
        row.try_into()
    }

    /// The user's folder with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str, user_id: &str) -> Result<Option<Folder>> {
        let found = folder::Entity::find_by_id(id).filter(folder::Column::UserId.eq(user_id));
        found.one(self.db.reader()).await?.map(Folder::try_from).transpose()
    }

    /// The user's folders, oldest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_user(&self, user_id: &str) -> Result<Vec<Folder>> {
        rows_of_user(self.db.reader(), user_id).await?.into_iter().map(Folder::try_from).collect()
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound` when the user has no such folder.
    pub async fn update(&self, id: &str, user_id: &str, patch: FolderPatch) -> Result<Folder> {
        let transaction = self.db.begin().await?;
        let found = folder::Entity::find_by_id(id)
            .filter(folder::Column::UserId.eq(user_id))
            .one(&transaction)
            .await?;
        let mut row = folder::ActiveModel::from(found.ok_or(StoreError::NotFound)?);
        row.updated_at = Set(now());
        if let Some(parent_id) = patch.parent_id {
            row.parent_id = Set(parent_id);
        }
        if let Some(name) = patch.name {
            row.name = Set(name);
        }
        if let Some(items) = patch.items {
            row.items = Set(items.to_string());
        }
        if let Some(meta) = patch.meta {
            row.meta = Set(meta.to_string());
        }
        if let Some(data) = patch.data {
            row.data = Set(data.to_string());
        }
        if let Some(is_expanded) = patch.is_expanded {
            row.is_expanded = Set(is_expanded);
        }
        let row = row.update(&transaction).await?;
        transaction.commit().await?;
        row.try_into()
    }

    /// Deletes a folder and all folders in it; chats that still lie in them then lie in none. Answers the ids of the
    /// deleted folders, empty when the user has no such folder.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str, user_id: &str) -> Result<Vec<String>> {
        let transaction = self.db.begin().await?;
        let rows = rows_of_user(&transaction, user_id).await?;
        if !rows.iter().any(|row| row.id == id) {
            return Ok(Vec::new());
        }
        let mut ids = vec![id.to_owned()];
        ids.extend(below(&rows, id));
        for ids in ids.chunks(BATCH) {
            chat::Entity::update_many()
                .col_expr(chat::Column::FolderId, Expr::value(None::<String>))
                .filter(chat::Column::UserId.eq(user_id))
                .filter(chat::Column::FolderId.is_in(ids.iter().cloned()))
                .exec(&transaction)
                .await?;
            let gone = folder::Entity::delete_many().filter(folder::Column::Id.is_in(ids.iter().cloned()));
            gone.exec(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(ids)
    }

    /// Ids of all folders in the folder, at any depth, without itself.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn children(&self, id: &str, user_id: &str) -> Result<Vec<String>> {
        Ok(below(&rows_of_user(self.db.reader(), user_id).await?, id))
    }
}

async fn rows_of_user<C: ConnectionTrait>(connection: &C, user_id: &str) -> Result<Vec<folder::Model>> {
    let rows = folder::Entity::find()
        .filter(folder::Column::UserId.eq(user_id))
        .order_by_asc(folder::Column::CreatedAt)
        .order_by_asc(folder::Column::Id);
    Ok(rows.all(connection).await?)
}

/// Ids below `id`, level by level; a circle is walked once.
fn below(rows: &[folder::Model], id: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen = HashSet::from([id.to_owned()]);
    let mut level = vec![id.to_owned()];
    while !level.is_empty() {
        let inside =
            |row: &&folder::Model| row.parent_id.as_ref().is_some_and(|parent| level.contains(parent));
        level = rows
            .iter()
            .filter(inside)
            .map(|row| row.id.clone())
            .filter(|id| seen.insert(id.clone()))
            .collect();
        found.extend(level.iter().cloned());
    }
    found
}
