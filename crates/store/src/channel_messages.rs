//! Messages in channels, with their threads and reactions.

use std::collections::HashMap;

use schemars::JsonSchema;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, Set,
};
use serde::Serialize;
use serde_json::Value;

use crate::db::{BATCH, Db, json, new_id, now_ns, without_nul};
use crate::entity::{channel_message, channel_reaction};
use crate::{Result, StoreError};

/// A message in a channel.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MessageModel")]
pub struct ChannelMessage {
    /// Id.
    pub id: String,
    /// Who wrote it, or had a model write it.
    pub user_id: String,
    /// The channel.
    pub channel_id: String,
    /// The message it quotes.
    pub reply_to_id: Option<String>,
    /// The first message of the thread it belongs to.
    pub parent_id: Option<String>,
    /// Whether it is kept in view.
    pub is_pinned: bool,
    /// Who pinned it.
    pub pinned_by: Option<String>,
    /// Unix nanoseconds.
    pub pinned_at: Option<i64>,
    /// Text.
    pub content: String,
    /// Files and so on, or `Null`.
    pub data: Value,
    /// Free object or `Null`; names the model that wrote it.
    pub meta: Value,
    /// Unix nanoseconds.
    pub created_at: i64,
    /// Unix nanoseconds.
    pub updated_at: i64,
}

impl TryFrom<channel_message::Model> for ChannelMessage {
    type Error = StoreError;

    fn try_from(row: channel_message::Model) -> Result<Self> {
        Ok(Self {
            data: json(&row.data)?,
            meta: json(&row.meta)?,
            id: row.id,
            user_id: row.user_id,
            channel_id: row.channel_id,
            reply_to_id: row.reply_to_id,
            parent_id: row.parent_id,
            is_pinned: row.is_pinned,
            pinned_by: row.pinned_by,
            pinned_at: row.pinned_at,
            content: row.content,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What is needed to keep a message.
#[derive(Clone, Debug, Default)]
pub struct NewChannelMessage {
    /// The channel.
    pub channel_id: String,
    /// Who writes it.
    pub user_id: String,
    /// The message it quotes.
    pub reply_to_id: Option<String>,
    /// The first message of its thread.
    pub parent_id: Option<String>,
    /// Text.
    pub content: String,
    /// Object or `Null`.
    pub data: Value,
    /// Object or `Null`.
    pub meta: Value,
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct ChannelMessagePatch {
    /// Text.
    pub content: Option<String>,
    /// Object or `Null`.
    pub data: Option<Value>,
    /// Object or `Null`.
    pub meta: Option<Value>,
}

/// A person's reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The message.
    pub message_id: String,
    /// Who reacted.
    pub user_id: String,
    /// Short name of the emoji.
    pub name: String,
}

/// What is known of a thread without reading it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replies {
    /// How many there are.
    pub count: u64,
    /// When the latest was written, Unix nanoseconds.
    pub latest_at: Option<i64>,
}

/// Repository of messages in channels.
#[derive(Clone, Debug)]
pub struct ChannelMessages {
    pub(crate) db: Db,
}

impl ChannelMessages {
    /// Keeps a new message.
    ///
    /// # Errors
    /// `NotFound` when there is no such channel.
    pub async fn create(&self, new: NewChannelMessage) -> Result<ChannelMessage> {
        let now = now_ns();
        let row = channel_message::Model {
            id: new_id(),
            channel_id: new.channel_id,
            user_id: new.user_id,
            parent_id: new.parent_id,
            reply_to_id: new.reply_to_id,
            is_pinned: false,
            pinned_by: None,
            pinned_at: None,
            created_at: now,
            updated_at: now,
            content: without_nul(&new.content),
            data: new.data.to_string(),
            meta: new.meta.to_string(),
        };
        channel_message::Entity::insert(channel_message::ActiveModel::from(row.clone()))
            .exec_without_returning(self.db.writer())
            .await?;
        row.try_into()
    }

    /// The message with this id, if it is in this channel.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, channel_id: &str, id: &str) -> Result<Option<ChannelMessage>> {
        let row = channel_message::Entity::find_by_id(id)
            .filter(channel_message::Column::ChannelId.eq(channel_id))
            .one(self.db.reader())
            .await?;
        row.map(ChannelMessage::try_from).transpose()
    }

    /// The messages with these ids; unknown ids are left out.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_ids(&self, ids: &[String]) -> Result<Vec<ChannelMessage>> {
        let mut messages = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let found = channel_message::Entity::find()
                .filter(channel_message::Column::Id.is_in(ids.iter().cloned()));
            for row in found.all(self.db.reader()).await? {
                messages.push(row.try_into()?);
            }
        }
        Ok(messages)
    }

