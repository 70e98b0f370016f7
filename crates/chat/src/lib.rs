//! One *turn*: from a request to a saved answer.
//!
//! [`Chat`] takes a request, finds the model, prepares the body, opens one upstream stream, folds its deltas into the
//! message, tells the tabs through an [`Emitter`] and saves through a journal. It knows neither HTTP nor sockets.

mod allowed;
mod ask;
mod attachments;
mod background;
mod direct;
mod emitter;
mod error;
mod fold;
mod journal;
mod memory;
mod models;
mod prepare;
mod prompts;
mod reasoning;
mod request;
mod tasks;
mod turn;

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio_util::task::TaskTracker;
use transom_config::Settings;
use transom_identity::{Caller, Identity};
use transom_providers::{Model, Providers, Requester, Upstream};
use transom_store::{Store, bus::Bus};

pub use attachments::Attachments;
pub use background::Task;
pub use emitter::{CallFailed, Emitter, Event, Kind};
pub use error::ChatError;
pub use tasks::StopOutcome;

use request::TurnRequest;
use tasks::Tasks;

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, ChatError>;

/// The answer to a completion request.
pub enum Reply {
    /// The turn runs on the server; its events go to the account's tabs.
    Started {
        /// The id by which it can be stopped.
        task_id: String,
    },
    /// The provider's own answer, with lines to send before it and fields to add to it.
    Passed {
        /// The provider's answer.
        upstream: Box<Upstream>,
        /// Fields of our own: the first event of a stream, or top-level fields of a whole answer.
        extra: Map<String, Value>,
    },
}

/// The chat service: built once, cheap to clone.
#[derive(Clone)]
pub struct Chat(Arc<Inner>);

pub(crate) struct Inner {
    pub settings: Settings,
    pub store: Store,
    pub identity: Arc<Identity>,
    pub providers: Arc<Providers>,
    pub emitter: Arc<dyn Emitter>,
    pub attachments: Arc<dyn Attachments>,
    pub tasks: Tasks,
    /// Turns in flight, awaited at shutdown.
    pub running: TaskTracker,
    /// This process, as it signs the turns it runs.
    pub node: String,
}

impl Chat {
    /// Builds the service and marks the answers that a dead process left unfinished.
    ///
    /// # Errors
    /// When the store or the bus cannot be reached.
    pub async fn new(
        settings: Settings,
        store: Store,
        identity: Arc<Identity>,
        providers: Arc<Providers>,
        bus: Arc<dyn Bus>,
        emitter: Arc<dyn Emitter>,
        attachments: Arc<dyn Attachments>,
    ) -> Result<Self> {
        let node = uuid::Uuid::new_v4().to_string();
        let tasks = Tasks::open(bus, &node).await?;
        let left = store.messages.interrupt_abandoned(&tasks.live_nodes().await?).await?;
        if !left.is_empty() {
            tracing::info!(
                answers = left.len(),
                "answers that an earlier process left unfinished were marked as interrupted"
            );
        }
        let running = TaskTracker::new();
        Ok(Self(Arc::new(Inner {
            settings,
            store,
            identity,
            providers,
            emitter,
            attachments,
            tasks,
            running,
            node,
        })))
    }

    /// Answers a completion request: as a plain API when it names no session, else by starting a turn.
    ///
    /// # Errors
    /// [`ChatError`] for everything found before the answer begins.
    pub async fn complete(&self, caller: &Caller, body: Map<String, Value>) -> Result<Reply> {
        let mut request = TurnRequest::parse(body)?;
        let model = models::resolve(&self.0, caller, &mut request).await?;
        request.check_chat(&self.0, caller).await?;
        let place = allowed::check(&self.0, caller, &mut request).await?;
        if request.ui.is_some() {
            let started = turn::start(self.clone(), caller.clone(), request, model).await;
            if let Some(place) = place {
                place.leave().await;
            }
            return Ok(Reply::Started { task_id: started? });
        }
        let prepared = prepare::prepare(&self.0, caller, request, &model).await?;
        let upstream = self.0.providers.chat(&requester(caller, None), prepared.body).await?;
        Ok(Reply::Passed { upstream: Box::new(upstream), extra: prepared.extra })
    }

    /// Whether no rule about models applies to the caller.
    pub fn uses_everything(&self, caller: &Caller) -> bool {
        models::uses_everything(&self.0, caller)
    }

    /// Whether the caller may use a model, and what it stands on.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn may_use(&self, caller: &Caller, model: &Model) -> Result<bool> {
        models::may_use(&self.0, caller, model).await
    }

    /// Runs the filters on a finished answer; without any, the body as it came.
    ///
    /// # Errors
    /// `ModelNotFound` when the caller may not use the model.
    pub async fn completed(&self, caller: &Caller, body: Map<String, Value>) -> Result<Map<String, Value>> {
        models::check(&self.0, caller, &body).await?;
        Ok(body)
    }

    /// Runs one of the helper tasks (title, tags, ...) and gives the provider's completion.
    ///
    /// # Errors
    /// As for a completion; `Disabled` when the task is switched off.
    pub async fn run_task(&self, caller: &Caller, task: Task, body: Map<String, Value>) -> Result<Upstream> {
        background::run(&self.0, caller, task, body).await
    }

    /// The running turns of one chat of the caller.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn tasks_of_chat(&self, caller: &Caller, chat_id: &str) -> Result<Vec<String>> {
        let all = self.0.tasks.all().await?;
        let mine =
            |t: &tasks::Running| t.chat_id == chat_id && (caller.is_admin() || t.user_id == caller.user.id);
        Ok(all.into_iter().filter(|(_, t)| mine(t)).map(|(id, _)| id).collect())
    }

    /// The running turns of everybody.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn tasks(&self) -> Result<Vec<String>> {
        Ok(self.0.tasks.all().await?.into_iter().map(|(id, _)| id).collect())
    }

    /// Stops a turn on whichever node it runs.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn stop(&self, caller: &Caller, task_id: &str) -> Result<StopOutcome> {
        self.0.tasks.stop(task_id, |t| caller.is_admin() || t.user_id == caller.user.id).await
    }

    /// Makes running turns of an account send their whole text to one tab.
    pub async fn snapshot(&self, user_id: &str, stream: Option<&str>, sid: &str) {
        if let Err(error) = self.0.tasks.request_snapshot(user_id, stream, sid).await {
            tracing::warn!(%error, "running answers could not be asked for their text");
        }
    }

    /// Lets running turns finish for up to `grace`, then makes them save what they have.
    pub async fn shut_down(&self, grace: std::time::Duration) {
        self.0.running.close();
        if tokio::time::timeout(grace, self.0.running.wait()).await.is_err() {
            self.0.tasks.interrupt_all();
            let _ = tokio::time::timeout(std::time::Duration::from_secs(5), self.0.running.wait()).await;
        }
        self.0.tasks.leave().await;
    }
}

/// The caller as upstream requests name them.
pub(crate) fn requester(caller: &Caller, chat_id: Option<&str>) -> Requester {
    Requester {
        id: caller.user.id.clone(),
        name: caller.user.name.clone(),
        email: caller.user.email.clone(),
        role: caller.user.role.as_str().to_string(),
        token: caller.token().map(str::to_string),
        cookies: None,
        chat_id: chat_id.map(str::to_string),
        oauth_token: None,
    }
}
