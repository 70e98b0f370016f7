//! Channels: rooms in which several people, and models, write to each other.

use schemars::JsonSchema;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set,
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::db::{BATCH, Db, json, new_id, now_ns, optional_json, without_nul};
use crate::entity::{channel, channel_member, channel_reaction};
use crate::{ChannelMember, Result, StoreError};

/// A channel.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ChannelModel")]
pub struct Channel {
    /// Id.
    pub id: String,
    /// Who made it.
    pub user_id: String,
    /// `None` for a channel whose access control decides, `group` and `dm` for those that have members.
    pub r#type: Option<String>,
    /// Name; may be empty for direct messages.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// What its maker said about privacy; its access control and members decide.
    pub is_private: Option<bool>,
    /// Free object or `Null`.
    pub data: Value,
    /// Free object or `Null`.
    pub meta: Value,
    /// Who may use it, when it has no members; `None` (JSON `null`) for everyone.
    pub access_control: Option<Value>,
    /// Unix nanoseconds.
    pub created_at: i64,
    /// Unix nanoseconds.
    pub updated_at: i64,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// Unix nanoseconds.
    pub archived_at: Option<i64>,
    /// Who archived it.
    pub archived_by: Option<String>,
    /// Unix nanoseconds.
    pub deleted_at: Option<i64>,
    /// Who deleted it.
    pub deleted_by: Option<String>,
}

impl Channel {
    /// Whether its members may use it, and not whoever its access control names.
    pub fn has_members(&self) -> bool {
        self.r#type.is_some()
    }

    /// Whether it holds direct messages.
    pub fn is_direct(&self) -> bool {
        self.r#type.as_deref() == Some(DIRECT)
    }
}

/// The type of a channel that is the only one of its members.
pub(crate) const DIRECT: &str = "dm";

impl TryFrom<channel::Model> for Channel {
    type Error = StoreError;

    fn try_from(row: channel::Model) -> Result<Self> {
        Ok(Self {
            data: json(&row.data)?,
            meta: json(&row.meta)?,
            access_control: optional_json(row.access_control.as_deref())?,
            r#type: Some(row.kind).filter(|kind| !kind.is_empty()),
            id: row.id,
            user_id: row.user_id,
            name: row.name,
            description: row.description,
            is_private: row.is_private,
            created_at: row.created_at,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
            archived_at: row.archived_at,
            archived_by: row.archived_by,
            deleted_at: row.deleted_at,
            deleted_by: row.deleted_by,
        })
    }
}

/// What is needed to make a channel.
#[derive(Clone, Debug, Default)]
pub struct NewChannel {
    /// Who makes it.
    pub user_id: String,
    /// `group`, `dm` or nothing.
    pub r#type: Option<String>,
    /// Name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Said about privacy.
    pub is_private: Option<bool>,
    /// Free object or `Null`.
    pub data: Value,
    /// Free object or `Null`.
    pub meta: Value,
    /// Who may use it; `None` for everyone.
    pub access_control: Option<Value>,
    /// Its members; ids of no account have been left out already.
    pub members: Vec<String>,
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct ChannelPatch {
    /// Name.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<Option<String>>,
    /// Said about privacy.
    pub is_private: Option<Option<bool>>,
    /// Free object or `Null`.
    pub data: Option<Value>,
    /// Free object or `Null`.
    pub meta: Option<Value>,
    /// Who may use it; `Some(None)` for everyone.
    pub access_control: Option<Option<Value>>,
    /// Who changes it.
    pub updated_by: Option<String>,
}

/// Repository of channels.
#[derive(Clone, Debug)]
pub struct Channels {
    pub(crate) db: Db,
}

impl Channels {
    /// Makes a channel with its members.
    ///
    /// # Errors
    /// `Conflict` when it is for direct messages and its members have one already.
    pub async fn create(&self, new: NewChannel) -> Result<Channel> {
        let now = now_ns();
        let kind = new.r#type.unwrap_or_default();
        let row = channel::Model {
            id: new_id(),
            user_id: new.user_id.clone(),
            pair: (kind == DIRECT).then(|| pair_of(&new.members)),
            kind,
            name: without_nul(&new.name),
            description: new.description.as_deref().map(without_nul),
            is_private: new.is_private,
            data: new.data.to_string(),
            meta: new.meta.to_string(),
            access_control: text_of(new.access_control.as_ref()),
            created_at: now,
            updated_at: now,
            updated_by: None,
            archived_at: None,
            archived_by: None,
            deleted_at: None,
            deleted_by: None,
        };
        let transaction = self.db.begin().await?;
        channel::Entity::insert(channel::ActiveModel::from(row.clone()))
            .exec_without_returning(&transaction)
            .await?;
        let member = |user_id| ChannelMember::joining(&row.id, user_id, &new.user_id, now);
        insert_members(&transaction, new.members.into_iter().map(member)).await?;
        transaction.commit().await?;
        row.try_into()
    }

