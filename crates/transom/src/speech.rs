//! Speech models that are not on the disk yet: speech asks for them, the model servers' crate fetches them.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use tokio::sync::Mutex;
use transom_config::{Settings, keys};
use transom_media::FetchFolder;
use transom_net::Net;

/// Fetches one model at a time.
pub struct SpeechModels {
    settings: Settings,
    net: Arc<Net>,
    turn: Arc<Mutex<()>>,
}

impl SpeechModels {
    /// Nothing is fetched before it is needed.
    pub fn new(settings: Settings, net: Arc<Net>) -> Self {
        Self { settings, net, turn: Arc::default() }
    }
}

#[async_trait]
impl FetchFolder for SpeechModels {
    async fn fetch(&self, repository: &str) -> Result<PathBuf, String> {
        let (settings, net, turn) = (self.settings.clone(), self.net.clone(), self.turn.clone());
        let repository = repository.to_owned();
        // whoever asked may leave: what was begun is finished, for the next one
        let pull = tokio::spawn(async move {
            let _turn = turn.lock().await;
            let cache = PathBuf::from(settings.get(&keys::WHISPER_MODEL_DIR));
            tracing::info!(repository, "a speech model is fetched");
            transom_providers::pull_speech_model(settings, net, &repository, &cache).await
        });
        match pull.await {
            Ok(Ok(folder)) => Ok(folder),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the speech model could not be fetched");
                Err(error.to_string())
            }
            Err(_) => Err("the download broke off".to_owned()),
        }
    }
}
