//! The threads that own a model each.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::oneshot;
use transom_encoder::{CrossEncoder, Embeddings, Encoder, Error};
use transom_kernels::Cpu;

use super::lock;
use crate::llama::{KeepAlive, memory};
use crate::{EngineError, Result};

/// Memory for what stands between the layers, in bytes.
const SCRATCH: u64 = 64 << 20;

/// What a model is loaded as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Encoder,
    Cross,
}

/// A question to a model.
pub(super) enum Job {
    Embed { prompt: Option<String>, texts: Vec<String>, reply: oneshot::Sender<Result<Embeddings>> },
    Score { question: String, passages: Vec<String>, reply: oneshot::Sender<Result<Vec<f32>>> },
}

impl Job {
    fn refuse(self, error: EngineError) {
        match self {
            Self::Embed { reply, .. } => drop(reply.send(Err(error))),
            Self::Score { reply, .. } => drop(reply.send(Err(error))),
        }
    }
}

enum Model {
    Encoder(Encoder),
    Cross(CrossEncoder),
}

type Key = (PathBuf, Kind);

/// The models in memory.
pub(super) struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    /// The way to each thread. A thread that ends takes itself out, under the lock, after a last look at its questions.
    threads: Mutex<HashMap<Key, Sender<Job>>>,
    /// One model is loaded at a time: two would not know of each other's memory.
    loading: Mutex<()>,
    count: usize,
    keep_alive: KeepAlive,
    memory_limit: Option<u64>,
}

impl Workers {
    pub(super) fn new(count: usize, keep_alive: KeepAlive, memory_limit: Option<u64>) -> Self {
        let (threads, loading) = (Mutex::default(), Mutex::default());
        Self { shared: Arc::new(Shared { threads, loading, count, keep_alive, memory_limit }) }
    }

    /// Asks the model of a folder, which is loaded if it is not in memory.
    pub(super) async fn ask<T>(
        &self,
        folder: &Path,
        kind: Kind,
        job: impl FnOnce(oneshot::Sender<Result<T>>) -> Job,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.send((folder.to_owned(), kind), job(reply))?;
        answer
            .await
            .map_err(|_| EngineError::Unavailable("the model's thread has ended: try again".into()))?
    }

    fn send(&self, key: Key, job: Job) -> Result<()> {
        let mut threads = lock(&self.shared.threads);
        let job = match threads.get(&key) {
            // only a thread that has died leaves its way behind
            Some(way) => match way.send(job) {
                Ok(()) => return Ok(()),
                Err(unsent) => unsent.0,
            },
            None => job,
        };
        let (way, jobs) = channel();
        let (shared, name) = (self.shared.clone(), key.clone());
        let spawned =
            std::thread::Builder::new().name("encoder".into()).spawn(move || shared.run(&name, &jobs));
        spawned.map_err(|_| EngineError::Unavailable("the system gives no more threads".into()))?;
        // the thread waits for its first question, so it is there
        let _ = way.send(job);
        threads.insert(key, way);
        Ok(())
    }
}

impl Shared {
    /// The life of a thread: loads, answers, and ends when nobody has asked for a while.
    fn run(&self, key: &Key, jobs: &Receiver<Job>) {
        transom_kernels::give_way();
        let loaded = catch_unwind(AssertUnwindSafe(|| self.load(key)));
        let model = match loaded
            .unwrap_or_else(|_| Err(EngineError::Corrupt("the model's files are damaged".into())))
        {
            Ok(model) => model,
            Err(error) => {
                let mut threads = lock(&self.threads);
                threads.remove(key);
                let text = error.to_string();
                let mut first = Some(error);
                for job in jobs.try_iter() {
                    job.refuse(first.take().unwrap_or_else(|| EngineError::Unavailable(text.clone())));
                }
                return;
            }
        };
        let cpu = Cpu::background(self.count);
        loop {
            let next = match self.keep_alive {
                KeepAlive::For(time) => jobs.recv_timeout(time),
                KeepAlive::Forever => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let job = match next {
                Ok(job) => job,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let mut threads = lock(&self.threads);
                    let Ok(job) = jobs.try_recv() else {
                        threads.remove(key);
                        tracing::info!(model = %called(&key.0), "the model leaves the memory");
                        return;
                    };
                    drop(threads);
                    job
                }
            };
            answer(&model, &cpu, job);
        }
    }

