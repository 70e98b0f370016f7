//! Introduces settings to the store that saves them and to the bus that tells the other nodes.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use serde_json::Value;
use transom_config::{Saver, Settings};
use transom_store::{Store, StoreError, bus::Bus};

const TOPIC: &str = "settings";

/// Saves settings as rows and announces each change.
pub struct StoreSaver {
    store: Store,
    bus: Arc<dyn Bus>,
}

impl StoreSaver {
    /// Loads what is saved, and keeps the settings and the other nodes in step from now on.
    ///
    /// # Errors
    /// When the store or the bus cannot be reached.
    pub async fn introduce(settings: &Settings, store: &Store, bus: &Arc<dyn Bus>) -> Result<(), StoreError> {
        // Subscribing first means that no change made while the rows are read is missed.
        let mut changes = bus.subscribe(TOPIC).await?;
        if settings.get(&transom_config::keys::RESET_CONFIG_ON_START) {
            store.settings.clear().await?;
        }
        settings.apply_saved(store.settings.all().await?);
        settings.attach(Arc::new(Self { store: store.clone(), bus: bus.clone() }));
        let settings = settings.clone();
        tokio::spawn(async move {
            while let Some(message) = changes.next().await {
                match serde_json::from_slice::<(String, Option<Value>)>(&message) {
                    Ok((key, value)) => settings.apply_remote(&key, value),
                    Err(error) => tracing::warn!(%error, "an announced setting is not readable"),
                }
            }
        });
        Ok(())
    }

    async fn announce(&self, key: &str, value: Option<&Value>) -> Result<(), String> {
        let message = serde_json::to_vec(&(key, value)).map_err(|e| e.to_string())?;
        self.bus.publish(TOPIC, Bytes::from(message)).await.map_err(|e| e.to_string())
    }
}

#[async_trait]
impl Saver for StoreSaver {
    async fn save(&self, key: &str, value: &Value) -> Result<(), String> {
        self.store.settings.put(key, value).await.map_err(|e| e.to_string())?;
        self.announce(key, Some(value)).await
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.store.settings.delete(key).await.map_err(|e| e.to_string())?;
        self.announce(key, None).await
    }
}