    /// The channel for direct messages of exactly these members.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn direct(&self, members: &[String]) -> Result<Option<Channel>> {
        let found = channel::Entity::find().filter(channel::Column::Pair.eq(pair_of(members)));
        found.one(self.db.reader()).await?.map(Channel::try_from).transpose()
    }

    /// The channel with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<Channel>> {
        channel::Entity::find_by_id(id).one(self.db.reader()).await?.map(Channel::try_from).transpose()
    }

    /// Every channel that is in use.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn all(&self) -> Result<Vec<Channel>> {
        self.in_use(Condition::all()).await
    }

    /// The channels without members, and those with members of which the account is an active one. Whose access
    /// control gives the account access remains to be asked.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn candidates(&self, user_id: &str) -> Result<Vec<Channel>> {
        let own = Query::select()
            .column(channel_member::Column::ChannelId)
            .from(channel_member::Entity)
            .and_where(channel_member::Column::UserId.eq(user_id))
            .and_where(channel_member::Column::IsActive.eq(true))
            .to_owned();
        let member_of =
            Condition::all().add(channel::Column::Kind.ne("")).add(channel::Column::Id.in_subquery(own));
        self.in_use(Condition::any().add(channel::Column::Kind.eq("")).add(member_of)).await
    }

    async fn in_use(&self, condition: Condition) -> Result<Vec<Channel>> {
        let rows = channel::Entity::find()
            .filter(channel::Column::DeletedAt.is_null())
            .filter(channel::Column::ArchivedAt.is_null())
            .filter(condition)
            .order_by_asc(channel::Column::CreatedAt)
            .order_by_asc(channel::Column::Id);
        rows.all(self.db.reader()).await?.into_iter().map(Channel::try_from).collect()
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, id: &str, patch: ChannelPatch) -> Result<Channel> {
        let mut row = channel::ActiveModel {
            id: Set(id.to_owned()),
            updated_at: Set(now_ns()),
            updated_by: Set(patch.updated_by),
            ..Default::default()
        };
        if let Some(name) = patch.name {
            row.name = Set(without_nul(&name));
        }
        if let Some(description) = patch.description {
            row.description = Set(description.as_deref().map(without_nul));
        }
        if let Some(is_private) = patch.is_private {
            row.is_private = Set(is_private);
        }
        if let Some(data) = patch.data {
            row.data = Set(data.to_string());
        }
        if let Some(meta) = patch.meta {
            row.meta = Set(meta.to_string());
        }
        if let Some(control) = patch.access_control {
            row.access_control = Set(text_of(control.as_ref()));
        }
        row.update(self.db.writer()).await?.try_into()
    }

    /// Deletes a channel with all that was written in it; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        Ok(channel::Entity::delete_by_id(id).exec(self.db.writer()).await?.rows_affected > 0)
    }
}

/// What tells one set of members from every other, in the length of a key.
fn pair_of(members: &[String]) -> String {
    let mut members: Vec<&str> = members.iter().map(String::as_str).collect();
    members.sort_unstable();
    members.dedup();
    let hash = Sha256::digest(members.join("\n").as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON `null` means the same as nothing: everyone.
pub(crate) fn text_of(control: Option<&Value>) -> Option<String> {
    control.filter(|value| !value.is_null()).map(Value::to_string)
}

/// Adds members; those who are there already stay as they are.
pub(crate) async fn insert_members<C: ConnectionTrait>(
    connection: &C,
    members: impl Iterator<Item = ChannelMember>,
) -> Result<()> {
    let rows: Vec<_> = members.map(|member| channel_member::ActiveModel::from(member.into_row())).collect();
    for rows in rows.chunks(BATCH / 6) {
        let key = [channel_member::Column::ChannelId, channel_member::Column::UserId];
        let mut pass_over = OnConflict::columns(key);
        pass_over.do_nothing();
        channel_member::Entity::insert_many(rows.to_vec())
            .on_conflict(pass_over)
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

/// Takes a deleted account out of its channels. What it wrote stays: others answered it.
pub(crate) async fn forget_user<C: ConnectionTrait>(connection: &C, user_id: &str) -> Result<()> {
    channel_member::Entity::delete_many()
        .filter(channel_member::Column::UserId.eq(user_id))
        .exec(connection)
        .await?;
    channel_reaction::Entity::delete_many()
        .filter(channel_reaction::Column::UserId.eq(user_id))
        .exec(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::pair_of;

    #[test]
    fn a_pair_is_the_same_in_any_order() {
        let of = |ids: &[&str]| pair_of(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["b", "a"]), of(&["a", "b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["a", "b", "c"]));
        assert_ne!(of(&["a"]), of(&["a", "b"]));
    }
}