    /// A page of a channel's own messages (not those of threads), newest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn page(&self, channel_id: &str, offset: u64, limit: u64) -> Result<Vec<ChannelMessage>> {
        let own = channel_message::Entity::find()
            .filter(channel_message::Column::ChannelId.eq(channel_id))
            .filter(channel_message::Column::ParentId.is_null());
        self.newest_first(own, offset, limit).await
    }

    /// A page of the replies of a thread, newest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn thread(&self, parent_id: &str, offset: u64, limit: u64) -> Result<Vec<ChannelMessage>> {
        let replies = channel_message::Entity::find().filter(channel_message::Column::ParentId.eq(parent_id));
        self.newest_first(replies, offset, limit).await
    }

    async fn newest_first(
        &self,
        select: Select<channel_message::Entity>,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<ChannelMessage>> {
        let page = select
            .order_by_desc(channel_message::Column::CreatedAt)
            .order_by_desc(channel_message::Column::Id)
            .offset(offset)
            .limit(limit);
        page.all(self.db.reader()).await?.into_iter().map(ChannelMessage::try_from).collect()
    }

    /// A page of a channel's pinned messages, last pinned first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn pinned(&self, channel_id: &str, offset: u64, limit: u64) -> Result<Vec<ChannelMessage>> {
        let pinned = channel_message::Entity::find()
            .filter(channel_message::Column::ChannelId.eq(channel_id))
            .filter(channel_message::Column::IsPinned.eq(true))
            .order_by_desc(channel_message::Column::PinnedAt)
            .order_by_desc(channel_message::Column::Id)
            .offset(offset)
            .limit(limit);
        pinned.all(self.db.reader()).await?.into_iter().map(ChannelMessage::try_from).collect()
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, id: &str, patch: ChannelMessagePatch) -> Result<ChannelMessage> {
        let mut row = channel_message::ActiveModel {
            id: Set(id.to_owned()),
            updated_at: Set(now_ns()),
            ..Default::default()
        };
        if let Some(content) = patch.content {
            row.content = Set(without_nul(&content));
        }
        if let Some(data) = patch.data {
            row.data = Set(data.to_string());
        }
        if let Some(meta) = patch.meta {
            row.meta = Set(meta.to_string());
        }
        row.update(self.db.writer()).await?.try_into()
    }

    /// Pins a message for everybody (`by` says who does it), or takes the pin off.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_pinned(&self, id: &str, by: Option<&str>) -> Result<ChannelMessage> {
        let row = channel_message::ActiveModel {
            id: Set(id.to_owned()),
            is_pinned: Set(by.is_some()),
            pinned_by: Set(by.map(str::to_owned)),
            pinned_at: Set(by.map(|_| now_ns())),
            ..Default::default()
        };
        row.update(self.db.writer()).await?.try_into()
    }

    /// Deletes a message with its reactions, and with its thread if it is the first of one; answers whether there was
    /// such a message.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let transaction = self.db.begin().await?;
        channel_message::Entity::delete_many()
            .filter(channel_message::Column::ParentId.eq(id))
            .exec(&transaction)
            .await?;
        let gone = channel_message::Entity::delete_by_id(id).exec(&transaction).await?.rows_affected > 0;
        transaction.commit().await?;
        Ok(gone)
    }

    /// What is known of the threads that begin with these messages; those without replies are left out.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn replies(&self, ids: &[String]) -> Result<HashMap<String, Replies>> {
        let mut found = HashMap::new();
        for ids in ids.chunks(BATCH) {
            let rows: Vec<(String, i64, Option<i64>)> = channel_message::Entity::find()
                .select_only()
                .column(channel_message::Column::ParentId)
                .column_as(channel_message::Column::Id.count(), "count")
                .column_as(channel_message::Column::CreatedAt.max(), "latest_at")
                .filter(channel_message::Column::ParentId.is_in(ids.iter().cloned()))
                .group_by(channel_message::Column::ParentId)
                .into_tuple()
                .all(self.db.reader())
                .await?;
            found.extend(rows.into_iter().map(|(id, count, latest_at)| {
                (id, Replies { count: u64::try_from(count).unwrap_or(0), latest_at })
            }));
        }
        Ok(found)
    }

    /// When the latest of a channel's own messages was written, Unix nanoseconds.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn latest_at(&self, channel_id: &str) -> Result<Option<i64>> {
        let latest = channel_message::Entity::find()
            .select_only()
            .column(channel_message::Column::CreatedAt)
            .filter(channel_message::Column::ChannelId.eq(channel_id))
            .filter(channel_message::Column::ParentId.is_null())
            .order_by_desc(channel_message::Column::CreatedAt)
            .limit(1);
        Ok(latest.into_tuple::<i64>().one(self.db.reader()).await?)
    }

    /// How many of a channel's own messages others than `user_id` wrote after `since` (Unix nanoseconds).
    ///
    /// # Errors
    /// Of the database only.
    pub async fn count_unread(&self, channel_id: &str, user_id: &str, since: i64) -> Result<u64> {
        let unread = channel_message::Entity::find()
            .filter(channel_message::Column::ChannelId.eq(channel_id))
            .filter(channel_message::Column::ParentId.is_null())
            .filter(channel_message::Column::CreatedAt.gt(since))
            .filter(Expr::col(channel_message::Column::UserId).ne(user_id));
        Ok(unread.count(self.db.reader()).await?)
    }

    /// Adds a reaction; the same one twice counts once.
    ///
    /// # Errors
    /// `NotFound` when there is no such message.
    pub async fn react(&self, message_id: &str, user_id: &str, name: &str) -> Result<()> {
        let row = channel_reaction::Model {
            message_id: message_id.to_owned(),
            user_id: user_id.to_owned(),
            name: name.to_owned(),
            created_at: now_ns(),
        };
        let key = [
            channel_reaction::Column::MessageId,
            channel_reaction::Column::UserId,
            channel_reaction::Column::Name,
        ];
        let mut pass_over = OnConflict::columns(key);
        pass_over.do_nothing();
        channel_reaction::Entity::insert(channel_reaction::ActiveModel::from(row))
            .on_conflict(pass_over)
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(())
    }

    /// Takes a reaction back; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn unreact(&self, message_id: &str, user_id: &str, name: &str) -> Result<bool> {
        let key = (message_id.to_owned(), user_id.to_owned(), name.to_owned());
        let gone = channel_reaction::Entity::delete_by_id(key).exec(self.db.writer()).await?;
        Ok(gone.rows_affected > 0)
    }

    /// The reactions to these messages, oldest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn reactions(&self, ids: &[String]) -> Result<Vec<Reaction>> {
        let mut reactions = Vec::new();
        for ids in ids.chunks(BATCH) {
            let rows = channel_reaction::Entity::find()
                .filter(channel_reaction::Column::MessageId.is_in(ids.iter().cloned()))
                .order_by_asc(channel_reaction::Column::CreatedAt)
                .order_by_asc(channel_reaction::Column::UserId);
            reactions.extend(rows.all(self.db.reader()).await?.into_iter().map(|row| Reaction {
                message_id: row.message_id,
                user_id: row.user_id,
                name: row.name,
            }));
        }
        Ok(reactions)
    }
}
