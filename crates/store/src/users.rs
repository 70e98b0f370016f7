//! Accounts.

use std::str::FromStr;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait,
    PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{BATCH, Db, json, now};
use crate::entity::{credential, folder, group_member, identity, tag, user, user_guard};
use crate::{Result, StoreError, channels, chats, files, notes};

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Waits for an administrator.
    Pending,
    /// Uses the server.
    User,
    /// Runs the server.
    Admin,
}

impl Role {
    /// The role as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "pending" => Ok(Self::Pending),
            "user" => Ok(Self::User),
            "admin" => Ok(Self::Admin),
            other => Err(StoreError::Invalid(format!("\"{other}\" is no role"))),
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct User {
    /// Id.
    pub id: String,
    /// E-mail address as it was given; unique without regard to case.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Handle.
    pub username: Option<String>,
    /// Address or data URL of the picture.
    pub profile_image_url: String,
    /// Words about oneself.
    pub bio: Option<String>,
    /// Gender.
    pub gender: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// IANA name of the time zone.
    pub timezone: Option<String>,
    /// Emoji of the status.
    pub status_emoji: Option<String>,
    /// Text of the status.
    pub status_message: Option<String>,
    /// When the status ends, Unix seconds.
    pub status_expires_at: Option<i64>,
    /// The client's settings; `Null` when there are none.
    pub settings: Value,
    /// Free object; `Null` when there is none.
    pub info: Value,
    /// `{provider: {"sub": ...}}`; `Null` when there is none.
    pub oauth: Value,
    /// Unix seconds.
    pub last_active_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
    /// Unix seconds.
    pub created_at: i64,
}

impl TryFrom<user::Model> for User {
    type Error = StoreError;

    fn try_from(row: user::Model) -> Result<Self> {
        Ok(Self {
            role: row.role.parse()?,
            settings: json(&row.settings)?,
            info: json(&row.info)?,
            oauth: json(&row.oauth)?,
            id: row.id,
            email: row.email,
            name: row.name,
            username: row.username,
            profile_image_url: row.profile_image_url,
            bio: row.bio,
            gender: row.gender,
            date_of_birth: row.date_of_birth,
            timezone: row.timezone,
            status_emoji: row.status_emoji,
            status_message: row.status_message,
            status_expires_at: row.status_expires_at,
            last_active_at: row.last_active_at,
            updated_at: row.updated_at,
            created_at: row.created_at,
        })
    }
}

/// Which role a new account gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChoice {
    /// This one.
    Fixed(Role),
    /// Administrator when there is no account yet, `otherwise` when there is one. Decided atomically over all nodes.
    FirstIsAdmin {
        /// Role of everybody but the first.
        otherwise: Role,
    },
}

/// What is needed to make an account.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Id, a UUID.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Role.
    pub role: RoleChoice,
    /// Address or data URL of the picture.
    pub profile_image_url: String,
    /// Hash of the password; `None` for an account that signs in elsewhere.
    pub password_hash: Option<String>,
    /// `{provider: {"sub": ...}}` or `Null`.
    pub oauth: Value,
}

/// Fields to change; `None` leaves a field alone, `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    /// E-mail address.
    pub email: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Handle.
    pub username: Option<Option<String>>,
    /// Address or data URL of the picture.
    pub profile_image_url: Option<String>,
    /// Words about oneself.
    pub bio: Option<Option<String>>,
    /// Gender.
    pub gender: Option<Option<String>>,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<Option<String>>,
    /// IANA name of the time zone.
    pub timezone: Option<Option<String>>,
    /// Emoji of the status.
    pub status_emoji: Option<Option<String>>,
    /// Text of the status.
    pub status_message: Option<Option<String>>,
    /// When the status ends, Unix seconds.
    pub status_expires_at: Option<Option<i64>>,
    /// The client's settings.
    pub settings: Option<Value>,
    /// Free object.
    pub info: Option<Value>,
    /// `{provider: {"sub": ...}}`.
    pub oauth: Option<Value>,
}

