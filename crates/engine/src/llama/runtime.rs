//! Which models are in memory, for how long, and who uses them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::token::LlamaToken;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use super::graphics;
use super::instance::{Instance, Jobs, Plan, Purpose};
use super::job::{EmbedJob, Event, Job};
use super::memory;
use super::options::Options;
use super::sampler::Form;
use crate::{EngineError, Result, cpu};

/// How long a model that nobody uses stays in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepAlive {
    /// So long after its last use.
    For(Duration),
    /// Until the server stops or another model needs the memory.
    Forever,
}

/// How models are run.
#[derive(Clone, Debug)]
pub struct RuntimeOptions {
    /// Threads of one model.
    pub threads: u32,
    /// Answers that one model writes at the same time.
    pub parallel: u32,
    /// Tokens of a context when the request names no number.
    pub num_ctx: u32,
    /// How long a model stays when the request does not say.
    pub keep_alive: KeepAlive,
    /// Bytes that all models together may take; none for what is free.
    pub memory_limit: Option<u64>,
    /// Layers on the graphics processor; none for all that fit.
    pub gpu_layers: Option<u32>,
    /// Whether the settings ask for a graphics processor; without one the processor does the work.
    pub wants_gpu: bool,
}

/// A model's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFile {
    /// What people call it.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// A model in memory, for a list.
#[derive(Clone, Debug)]
pub struct Running {
    /// What people call it.
    pub name: String,
    /// Where its file lies.
    pub path: PathBuf,
    /// Bytes of memory, about.
    pub size: u64,
    /// Tokens that one answer can use.
    pub num_ctx: u32,
    /// When it leaves unless it is used again; none for never.
    pub expires_at: Option<SystemTime>,
}

/// A model on its way into memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loading {
    /// What people call it.
    pub name: String,
    /// How much of it is there.
    pub percent: u8,
}

/// The models in memory.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
}

struct Inner {
    options: RuntimeOptions,
    entries: Mutex<Vec<Arc<Entry>>>,
    /// One model is loaded at a time: two would not know of each other's memory.
    loading: tokio::sync::Mutex<()>,
    progress: Arc<Mutex<Option<Loading>>>,
    changed: Notify,
    reaper: OnceLock<()>,
}

struct Entry {
    file: ModelFile,
    purpose: Purpose,
    instance: Instance,
    leases: AtomicUsize,
    keep: Mutex<Keep>,
}

#[derive(Clone, Copy)]
struct Keep {
    keep_alive: KeepAlive,
    last_used: Instant,
}

