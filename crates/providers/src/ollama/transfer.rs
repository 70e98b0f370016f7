//! Model files: fetched from two known hosts or uploaded, and stored on an Ollama server as blobs.
//!
//! A file can be larger than memory, so it goes through a temporary file; Ollama wants its digest before its content.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use transom_net::{GuardedRequest, Limits};

use super::{Ollama, Wording, checked};
use crate::Core;
use crate::connection::Connection;
use crate::error::{ProviderError, Result};
use crate::openai::hex;
use crate::requester::Requester;
use crate::upstream::{ByteStream, Call, Upstream};

/// The hosts model files may come from.
const HOSTS: [&str; 2] = ["https://huggingface.co/", "https://github.com/"];

/// How much is sent or received between two progress events, in bytes.
const STEP: u64 = 4 << 20;

/// Where progress events go. A closed browser closes it, which ends the work.
type Progress = futures::channel::mpsc::Sender<Result<Bytes>>;

impl Ollama {
    /// `POST /models/download` `{url}`: fetches a file and stores it on a server. Events
    /// `{progress,completed,total}`, then `{done,blob,name}` or `{error}`.
    ///
    /// # Errors
    /// [`ProviderError::Invalid`] for any other host.
    #[tracing::instrument(name = "ollama download", skip_all)]
    pub async fn download(&self, who: &Requester, idx: Option<usize>, url: &str) -> Result<Upstream> {
        if !HOSTS.iter().any(|host| url.starts_with(host)) {
            let text = "Model files can be downloaded from huggingface.co and github.com only";
            return Err(ProviderError::Invalid(text.into()));
        }
        let name = file_name(url)?;
        let job = Job::new(&self.core, idx, who)?;
        let url = url.to_owned();
        Ok(events(move |progress| async move { job.download(&url, &name, progress).await }))
    }

    /// `POST /models/upload`: stores a file on a server and makes a model of it. Events
    /// `{progress,total,completed}`, then `{done,blob,name,model_created}` or `{error}`.
    ///
    /// # Errors
    /// [`ProviderError`] while the file is received.
    #[tracing::instrument(name = "ollama upload", skip_all)]
    pub async fn upload(
        &self,
        who: &Requester,
        idx: Option<usize>,
        name: &str,
        content: ByteStream,
    ) -> Result<Upstream> {
        let name = name.rsplit(['/', '\\']).next().filter(|n| !n.is_empty()).unwrap_or("model").to_owned();
        let job = Job::new(&self.core, idx, who)?;
        let file = job.receive(content, None).await?;
        Ok(events(move |progress| async move { job.upload(&file, &name, progress).await }))
    }
}

/// One transfer to one server.
struct Job {
    core: Arc<Core>,
    connection: Connection,
    who: Requester,
}

/// A received file; the file goes when this goes.
struct Received {
    path: PathBuf,
    digest: String,
    size: u64,
}

impl Drop for Received {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_file(&self.path) {
            tracing::warn!(error = %e, "a temporary model file could not be removed");
        }
    }
}

impl Job {
    fn new(core: &Arc<Core>, idx: Option<usize>, who: &Requester) -> Result<Self> {
        let connection = core.conf.ollama_at(idx.unwrap_or(0))?;
        Ok(Job { core: core.clone(), connection, who: who.clone() })
    }

