//! `POST /api/pull`.

use futures::StreamExt;
use futures::stream::BoxStream;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Local;
use super::reply::{Reply, json_reply, lines};
use super::request::{Common, parse};
use crate::library::{ModelName, Progress, PullOptions, Source};
use crate::{EngineError, Result};

/// A pull that is going on. Dropping it stops the pull; what has come stays for the next try.
pub struct Pulling {
    progress: mpsc::UnboundedReceiver<Progress>,
    task: JoinHandle<Result<ModelName>>,
}

impl Drop for Pulling {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pulling {
    /// What happens next; none at the end, when [`Pulling::end`] tells how it went.
    pub async fn next(&mut self) -> Option<Progress> {
        self.progress.recv().await
    }

    /// The name of the model that is there now.
    ///
    /// # Errors
    /// Those of [`crate::library::Library::pull`].
    pub async fn end(mut self) -> Result<ModelName> {
        let stopped = |_| EngineError::Unavailable("the pull was stopped".to_owned());
        (&mut self.task).await.map_err(stopped)?
    }

    fn into_lines(self) -> BoxStream<'static, Value> {
        futures::stream::unfold(Some(self), |pulling| async move {
            let mut pulling = pulling?;
            if let Some(progress) = pulling.next().await {
                return Some((json!(progress), Some(pulling)));
            }
            match pulling.end().await {
                // the last progress has said so
                Ok(_) => None,
                Err(error) => Some((json!({"error": error.to_string()}), None)),
            }
        })
        .boxed()
    }
}

impl Local {
    /// Fetches a model from where `source` says. Files of this machine only with `allow_files`: over the network nobody
    /// may name them.
    ///
    /// # Errors
    /// `Invalid` when the source cannot be understood.
    pub fn start_pull(&self, source: &str, name: Option<ModelName>, allow_files: bool) -> Result<Pulling> {
        let source: Source = source.parse()?;
        let options = PullOptions {
            offline: self.sources.offline,
            allow_files,
            name,
            hf_token: self.sources.hugging_face_token.clone(),
            index_url: self.sources.index_url.clone(),
            ..PullOptions::default()
        };
        let (sender, progress) = mpsc::unbounded_channel();
        let local = self.clone();
        let task = tokio::spawn(async move {
            // a receiver that is gone has stopped this task
            let tell = move |progress| drop(sender.send(progress));
            local.library.pull(&source, &options, &*local.fetch, tell).await
        });
        Ok(Pulling { progress, task })
    }

    pub(super) async fn pull(&self, body: &[u8]) -> Result<Reply> {
        let common: Common = parse(body)?;
        let mut pulling = self.start_pull(common.model()?, None, false)?;
        if common.streams() {
            return Ok(lines(pulling.into_lines()));
        }
        while pulling.next().await.is_some() {}
        pulling.end().await?;
        Ok(json_reply(StatusCode::OK, &json!({"status": "success"})))
    }
}
