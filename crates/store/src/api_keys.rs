//! API keys. The contract shows a key again whenever its owner asks, so it is kept in clear; a hash beside it is what
//! is searched, so that the time of a search tells nothing about the key.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use crate::Result;
use crate::db::{Db, now};
use crate::entity::api_key;

/// The API key of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Whose.
    pub user_id: String,
    /// The key itself.
    pub key: String,
    /// Unix seconds; `None` for never.
    pub expires_at: Option<i64>,
    /// Unix seconds; `None` before the first use.
    pub last_used_at: Option<i64>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl From<api_key::Model> for ApiKey {
    fn from(row: api_key::Model) -> Self {
        Self {
            user_id: row.user_id,
            key: row.key,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Repository of API keys.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    pub(crate) db: Db,
}

impl ApiKeys {
    /// The key of an account.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, user_id: &str) -> Result<Option<ApiKey>> {
        Ok(api_key::Entity::find_by_id(user_id).one(self.db.reader()).await?.map(ApiKey::from))
    }

    /// Whose key this is; `None` when it is unknown or has expired.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn user_of(&self, key: &str) -> Result<Option<String>> {
        let found =
            api_key::Entity::find().filter(api_key::Column::Hash.eq(hash(key))).one(self.db.reader()).await?;
        let now = now();
        Ok(found.filter(|row| row.expires_at.is_none_or(|end| end > now)).map(|row| row.user_id))
    }

    /// Gives the account this key in place of any other.
    ///
    /// # Errors
    /// `NotFound` when there is no such account; `Conflict("key")` when another account has it.
    pub async fn replace(&self, user_id: &str, key: &str) -> Result<ApiKey> {
        let now = now();
        let row = api_key::Model {
            user_id: user_id.to_owned(),
            key: key.to_owned(),
            hash: hash(key),
            expires_at: None,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        };
        let mut every_column = OnConflict::column(api_key::Column::UserId);
        every_column.update_columns([
            api_key::Column::Key,
            api_key::Column::Hash,
            api_key::Column::ExpiresAt,
            api_key::Column::LastUsedAt,
            api_key::Column::CreatedAt,
            api_key::Column::UpdatedAt,
        ]);
        api_key::Entity::insert(api_key::ActiveModel::from(row.clone()))
            .on_conflict(every_column)
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(row.into())
    }

    /// Deletes the key of an account; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, user_id: &str) -> Result<bool> {
        Ok(api_key::Entity::delete_by_id(user_id).exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Notes that the account's key was used at `now` (Unix seconds).
    ///
    /// # Errors
    /// Of the database only.
    pub async fn touch(&self, user_id: &str, now: i64) -> Result<()> {
        api_key::Entity::update_many()
            .col_expr(api_key::Column::LastUsedAt, Expr::value(now))
            .filter(api_key::Column::UserId.eq(user_id))
            .exec(self.db.writer())
            .await?;
        Ok(())
    }
}

fn hash(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
