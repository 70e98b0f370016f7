//! Uploaded files: what is known of them. The bytes lie in [`crate::Blobs`], the text found in them in a table of its
//! own, from where it comes back as `data.content`.

use std::collections::HashMap;

use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Set,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{BATCH, Db, json, now, optional_json, without_nul};
use crate::entity::{channel_file, chat, chat_file, file, file_text};
use crate::{Result, StoreError};

/// A file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRow {
    /// Id.
    pub id: String,
    /// Who uploaded it.
    pub user_id: String,
    /// SHA-256 of the extracted text; of the bytes as long as there is none.
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

/// Whether the text of files is read with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// As `data.content`.
    With,
    /// Not at all.
    Without,
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
        let (data, text) = apart(row.data);
        row.data = together(data.clone(), text.clone());
        let stored = file::Model {
            id: row.id.clone(),
            user_id: row.user_id.clone(),
            hash: row.hash.clone(),
            filename: row.filename.clone(),
            path: row.path.clone(),
            data: data.to_string(),
            meta: row.meta.to_string(),
            access_control: row.access_control.as_ref().map(Value::to_string),
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        let transaction = self.db.begin().await?;
        file::Entity::insert(file::ActiveModel::from(stored)).exec_without_returning(&transaction).await?;
        set_text(&transaction, &row.id, text).await?;
        transaction.commit().await?;
        Ok(row)
    }

    /// The file with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str, text: Text) -> Result<Option<FileRow>> {
        let row = file::Entity::find_by_id(id).one(self.db.reader()).await?;
        Ok(self.whole(row.into_iter().collect(), text).await?.pop())
    }

    /// The files with these ids, in no particular order; unknown ids are left out.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_ids(&self, ids: &[String], text: Text) -> Result<Vec<FileRow>> {
        let mut files = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let found = file::Entity::find().filter(file::Column::Id.is_in(ids.iter().cloned()));
            files.extend(found.all(self.db.reader()).await?);
        }
        self.whole(files, text).await
    }

    /// The files that a user uploaded, or those of everybody, newest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn list(&self, user_id: Option<&str>, text: Text) -> Result<Vec<FileRow>> {
        let mut files = file::Entity::find();
        if let Some(user_id) = user_id {
            files = files.filter(file::Column::UserId.eq(user_id));
        }
        let files = files.order_by_desc(file::Column::CreatedAt).order_by_asc(file::Column::Id);
        let rows = files.all(self.db.reader()).await?;
        self.whole(rows, text).await
    }

    /// Ids and names of the files that a user uploaded, or of those of everybody, newest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn names(&self, user_id: Option<&str>) -> Result<Vec<(String, String)>> {
        let mut names =
            file::Entity::find().select_only().columns([file::Column::Id, file::Column::Filename]);
        if let Some(user_id) = user_id {
            names = names.filter(file::Column::UserId.eq(user_id));
        }
        let names = names.order_by_desc(file::Column::CreatedAt).order_by_asc(file::Column::Id);
        Ok(names.into_tuple().all(self.db.reader()).await?)
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
        let (data, text) = patch.data.map(apart).unzip();
        if let Some(data) = data {
            row.data = Set(data.to_string());
        }
        if let Some(meta) = patch.meta {
            row.meta = Set(meta.to_string());
        }
        if let Some(access_control) = patch.access_control {
            row.access_control = Set(access_control.map(|value| value.to_string()));
        }
        let transaction = self.db.begin().await?;
        let row = row.update(&transaction).await?;
        if let Some(text) = text {
            set_text(&transaction, id, text).await?;
        }
        transaction.commit().await?;
        self.whole(vec![row], Text::With).await?.pop().ok_or(StoreError::NotFound)
    }

    /// Deletes a file, its text and its links to chats and channels; answers what it was.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<Option<FileRow>> {
        let Some(row) = self.get(id, Text::Without).await? else { return Ok(None) };
        let gone = file::Entity::delete_by_id(id).exec(self.db.writer()).await?.rows_affected > 0;
        Ok(gone.then_some(row))
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

    /// Whether a chat that uses the file is shared.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn is_in_shared_chat(&self, file_id: &str) -> Result<bool> {
        let chats = Query::select()
            .column(chat_file::Column::ChatId)
            .from(chat_file::Entity)
            .and_where(chat_file::Column::FileId.eq(file_id))
            .to_owned();
        let shared = chat::Entity::find()
            .select_only()
            .column(chat::Column::Id)
            .filter(chat::Column::Id.in_subquery(chats))
            .filter(chat::Column::ShareId.is_not_null())
            .limit(1);
        Ok(shared.into_tuple::<String>().one(self.db.reader()).await?.is_some())
    }

    /// Notes that a file was sent to a channel. Doing it twice is no error.
    ///
    /// # Errors
    /// `NotFound` when there is no such channel or file.
    pub async fn link_channel_file(&self, channel_id: &str, file_id: &str) -> Result<()> {
        let row = channel_file::Model { channel_id: channel_id.to_owned(), file_id: file_id.to_owned() };
        let mut once = OnConflict::columns([channel_file::Column::ChannelId, channel_file::Column::FileId]);
        once.update_column(channel_file::Column::FileId);
        channel_file::Entity::insert(channel_file::ActiveModel::from(row))
            .on_conflict(once)
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(())
    }

    /// Ids of the channels to which a file was sent.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn channels_of(&self, file_id: &str) -> Result<Vec<String>> {
        let links = channel_file::Entity::find().filter(channel_file::Column::FileId.eq(file_id));
        Ok(links.all(self.db.reader()).await?.into_iter().map(|row| row.channel_id).collect())
    }

    /// Rows as callers see them.
    async fn whole(&self, rows: Vec<file::Model>, text: Text) -> Result<Vec<FileRow>> {
        let mut texts = HashMap::new();
        if text == Text::With {
            let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
            for ids in ids.chunks(BATCH) {
                let found = file_text::Entity::find().filter(file_text::Column::FileId.is_in(ids.to_vec()));
                let found = found.all(self.db.reader()).await?;
                texts.extend(found.into_iter().map(|row| (row.file_id, row.content)));
            }
        }
        let with_text = |row: file::Model| {
            let content = texts.remove(&row.id);
            let mut row = FileRow::try_from(row)?;
            row.data = together(row.data, content);
            Ok(row)
        };
        rows.into_iter().map(with_text).collect()
    }
}

