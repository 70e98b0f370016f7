//! The bus of a server that runs alone: everything in this process's memory.

use std::collections::hash_map::{DefaultHasher, Entry as Slot};
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use tokio::time::Instant;

use super::{Bus, BusResult, BusStream, LockToken};
use crate::StoreError;

/// Parts that are locked on their own; a power of two well above the number of cores.
const SHARDS: usize = 64;
/// A part is swept for expired keys after this many changes.
const SWEEP_EVERY: usize = 1024;

/// In-process [`Bus`]. Expired keys vanish when they are asked for, and from time to time when others change.
pub struct LocalBus {
    shards: Vec<Mutex<Shard>>,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<String, Entry>,
    locks: HashMap<String, (LockToken, Instant)>,
    topics: HashMap<String, Vec<UnboundedSender<Bytes>>>,
    changes: usize,
}

struct Entry {
    value: Kind,
    expires: Option<Instant>,
}

enum Kind {
    Plain(Bytes),
    Hash(HashMap<String, Bytes>),
    Set(HashSet<String>),
}

impl Entry {
    fn is_alive(&self, now: Instant) -> bool {
        self.expires.is_none_or(|end| end > now)
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }
}

impl LocalBus {
    /// An empty bus.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many keys, hashes and sets are in memory, expired ones that nobody has met yet included.
    pub fn len(&self) -> usize {
        let locked =
            |shard: &Mutex<Shard>| shard.lock().unwrap_or_else(PoisonError::into_inner).entries.len();
        self.shards.iter().map(locked).sum()
    }

    /// Whether nothing is in memory.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The part that holds `name`. No caller panics while holding it, so a poisoned lock is still in order.
    fn shard(&self, name: &str) -> MutexGuard<'_, Shard> {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % SHARDS as u64).unwrap_or_default();
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// The entry of a key that has not expired.
    fn alive(&mut self, key: &str) -> Option<&mut Entry> {
        let now = Instant::now();
        if self.entries.get(key).is_some_and(|entry| !entry.is_alive(now)) {
            self.entries.remove(key);
        }
        self.entries.get_mut(key)
    }

    fn put(&mut self, key: &str, value: Kind, ttl: Option<Duration>) {
        self.sweep();
        let expires = ttl.and_then(|ttl| Instant::now().checked_add(ttl));
        self.entries.insert(key.to_owned(), Entry { value, expires });
    }

    /// Drops what has expired, but only once in a while.
    fn sweep(&mut self) {
        self.changes += 1;
        if self.changes < SWEEP_EVERY {
            return;
        }
        self.changes = 0;
        let now = Instant::now();
        self.entries.retain(|_, entry| entry.is_alive(now));
        self.locks.retain(|_, (_, end)| *end > now);
        self.topics.retain(|_, senders| senders.iter().any(|sender| !sender.is_closed()));
    }

    fn hash(&mut self, key: &str) -> BusResult<Option<&mut HashMap<String, Bytes>>> {
        match self.alive(key) {
            None => Ok(None),
            Some(Entry { value: Kind::Hash(hash), .. }) => Ok(Some(hash)),
            Some(_) => Err(wrong_kind(key)),
        }
    }

    fn set(&mut self, key: &str) -> BusResult<Option<&mut HashSet<String>>> {
        match self.alive(key) {
            None => Ok(None),
            Some(Entry { value: Kind::Set(set), .. }) => Ok(Some(set)),
            Some(_) => Err(wrong_kind(key)),
        }
    }
}

fn wrong_kind(key: &str) -> StoreError {
    StoreError::Invalid(format!("the bus key \"{key}\" holds a value of another kind"))
}

