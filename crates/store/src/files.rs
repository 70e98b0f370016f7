//! Uploaded files: what is known of them. The bytes lie elsewhere.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{BATCH, Db, json, now, optional_json};
use crate::entity::{chat_file, file};
use crate::{Result, StoreError};

/// A file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRow {
    /// Id.
    pub id: String,
    /// Who uploaded it.
    pub user_id: String,
    /// SHA-256 of the extracted text.
    pub hash: Option<String>,
    /// Name.
    pub filename: String,
    /// Where the bytes are.
    pub path: Option<String>,
    /// Extracted content and status, an object or `Null`.
    pub data: Value,
    /// Name, type, size and so on, an object or `Null`.
    pub meta: Value,
    /// Who may read it; `None` is JSON `null`.
    pub access_control: Option<Value>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl TryFrom<file::Model> for FileRow {
    type Error = StoreError;

    fn try_from(row: file::Model) -> Result<Self> {
        Ok(Self {
            data: json(&row.data)?,
            meta: json(&row.meta)?,
            access_control: optional_json(row.access_control.as_deref())?,
            id: row.id,
            user_id: row.user_id,
            hash: row.hash,
            filename: row.filename,
            path: row.path,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct FilePatch {
    /// SHA-256 of the extracted text.
    pub hash: Option<Option<String>>,
    /// Name.
    pub filename: Option<String>,
    /// Where the bytes are.
    pub path: Option<Option<String>>,
    /// Extracted content and status.
    pub data: Option<Value>,
    /// Name, type, size and so on.
    pub meta: Option<Value>,
    /// Who may read it.
    pub access_control: Option<Option<Value>>,
}

/// Repository of files.
#[derive(Clone, Debug)]
pub struct Files {
    pub(crate) db: Db,
}

impl Files {
    /// Keeps a new file. Times that are 0 become now.
    ///
    /// # Errors
    /// `Conflict("id")` when the id is in use.
    pub async fn create(&self, mut row: FileRow) -> Result<FileRow> {
        let now = now();
        for time in [&mut row.created_at, &mut row.updated_at] {
            if *time == 0 {
                *time = now;
            }
        }
        let stored = file::Model {
            id: row.id.clone(),
            user_id: row.user_id.clone(),
            hash: row.hash.clone(),
            filename: row.filename.clone(),
            path: row.path.clone(),
            data: row.data.to_string(),
            meta: row.meta.to_string(),
            access_control: row.access_control.as_ref().map(Value::to_string),
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        file::Entity::insert(file::ActiveModel::from(stored))
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(row)
    }

    /// The file with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<FileRow>> {
        file::Entity::find_by_id(id).one(self.db.reader()).await?.map(FileRow::try_from).transpose()
    }

    /// The files with these ids, in no particular order; unknown ids are left out.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_ids(&self, ids: &[String]) -> Result<Vec<FileRow>> {
        let mut files = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let found = file::Entity::find().filter(file::Column::Id.is_in(ids.iter().cloned()));
            for row in found.all(self.db.reader()).await? {
                files.push(row.try_into()?);
            }
        }
        Ok(files)
    }

    /// Every file, newest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn all(&self) -> Result<Vec<FileRow>> {
        let all = file::Entity::find().order_by_desc(file::Column::CreatedAt).order_by_asc(file::Column::Id);
        all.all(self.db.reader()).await?.into_iter().map(FileRow::try_from).collect()
    }

    /// The files that a user uploaded, newest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_user(&self, user_id: &str) -> Result<Vec<FileRow>> {
        let files = file::Entity::find()
            .filter(file::Column::UserId.eq(user_id))
            .order_by_desc(file::Column::CreatedAt)
            .order_by_asc(file::Column::Id);
        files.all(self.db.reader()).await?.into_iter().map(FileRow::try_from).collect()
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, id: &str, patch: FilePatch) -> Result<FileRow> {
        let mut row =
            file::ActiveModel { id: Set(id.to_owned()), updated_at: Set(now()), ..Default::default() };
        if let Some(hash) = patch.hash {
            row.hash = Set(hash);
        }
        if let Some(filename) = patch.filename {
            row.filename = Set(filename);
        }
        if let Some(path) = patch.path {
            row.path = Set(path);
        }
        if let Some(data) = patch.data {
            row.data = Set(data.to_string());
        }
        if let Some(meta) = patch.meta {
            row.meta = Set(meta.to_string());
        }
        if let Some(access_control) = patch.access_control {
            row.access_control = Set(access_control.map(|value| value.to_string()));
        }
        row.update(self.db.writer()).await?.try_into()
    }

    /// Deletes a file and its links to chats; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        Ok(file::Entity::delete_by_id(id).exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Notes that a file is used in a chat. Doing it twice is no error.
    ///
    /// # Errors
    /// `NotFound` when there is no such chat or file.
    pub async fn link_chat_file(
        &self,
        chat_id: &str,
        message_id: Option<&str>,
        file_id: &str,
        user_id: &str,
    ) -> Result<()> {
        let row = chat_file::Model {
            chat_id: chat_id.to_owned(),
            file_id: file_id.to_owned(),
            message_id: message_id.map(str::to_owned),
            user_id: user_id.to_owned(),
            created_at: now(),
        };
        let mut latest = OnConflict::columns([chat_file::Column::ChatId, chat_file::Column::FileId]);
        latest.update_column(chat_file::Column::MessageId);
        chat_file::Entity::insert(chat_file::ActiveModel::from(row))
            .on_conflict(latest)
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(())
    }

    /// Ids of the files used in a chat, in the order they were added.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_chat(&self, chat_id: &str) -> Result<Vec<String>> {
        let links = chat_file::Entity::find()
            .filter(chat_file::Column::ChatId.eq(chat_id))
            .order_by_asc(chat_file::Column::CreatedAt);
        Ok(links.all(self.db.reader()).await?.into_iter().map(|row| row.file_id).collect())
    }
}
