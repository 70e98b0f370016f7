//! A model in memory, and the thread that runs it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use llama_cpp_2::context::params::{LlamaContextParams, LlamaPoolingType};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use tokio::sync::{oneshot, watch};

use super::embedder::{Embedder, TEXTS_AT_ONCE};
use super::job::{EmbedJob, Job};
use super::memory::{bytes_per_token, readable, scratch};
use super::worker::Worker;
use crate::{EngineError, Result};

/// Tokens that go through the model at once.
const BATCH: u32 = 512;

/// What a model is loaded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Writing text.
    Generate,
    /// Turning text into vectors.
    Embed,
}

/// How a model is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub path: PathBuf,
    pub purpose: Purpose,
    /// Tokens that one answer can use; at most what the model was trained for.
    pub num_ctx: u32,
    /// Answers that are written at the same time.
    pub parallel: u32,
    pub threads: u32,
    /// Layers on the graphics processor; none for all that fit.
    pub gpu_layers: Option<u32>,
    /// Bytes that may be taken; none for no limit.
    pub budget: Option<u64>,
}

/// A model in memory. Its thread ends, and the memory is given back, when the last handle is dropped and the last answer
/// is whole.
pub(crate) struct Instance {
    pub model: Arc<LlamaModel>,
    pub jobs: Jobs,
    /// Tokens that one answer can use.
    pub num_ctx: u32,
    /// Bytes of memory, about.
    pub size: u64,
    /// Becomes `true` when the memory has been given back.
    pub gone: watch::Receiver<bool>,
}

/// The way to the thread.
pub(crate) enum Jobs {
    Generate(Sender<Job>),
    Embed(Sender<EmbedJob>),
}

enum Source {
    Generate(Receiver<Job>),
    Embed(Receiver<EmbedJob>),
}

/// What the thread says when it is ready.
struct Ready {
    model: Arc<LlamaModel>,
    num_ctx: u32,
    size: u64,
}

impl Instance {
    /// Loads a model on a thread of its own; `progress` hears shares from 0 to 1.
    ///
    /// # Errors
    /// `Unavailable` when the memory does not suffice, `Corrupt` when the file is no model that can be run.
    pub(crate) async fn load(
        backend: Arc<LlamaBackend>,
        plan: Plan,
        progress: impl FnMut(f32) + Send + 'static,
    ) -> Result<Self> {
        let (jobs, source) = match plan.purpose {
            Purpose::Generate => {
                let (sender, receiver) = channel();
                (Jobs::Generate(sender), Source::Generate(receiver))
            }
            Purpose::Embed => {
                let (sender, receiver) = channel();
                (Jobs::Embed(sender), Source::Embed(receiver))
            }
        };
        let (ready, loaded) = oneshot::channel();
        let (leaving, gone) = watch::channel(false);
        let thread = std::thread::Builder::new().name("engine".to_owned());
        thread.spawn(move || {
            transom_kernels::give_way();
            serve(&backend, &plan, source, ready, progress);
            leaving.send_replace(true);
        })?;
        let lost = |_| EngineError::Corrupt("the model could not be loaded: it is damaged".to_owned());
        let Ready { model, num_ctx, size } = loaded.await.map_err(lost)??;
        Ok(Self { model, jobs, num_ctx, size, gone })
    }
}

/// Loads, says so, and works until nobody wants anything any more.
fn serve(
    backend: &LlamaBackend,
    plan: &Plan,
    source: Source,
    ready: oneshot::Sender<Result<Ready>>,
    progress: impl FnMut(f32) + 'static,
) {
    let model = match load_model(backend, plan, progress) {
        Ok(model) => Arc::new(model),
        Err(error) => return drop(ready.send(Err(error))),
    };
    let own = model.clone();
    let (params, parallel, size) = match context_plan(&own, plan) {
        Ok(found) => found,
        Err(error) => return drop(ready.send(Err(error))),
    };
    let context = match own.new_context(backend, params) {
        Ok(context) => context,
        Err(error) => {
            let text = format!("there is no context for the model ({error}): lower num_ctx");
            return drop(ready.send(Err(EngineError::Unavailable(text))));
        }
    };
    let num_ctx =
        if plan.purpose == Purpose::Embed { context.n_ubatch() } else { context.n_ctx() / parallel };
    if ready.send(Ok(Ready { model, num_ctx, size })).is_err() {
        return;
    }
    match source {
        Source::Generate(jobs) => Worker::new(&own, context, parallel, jobs).run(),
        Source::Embed(jobs) => Embedder::new(context, jobs, pools_by_token(&own)).run(),
    }
}