#[async_trait]
impl Bus for LocalBus {
    async fn get(&self, key: &str) -> BusResult<Option<Bytes>> {
        match self.shard(key).alive(key) {
            None => Ok(None),
            Some(Entry { value: Kind::Plain(value), .. }) => Ok(Some(value.clone())),
            Some(_) => Err(wrong_kind(key)),
        }
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> BusResult<()> {
        self.shard(key).put(key, Kind::Plain(value), ttl);
        Ok(())
    }

    async fn set_if_absent(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> BusResult<bool> {
        let mut shard = self.shard(key);
        if shard.alive(key).is_some() {
            return Ok(false);
        }
        shard.put(key, Kind::Plain(value), ttl);
        Ok(true)
    }

    async fn delete(&self, key: &str) -> BusResult<bool> {
        let mut shard = self.shard(key);
        let existed = shard.alive(key).is_some();
        shard.entries.remove(key);
        Ok(existed)
    }

    async fn increment(&self, key: &str, ttl: Duration) -> BusResult<i64> {
        let mut shard = self.shard(key);
        match shard.alive(key) {
            None => {
                shard.put(key, Kind::Plain(Bytes::from_static(b"1")), Some(ttl));
                Ok(1)
            }
            Some(Entry { value: Kind::Plain(value), .. }) => {
                let old = std::str::from_utf8(value).ok().and_then(|digits| digits.parse::<i64>().ok());
                let new = old.and_then(|old| old.checked_add(1)).ok_or_else(|| wrong_kind(key))?;
                *value = Bytes::from(new.to_string());
                Ok(new)
            }
            Some(_) => Err(wrong_kind(key)),
        }
    }

    async fn hash_set(&self, key: &str, field: &str, value: Bytes) -> BusResult<()> {
        let mut shard = self.shard(key);
        if let Some(hash) = shard.hash(key)? {
            hash.insert(field.to_owned(), value);
        } else {
            shard.put(key, Kind::Hash(HashMap::from([(field.to_owned(), value)])), None);
        }
        Ok(())
    }

    async fn hash_get(&self, key: &str, field: &str) -> BusResult<Option<Bytes>> {
        Ok(self.shard(key).hash(key)?.and_then(|hash| hash.get(field).cloned()))
    }

    async fn hash_delete(&self, key: &str, field: &str) -> BusResult<bool> {
        let mut shard = self.shard(key);
        let Some(hash) = shard.hash(key)? else { return Ok(false) };
        let existed = hash.remove(field).is_some();
        if hash.is_empty() {
            shard.entries.remove(key);
        }
        Ok(existed)
    }

    async fn hash_all(&self, key: &str) -> BusResult<Vec<(String, Bytes)>> {
        let mut shard = self.shard(key);
        let pair = |(field, value): (&String, &Bytes)| (field.clone(), value.clone());
        Ok(shard.hash(key)?.map(|hash| hash.iter().map(pair).collect()).unwrap_or_default())
    }

    async fn set_add(&self, key: &str, member: &str) -> BusResult<bool> {
        let mut shard = self.shard(key);
        if let Some(set) = shard.set(key)? {
            return Ok(set.insert(member.to_owned()));
        }
        shard.put(key, Kind::Set(HashSet::from([member.to_owned()])), None);
        Ok(true)
    }

    async fn set_remove(&self, key: &str, member: &str) -> BusResult<bool> {
        let mut shard = self.shard(key);
        let Some(set) = shard.set(key)? else { return Ok(false) };
        let existed = set.remove(member);
        if set.is_empty() {
            shard.entries.remove(key);
        }
        Ok(existed)
    }

    async fn set_members(&self, key: &str) -> BusResult<Vec<String>> {
        Ok(self.shard(key).set(key)?.map(|set| set.iter().cloned().collect()).unwrap_or_default())
    }

    async fn publish(&self, topic: &str, message: Bytes) -> BusResult<()> {
        // Sending under the lock keeps the order of each publisher the same for all subscribers.
        let mut shard = self.shard(topic);
        if let Slot::Occupied(mut senders) = shard.topics.entry(topic.to_owned()) {
            senders.get_mut().retain(|sender| sender.unbounded_send(message.clone()).is_ok());
            if senders.get().is_empty() {
                senders.remove();
            }
        }
        Ok(())
    }

    async fn subscribe(&self, topic: &str) -> BusResult<BusStream> {
        let (sender, receiver) = unbounded();
        let mut shard = self.shard(topic);
        shard.sweep();
        shard.topics.entry(topic.to_owned()).or_default().push(sender);
        Ok(receiver.boxed())
    }

    async fn lock(&self, name: &str, ttl: Duration) -> BusResult<Option<LockToken>> {
        let mut shard = self.shard(name);
        shard.sweep();
        let now = Instant::now();
        if shard.locks.get(name).is_some_and(|(_, end)| *end > now) {
            return Ok(None);
        }
        let token = LockToken::random();
        shard.locks.insert(name.to_owned(), (token.clone(), now + ttl));
        Ok(Some(token))
    }

    async fn renew(&self, name: &str, token: &LockToken, ttl: Duration) -> BusResult<bool> {
        let now = Instant::now();
        match self.shard(name).locks.get_mut(name) {
            Some((holder, end)) if holder == token && *end > now => {
                *end = now + ttl;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn unlock(&self, name: &str, token: LockToken) -> BusResult<()> {
        let mut shard = self.shard(name);
        if shard.locks.get(name).is_some_and(|(holder, _)| *holder == token) {
            shard.locks.remove(name);
        }
        Ok(())
    }
}
