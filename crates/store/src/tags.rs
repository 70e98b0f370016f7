//! Tags that users give to their chats.

use schemars::JsonSchema;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::Value;

use crate::db::{Db, json};
use crate::entity::{chat, chat_tag, tag};
use crate::{Result, StoreError};

/// A tag.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "TagModel")]
pub struct Tag {
    /// The name in lower case with `_` for spaces.
    pub id: String,
    /// Name as it was given first.
    pub name: String,
    /// Whose.
    pub user_id: String,
    /// Free object or `Null`.
    pub meta: Value,
}

impl TryFrom<tag::Model> for Tag {
    type Error = StoreError;

    fn try_from(row: tag::Model) -> Result<Self> {
        Ok(Self { meta: json(&row.meta)?, id: row.id, name: row.name, user_id: row.user_id })
    }
}

/// Repository of tags.
#[derive(Clone, Debug)]
pub struct Tags {
    pub(crate) db: Db,
}

impl Tags {
    /// Id of the tag with this name.
    pub fn id_of(name: &str) -> String {
        name.to_lowercase().replace(' ', "_")
    }

    /// The user's tags by id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_user(&self, user_id: &str) -> Result<Vec<Tag>> {
        let tags = tag::Entity::find().filter(tag::Column::UserId.eq(user_id)).order_by_asc(tag::Column::Id);
        tags.all(self.db.reader()).await?.into_iter().map(Tag::try_from).collect()
    }

    /// The user's tag with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str, user_id: &str) -> Result<Option<Tag>> {
        let key = (id.to_owned(), user_id.to_owned());
        tag::Entity::find_by_id(key).one(self.db.reader()).await?.map(Tag::try_from).transpose()
    }

    /// The user's tag with this name, made when there is none.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn ensure(&self, user_id: &str, name: &str) -> Result<Tag> {
        let row = tag::Model {
            id: Self::id_of(name),
            user_id: user_id.to_owned(),
            name: name.to_owned(),
            meta: "null".to_owned(),
        };
        let id = row.id.clone();
        // Naming the key column as changed leaves an existing tag as it is, on every engine.
        let mut keep = OnConflict::columns([tag::Column::Id, tag::Column::UserId]);
        keep.update_column(tag::Column::Id);
        tag::Entity::insert(tag::ActiveModel::from(row))
            .on_conflict(keep)
            .exec_without_returning(self.db.writer())
            .await?;
        self.get(&id, user_id).await?.ok_or(StoreError::NotFound)
    }

    /// Deletes those of the user's tags that no chat carries (chats put away do not count); answers how many.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete_unused(&self, user_id: &str) -> Result<u64> {
        let carried = Query::select()
            .column((chat_tag::Entity, chat_tag::Column::TagId))
            .from(chat_tag::Entity)
            .inner_join(
                chat::Entity,
                Expr::col((chat::Entity, chat::Column::Id))
                    .equals((chat_tag::Entity, chat_tag::Column::ChatId)),
            )
            .and_where(chat::Column::UserId.eq(user_id))
            .and_where(chat::Column::Archived.eq(false))
            .to_owned();
        let gone = tag::Entity::delete_many()
            .filter(tag::Column::UserId.eq(user_id))
            .filter(tag::Column::Id.not_in_subquery(carried))
            .exec(self.db.writer())
            .await?;
        Ok(gone.rows_affected)
    }
}
