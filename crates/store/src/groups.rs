//! Groups of users.

use schemars::JsonSchema;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use serde::Serialize;
use serde_json::Value;

use crate::db::{BATCH, Db, json, new_id, now};
use crate::entity::{group, group_member, user};
use crate::{Result, StoreError};

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "GroupModel")]
pub struct Group {
    /// Id.
    pub id: String,
    /// Who made it.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Free object or `Null`.
    pub data: Value,
    /// Free object or `Null`.
    pub meta: Value,
    /// Partial tree of permissions or `Null`.
    pub permissions: Value,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl TryFrom<group::Model> for Group {
    type Error = StoreError;

    fn try_from(row: group::Model) -> Result<Self> {
        Ok(Self {
            data: json(&row.data)?,
            meta: json(&row.meta)?,
            permissions: json(&row.permissions)?,
            id: row.id,
            user_id: row.user_id,
            name: row.name,
            description: row.description,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What is needed to make a group.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Id; `None` for a new UUID.
    pub id: Option<String>,
    /// Who makes it.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Free object or `Null`.
    pub data: Value,
    /// Free object or `Null`.
    pub meta: Value,
    /// Partial tree of permissions or `Null`.
    pub permissions: Value,
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct GroupPatch {
    /// Name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Free object or `Null`.
    pub data: Option<Value>,
    /// Free object or `Null`.
    pub meta: Option<Value>,
    /// Partial tree of permissions or `Null`.
    pub permissions: Option<Value>,
}

/// Repository of groups.
#[derive(Clone, Debug)]
pub struct Groups {
    pub(crate) db: Db,
}

impl Groups {
    /// Makes a group without members.
    ///
    /// # Errors
    /// `Conflict("id")` when the id is in use.
    pub async fn create(&self, new: NewGroup) -> Result<Group> {
        let now = now();
        let row = group::Model {
            id: new.id.unwrap_or_else(new_id),
            user_id: new.user_id,
            name: new.name,
            description: new.description,
            data: new.data.to_string(),
            meta: new.meta.to_string(),
            permissions: new.permissions.to_string(),
            created_at: now,
            updated_at: now,
        };
        group::Entity::insert(group::ActiveModel::from(row.clone()))
            .exec_without_returning(self.db.writer())
            .await?;
        row.try_into()
    }

    /// The group with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<Group>> {
        group::Entity::find_by_id(id).one(self.db.reader()).await?.map(Group::try_from).transpose()
    }

    /// The oldest group with this name.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_name(&self, name: &str) -> Result<Option<Group>> {
        let found =
            group::Entity::find().filter(group::Column::Name.eq(name)).order_by_asc(group::Column::CreatedAt);
        found.one(self.db.reader()).await?.map(Group::try_from).transpose()
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, id: &str, patch: GroupPatch) -> Result<Group> {
        let mut row =
            group::ActiveModel { id: Set(id.to_owned()), updated_at: Set(now()), ..Default::default() };
        if let Some(name) = patch.name {
            row.name = Set(name);
        }
        if let Some(description) = patch.description {
            row.description = Set(description);
        }
        if let Some(data) = patch.data {
            row.data = Set(data.to_string());
        }
        if let Some(meta) = patch.meta {
            row.meta = Set(meta.to_string());
        }
        if let Some(permissions) = patch.permissions {
            row.permissions = Set(permissions.to_string());
        }
        row.update(self.db.writer()).await?.try_into()
    }

    /// Deletes a group and its memberships; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        Ok(group::Entity::delete_by_id(id).exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Every group, last changed first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn all(&self) -> Result<Vec<Group>> {
        let all =
            group::Entity::find().order_by_desc(group::Column::UpdatedAt).order_by_asc(group::Column::Id);
        all.all(self.db.reader()).await?.into_iter().map(Group::try_from).collect()
    }

    /// The groups that the user is in, last changed first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn of_user(&self, user_id: &str) -> Result<Vec<Group>> {
        let ids = Query::select()
            .column(group_member::Column::GroupId)
            .from(group_member::Entity)
            .and_where(group_member::Column::UserId.eq(user_id))
            .to_owned();
        let found = group::Entity::find()
            .filter(group::Column::Id.in_subquery(ids))
            .order_by_desc(group::Column::UpdatedAt)
            .order_by_asc(group::Column::Id);
        found.all(self.db.reader()).await?.into_iter().map(Group::try_from).collect()
    }

    /// Ids of the members, in the order they joined.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn member_ids(&self, id: &str) -> Result<Vec<String>> {
        let members = group_member::Entity::find()
            .filter(group_member::Column::GroupId.eq(id))
            .order_by_asc(group_member::Column::CreatedAt)
            .order_by_asc(group_member::Column::UserId);
        Ok(members.all(self.db.reader()).await?.into_iter().map(|row| row.user_id).collect())
    }

    /// How many members the group has.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn member_count(&self, id: &str) -> Result<u64> {
        let members = group_member::Entity::find().filter(group_member::Column::GroupId.eq(id));
        Ok(members.count(self.db.reader()).await?)
    }

    /// Adds members; ids of no account and present members are passed over.
    ///
    /// # Errors
    /// `NotFound` when there is no such group.
    pub async fn add_members(&self, id: &str, user_ids: &[String]) -> Result<()> {
        let transaction = self.db.begin().await?;
        add(&transaction, id, user_ids).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Removes members.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn remove_members(&self, id: &str, user_ids: &[String]) -> Result<()> {
        let transaction = self.db.begin().await?;
        for user_ids in user_ids.chunks(BATCH) {
            group_member::Entity::delete_many()
                .filter(group_member::Column::GroupId.eq(id))
                .filter(group_member::Column::UserId.is_in(user_ids.iter().cloned()))
                .exec(&transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Makes these the only members; ids of no account are passed over.
    ///
    /// # Errors
    /// `NotFound` when there is no such group.
    pub async fn set_members(&self, id: &str, user_ids: &[String]) -> Result<()> {
        let transaction = self.db.begin().await?;
        let old = group_member::Entity::find()
            .filter(group_member::Column::GroupId.eq(id))
            .all(&transaction)
            .await?;
        for row in old.into_iter().filter(|row| !user_ids.contains(&row.user_id)) {
            group_member::Entity::delete_by_id((row.group_id, row.user_id)).exec(&transaction).await?;
        }
        add(&transaction, id, user_ids).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn add<C: ConnectionTrait>(connection: &C, id: &str, user_ids: &[String]) -> Result<()> {
    if group::Entity::find_by_id(id).one(connection).await?.is_none() {
        return Err(StoreError::NotFound);
    }
    let now = now();
    for user_ids in user_ids.chunks(BATCH) {
        let known = user::Entity::find().filter(user::Column::Id.is_in(user_ids.iter().cloned()));
        let rows: Vec<_> = known
            .all(connection)
            .await?
            .into_iter()
            .map(|user| group_member::Model { group_id: id.to_owned(), user_id: user.id, created_at: now })
            .map(group_member::ActiveModel::from)
            .collect();
        if rows.is_empty() {
            continue;
        }
        let mut pass_over =
            OnConflict::columns([group_member::Column::GroupId, group_member::Column::UserId]);
        pass_over.do_nothing();
        group_member::Entity::insert_many(rows)
            .on_conflict(pass_over)
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}