fn load_model(
    backend: &LlamaBackend,
    plan: &Plan,
    progress: impl FnMut(f32) + 'static,
) -> Result<LlamaModel> {
    let size = std::fs::metadata(&plan.path)?.len();
    if let Some(budget) = plan.budget.filter(|budget| size > *budget) {
        return Err(too_large(size, budget));
    }
    let mut progress = progress;
    let mut params = LlamaModelParams::default().with_progress_callback(move |share| {
        progress(share);
        true
    });
    let layers =
        plan.gpu_layers.unwrap_or(if backend.supports_gpu_offload() { u32::from(u16::MAX) } else { 0 });
    params = params.with_n_gpu_layers(layers);
    LlamaModel::load_from_file(backend, Path::new(&plan.path), &params).map_err(|error| {
        EngineError::Corrupt(format!("the model cannot be loaded, it may be damaged or too new: {error}"))
    })
}

/// How the context is made, how many answers it takes at once, and how many bytes all takes.
fn context_plan(model: &LlamaModel, plan: &Plan) -> Result<(LlamaContextParams, u32, u64)> {
    let trained = model.n_ctx_train().max(8);
    let num_ctx = plan.num_ctx.min(trained);
    let threads = i32::try_from(plan.threads).unwrap_or(1);
    let params = LlamaContextParams::default().with_n_threads(threads).with_n_threads_batch(threads);
    if plan.purpose == Purpose::Embed {
        // a text has to go through at once
        let batch = num_ctx.max(BATCH);
        let pooling =
            if pools_by_token(model) { LlamaPoolingType::None } else { LlamaPoolingType::Unspecified };
        let params = params
            .with_n_ctx(std::num::NonZeroU32::new(batch.saturating_mul(TEXTS_AT_ONCE)))
            .with_n_batch(batch)
            .with_n_ubatch(batch)
            .with_n_seq_max(TEXTS_AT_ONCE)
            .with_kv_unified(true)
            .with_embeddings(true)
            .with_pooling_type(pooling);
        return Ok((params, 1, model.size() + scratch(model, batch)));
    }
    let per_answer = bytes_per_token(model) * u64::from(num_ctx);
    let fixed = model.size() + scratch(model, BATCH);
    let fits =
        |parallel: u32| plan.budget.is_none_or(|budget| fixed + per_answer * u64::from(parallel) <= budget);
    let parallel = (1..=plan.parallel.max(1)).rev().find(|parallel| fits(*parallel));
    let Some(parallel) = parallel else {
        return Err(too_large(fixed + per_answer, plan.budget.unwrap_or(0)));
    };
    let params = params
        .with_n_ctx(std::num::NonZeroU32::new(num_ctx.saturating_mul(parallel)))
        .with_n_batch(BATCH)
        .with_n_ubatch(BATCH)
        .with_n_seq_max(parallel);
    Ok((params, parallel, fixed + per_answer * u64::from(parallel)))
}

fn too_large(needed: u64, budget: u64) -> EngineError {
    EngineError::Unavailable(format!(
        "the model needs {} of memory and {} are free: choose a smaller model or a shorter context (num_ctx)",
        readable(needed),
        readable(budget)
    ))
}

/// Models that were made for text have no pooling: the state after the last token stands for the whole.
fn pools_by_token(model: &LlamaModel) -> bool {
    let architecture = model.meta_val_str("general.architecture").unwrap_or_default();
    model.meta_val_str(&format!("{architecture}.pooling_type")).is_err()
}
