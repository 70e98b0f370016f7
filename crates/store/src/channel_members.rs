//! Members of channels, and how far each has read.

use schemars::JsonSchema;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::Serialize;

use crate::Result;
use crate::channels::insert_members;
use crate::db::{BATCH, Db, now_ns};
use crate::entity::channel_member;

/// A member of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ChannelMemberModel")]
pub struct ChannelMember {
    /// The channel.
    pub channel_id: String,
    /// The account.
    pub user_id: String,
    /// Whether the account keeps the channel in its list.
    pub is_active: bool,
    /// Up to when it has read, Unix nanoseconds.
    pub last_read_at: Option<i64>,
    /// Unix nanoseconds.
    pub joined_at: i64,
    /// Who added it.
    pub invited_by: Option<String>,
}

impl ChannelMember {
    pub(crate) fn joining(channel_id: &str, user_id: String, invited_by: &str, now: i64) -> Self {
        Self {
            channel_id: channel_id.to_owned(),
            invited_by: (user_id != invited_by).then(|| invited_by.to_owned()),
            user_id,
            is_active: true,
            last_read_at: Some(now),
            joined_at: now,
        }
    }

    pub(crate) fn into_row(self) -> channel_member::Model {
        channel_member::Model {
            channel_id: self.channel_id,
            user_id: self.user_id,
            is_active: self.is_active,
            last_read_at: self.last_read_at,
            joined_at: self.joined_at,
            invited_by: self.invited_by,
        }
    }
}

impl From<channel_member::Model> for ChannelMember {
    fn from(row: channel_member::Model) -> Self {
        Self {
            channel_id: row.channel_id,
            user_id: row.user_id,
            is_active: row.is_active,
            last_read_at: row.last_read_at,
            joined_at: row.joined_at,
            invited_by: row.invited_by,
        }
    }
}

/// Repository of members of channels.
#[derive(Clone, Debug)]
pub struct ChannelMembers {
    pub(crate) db: Db,
}

impl ChannelMembers {
    /// The account's membership of a channel.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, channel_id: &str, user_id: &str) -> Result<Option<ChannelMember>> {
        let key = (channel_id.to_owned(), user_id.to_owned());
        let row = channel_member::Entity::find_by_id(key).one(self.db.reader()).await?;
        Ok(row.map(ChannelMember::from))
    }

    /// The members of a channel in the order they joined.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_channel(&self, channel_id: &str) -> Result<Vec<ChannelMember>> {
        let rows = channel_member::Entity::find()
            .filter(channel_member::Column::ChannelId.eq(channel_id))
            .order_by_asc(channel_member::Column::JoinedAt)
            .order_by_asc(channel_member::Column::UserId);
        Ok(rows.all(self.db.reader()).await?.into_iter().map(ChannelMember::from).collect())
    }

    /// Every membership of an account.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_user(&self, user_id: &str) -> Result<Vec<ChannelMember>> {
        let rows = channel_member::Entity::find().filter(channel_member::Column::UserId.eq(user_id));
        Ok(rows.all(self.db.reader()).await?.into_iter().map(ChannelMember::from).collect())
    }

    /// How many members a channel has.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn count(&self, channel_id: &str) -> Result<u64> {
        let rows = channel_member::Entity::find().filter(channel_member::Column::ChannelId.eq(channel_id));
        Ok(rows.count(self.db.reader()).await?)
    }

    /// Adds members; those who are there already stay as they are. Gives the new ones.
    ///
    /// # Errors
    /// `NotFound` when there is no such channel.
    pub async fn add(
        &self,
        channel_id: &str,
        user_ids: &[String],
        invited_by: &str,
    ) -> Result<Vec<ChannelMember>> {
        let transaction = self.db.begin().await?;
        let present = channel_member::Entity::find()
            .filter(channel_member::Column::ChannelId.eq(channel_id))
            .all(&transaction)
            .await?;
        let now = now_ns();
        let new: Vec<ChannelMember> = user_ids
            .iter()
            .filter(|id| !present.iter().any(|row| row.user_id == **id))
            .map(|id| ChannelMember::joining(channel_id, id.clone(), invited_by, now))
            .collect();
        insert_members(&transaction, new.clone().into_iter()).await?;
        transaction.commit().await?;
        Ok(new)
    }

    /// Removes members; answers how many there were.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn remove(&self, channel_id: &str, user_ids: &[String]) -> Result<u64> {
        let mut gone = 0;
        for user_ids in user_ids.chunks(BATCH) {
            let rows = channel_member::Entity::delete_many()
                .filter(channel_member::Column::ChannelId.eq(channel_id))
                .filter(channel_member::Column::UserId.is_in(user_ids.iter().cloned()));
            gone += rows.exec(self.db.writer()).await?.rows_affected;
        }
        Ok(gone)
    }

    /// Puts a channel into a member's list or takes it out; answers whether there is such a member.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn set_active(&self, channel_id: &str, user_id: &str, active: bool) -> Result<bool> {
        let row = channel_member::Entity::update_many()
            .col_expr(channel_member::Column::IsActive, Expr::value(active))
            .filter(channel_member::Column::ChannelId.eq(channel_id))
            .filter(channel_member::Column::UserId.eq(user_id));
        Ok(row.exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Puts a channel back into the lists of all its members; gives those who had taken it out.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn wake(&self, channel_id: &str) -> Result<Vec<String>> {
        let asleep = channel_member::Entity::find()
            .filter(channel_member::Column::ChannelId.eq(channel_id))
            .filter(channel_member::Column::IsActive.eq(false));
        let asleep = asleep.all(self.db.reader()).await?;
        for row in &asleep {
            self.set_active(channel_id, &row.user_id, true).await?;
        }
        Ok(asleep.into_iter().map(|row| row.user_id).collect())
    }

    /// Notes that an account has read everything. Where `make` is given, an account that is no member gets a row for
    /// this: channels without members remember it so, too.
    ///
    /// # Errors
    /// `NotFound` when there is no such channel.
    pub async fn mark_read(&self, channel_id: &str, user_id: &str, make: bool) -> Result<()> {
        let now = now_ns();
        if make {
            let row = ChannelMember::joining(channel_id, user_id.to_owned(), user_id, now).into_row();
            let key = [channel_member::Column::ChannelId, channel_member::Column::UserId];
            let mut move_on = OnConflict::columns(key);
            move_on.update_column(channel_member::Column::LastReadAt);
            channel_member::Entity::insert(channel_member::ActiveModel::from(row))
                .on_conflict(move_on)
                .exec_without_returning(self.db.writer())
                .await?;
            return Ok(());
        }
        channel_member::Entity::update_many()
            .col_expr(channel_member::Column::LastReadAt, Expr::value(now))
            .filter(channel_member::Column::ChannelId.eq(channel_id))
            .filter(channel_member::Column::UserId.eq(user_id))
            .exec(self.db.writer())
            .await?;
        Ok(())
    }
}
