//! Session tokens that were signed out before they expired.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::Result;
use crate::db::Db;
use crate::entity::revoked_token;

/// Repository of revoked session tokens.
#[derive(Clone, Debug)]
pub struct RevokedTokens {
    pub(crate) db: Db,
}

impl RevokedTokens {
    /// Revokes the token with id `jti`, which expires at `expires_at` (Unix seconds). Doing it twice is no error.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn add(&self, jti: &str, expires_at: i64) -> Result<()> {
        let row = revoked_token::Model { jti: jti.to_owned(), expires_at };
        let mut keep_later = OnConflict::column(revoked_token::Column::Jti);
        keep_later.update_column(revoked_token::Column::ExpiresAt);
        revoked_token::Entity::insert(revoked_token::ActiveModel::from(row))
            .on_conflict(keep_later)
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(())
    }

    /// The revoked tokens that have not expired at `now`, with their expiry (Unix seconds).
    ///
    /// # Errors
    /// Of the database only.
    pub async fn live(&self, now: i64) -> Result<Vec<(String, i64)>> {
        let live = revoked_token::Entity::find().filter(revoked_token::Column::ExpiresAt.gt(now));
        Ok(live.all(self.db.reader()).await?.into_iter().map(|row| (row.jti, row.expires_at)).collect())
    }

    /// Forgets the tokens that have expired at `now` (Unix seconds); answers how many.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn purge(&self, now: i64) -> Result<u64> {
        let expired = revoked_token::Entity::delete_many().filter(revoked_token::Column::ExpiresAt.lte(now));
        Ok(expired.exec(self.db.writer()).await?.rows_affected)
    }
}
