//! Signing up, in and out; making accounts; passwords and API keys.

use std::{net::IpAddr, sync::Arc};

use rand::RngExt as _;
use transom_config::{duration, keys};
use transom_store::{NewUser, Role, RoleChoice, Sessions, StoreError, User, UserPatch};

use crate::{API_KEY_PREFIX, Caller, Identity, IdentityError, Issued, Proof, Result, password};

/// The account that a server without authentication signs everybody into.
const OPEN_EMAIL: &str = "admin@localhost";
const OPEN_PASSWORD: &str = "admin";
/// The picture of accounts that have none.
pub const DEFAULT_IMAGE: &str = "/user.png";

/// What is needed to make an account.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// Display name.
    pub name: String,
    /// E-mail in any case.
    pub email: String,
    /// Clear password.
    pub password: String,
    /// Picture; empty for the default.
    pub profile_image_url: String,
}

/// An account with a fresh session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account.
    pub user: Arc<User>,
    /// Its token.
    pub session: Issued,
}

impl Identity {
    /// Signs in by e-mail and password.
    ///
    /// # Errors
    /// `WrongCredentials`, `RateLimited`, `Disabled`.
    pub async fn sign_in(&self, email: &str, password: &str, from: Option<IpAddr>) -> Result<SignedIn> {
        if !self.settings.get(&keys::WEBUI_AUTH) {
            return self.open_session().await;
        }
        if !self.settings.get(&keys::ENABLE_PASSWORD_AUTH) {
            return Err(IdentityError::Disabled(
                "Signing in with a password is switched off on this server.",
            ));
        }
        let email = email.trim().to_lowercase();
        self.limiter.check(from).await?;
        self.limiter.attempt(&email).await?;
        let user = self.check_password(&email, password).await;
        if matches!(user, Err(IdentityError::WrongCredentials)) {
            self.limiter.failed(from).await?;
        }
        self.open(user?).await
    }

    /// The account behind a correct e-mail and password; as slow for unknown accounts as for known ones.
    async fn check_password(&self, email: &str, password: &str) -> Result<User> {
        let credential = self.store.credentials.by_email(email).await?;
        let hash = credential.as_ref().filter(|c| c.active).and_then(|c| c.password_hash.clone());
        if !password::verify(password, hash.as_deref()).await? {
            return Err(IdentityError::WrongCredentials);
        }
        self.store.users.by_email(email).await?.ok_or(IdentityError::WrongCredentials)
    }

    /// A server without authentication: everybody is the one local administrator.
    async fn open_session(&self) -> Result<SignedIn> {
        if let Some(user) = self.store.users.by_email(OPEN_EMAIL).await? {
            return self.open(user).await;
        }
        if self.store.users.any().await? {
            return Err(IdentityError::Invalid(
                "Authentication cannot be switched off: this server already has accounts.".into(),
            ));
        }
        let account = NewAccount {
            name: "User".into(),
            email: OPEN_EMAIL.into(),
            password: OPEN_PASSWORD.into(),
            ..NewAccount::default()
        };
        match self.create(account, RoleChoice::Fixed(Role::Admin)).await {
            Ok(user) => self.open(user).await,
            // Two first requests at once: the other one made it.
            Err(_) => {
                let user = self.store.users.by_email(OPEN_EMAIL).await?;
                self.open(user.ok_or(IdentityError::WrongCredentials)?).await
            }
        }
    }

    async fn open(&self, user: User) -> Result<SignedIn> {
        let session = self.session_for(&user.id).await?;
        let user = Arc::new(user);
        self.touch(&user);
        Ok(SignedIn { user, session })
    }

    async fn session_for(&self, user_id: &str) -> Result<Issued> {
        let lifetime = duration::parse(&self.settings.get(&keys::JWT_EXPIRES_IN)).unwrap_or_default();
        let stamp = self.people.sessions(user_id).await?.stamp.clone();
        self.tokens.issue(user_id, lifetime, stamp)
    }

    /// Makes an account by sign-up: the first one of an empty server is its administrator.
    ///
    /// # Errors
    /// `Disabled` when sign-up is closed, `Invalid` for a bad or taken e-mail or a weak password.
    pub async fn sign_up(&self, account: NewAccount, from: Option<IpAddr>) -> Result<SignedIn> {
        self.limiter.check(from).await?;
        let empty = !self.store.users.any().await?;
        let open = self.settings.get(&keys::ENABLE_SIGNUP) && self.settings.get(&keys::ENABLE_LOGIN_FORM);
        let first_allowed = self.settings.get(&keys::ENABLE_INITIAL_ADMIN_SIGNUP) && empty;
        if !self.settings.get(&keys::WEBUI_AUTH) || !(open || first_allowed) {
            return Err(IdentityError::Disabled("Sign-up is closed. Ask an administrator for an account."));
        }
        let otherwise = self.settings.get(&keys::DEFAULT_USER_ROLE).parse().unwrap_or(Role::Pending);
        let user = self.create(account, RoleChoice::FirstIsAdmin { otherwise }).await;
        if matches!(user, Err(IdentityError::Invalid(_))) {
            // Who tries one address after the other finds out which have an account.
            self.limiter.failed(from).await?;
        }
        let user = user?;
        let is_first = user.role == Role::Admin && self.store.users.count().await? == 1;
        if is_first || (empty && user.role == Role::Admin) {
            // Whoever came first decides who else may: sign-up closes until they open it.
            if let Err(error) = self.settings.set(&keys::ENABLE_SIGNUP, false).await {
                tracing::warn!(%error, "sign-up could not be closed after the first account");
            }
        } else {
            self.join_default_group(&user).await?;
        }
        self.open(user).await
    }