/// The data of a file and its text. Something else than a text under `content` stays where it is.
fn apart(mut data: Value) -> (Value, Option<String>) {
    let text = match &mut data {
        Value::Object(fields) if fields.get("content").is_some_and(Value::is_string) => {
            fields.shift_remove("content")
        }
        _ => None,
    };
    let text = text.and_then(|text| text.as_str().map(without_nul));
    (data, text)
}

/// The data of a file with its text.
fn together(mut data: Value, text: Option<String>) -> Value {
    if let Some((text, data)) = text.zip(data.as_object_mut()) {
        data.insert("content".to_owned(), Value::String(text));
    }
    data
}

async fn set_text(transaction: &DatabaseTransaction, id: &str, text: Option<String>) -> Result<()> {
    let Some(content) = text else {
        file_text::Entity::delete_by_id(id).exec(transaction).await?;
        return Ok(());
    };
    let row = file_text::ActiveModel { file_id: Set(id.to_owned()), content: Set(content) };
    let mut replace = OnConflict::column(file_text::Column::FileId);
    replace.update_column(file_text::Column::Content);
    file_text::Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
    Ok(())
}

/// Deletes what is known of a user's files; the blobs are the caller's to delete.
pub(crate) async fn forget_user(transaction: &DatabaseTransaction, user_id: &str) -> Result<()> {
    file::Entity::delete_many().filter(file::Column::UserId.eq(user_id)).exec(transaction).await?;
    Ok(())
}