impl Keep {
    fn until(self) -> Option<Instant> {
        match self.keep_alive {
            KeepAlive::For(time) => self.last_used.checked_add(time),
            KeepAlive::Forever => None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The library is set up once in a process and never torn down.
fn backend(wants_gpu: bool) -> Result<Arc<LlamaBackend>> {
    static BACKEND: OnceLock<std::result::Result<Arc<LlamaBackend>, String>> = OnceLock::new();
    let found = BACKEND.get_or_init(|| {
        if let Some(obstacle) = cpu::obstacle() {
            return Err(obstacle);
        }
        llama_cpp_2::send_logs_to_tracing(llama_cpp_2::LogOptions::default());
        let backend =
            LlamaBackend::init().map_err(|error| format!("models cannot run in this server: {error}"))?;
        graphics::tell(wants_gpu);
        Ok(Arc::new(backend))
    });
    found.clone().map_err(EngineError::Unavailable)
}

impl Runtime {
    /// Nothing is loaded or started before the first use.
    #[must_use]
    pub fn new(options: RuntimeOptions) -> Self {
        let inner = Inner {
            options,
            entries: Mutex::default(),
            loading: tokio::sync::Mutex::default(),
            progress: Arc::default(),
            changed: Notify::new(),
            reaper: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The models in memory.
    #[must_use]
    pub fn running(&self) -> Vec<Running> {
        let now = Instant::now();
        let describe = |entry: &Arc<Entry>| {
            let until = lock(&entry.keep).until();
            Running {
                name: entry.file.name.clone(),
                path: entry.file.path.clone(),
                size: entry.instance.size,
                num_ctx: entry.instance.num_ctx,
                expires_at: until.map(|until| SystemTime::now() + until.saturating_duration_since(now)),
            }
        };
        lock(&self.inner.entries).iter().map(describe).collect()
    }

    /// The model that is being loaded; none when none is.
    #[must_use]
    pub fn loading(&self) -> Option<Loading> {
        lock(&self.inner.progress).clone()
    }

    /// Takes a model out of memory as soon as its last answer is whole; answers whether it was there.
    pub fn unload(&self, file: &ModelFile) -> bool {
        let mut entries = lock(&self.inner.entries);
        let before = entries.len();
        entries.retain(|entry| entry.file.path != file.path);
        entries.len() < before
    }

    /// A model to work with, loaded if it is not in memory yet. It stays at least as long as the lease.
    ///
    /// # Errors
    /// `Unavailable` when the memory does not suffice or the processor lacks something, `Corrupt` when the file is no
    /// model that can be run.
    pub async fn lease(
        &self,
        file: &ModelFile,
        purpose: Purpose,
        options: &Options,
        keep_alive: Option<KeepAlive>,
    ) -> Result<Lease> {
        let keep_alive = keep_alive.unwrap_or(self.inner.options.keep_alive);
        if let Some(lease) = self.inner.find(file, purpose, options, keep_alive) {
            return Ok(lease);
        }
        let _one_at_a_time = self.inner.loading.lock().await;
        if let Some(lease) = self.inner.find(file, purpose, options, keep_alive) {
            return Ok(lease);
        }
        self.unload(file);
        let loaded = self.inner.load(file, purpose, options).await;
        lock(&self.inner.progress).take();
        let instance = loaded?;
        let entry = Arc::new(Entry {
            file: file.clone(),
            purpose,
            instance,
            leases: AtomicUsize::new(0),
            keep: Mutex::new(Keep { keep_alive, last_used: Instant::now() }),
        });
        lock(&self.inner.entries).push(entry.clone());
        self.start_reaper();
        Ok(Lease::new(entry, Arc::downgrade(&self.inner), keep_alive))
    }

    fn start_reaper(&self) {
        self.inner.reaper.get_or_init(|| {
            let runtime = Arc::downgrade(&self.inner);
            tokio::spawn(reap(runtime));
        });
        self.inner.changed.notify_one();
    }
}

/// Takes models out of memory when their time is over.
async fn reap(runtime: Weak<Inner>) {
    loop {
        let Some(inner) = runtime.upgrade() else { return };
        let now = Instant::now();
        let mut next = now + Duration::from_secs(60);
        lock(&inner.entries).retain(|entry| {
            let until = lock(&entry.keep).until();
            let over = until.is_some_and(|until| until <= now);
            if over && entry.leases.load(Ordering::Acquire) == 0 {
                tracing::info!(model = entry.file.name, "the model leaves the memory");
                return false;
            }
            if let Some(until) = until.filter(|_| !over) {
                next = next.min(until);
            }
            true
        });
        let changed = inner.changed.notified();
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep_until(next) => {}
        }
    }
}

impl Inner {
    /// A model that is in memory and has a context as long as asked for.
    fn find(
        self: &Arc<Self>,
        file: &ModelFile,
        purpose: Purpose,
        options: &Options,
        keep_alive: KeepAlive,
    ) -> Option<Lease> {
        let entries = lock(&self.entries);
        let fits = |entry: &&Arc<Entry>| {
            let trained = entry.instance.model.n_ctx_train();
            entry.file.path == file.path
                && entry.purpose == purpose
                && options.num_ctx.is_none_or(|wanted| entry.instance.num_ctx >= wanted.min(trained))
        };
        let entry = entries.iter().find(fits)?.clone();
        Some(Lease::new(entry, Arc::downgrade(self), keep_alive))
    }

    /// Loads a model, taking out those that nobody uses, longest unused first, when the memory does not suffice.
    async fn load(&self, file: &ModelFile, purpose: Purpose, options: &Options) -> Result<Instance> {
        let backend = backend(self.options.wants_gpu)?;
        loop {
            let plan = Plan {
                path: file.path.clone(),
                purpose,
                num_ctx: options.num_ctx.unwrap_or(self.options.num_ctx),
                parallel: self.options.parallel,
                threads: options.num_thread.unwrap_or(self.options.threads).max(1),
                gpu_layers: options.num_gpu.or(self.options.gpu_layers),
                budget: self.budget(),
            };
            let begun = Instant::now();
            let place = self.progress.clone();
            let tell = {
                let name = file.name.clone();
                move |percent| *lock(&place) = Some(Loading { name: name.clone(), percent })
            };
            tell(0);
            let progress = move |share: f32| tell((share * 100.0) as u8);
            let error = match Instance::load(backend.clone(), plan, progress).await {
                Ok(instance) => {
                    tracing::info!(
                        model = file.name,
                        seconds = begun.elapsed().as_secs_f32(),
                        memory = memory::readable(instance.size),
                        num_ctx = instance.num_ctx,
                        "the model is in memory"
                    );
                    return Ok(instance);
                }
                Err(error @ EngineError::Unavailable(_)) => error,
                Err(error) => return Err(error),
            };
            if !self.evict().await {
                return Err(error);
            }
        }
    }

    fn budget(&self) -> Option<u64> {
        let taken: u64 = lock(&self.entries).iter().map(|entry| entry.instance.size).sum();
        let allowed = self.options.memory_limit.map(|limit| limit.saturating_sub(taken));
        match (memory::available(), allowed) {
            (Some(free), Some(allowed)) => Some(free.min(allowed)),
            (free, allowed) => free.or(allowed),
        }
    }

    /// Takes the model out of memory that was not used for the longest time; `false` when all are in use.
    async fn evict(&self) -> bool {
        let entry = {
            let mut entries = lock(&self.entries);
            let idle =
                entries.iter().enumerate().filter(|(_, entry)| entry.leases.load(Ordering::Acquire) == 0);
            let oldest = idle.min_by_key(|(_, entry)| lock(&entry.keep).last_used).map(|(at, _)| at);
            oldest.map(|at| entries.swap_remove(at))
        };
        let Some(entry) = entry else { return false };
        tracing::info!(model = entry.file.name, "the model leaves the memory for another");
        let mut gone = entry.instance.gone.clone();
        drop(entry);
        let _ = tokio::time::timeout(Duration::from_secs(30), gone.wait_for(|gone| *gone)).await;
        true
    }
}

/// A model in memory that somebody works with.
pub struct Lease {
    entry: Arc<Entry>,
    runtime: Weak<Inner>,
    keep_alive: KeepAlive,
}

impl Lease {
    fn new(entry: Arc<Entry>, runtime: Weak<Inner>, keep_alive: KeepAlive) -> Self {
        entry.leases.fetch_add(1, Ordering::AcqRel);
        Self { entry, runtime, keep_alive }
    }

    /// Tokens that prompt and answer may fill together.
    #[must_use]
    pub fn num_ctx(&self) -> usize {
        self.entry.instance.num_ctx as usize
    }

    /// A text as tokens. Special tokens in it are recognised: the caller has put the text together.
    #[must_use]
    pub fn tokens(&self, text: &str, begin: bool) -> Vec<LlamaToken> {
        self.entry.instance.model.vocab().tokenize(text.as_bytes(), begin, true)
    }

    /// The text of the token that begins or ends every text; empty when the model has none.
    #[must_use]
    pub fn special(&self, which: Special) -> String {
        let vocabulary = self.entry.instance.model.vocab();
        let token = match which {
            Special::Begin => vocabulary.bos(),
            Special::End => vocabulary.eos(),
        };
        if token.0 < 0 {
            return String::new();
        }
        String::from_utf8_lossy(&vocabulary.token_to_piece(token, true, None)).into_owned()
    }

    /// The template of the model's file.
    #[must_use]
    pub fn template(&self) -> Option<String> {
        self.entry.instance.model.chat_template(None).ok()?.to_string().ok()
    }

    /// Whether the model wants its begin token in front of every text.
    #[must_use]
    pub fn begins(&self) -> bool {
        self.entry.instance.model.vocab().should_add_bos()
    }

    /// Writes an answer. Dropping the receiver stops it.
    ///
    /// # Errors
    /// `Unavailable` when the model is being taken out of memory.
    pub fn generate(
        &self,
        prompt: Vec<LlamaToken>,
        options: Options,
        form: Option<Form>,
    ) -> Result<UnboundedReceiver<Event>> {
        let (events, receiver) = mpsc::unbounded_channel();
        let Jobs::Generate(jobs) = &self.entry.instance.jobs else {
            return Err(EngineError::Invalid(format!("\"{}\" does not write text", self.entry.file.name)));
        };
        jobs.send(Job { prompt, options, form, events }).map_err(|_| stopped())?;
        Ok(receiver)
    }

    /// Turns texts into vectors of length 1.
    ///
    /// # Errors
    /// `Unavailable` when the model is being taken out of memory or fails.
    pub async fn embed(&self, texts: Vec<Vec<LlamaToken>>) -> Result<Vec<Vec<f32>>> {
        let (reply, vectors) = oneshot::channel();
        let Jobs::Embed(jobs) = &self.entry.instance.jobs else {
            return Err(EngineError::Invalid(format!("\"{}\" does not embed", self.entry.file.name)));
        };
        jobs.send(EmbedJob { texts, reply }).map_err(|_| stopped())?;
        vectors.await.map_err(|_| stopped())?
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *lock(&self.entry.keep) = Keep { keep_alive: self.keep_alive, last_used: Instant::now() };
        self.entry.leases.fetch_sub(1, Ordering::AcqRel);
        if let Some(runtime) = self.runtime.upgrade() {
            runtime.changed.notify_one();
        }
    }
}

/// A token with a meaning of its own.
#[derive(Clone, Copy, Debug)]
pub enum Special {
    /// Begins every text.
    Begin,
    /// Ends every text.
    End,
}

fn stopped() -> EngineError {
    EngineError::Unavailable("the model was taken out of memory: ask again".to_owned())
}