    async fn join_default_group(&self, user: &User) -> Result<()> {
        let group = self.settings.get(&keys::DEFAULT_GROUP_ID);
        if !group.is_empty() && self.store.groups.get(&group).await?.is_some() {
            self.store.groups.add_members(&group, std::slice::from_ref(&user.id)).await?;
            self.user_changed(&user.id).await?;
        }
        Ok(())
    }

    /// Makes an account for an administrator, with a session that ends like any other.
    ///
    /// # Errors
    /// As [`Identity::sign_up`].
    pub async fn add_user(&self, account: NewAccount, role: Role) -> Result<SignedIn> {
        let user = self.create(account, RoleChoice::Fixed(role)).await?;
        self.join_default_group(&user).await?;
        let session = self.session_for(&user.id).await?;
        Ok(SignedIn { user: Arc::new(user), session })
    }

    async fn create(&self, account: NewAccount, role: RoleChoice) -> Result<User> {
        let email = account.email.trim().to_lowercase();
        if !is_email(&email) {
            return Err(IdentityError::Invalid(
                "This is not a valid e-mail address. Please check it.".into(),
            ));
        }
        password::check_rule(&self.settings, &account.password)?;
        let password_hash = Some(password::hash(&account.password).await?);
        let image = Some(account.profile_image_url).filter(|url| !url.is_empty());
        let new = NewUser {
            id: uuid::Uuid::new_v4().to_string(),
            email,
            name: account.name,
            role,
            profile_image_url: image.unwrap_or_else(|| DEFAULT_IMAGE.to_string()),
            password_hash,
            oauth: serde_json::Value::Null,
        };
        match self.store.users.create(new).await {
            Ok(user) => {
                self.user_changed(&user.id).await?;
                Ok(user)
            }
            Err(StoreError::Conflict(_)) => Err(IdentityError::Invalid(
                "This e-mail address already has an account. Sign in instead, or use another address.".into(),
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the session behind a token; an unreadable token is simply ignored.
    ///
    /// # Errors
    /// When the store or the bus cannot be reached.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        match self.tokens.verify(token) {
            Ok(claims) => match claims.jti {
                Some(jti) => {
                    self.revocations.revoke(&jti, claims.exp).await?;
                    self.user_changed(&claims.id).await
                }
                None => Ok(()),
            },
            Err(_) => Ok(()),
        }
    }

    /// Changes the caller's own password. All other sessions of the account end.
    ///
    /// # Errors
    /// `WrongCredentials` when the old one is wrong, `RateLimited` after too many tries, `Invalid` when the new one is
    /// weak or too long.
    pub async fn change_password(&self, caller: &Caller, old: &str, new: &str) -> Result<()> {
        // Not the counter of signing in: whoever holds a session must not lock its owner out.
        self.limiter.attempt(&format!("password of {}", caller.user.id)).await?;
        self.check_password(&caller.user.email, old).await?;
        let kept = match &caller.proof {
            Proof::Session { id, .. } => id.clone(),
            Proof::ApiKey => None,
        };
        self.set_password(&caller.user.id, new).await?;
        self.end_sessions(&caller.user.id, kept).await
    }

    /// Sets a password without knowing the old one. Sessions go on; [`Identity::end_sessions`] ends them.
    ///
    /// # Errors
    /// `Invalid` when it is weak or too long.
    pub async fn set_password(&self, user_id: &str, new: &str) -> Result<()> {
        password::check_rule(&self.settings, new)?;
        let hash = password::hash(new).await?;
        self.store.credentials.set_password_hash(user_id, &hash).await?;
        self.user_changed(user_id).await
    }

    /// Ends all sessions of an account, but for the one with the token id `kept`.
    ///
    /// # Errors
    /// When there is no such account, or the store or the bus cannot be reached.
    pub async fn end_sessions(&self, user_id: &str, kept: Option<String>) -> Result<()> {
        let sessions = Sessions { stamp: Some(random_hex()), kept };
        self.store.credentials.set_sessions(user_id, &sessions).await?;
        self.user_changed(user_id).await
    }

    /// Changes an account and makes every node forget the old one.
    ///
    /// # Errors
    /// When the account does not exist or the store cannot be reached.
    pub async fn update_user(&self, id: &str, patch: UserPatch) -> Result<User> {
        let user = self.store.users.update(id, patch).await?;
        self.user_changed(id).await?;
        Ok(user)
    }

    /// Gives the account a new API key in place of its old one.
    ///
    /// # Errors
    /// `ApiKeysOff` when keys are off for the server or the account.
    pub async fn new_api_key(&self, caller: &Caller) -> Result<String> {
        // The contract checks the permission for administrators as well.
        let tree = self.people.permissions(&caller.user.id).await?;
        let permitted = crate::permissions::lookup(&tree, "features.api_keys");
        if !self.settings.get(&keys::ENABLE_API_KEYS) || !permitted {
            return Err(IdentityError::ApiKeysOff);
        }
        let key = format!("{API_KEY_PREFIX}{}", random_hex());
        self.store.api_keys.replace(&caller.user.id, &key).await?;
        Ok(key)
    }

    /// The unix time at which the caller's session ends.
    pub fn session_end(caller: &Caller) -> Option<i64> {
        match &caller.proof {
            Proof::Session { expires_at, .. } => *expires_at,
            Proof::ApiKey => None,
        }
    }
}

/// 128 random bits.
fn random_hex() -> String {
    let mut bytes = [0u8; 16];
    rand::rng().fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Something before an `@`, something with a dot-free or dotted host after it, and no white space.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    plain(local) && plain(host) && !local.contains('@') && text.len() <= 254
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses() {
        assert!(is_email("a@example.com") && is_email("admin@localhost"));
        for bad in ["no-at-sign", "@b.c", "a@", "a b@c.d", "a@b@c", ""] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
