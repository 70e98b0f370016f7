//! Accounts, groups and permissions in memory, so that no request needs SQL to know who is calling.
//!
//! Every write announces the account's id on the bus; all nodes then forget it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use moka::future::Cache;
use serde_json::Value;
use tokio::sync::broadcast;
use transom_config::Settings;
use transom_store::{Store, User, bus::Bus};

use crate::{IdentityError, Result, permissions};

const TOPIC: &str = "people";
/// Upper bound of how long a missed announcement may matter.
const KEEP: Duration = Duration::from_secs(30);
/// How long a number of accounts is told again without counting.
const COUNTS_KEEP: Duration = Duration::from_secs(3);
/// Seconds for which somebody counts as active after their last sign of life.
const ACTIVE: i64 = 180;
/// How often an account's last activity is written.
const TOUCH_EVERY: i64 = 30;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Count {
    All,
    Active,
}

pub(crate) struct People {
    store: Store,
    bus: Arc<dyn Bus>,
    users: Cache<String, Option<Arc<User>>>,
    groups: Cache<String, Arc<Vec<String>>>,
    permissions: Cache<String, Arc<Value>>,
    counts: Cache<Count, u64>,
    settings: Settings,
    touched: Mutex<HashMap<String, i64>>,
    changes: broadcast::Sender<String>,
}

impl People {
    pub async fn open(settings: Settings, store: Store, bus: Arc<dyn Bus>) -> Result<Self> {
        let cache = || Cache::builder().max_capacity(50_000).time_to_live(KEEP);
        let people = Self {
            users: cache().build(),
            groups: Cache::builder().max_capacity(50_000).time_to_live(KEEP).build(),
            permissions: Cache::builder().max_capacity(50_000).time_to_live(KEEP).build(),
            counts: Cache::builder().time_to_live(COUNTS_KEEP).build(),
            touched: Mutex::default(),
            changes: broadcast::channel(1024).0,
            settings,
            store,
            bus,
        };
        people.follow().await?;
        Ok(people)
    }

    /// Forgets what other nodes (and this one) announce, and all permissions when a setting changes.
    async fn follow(&self) -> Result<()> {
        let mut announced = self.bus.subscribe(TOPIC).await?;
        let forget = self.forgetter();
        tokio::spawn(async move {
            while let Some(message) = announced.next().await {
                forget(String::from_utf8_lossy(&message).as_ref()).await;
            }
        });
        let mut changed = self.settings.changes();
        let permissions = self.permissions.clone();
        tokio::spawn(async move {
            while !matches!(changed.recv().await, Err(broadcast::error::RecvError::Closed)) {
                permissions.invalidate_all();
            }
        });
        Ok(())
    }

    fn forgetter(&self) -> impl Fn(&str) -> futures::future::BoxFuture<'static, ()> + Send + 'static + use<> {
        let (users, groups, permissions) =
            (self.users.clone(), self.groups.clone(), self.permissions.clone());
        let counts = self.counts.clone();
        let changes = self.changes.clone();
        move |id| {
            let id = id.to_string();
            let (users, groups, permissions) = (users.clone(), groups.clone(), permissions.clone());
            let (changes, counts) = (changes.clone(), counts.clone());
            Box::pin(async move {
                counts.invalidate_all();
                if id.is_empty() {
                    users.invalidate_all();
                    groups.invalidate_all();
                    permissions.invalidate_all();
                } else {
                    users.invalidate(&id).await;
                    groups.invalidate(&id).await;
                    permissions.invalidate(&id).await;
                }
                // Nobody listening is fine: sockets subscribe when there are any.
                let _ = changes.send(id);
            })
        }
    }

    pub async fn user(&self, id: &str) -> Result<Option<Arc<User>>> {
        if let Some(known) = self.users.get(id).await {
            return Ok(known);
        }
        let loaded = self.store.users.get(id).await?.map(Arc::new);
        self.users.insert(id.to_string(), loaded.clone()).await;
        Ok(loaded)
    }

    pub async fn count(&self) -> Result<u64> {
        self.counted(Count::All).await
    }

    pub async fn count_active(&self) -> Result<u64> {
        self.counted(Count::Active).await
    }

    async fn counted(&self, what: Count) -> Result<u64> {
        if let Some(known) = self.counts.get(&what).await {
            return Ok(known);
        }
        let since = chrono::Utc::now().timestamp() - ACTIVE;
        let count = match what {
            Count::All => self.store.users.count().await?,
            Count::Active => self.store.users.count_active(since).await?,
        };
        self.counts.insert(what, count).await;
        Ok(count)
    }

    pub async fn group_ids(&self, user_id: &str) -> Result<Arc<Vec<String>>> {
        if let Some(known) = self.groups.get(user_id).await {
            return Ok(known);
        }
        let groups = self.store.groups.of_user(user_id).await?;
        let ids = Arc::new(groups.into_iter().map(|g| g.id).collect::<Vec<_>>());
        self.groups.insert(user_id.to_string(), ids.clone()).await;
        Ok(ids)
    }

    pub async fn permissions(&self, user_id: &str) -> Result<Arc<Value>> {
        if let Some(known) = self.permissions.get(user_id).await {
            return Ok(known);
        }
        let mut tree = permissions::defaults(&self.settings);
        for group in self.store.groups.of_user(user_id).await? {
            permissions::merge(&mut tree, &group.permissions);
        }
        let tree = Arc::new(tree);
        self.permissions.insert(user_id.to_string(), tree.clone()).await;
        Ok(tree)
    }

    /// Forgets here at once and tells the other nodes.
    pub async fn announce(&self, id: &str) -> Result<()> {
        self.forgetter()(id).await;
        self.bus.publish(TOPIC, Bytes::copy_from_slice(id.as_bytes())).await.map_err(IdentityError::from)
    }

    pub fn changes(&self) -> broadcast::Receiver<String> {
        self.changes.subscribe()
    }

    /// Writes the account's last activity in the background, at most every half minute.
    pub fn touch(&self, user: &Arc<User>) {
        let now = chrono::Utc::now().timestamp();
        {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            let last = touched.entry(user.id.clone()).or_insert(0);
            if now - *last < TOUCH_EVERY {
                return;
            }
            *last = now;
        }
        let (store, id) = (self.store.clone(), user.id.clone());
        tokio::spawn(async move {
            if let Err(error) = store.users.touch(&id, now).await {
                tracing::warn!(%error, "the last activity of an account could not be saved");
            }
        });
    }
}
