//! The running turns of all nodes: listed, stopped and asked for their text over the bus.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use transom_store::bus::{Bus, LockToken};

use crate::Result;

const TASKS: &str = "tasks";
const COMMANDS: &str = "tasks:commands";
const NODES: &str = "tasks:node:";
const NODE_SET: &str = "tasks:nodes";
/// A node that has not been heard of for this long is dead.
const NODE_TTL: Duration = Duration::from_secs(30);

/// What the other nodes know of a running turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    pub user_id: String,
    pub chat_id: String,
    pub message_id: String,
    pub node: String,
}

/// How long a place is kept that nobody gives back.
const PLACE: Duration = Duration::from_secs(15);
/// How often a taken place is tried again.
const RETRY: Duration = Duration::from_millis(15);

/// The right to look at what runs in a chat and to start a turn there, before anybody else does the same.
pub(crate) struct Place {
    bus: Arc<dyn Bus>,
    name: String,
    token: LockToken,
}

impl Place {
    /// Gives it back.
    pub async fn leave(self) {
        if let Err(error) = self.bus.unlock(&self.name, self.token).await {
            tracing::warn!(%error, "the place to start a turn could not be given back");
        }
    }
}

/// What a stop request led to.
#[derive(Debug, PartialEq, Eq)]
pub enum StopOutcome {
    /// The turn was told to stop.
    Stopped,
    /// There is no such turn among the caller's.
    Unknown,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
enum Command {
    Stop { task_id: String },
    Snapshot { user_id: String, stream: Option<String>, sid: String },
}

/// A turn of this node.
struct Local {
    about: Running,
    cancel: CancellationToken,
    snapshots: mpsc::UnboundedSender<String>,
}

/// What a turn listens to.
pub(crate) struct Handle {
    pub task_id: String,
    /// A person wants it to stop.
    pub cancel: CancellationToken,
    /// The server is going away.
    pub interrupt: CancellationToken,
    /// Tabs that want the whole text.
    pub snapshots: mpsc::UnboundedReceiver<String>,
}

#[derive(Clone)]
pub(crate) struct Tasks {
    bus: Arc<dyn Bus>,
    node: String,
    local: Arc<Mutex<HashMap<String, Local>>>,
    interrupt: CancellationToken,
}

impl Tasks {
    pub async fn open(bus: Arc<dyn Bus>, node: &str) -> Result<Self> {
        let tasks =
            Self { bus, node: node.to_string(), local: Arc::default(), interrupt: CancellationToken::new() };
        tasks.report_alive().await?;
        let mut commands = tasks.bus.subscribe(COMMANDS).await?;
        let listener = tasks.clone();
        tokio::spawn(async move {
            while let Some(message) = commands.next().await {
                if let Ok(command) = serde_json::from_slice(&message) {
                    listener.obey(command);
                }
            }
        });
        let reporter = tasks.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(NODE_TTL / 3).await;
                if let Err(error) = reporter.report_alive().await {
                    tracing::warn!(%error, "this node could not report that it is alive");
                }
            }
        });
        Ok(tasks)
    }

    async fn report_alive(&self) -> Result<()> {
        self.bus.set_add(NODE_SET, &self.node).await?;
        Ok(self.bus.set(&format!("{NODES}{}", self.node), Bytes::from_static(b"1"), Some(NODE_TTL)).await?)
    }

    /// The nodes that are alive; dead ones are forgotten together with their tasks.
    pub async fn live_nodes(&self) -> Result<Vec<String>> {
        let mut live = Vec::new();
        for node in self.bus.set_members(NODE_SET).await? {
            if self.bus.get(&format!("{NODES}{node}")).await?.is_some() {
                live.push(node);
            } else {
                self.bus.set_remove(NODE_SET, &node).await?;
            }
        }
        for (id, task) in self.all().await? {
            if !live.contains(&task.node) {
                self.bus.hash_delete(TASKS, &id).await?;
            }
        }
        Ok(live)
    }

    pub async fn add(&self, user_id: &str, chat_id: &str, message_id: &str) -> Result<Handle> {
        let task_id = uuid::Uuid::new_v4().to_string();
        let about = Running {
            user_id: user_id.to_string(),
            chat_id: chat_id.to_string(),
            message_id: message_id.to_string(),
            node: self.node.clone(),
        };
        let value = serde_json::to_vec(&about).unwrap_or_default();
        let cancel = CancellationToken::new();
        let (tx, snapshots) = mpsc::unbounded_channel();
        self.lock().insert(task_id.clone(), Local { about, cancel: cancel.clone(), snapshots: tx });
        self.bus.hash_set(TASKS, &task_id, Bytes::from(value)).await?;
        Ok(Handle { task_id, cancel, interrupt: self.interrupt.clone(), snapshots })
    }

    /// Waits until nobody else starts a turn in the chat under the same caution.
    pub async fn enter(&self, chat_id: &str) -> Result<Place> {
        let name = format!("turn:{chat_id}");
        loop {
            // It ends by itself at the latest when its holder is gone.
            if let Some(token) = self.bus.lock(&name, PLACE).await? {
                return Ok(Place { bus: self.bus.clone(), name, token });
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    pub async fn remove(&self, task_id: &str) {
        self.lock().remove(task_id);
        if let Err(error) = self.bus.hash_delete(TASKS, task_id).await {
            tracing::warn!(%error, "an ended task could not be taken off the list");
        }
    }

    pub async fn all(&self) -> Result<Vec<(String, Running)>> {
        let all = self.bus.hash_all(TASKS).await?;
        Ok(all.into_iter().filter_map(|(id, raw)| Some((id, serde_json::from_slice(&raw).ok()?))).collect())
    }

    pub async fn stop(&self, task_id: &str, allowed: impl Fn(&Running) -> bool) -> Result<StopOutcome> {
        let task = self.bus.hash_get(TASKS, task_id).await?;
        let task: Option<Running> = task.and_then(|raw| serde_json::from_slice(&raw).ok());
        if !task.is_some_and(|task| allowed(&task)) {
            return Ok(StopOutcome::Unknown);
        }
        self.send(&Command::Stop { task_id: task_id.to_string() }).await?;
        Ok(StopOutcome::Stopped)
    }

    pub async fn request_snapshot(&self, user_id: &str, stream: Option<&str>, sid: &str) -> Result<()> {
        let stream = stream.map(str::to_string);
        self.send(&Command::Snapshot { user_id: user_id.to_string(), stream, sid: sid.to_string() }).await
    }

    pub fn interrupt_all(&self) {
        self.interrupt.cancel();
    }

    /// This node goes away: nothing of it stays on the list.
    pub async fn leave(&self) {
        let _ = self.bus.delete(&format!("{NODES}{}", self.node)).await;
        let _ = self.bus.set_remove(NODE_SET, &self.node).await;
    }

    async fn send(&self, command: &Command) -> Result<()> {
        let message = serde_json::to_vec(command).unwrap_or_default();
        Ok(self.bus.publish(COMMANDS, Bytes::from(message)).await?)
    }

    fn obey(&self, command: Command) {
        let local = self.lock();
        match command {
            Command::Stop { task_id } => {
                if let Some(task) = local.get(&task_id) {
                    task.cancel.cancel();
                }
            }
            Command::Snapshot { user_id, stream, sid } => {
                let wanted = |t: &&Local| {
                    t.about.user_id == user_id && stream.as_ref().is_none_or(|s| *s == t.about.message_id)
                };
                for task in local.values().filter(wanted) {
                    // A turn that just ended does not listen any more; its end carries the whole text.
                    let _ = task.snapshots.send(sid.clone());
                }
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Local>> {
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