    fn load(&self, (folder, kind): &Key) -> Result<Model> {
        let _one_at_a_time = lock(&self.loading);
        self.fits(folder)?;
        let begun = Instant::now();
        let model = match kind {
            Kind::Encoder => Encoder::load(folder).map(Model::Encoder),
            Kind::Cross => CrossEncoder::load(folder).map(Model::Cross),
        };
        let model = model.map_err(told)?;
        let bytes = match &model {
            Model::Encoder(model) => model.bytes(),
            Model::Cross(model) => model.bytes(),
        };
        tracing::info!(
            model = %called(folder),
            seconds = begun.elapsed().as_secs_f32(),
            memory = memory::readable(bytes as u64),
            "the model is in memory"
        );
        Ok(model)
    }

    /// Whether the memory suffices for the weights.
    fn fits(&self, folder: &Path) -> Result<()> {
        let weights = |entry: std::fs::DirEntry| {
            let is_weights = entry.path().extension().is_some_and(|end| end == "safetensors");
            // the entry may be a link into another folder
            std::fs::metadata(entry.path()).ok().filter(|_| is_weights).map(|data| data.len())
        };
        let entries = std::fs::read_dir(folder)?;
        let needed: u64 = entries.filter_map(|entry| entry.ok().and_then(weights)).sum::<u64>() + SCRATCH;
        let free = match (memory::available(), self.memory_limit) {
            (Some(free), Some(limit)) => free.min(limit),
            (free, limit) => free.or(limit).unwrap_or(u64::MAX),
        };
        if needed <= free {
            return Ok(());
        }
        Err(EngineError::Unavailable(format!(
            "the model needs {} of memory and {} are free: choose a smaller model",
            memory::readable(needed),
            memory::readable(free)
        )))
    }
}

fn answer(model: &Model, cpu: &Cpu, job: Job) {
    match (model, job) {
        // nobody waits for it any more
        (_, Job::Embed { reply, .. }) if reply.is_closed() => {}
        (_, Job::Score { reply, .. }) if reply.is_closed() => {}
        (Model::Encoder(model), Job::Embed { prompt, texts, reply }) => {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let _ = reply.send(computed(|| model.embed(cpu, prompt.as_deref(), &texts)));
        }
        (Model::Cross(model), Job::Score { question, passages, reply }) => {
            let passages: Vec<&str> = passages.iter().map(String::as_str).collect();
            let _ = reply.send(computed(|| model.score(cpu, &question, &passages)));
        }
        (_, job) => job.refuse(EngineError::Invalid("the model is of another kind".into())),
    }
}

/// A panic is a fault of ours or of a damaged file: the question fails, the model stays.
fn computed<T>(work: impl FnOnce() -> std::result::Result<T, Error>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(told),
        Err(_) => Err(EngineError::Unavailable("the model could not compute this text".into())),
    }
}

/// The same in this crate's words.
fn told(error: Error) -> EngineError {
    let text = error.to_string();
    let text = text.trim_end_matches('.').to_owned();
    match error {
        Error::Unsupported(_) | Error::Text(_) => EngineError::Invalid(text),
        Error::Damaged(_) | Error::File { .. } => EngineError::Corrupt(text),
    }
}

/// The name of a model in the log: the folder of a snapshot says nothing, the one above it does.
fn called(folder: &Path) -> std::borrow::Cow<'_, str> {
    let named = match folder.parent() {
        Some(snapshots) if snapshots.ends_with("snapshots") => snapshots.parent().unwrap_or(folder),
        _ => folder,
    };
    named.file_name().unwrap_or(named.as_os_str()).to_string_lossy()
}
