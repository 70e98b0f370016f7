//! Revoked session tokens: kept in the store until they expire, in memory for each check, announced on the bus.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use futures::StreamExt;
use transom_store::{Store, bus::Bus};

use crate::Result;

const TOPIC: &str = "revoked-tokens";

pub(crate) struct Revocations {
    store: Store,
    bus: Arc<dyn Bus>,
    revoked: Arc<RwLock<HashMap<String, i64>>>,
}

impl Revocations {
    pub async fn open(store: Store, bus: Arc<dyn Bus>) -> Result<Self> {
        // Subscribing first means that nothing announced while the table is read is missed.
        let mut announced = bus.subscribe(TOPIC).await?;
        let now = chrono::Utc::now().timestamp();
        store.revoked.purge(now).await?;
        let revoked: HashMap<_, _> = store.revoked.live(now).await?.into_iter().collect();
        let revoked = Arc::new(RwLock::new(revoked));
        let memory = Arc::downgrade(&revoked);
        tokio::spawn(async move {
            while let Some(message) = announced.next().await {
                let Some(memory) = memory.upgrade() else { return };
                if let Ok((jti, expires_at)) = serde_json::from_slice::<(String, i64)>(&message) {
                    memory.write().unwrap_or_else(PoisonError::into_inner).insert(jti, expires_at);
                }
            }
        });
        Ok(Self { store, bus, revoked })
    }

    /// Whether a token id was revoked. No store access: this runs for every request.
    pub fn is_revoked(&self, jti: &str) -> bool {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).contains_key(jti)
    }

    /// Revokes a token until it would have expired anyway.
    pub async fn revoke(&self, jti: &str, expires_at: Option<i64>) -> Result<()> {
        // A token without expiry stays revoked for good.
        let expires_at = expires_at.unwrap_or(i64::MAX);
        self.store.revoked.add(jti, expires_at).await?;
        {
            let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
            let now = chrono::Utc::now().timestamp();
            revoked.retain(|_, until| *until > now);
            revoked.insert(jti.to_string(), expires_at);
        }
        let message = serde_json::to_vec(&(jti, expires_at)).unwrap_or_default();
        self.bus.publish(TOPIC, Bytes::from(message)).await?;
        Ok(())
    }
}
