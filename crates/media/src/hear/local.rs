//! Whisper in this process. It has a thread of its own, which works on one recording after the other; the model is
//! loaded for the first one and let go when nobody has spoken for a while.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::oneshot;
use transom_config::{Settings, keys};
use transom_kernels::Cpu;
use transom_whisper::{Model, OpenOptions, Options, Precision, WINDOW, WhisperError, locate};

use super::{Ear, Recording};
use crate::{Core, MediaError, Result, sound};

/// Recordings that wait while another one is worked on.
const QUEUE: usize = 8;
/// Longest recording: about a gigabyte of samples.
const LONGEST: Duration = Duration::from_secs(4 * 3600);
/// How long an unused model stays in memory when the setting cannot be read.
const IDLE: Duration = Duration::from_secs(300);

/// How long an unused model stays in memory.
pub fn idle(settings: &Settings) -> Duration {
    let text = settings.get(&keys::TRANSOM_MODEL_KEEP_ALIVE);
    match transom_config::duration::parse(&text) {
        Some(Some(duration)) => duration,
        // without an end; a year is as good
        Some(None) => Duration::from_secs(365 * 24 * 3600),
        None => IDLE,
    }
}

pub struct Local(pub Arc<Core>);

#[async_trait]
impl Ear for Local {
    async fn hear(&self, recording: &Recording) -> Result<String> {
        let settings = &self.0.settings;
        if !settings.get(&keys::TRANSOM_LOCAL_MODELS) {
            return Err(MediaError::Invalid(
                "Models in this server are switched off. Choose a speech-to-text engine in the audio settings.".into(),
            ));
        }
        let compute = settings.get(&keys::WHISPER_COMPUTE_TYPE);
        let precision = Precision::from_compute_type(&compute).ok_or_else(|| {
            MediaError::Invalid(format!(
                "WHISPER_COMPUTE_TYPE is \"{compute}\": use int8, float16, float32 or auto."
            ))
        })?;
        let forced = Some(settings.get(&keys::WHISPER_LANGUAGE)).filter(|language| !language.is_empty());
        let job = Job {
            folder: folder(&self.0).await?,
            precision,
            threads: usize::try_from(settings.get(&keys::TRANSOM_MODEL_THREADS)).unwrap_or(0),
            bytes: recording.bytes.clone(),
            extension: recording.extension().to_owned(),
            language: recording.language.clone().filter(|language| !language.is_empty()).or(forced),
            skip_silence: settings.get(&keys::WHISPER_VAD_FILTER),
        };
        self.0.whisper.run(job).await
    }
}

/// The folder of the model that the settings name; fetched when it is not there.
async fn folder(core: &Core) -> Result<PathBuf> {
    let settings = &core.settings;
    let name = settings.get(&keys::WHISPER_MODEL);
    let models = PathBuf::from(settings.get(&keys::WHISPER_MODEL_DIR));
    let update = settings.get(&keys::WHISPER_MODEL_AUTO_UPDATE) && !settings.get(&keys::OFFLINE_MODE);
    let update = update && core.whisper.first_look(&name);
    let found = {
        let (models, name) = (models.clone(), name.clone());
        tokio::task::spawn_blocking(move || locate::find(&models, &name)).await.ok().flatten()
    };
    if let (Some(folder), false) = (&found, update) {
        return Ok(folder.clone());
    }
    let missing = |why: &str| {
        MediaError::Invalid(format!(
            "The speech model \"{name}\" is not on this server{why}. Put its folder into {} (WHISPER_MODEL_DIR), or \
             choose another engine in the audio settings.",
            models.display()
        ))
    };
    let Some(source) = locate::source(&name) else {
        return found.ok_or_else(|| missing(", and no model of this name is known"));
    };
    if settings.get(&keys::OFFLINE_MODE) {
        return Err(missing(", which is offline"));
    }
    match &core.folders {
        None => found.ok_or_else(|| missing("")),
        Some(folders) => match folders.fetch(&source.repository).await {
            Ok(folder) => Ok(folder),
            // what is there serves, when nothing newer can be had
            Err(why) => found.ok_or_else(|| missing(&format!(" and could not be fetched ({why})"))),
        },
    }
}

/// A recording to work on.
pub struct Job {
    pub folder: PathBuf,
    pub precision: Precision,
    /// 0: as many as there are cores.
    pub threads: usize,
    pub bytes: Bytes,
    pub extension: String,
    pub language: Option<String>,
    pub skip_silence: bool,
}

