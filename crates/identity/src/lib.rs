//! Who is calling and what they may do.
//!
//! [`Identity`] is the service the HTTP and Socket.IO layers ask: it turns credentials into a [`Caller`], signs people
//! in and up, and answers permission questions. Nothing here knows HTTP.

pub mod access;
mod accounts;
mod cache;
mod error;
mod limiter;
mod password;
pub mod permissions;
mod revocation;
mod token;

use std::sync::Arc;

use transom_config::{Settings, keys};
use transom_store::{Role, Store, User, bus::Bus};

pub use accounts::{NewAccount, SignedIn};
pub use error::IdentityError;
pub use token::Issued;

use cache::People;
use limiter::SignInLimiter;
use revocation::Revocations;
use token::Tokens;

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, IdentityError>;

/// What every API key begins with, and no session token.
pub const API_KEY_PREFIX: &str = "sk-";

/// How a caller proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A session token; the text is kept for answers that repeat it and for upstream `session` authentication.
    Session {
        /// The token as it was presented.
        token: String,
        /// Unix seconds, absent when the token never expires.
        expires_at: Option<i64>,
        /// The token's own id.
        id: Option<String>,
    },
    /// A personal API key.
    ApiKey,
}

/// An authenticated account.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account.
    pub user: Arc<User>,
    /// How it was proved.
    pub proof: Proof,
}

impl Caller {
    /// Whether the account is an administrator.
    pub fn is_admin(&self) -> bool {
        self.user.role == Role::Admin
    }

    /// The session token, when the caller came with one.
    pub fn token(&self) -> Option<&str> {
        match &self.proof {
            Proof::Session { token, .. } => Some(token),
            Proof::ApiKey => None,
        }
    }
}

/// The identity service: built once, shared by reference.
pub struct Identity {
    settings: Settings,
    store: Store,
    tokens: Tokens,
    revocations: Revocations,
    people: People,
    limiter: SignInLimiter,
}

impl Identity {
    /// Builds the service and follows the changes other nodes announce on the bus.
    ///
    /// # Errors
    /// When the store or the bus cannot be reached.
    pub async fn new(settings: Settings, store: Store, bus: Arc<dyn Bus>, secret: &str) -> Result<Arc<Self>> {
        let revocations = Revocations::open(store.clone(), bus.clone()).await?;
        let people = People::open(settings.clone(), store.clone(), bus.clone()).await?;
        Ok(Arc::new(Self {
            tokens: Tokens::new(secret),
            limiter: SignInLimiter::new(bus),
            settings,
            store,
            revocations,
            people,
        }))
    }

    /// The caller behind a bearer or cookie value.
    ///
    /// `path` is the request path: API keys may be restricted to some paths.
    ///
    /// # Errors
    /// [`IdentityError::InvalidToken`] and its kin when the value is not valid (any more), `ApiKeysOff` and
    /// `ApiKeyNotAllowedHere` for keys that may not be used.
    pub async fn authenticate(&self, presented: &str, path: &str) -> Result<Caller> {
        if presented.starts_with(API_KEY_PREFIX) {
            return self.by_api_key(presented, path).await;
        }
        self.by_session(presented).await
    }

    async fn by_session(&self, token: &str) -> Result<Caller> {
        let claims = self.tokens.verify(token)?;
        if claims.jti.as_deref().is_some_and(|jti| self.revocations.is_revoked(jti)) {
            return Err(IdentityError::SessionEnded);
        }
        let user = self.people.user(&claims.id).await?.ok_or(IdentityError::SessionEnded)?;
        let sessions = self.people.sessions(&claims.id).await?;
        let kept = claims.jti.is_some() && claims.jti == sessions.kept;
        if !kept && claims.stamp != sessions.stamp {
            return Err(IdentityError::SessionEnded);
        }
        self.people.touch(&user);
        let proof = Proof::Session { token: token.to_string(), expires_at: claims.exp, id: claims.jti };
        Ok(Caller { user, proof })
    }