impl UserPatch {
    fn apply(self, row: &mut user::ActiveModel) {
        fn set<T: Into<sea_orm::Value>>(field: &mut sea_orm::ActiveValue<T>, value: Option<T>) {
            if let Some(value) = value {
                *field = Set(value);
            }
        }
        if let Some(email) = self.email {
            row.email_key = Set(email_key(&email));
            row.email = Set(email);
        }
        set(&mut row.name, self.name);
        set(&mut row.role, self.role.map(|role| role.as_str().to_owned()));
        set(&mut row.username, self.username);
        set(&mut row.profile_image_url, self.profile_image_url);
        set(&mut row.bio, self.bio);
        set(&mut row.gender, self.gender);
        set(&mut row.date_of_birth, self.date_of_birth);
        set(&mut row.timezone, self.timezone);
        set(&mut row.status_emoji, self.status_emoji);
        set(&mut row.status_message, self.status_message);
        set(&mut row.status_expires_at, self.status_expires_at);
        set(&mut row.settings, self.settings.map(|value| value.to_string()));
        set(&mut row.info, self.info.map(|value| value.to_string()));
        set(&mut row.oauth, self.oauth.map(|value| value.to_string()));
    }
}

/// Repository of accounts.
#[derive(Clone, Debug)]
pub struct Users {
    pub(crate) db: Db,
}

impl Users {
    /// Makes an account with its credential.
    ///
    /// # Errors
    /// `Conflict("email")`, `Conflict("oauth")` or `Conflict("id")` when one of these is in use.
    pub async fn create(&self, new: NewUser) -> Result<User> {
        let transaction = self.db.begin().await?;
        let seq = one_at_a_time(&transaction).await?;
        let role = match new.role {
            RoleChoice::Fixed(role) => role,
            RoleChoice::FirstIsAdmin { otherwise } => {
                if user::Entity::find().one(&transaction).await?.is_some() { otherwise } else { Role::Admin }
            }
        };
        let now = now();
        let row = user::Model {
            id: new.id,
            email_key: email_key(&new.email),
            email: new.email,
            name: new.name,
            role: role.as_str().to_owned(),
            username: None,
            profile_image_url: new.profile_image_url,
            bio: None,
            gender: None,
            date_of_birth: None,
            timezone: None,
            status_emoji: None,
            status_message: None,
            status_expires_at: None,
            settings: "null".to_owned(),
            info: "null".to_owned(),
            oauth: new.oauth.to_string(),
            last_active_at: now,
            updated_at: now,
            created_at: now,
            seq,
        };
        user::Entity::insert(user::ActiveModel::from(row.clone()))
            .exec_without_returning(&transaction)
            .await?;
        let credential = credential::Model {
            user_id: row.id.clone(),
            password_hash: new.password_hash,
            active: true,
            session_stamp: None,
            kept_session: None,
        };
        credential::Entity::insert(credential::ActiveModel::from(credential))
            .exec_without_returning(&transaction)
            .await?;
        set_identities(&transaction, &row.id, &new.oauth).await?;
        transaction.commit().await?;
        row.try_into()
    }

