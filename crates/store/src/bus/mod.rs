//! The bus: all short-lived state that connections and nodes share goes through it, so that nothing else in the code
//! knows whether there is one node or ten.

#[cfg(feature = "testing")]
pub mod contract;
mod local;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

pub use local::LocalBus;

/// Result of every call of a bus. `Unavailable` when the bus cannot be reached, `Invalid` when a key holds a value of
/// another kind than the call asks for.
pub type BusResult<T> = crate::Result<T>;

/// What a subscriber receives, in the order each publisher sent it.
pub type BusStream = BoxStream<'static, Bytes>;

/// Proof that a lock is held; unlocking and renewing need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockToken(String);

impl LockToken {
    /// A token that nobody else has.
    pub fn random() -> Self {
        Self(crate::db::new_id())
    }

    /// The token as text, for implementations that keep it outside this process.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Key-value pairs, hashes, sets, publish and subscribe, locks.
///
/// Keys, hashes and sets share one space of names; a hash or a set without members does not exist.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// The value of a key that has not expired. A counter reads as its decimal digits.
    async fn get(&self, key: &str) -> BusResult<Option<Bytes>>;
    /// Sets a key, whatever it held; without `ttl` it stays until it is deleted.
    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> BusResult<()>;
    /// Sets a key that does not exist or has expired; answers whether it did.
    async fn set_if_absent(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> BusResult<bool>;
    /// Deletes a key, a hash or a set; answers whether it existed.
    async fn delete(&self, key: &str) -> BusResult<bool>;
    /// Adds one to a counter and answers the new value. A counter that does not exist or has expired starts at 0 and
    /// lives for `ttl` from then on, whatever later calls say.
    async fn increment(&self, key: &str, ttl: Duration) -> BusResult<i64>;

    /// Sets a field of a hash.
    async fn hash_set(&self, key: &str, field: &str, value: Bytes) -> BusResult<()>;
    /// The value of a field of a hash.
    async fn hash_get(&self, key: &str, field: &str) -> BusResult<Option<Bytes>>;
    /// Deletes a field of a hash; answers whether it existed.
    async fn hash_delete(&self, key: &str, field: &str) -> BusResult<bool>;
    /// All fields of a hash, in no particular order.
    async fn hash_all(&self, key: &str) -> BusResult<Vec<(String, Bytes)>>;

    /// Adds a member to a set; answers whether it was new.
    async fn set_add(&self, key: &str, member: &str) -> BusResult<bool>;
    /// Removes a member of a set; answers whether it was there.
    async fn set_remove(&self, key: &str, member: &str) -> BusResult<bool>;
    /// All members of a set, in no particular order.
    async fn set_members(&self, key: &str) -> BusResult<Vec<String>>;

    /// Sends a message to all who subscribe to the topic now. Without subscribers it is gone.
    async fn publish(&self, topic: &str, message: Bytes) -> BusResult<()>;
    /// Receives every message published to the topic after this call returned. Dropping the stream ends it.
    async fn subscribe(&self, topic: &str) -> BusResult<BusStream>;

    /// Takes a lock for at most `ttl`; `None` while somebody else holds it.
    async fn lock(&self, name: &str, ttl: Duration) -> BusResult<Option<LockToken>>;
    /// Keeps a lock for `ttl` from now; `false` when it has expired or belongs to somebody else.
    async fn renew(&self, name: &str, token: &LockToken, ttl: Duration) -> BusResult<bool>;
    /// Gives a lock back; does nothing when it has expired or belongs to somebody else.
    async fn unlock(&self, name: &str, token: LockToken) -> BusResult<()>;
}