    async fn by_api_key(&self, key: &str, path: &str) -> Result<Caller> {
        let Some(user_id) = self.store.api_keys.user_of(key).await? else {
            return Err(IdentityError::InvalidToken);
        };
        let user = self.people.user(&user_id).await?.ok_or(IdentityError::InvalidToken)?;
        let allowed = self.settings.get(&keys::ENABLE_API_KEYS)
            && (user.role == Role::Admin || self.permits(&user, "features.api_keys").await?);
        if !allowed {
            return Err(IdentityError::ApiKeysOff);
        }
        if self.settings.get(&keys::ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS) {
            let allowed = self.settings.get(&keys::API_KEYS_ALLOWED_ENDPOINTS);
            if !allowed.iter().any(|entry| is_below(path, entry)) {
                return Err(IdentityError::ApiKeyNotAllowedHere);
            }
        }
        self.people.touch(&user);
        Ok(Caller { user, proof: Proof::ApiKey })
    }

    /// The account with that id, from memory when possible.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn user(&self, id: &str) -> Result<Option<Arc<User>>> {
        self.people.user(id).await
    }

    /// Whether a non-administrator has a permission such as `workspace.models`; administrators have all.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn permits(&self, user: &User, key: &str) -> Result<bool> {
        if user.role == Role::Admin {
            return Ok(true);
        }
        let tree = self.people.permissions(&user.id).await?;
        Ok(permissions::lookup(&tree, key))
    }

    /// The permission tree as the contract shows it to the account itself.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn permission_tree(&self, user_id: &str) -> Result<Arc<serde_json::Value>> {
        self.people.permissions(user_id).await
    }

    /// The ids of the groups an account belongs to.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn group_ids(&self, user_id: &str) -> Result<Arc<Vec<String>>> {
        self.people.group_ids(user_id).await
    }

    /// Whether an object's access control lets an account do `action`; owner and administrator rules are the caller's.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn grants(
        &self,
        user: &User,
        action: access::Action,
        control: Option<&serde_json::Value>,
    ) -> Result<bool> {
        let groups = self.people.group_ids(&user.id).await?;
        Ok(access::grants(control, action, &user.id, &groups))
    }

    /// The number of accounts, a few seconds old at most.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn count(&self) -> Result<u64> {
        self.people.count().await
    }

    /// The number of accounts that did something within the last three minutes, a few seconds old at most.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn count_active(&self) -> Result<u64> {
        self.people.count_active().await
    }

    /// Forgets what is remembered of an account, here and on every other node; to be called after each write to it.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn user_changed(&self, id: &str) -> Result<()> {
        self.people.announce(id).await
    }

    /// Forgets every account's groups and permissions, here and on every other node.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn groups_changed(&self) -> Result<()> {
        self.people.announce("").await
    }

    /// A stream of account ids whose role, groups or existence changed (`""` means any of them).
    pub fn changes(&self) -> tokio::sync::broadcast::Receiver<String> {
        self.people.changes()
    }

    /// Notes that an account is active now, without waiting for the store.
    pub fn touch(&self, user: &Arc<User>) {
        self.people.touch(user);
    }
}

/// Whether `path` equals `entry` or lies below it.
fn is_below(path: &str, entry: &str) -> bool {
    let entry = entry.trim().trim_end_matches('/');
    let path = path.trim_end_matches('/');
    path == entry || path.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn endpoint_entries_cover_their_sub_paths_only() {
        assert!(is_below("/api/models", "/api/models"));
        assert!(is_below("/api/v1/auths/", "/api/v1/auths"));
        assert!(is_below("/api/v1/auths/api_key", "/api/v1/auths"));
        assert!(!is_below("/api/modelsx", "/api/models"));
        assert!(!is_below("/api/v1/chats/", "/api/models"));
    }
}