    /// The account with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<User>> {
        user::Entity::find_by_id(id).one(self.db.reader()).await?.map(User::try_from).transpose()
    }

    /// The account with this e-mail address, in any case.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_email(&self, email: &str) -> Result<Option<User>> {
        let found = user::Entity::find().filter(user::Column::EmailKey.eq(email_key(email)));
        found.one(self.db.reader()).await?.map(User::try_from).transpose()
    }

    /// The account that belongs to `sub` at the sign-in provider.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_oauth(&self, provider: &str, sub: &str) -> Result<Option<User>> {
        let key = (provider.to_owned(), sub.to_owned());
        match identity::Entity::find_by_id(key).one(self.db.reader()).await? {
            Some(identity) => self.get(&identity.user_id).await,
            None => Ok(None),
        }
    }

    /// The oldest administrator.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn first_admin(&self) -> Result<Option<User>> {
        user::Entity::find()
            .filter(user::Column::Role.eq(Role::Admin.as_str()))
            .order_by_asc(user::Column::CreatedAt)
            .order_by_asc(user::Column::Seq)
            .one(self.db.reader())
            .await?
            .map(User::try_from)
            .transpose()
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn count(&self) -> Result<u64> {
        Ok(user::Entity::find().count(self.db.reader()).await?)
    }

    /// The number of accounts that did something at or after `since` (Unix seconds).
    ///
    /// # Errors
    /// Of the database only.
    pub async fn count_active(&self, since: i64) -> Result<u64> {
        let active = user::Entity::find().filter(user::Column::LastActiveAt.gte(since));
        Ok(active.count(self.db.reader()).await?)
    }

    /// Whether there is an account.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn any(&self) -> Result<bool> {
        Ok(user::Entity::find().one(self.db.reader()).await?.is_some())
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound`; `Conflict("email")` or `Conflict("oauth")` when another account has it.
    pub async fn update(&self, id: &str, patch: UserPatch) -> Result<User> {
        let transaction = self.db.begin().await?;
        let oauth = patch.oauth.clone();
        let mut row =
            user::ActiveModel { id: Set(id.to_owned()), updated_at: Set(now()), ..Default::default() };
        patch.apply(&mut row);
        let row = row.update(&transaction).await?;
        if let Some(oauth) = oauth {
            set_identities(&transaction, id, &oauth).await?;
        }
        transaction.commit().await?;
        row.try_into()
    }

    /// Notes that the account was active at `now` (Unix seconds). An unknown id is ignored.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn touch(&self, id: &str, now: i64) -> Result<()> {
        user::Entity::update_many()
            .col_expr(user::Column::LastActiveAt, Expr::value(now))
            .filter(user::Column::Id.eq(id))
            .exec(self.db.writer())
            .await?;
        Ok(())
    }

    /// Deletes the account with its credential, keys, memberships, chats (and their shared copies), notes, folders and
    /// tags. What it wrote in channels stays, and models, files and groups it made stay: others may use them. Answers whether there was such an account.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let transaction = self.db.begin().await?;
        one_at_a_time(&transaction).await?;
        chats::delete_of_user(&transaction, id).await?;
        folder::Entity::delete_many().filter(folder::Column::UserId.eq(id)).exec(&transaction).await?;
        tag::Entity::delete_many().filter(tag::Column::UserId.eq(id)).exec(&transaction).await?;
        channels::forget_user(&transaction, id).await?;
        notes::forget_user(&transaction, id).await?;
        files::forget_user(&transaction, id).await?;
        // Credential, API key, identities and memberships go with the row (ON DELETE CASCADE).
        group_member::Entity::delete_many()
            .filter(group_member::Column::UserId.eq(id))
            .exec(&transaction)
            .await?;
        let gone = user::Entity::delete_by_id(id).exec(&transaction).await?.rows_affected > 0;
        transaction.commit().await?;
        Ok(gone)
    }

    /// The accounts with these ids, in no particular order; unknown ids are left out.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn by_ids(&self, ids: &[String]) -> Result<Vec<User>> {
        let mut users = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let found = user::Entity::find().filter(user::Column::Id.is_in(ids.iter().cloned()));
            for row in found.all(self.db.reader()).await? {
                users.push(row.try_into()?);
            }
        }
        Ok(users)
    }
}

/// The form of an e-mail address that is unique.
pub(crate) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

/// Locks account making until the transaction ends; answers a number greater than any before.
async fn one_at_a_time(transaction: &DatabaseTransaction) -> Result<i64> {
    user_guard::Entity::update_many()
        .col_expr(user_guard::Column::Made, Expr::col(user_guard::Column::Made).add(1))
        .exec(transaction)
        .await?;
    let guard = user_guard::Entity::find().one(transaction).await?.ok_or(StoreError::NotFound)?;
    Ok(guard.made)
}

/// Keeps the lookup table in step with `user.oauth`.
async fn set_identities<C: ConnectionTrait>(connection: &C, user_id: &str, oauth: &Value) -> Result<()> {
    identity::Entity::delete_many().filter(identity::Column::UserId.eq(user_id)).exec(connection).await?;
    let Some(providers) = oauth.as_object() else { return Ok(()) };
    for (provider, entry) in providers {
        if let Some(sub) = entry.get("sub").and_then(Value::as_str) {
            let (provider, sub) = (provider.clone(), sub.to_owned());
            let row = identity::Model { provider, sub, user_id: user_id.to_owned() };
            identity::Entity::insert(identity::ActiveModel::from(row))
                .exec_without_returning(connection)
                .await?;
        }
    }
    Ok(())
}