struct Queued {
    job: Job,
    stop: Arc<AtomicBool>,
    answer: oneshot::Sender<Result<String>>,
}

/// The way to the thread. The thread ends when this is dropped.
pub struct Whisper {
    idle: Duration,
    queue: Mutex<Option<SyncSender<Queued>>>,
    /// Models of which a newer version was looked for.
    looked: Mutex<HashSet<String>>,
}

/// Stops the work when nobody waits for it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Whisper {
    /// Nothing is started before the first recording.
    pub fn new(idle: Duration) -> Self {
        Self { idle, queue: Mutex::new(None), looked: Mutex::default() }
    }

    /// Whether nobody has looked for a newer version of this model yet. Once for each start is enough.
    fn first_look(&self, name: &str) -> bool {
        self.looked.lock().is_ok_and(|mut looked| looked.insert(name.to_owned()))
    }

    /// The text of a recording, after those that came before it.
    pub async fn run(&self, job: Job) -> Result<String> {
        let stop = StopOnDrop(Arc::default());
        let (answer, answered) = oneshot::channel();
        self.enqueue(Queued { job, stop: stop.0.clone(), answer })?;
        answered.await.unwrap_or_else(|_| {
            Err(MediaError::Local("The speech model stopped working. Please try again.".into()))
        })
    }

    fn enqueue(&self, mut queued: Queued) -> Result<()> {
        let broken = || MediaError::Local("The thread of the speech model cannot be started.".into());
        let mut queue = self.queue.lock().map_err(|_| broken())?;
        if let Some(sender) = &*queue {
            match sender.try_send(queued) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(_)) => return Err(MediaError::Busy),
                // a thread that has ended is started again
                Err(TrySendError::Disconnected(back)) => queued = back,
            }
        }
        let (sender, receiver) = sync_channel(QUEUE);
        let idle = self.idle;
        let started =
            std::thread::Builder::new().name("whisper".to_owned()).spawn(move || work(&receiver, idle));
        started.map_err(|_| broken())?;
        sender.try_send(queued).map_err(|_| broken())?;
        *queue = Some(sender);
        Ok(())
    }
}

/// A model in memory, and what it was opened as.
struct Loaded {
    folder: PathBuf,
    precision: Precision,
    model: Model,
}

fn work(queue: &Receiver<Queued>, idle: Duration) {
    transom_kernels::give_way();
    let mut loaded: Option<Loaded> = None;
    loop {
        let next = if loaded.is_some() { queue.recv_timeout(idle) } else { queue.recv().map_err(Into::into) };
        match next {
            Ok(Queued { job, stop, answer }) => {
                if !stop.load(Ordering::Relaxed) {
                    let heard = transcribe(&mut loaded, job, &stop);
                    let _ = answer.send(heard);
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                tracing::info!("the speech model leaves the memory: nobody has spoken for a while");
                loaded = None;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn transcribe(loaded: &mut Option<Loaded>, job: Job, stop: &AtomicBool) -> Result<String> {
    let samples = sound::decode(job.bytes, &job.extension, LONGEST)?;
    let fits = |loaded: &Loaded| loaded.folder == job.folder && loaded.precision == job.precision;
    if !loaded.as_ref().is_some_and(fits) {
        // two models at once would need twice the memory
        *loaded = None;
    }
    let loaded = match loaded {
        Some(loaded) => loaded,
        None => loaded.insert(open(&job.folder, job.precision, job.threads)?),
    };
    let options = Options {
        language: job.language,
        skip_silence: job.skip_silence,
        // what fits into one window needs no times to be cut by
        times: samples.len() > WINDOW,
        ..Options::default()
    };
    let heard = loaded.model.transcribe(&samples, &options, stop).map_err(sentence)?;
    tracing::debug!(seconds = heard.duration, language = heard.language, "transcribed");
    Ok(heard.text())
}

fn open(folder: &Path, precision: Precision, threads: usize) -> Result<Loaded> {
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = Cpu::background(if threads == 0 { all } else { threads });
    let model = Model::open(folder, OpenOptions { precision }, cpu).map_err(sentence)?;
    tracing::info!(folder = %folder.display(), megabytes = model.bytes() >> 20, "the speech model is loaded");
    Ok(Loaded { folder: folder.to_owned(), precision, model })
}

fn sentence(error: WhisperError) -> MediaError {
    match error {
        WhisperError::Language(_) => MediaError::Invalid(error.to_string()),
        other => MediaError::Local(other.to_string()),
    }
}
