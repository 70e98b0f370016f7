//! Accounts, groups and permissions in memory, so that no request needs SQL to know who is calling.
//!
//! Every write announces the account's id on the bus; all nodes then forget it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use moka::future::Cache;
use serde_json::Value;
use tokio::sync::broadcast;
use transom_config::Settings;
use transom_store::{Sessions, Store, User, bus::Bus};

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

/// Settings that decide who may be in which room: open sockets are looked at again when one changes.
const DECIDE_ACCESS: [&str; 4] =
    ["BYPASS_ADMIN_ACCESS_CONTROL", "ENABLE_CHANNELS", "ENABLE_NOTES", "USER_PERMISSIONS"];

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
    sessions: Cache<String, Arc<Sessions>>,
    /// How often something was forgotten: what was read before must not be remembered after.
    forgotten: Arc<AtomicU64>,
    counts: Cache<Count, u64>,
    settings: Settings,
    touched: Mutex<HashMap<String, i64>>,
    changes: broadcast::Sender<String>,
}

impl People {
    pub async fn open(settings: Settings, store: Store, bus: Arc<dyn Bus>) -> Result<Self> {
        let people = Self {
            users: Cache::builder().max_capacity(50_000).time_to_live(KEEP).build(),
            groups: Cache::builder().max_capacity(50_000).time_to_live(KEEP).build(),
            permissions: Cache::builder().max_capacity(50_000).time_to_live(KEEP).build(),
            sessions: Cache::builder().max_capacity(50_000).time_to_live(KEEP).build(),
            forgotten: Arc::default(),
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
        let (permissions, forgotten) = (self.permissions.clone(), self.forgotten.clone());
        let changes = self.changes.clone();
        tokio::spawn(async move {
            loop {
                let about_access = match changed.recv().await {
                    Ok(name) => DECIDE_ACCESS.contains(&name),
                    Err(broadcast::error::RecvError::Lagged(_)) => true,
                    Err(broadcast::error::RecvError::Closed) => return,
                };
                forgotten.fetch_add(1, Ordering::AcqRel);
                permissions.invalidate_all();
                if about_access {
                    let _ = changes.send(String::new());
                }
            }
        });
        Ok(())
    }

    fn forgetter(&self) -> impl Fn(&str) -> futures::future::BoxFuture<'static, ()> + Send + 'static + use<> {
        let (users, groups, permissions) =
            (self.users.clone(), self.groups.clone(), self.permissions.clone());
        let (sessions, counts) = (self.sessions.clone(), self.counts.clone());
        let (changes, forgotten) = (self.changes.clone(), self.forgotten.clone());
        move |id| {
            let id = id.to_string();
            let (users, groups, permissions) = (users.clone(), groups.clone(), permissions.clone());
            let (sessions, counts) = (sessions.clone(), counts.clone());
            let (changes, forgotten) = (changes.clone(), forgotten.clone());
            Box::pin(async move {
                forgotten.fetch_add(1, Ordering::AcqRel);
                counts.invalidate_all();
                if id.is_empty() {
                    users.invalidate_all();
                    groups.invalidate_all();
                    permissions.invalidate_all();
                    sessions.invalidate_all();
                } else {
                    users.invalidate(&id).await;
                    groups.invalidate(&id).await;
                    permissions.invalidate(&id).await;
                    sessions.invalidate(&id).await;
                }
                // Nobody listening is fine: sockets subscribe when there are any.
                let _ = changes.send(id);
            })
        }
    }

    /// What a cache knows, or else what `load` finds. What was read before something was forgotten is given to whoever
    /// asked before, and not remembered.
    async fn known<T: Clone + Send + Sync + 'static>(
        &self,
        cache: &Cache<String, T>,
        id: &str,
        load: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if let Some(known) = cache.get(id).await {
            return Ok(known);
        }
        let before = self.forgotten.load(Ordering::Acquire);
        let loaded = load.await?;
        cache.insert(id.to_string(), loaded.clone()).await;
        if self.forgotten.load(Ordering::Acquire) != before {
            cache.invalidate(id).await;
        }
        Ok(loaded)
    }

    pub async fn user(&self, id: &str) -> Result<Option<Arc<User>>> {
        let load = async { Ok(self.store.users.get(id).await?.map(Arc::new)) };
        self.known(&self.users, id, load).await
    }

    /// Which sessions of an account count.
    pub async fn sessions(&self, user_id: &str) -> Result<Arc<Sessions>> {
        let load = async {
            let credential = self.store.credentials.get(user_id).await?;
            Ok(Arc::new(credential.map(|credential| credential.sessions).unwrap_or_default()))
        };
        self.known(&self.sessions, user_id, load).await
    }

    pub async fn group_ids(&self, user_id: &str) -> Result<Arc<Vec<String>>> {
        let load = async {
            let groups = self.store.groups.of_user(user_id).await?;
            Ok(Arc::new(groups.into_iter().map(|g| g.id).collect()))
        };
        self.known(&self.groups, user_id, load).await
    }

    pub async fn permissions(&self, user_id: &str) -> Result<Arc<Value>> {
        let load = async {
            let mut tree = permissions::defaults(&self.settings);
            for group in self.store.groups.of_user(user_id).await? {
                permissions::merge(&mut tree, &group.permissions);
            }
            Ok(Arc::new(tree))
        };
        self.known(&self.permissions, user_id, load).await
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
