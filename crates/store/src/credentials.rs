//! Passwords.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set, sea_query::Expr};

use crate::db::{Db, now};
use crate::entity::{credential, user};
use crate::users::email_key;
use crate::{Result, StoreError};

/// The password of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Whose.
    pub user_id: String,
    /// Hash; `None` when the account signs in elsewhere.
    pub password_hash: Option<String>,
    /// Whether sign-in by password is allowed.
    pub active: bool,
    /// Which sessions count: those that carry this stamp.
    pub sessions: Sessions,
}

/// Which sessions of an account count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sessions {
    /// The stamp that its tokens carry; it changes with the password. `None` until the first change.
    pub stamp: Option<String>,
    /// The id of the one token that counts whatever it carries: the one by which the password was changed.
    pub kept: Option<String>,
}

impl From<credential::Model> for Credential {
    fn from(row: credential::Model) -> Self {
        Self {
            user_id: row.user_id,
            password_hash: row.password_hash,
            active: row.active,
            sessions: Sessions { stamp: row.session_stamp, kept: row.kept_session },
        }
    }
}

/// Repository of passwords.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(crate) db: Db,
}

impl Credentials {
    /// The credential of an account.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, user_id: &str) -> Result<Option<Credential>> {
        Ok(credential::Entity::find_by_id(user_id).one(self.db.reader()).await?.map(Credential::from))
    }

    /// The credential of the account with this e-mail address, in any case.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_email(&self, email: &str) -> Result<Option<Credential>> {
        let found = user::Entity::find().filter(user::Column::EmailKey.eq(email_key(email)));
        match found.one(self.db.reader()).await? {
            Some(user) => self.get(&user.id).await,
            None => Ok(None),
        }
    }

    /// Says which sessions count from now on.
    ///
    /// # Errors
    /// `NotFound` when there is no such account.
    pub async fn set_sessions(&self, user_id: &str, sessions: &Sessions) -> Result<()> {
        let changed = credential::Entity::update_many()
            .col_expr(credential::Column::SessionStamp, Expr::value(sessions.stamp.clone()))
            .col_expr(credential::Column::KeptSession, Expr::value(sessions.kept.clone()))
            .filter(credential::Column::UserId.eq(user_id))
            .exec(self.db.writer())
            .await?;
        if changed.rows_affected == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Replaces the hash of the password.
    ///
    /// # Errors
    /// `NotFound` when there is no such account.
    pub async fn set_password_hash(&self, user_id: &str, hash: &str) -> Result<()> {
        let changed = credential::Entity::update_many()
            .col_expr(credential::Column::PasswordHash, Expr::value(hash))
            .filter(credential::Column::UserId.eq(user_id))
            .exec(self.db.writer())
            .await?;
        if changed.rows_affected == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Replaces the e-mail address that signs in.
    ///
    /// # Errors
    /// `NotFound`; `Conflict("email")` when another account has it.
    pub async fn set_email(&self, user_id: &str, email: &str) -> Result<()> {
        let row = user::ActiveModel {
            id: Set(user_id.to_owned()),
            email: Set(email.to_owned()),
            email_key: Set(email_key(email)),
            updated_at: Set(now()),
            ..Default::default()
        };
        row.update(self.db.writer()).await?;
        Ok(())
    }
}