    async fn download(self, url: &str, name: &str, mut progress: Progress) -> Result<Value> {
        let limits = Limits { max_bytes: None, timeout: None, redirects: 5, content_types: Vec::new() };
        let opened = self.core.net.guarded().open(GuardedRequest::get(url), &limits).await;
        let opened = opened.map_err(|e| ProviderError::Invalid(e.to_string()))?;
        if !opened.status.is_success() {
            return Err(ProviderError::Broken(format!(
                "the file server answered with status {}",
                opened.status.as_u16()
            )));
        }
        let total =
            opened.headers.get(http::header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
        let content = opened.body.map(|piece| piece.map_err(|e| ProviderError::Broken(e.to_string())));
        let file = self.receive(content.boxed(), Some((&mut progress, total))).await?;
        self.store(&file, None).await?;
        Ok(json!({ "done": true, "blob": format!("sha256:{}", file.digest), "name": name }))
    }

    async fn upload(self, file: &Received, name: &str, mut progress: Progress) -> Result<Value> {
        self.store(file, Some(&mut progress)).await?;
        let blob = format!("sha256:{}", file.digest);
        let model = Path::new(name).file_stem().and_then(|s| s.to_str()).unwrap_or(name);
        let request = json!({ "model": model, "files": { name: blob }, "stream": false });
        let mut call = Call::post(&self.core, &self.connection, "/api/create", &self.who, &request)?;
        call.timeout = None;
        checked(self.core.send(call).await?, Wording::Plain).await?;
        self.core.catalogue.invalidate_ollama(self.connection.idx);
        Ok(json!({ "done": true, "blob": blob, "name": name, "model_created": model }))
    }

    /// Writes a stream into a temporary file and computes its digest on the way.
    async fn receive(
        &self,
        mut content: ByteStream,
        mut progress: Option<(&mut Progress, Option<u64>)>,
    ) -> Result<Received> {
        let folder = self.core.conf.folder("cache/ollama").await?;
        let path = folder.join(format!("{}.part", uuid::Uuid::new_v4()));
        let mut file = tokio::fs::File::create(&path).await.map_err(disk)?;
        let mut received = Received { path, digest: String::new(), size: 0 };
        let mut digest = Sha256::new();
        let mut told = 0;
        while let Some(piece) = content.next().await {
            let piece = piece?;
            digest.update(&piece);
            file.write_all(&piece).await.map_err(disk)?;
            received.size += piece.len() as u64;
            if let Some((progress, total)) = &mut progress
                && received.size - told >= STEP
            {
                told = received.size;
                tell(progress, told, total.unwrap_or(0)).await?;
            }
        }
        file.flush().await.map_err(disk)?;
        received.digest = hex(&digest.finalize());
        Ok(received)
    }

    /// Sends the file to the server.
    async fn store(&self, file: &Received, progress: Option<&mut Progress>) -> Result<()> {
        let opened = tokio::fs::File::open(&file.path).await.map_err(disk)?;
        let total = file.size;
        let progress = progress.map(|p| p.clone());
        let content =
            futures::stream::try_unfold((opened, progress, 0_u64, 0_u64), move |state| async move {
                let (mut opened, mut progress, mut sent, mut told) = state;
                let mut piece = vec![0; 1 << 20];
                let n = opened.read(&mut piece).await?;
                if n == 0 {
                    return Ok::<_, std::io::Error>(None);
                }
                piece.truncate(n);
                sent += n as u64;
                if let Some(progress) = &mut progress
                    && (sent - told >= STEP || sent == total)
                {
                    told = sent;
                    tell(progress, sent, total).await.map_err(std::io::Error::other)?;
                }
                Ok(Some((Bytes::from(piece), (opened, progress, sent, told))))
            });
        let path = format!("/api/blobs/sha256:{}", file.digest);
        let mut call = Call::get(&self.core, &self.connection, &path, &self.who);
        call.method = http::Method::POST;
        call.timeout = None;
        call.body = Some(reqwest::Body::wrap_stream(content));
        checked(self.core.send(call).await?, Wording::Plain).await.map(drop)
    }
}

async fn tell(progress: &mut Progress, completed: u64, total: u64) -> Result<()> {
    #[allow(clippy::cast_precision_loss, reason = "a percentage for people")]
    let percent = if total == 0 { 0.0 } else { (completed as f64 / total as f64 * 10_000.0).round() / 100.0 };
    let event = json!({ "progress": percent, "completed": completed, "total": total });
    let sent = progress.send(Ok(line(&event))).await;
    sent.map_err(|_| ProviderError::Broken("nobody waits for the file any more".into()))
}

fn line(event: &Value) -> Bytes {
    Bytes::from(format!("data: {event}\n\n"))
}

/// Runs a job and streams its progress; its outcome is the last event.
fn events<F, W>(job: F) -> Upstream
where
    F: FnOnce(Progress) -> W,
    W: Future<Output = Result<Value>> + Send + 'static,
{
    let (mut progress, told) = futures::channel::mpsc::channel(16);
    let work = job(progress.clone());
    let outcome = async move {
        let last = line(&work.await.unwrap_or_else(|e| json!({ "error": e.to_string() })));
        // through the same channel, so that it comes after the progress; nobody is left to tell when it is closed
        let _ = progress.send(Ok(last)).await;
        None
    };
    // both halves are driven by whoever reads the answer: a reader that leaves ends the job
    let silent = futures::stream::once(outcome).filter_map(std::future::ready);
    Upstream::stream("text/event-stream", futures::stream::select(told, silent.boxed()).boxed())
}

fn file_name(url: &str) -> Result<String> {
    let parsed =
        url::Url::parse(url).map_err(|_| ProviderError::Invalid("The address is not valid".into()))?;
    let last = parsed.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default().to_owned();
    if last.is_empty() { Err(ProviderError::Invalid("The address names no file".into())) } else { Ok(last) }
}

fn disk(e: std::io::Error) -> ProviderError {
    ProviderError::Local(format!("the model file could not be kept: {e}"))
}
