//! What is known about the models of one connection, and when to ask again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use super::lock;
use crate::connection::{Connection, Family};
use crate::error::Result;

/// A connection that fails keeps its models for this many failures in a row: one lost answer should not make models
/// vanish under running chats. Who asks for a refresh gets the plain truth.
const PATIENCE: u32 = 2;

/// Longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(crate) struct Cell {
    pub connection: Connection,
    state: Mutex<State>,
    /// The number of answers and failures so far, for those who wait.
    finished: watch::Sender<u64>,
}

struct State {
    entries: Arc<Vec<Value>>,
    /// Attempts that have ended.
    finished: u64,
    /// Attempts somebody wants to have ended.
    wanted: u64,
    /// From this attempt on, the answer is about the present.
    needed: u64,
    needed_since: Instant,
    /// From this attempt on, somebody waits who wants the plain truth.
    strict: u64,
    running: bool,
    failures: u32,
    ended_at: Instant,
}

impl Cell {
    pub fn new(connection: Connection) -> Arc<Self> {
        let fixed = fixed_entries(&connection);
        let needed = u64::from(fixed.is_none());
        let now = Instant::now();
        let state = State {
            entries: Arc::new(fixed.unwrap_or_default()),
            finished: 0,
            wanted: 0,
            needed,
            needed_since: now,
            strict: u64::MAX,
            running: false,
            failures: 0,
            ended_at: now,
        };
        Arc::new(Cell { connection, state: Mutex::new(state), finished: watch::Sender::new(0) })
    }

    /// True when the list is configured and no server is asked.
    fn is_fixed(&self) -> bool {
        is_fixed(&self.connection)
    }

    pub fn entries(&self) -> Arc<Vec<Value>> {
        lock(&self.state).entries.clone()
    }

    /// True when it is time to ask again: older than `ttl`, or a pause after failures is over.
    pub fn is_due(&self, ttl: Option<Duration>) -> bool {
        let state = lock(&self.state);
        if self.is_fixed() || state.running || state.finished < state.needed {
            return false;
        }
        let age = state.ended_at.elapsed();
        match state.failures {
            0 => ttl.is_some_and(|ttl| age > ttl),
            n => age > Duration::from_secs(1 << n.min(6)).min(LONGEST_PAUSE),
        }
    }

    /// Marks an attempt as begun; false when one runs already or none can be made.
    pub fn begin(&self) -> bool {
        let mut state = lock(&self.state);
        if state.running || self.is_fixed() {
            return false;
        }
        state.running = true;
        state.wanted = state.wanted.max(state.finished + 1);
        if state.finished < state.needed {
            state.needed_since = Instant::now();
        }
        true
    }

    /// The number of the first attempt that begins after now; attempts up to it will be made.
    pub fn want_fresh(&self) -> u64 {
        let mut state = lock(&self.state);
        if self.is_fixed() {
            return state.finished;
        }
        let target = state.next_fresh();
        state.wanted = state.wanted.max(target);
        state.strict = state.strict.min(target);
        target
    }

    /// What is known is no longer true.
    pub fn invalidate(&self) {
        if self.is_fixed() {
            return;
        }
        let mut state = lock(&self.state);
        state.needed = state.next_fresh();
        state.wanted = state.wanted.max(state.needed);
        state.needed_since = Instant::now();
        state.failures = 0;
    }

    /// Since when we ask about a present of which nothing is known, and the attempt that will tell.
    pub fn unknown_since(&self) -> Option<(Instant, u64)> {
        let state = lock(&self.state);
        (state.finished < state.needed).then_some((state.needed_since, state.needed))
    }

    /// Stores the outcome of an attempt. Returns whether the models changed, and whether to ask once more.
    pub fn finish(&self, outcome: Result<Vec<Value>>) -> (bool, bool) {
        let mut state = lock(&self.state);
        state.finished += 1;
        state.ended_at = Instant::now();
        let strict = state.finished >= state.strict;
        let changed = match outcome {
            Ok(entries) => {
                state.failures = 0;
                let changed = *state.entries != entries;
                state.entries = Arc::new(entries);
                changed
            }
            Err(_) => {
                state.failures += 1;
                let gone = (strict || state.failures > PATIENCE) && !state.entries.is_empty();
                if gone {
                    state.entries = Arc::default();
                }
                gone
            }
        };
        if strict {
            state.strict = u64::MAX;
        }
        state.running = state.finished < state.wanted;
        (changed, state.running)
    }

    /// Wakes those who wait for the outcome that was stored last.
    pub fn announce(&self) {
        let finished = lock(&self.state).finished;
        self.finished.send_replace(finished);
    }

    /// Waits for an attempt, until `end` at the latest.
    pub async fn wait(&self, attempt: u64, end: Instant) {
        let mut finished = self.finished.subscribe();
        // running out of time is the expected fate of a dead server, not an error
        let _ = tokio::time::timeout_at(end, finished.wait_for(|n| *n >= attempt)).await;
    }
}

impl State {
    fn next_fresh(&self) -> u64 {
        self.finished + if self.running { 2 } else { 1 }
    }
}

/// With configured ids, and for Azure deployments, the configuration is the list.
fn is_fixed(connection: &Connection) -> bool {
    connection.family == Family::OpenAi && (connection.is_azure() || !connection.model_ids().is_empty())
}

fn fixed_entries(connection: &Connection) -> Option<Vec<Value>> {
    is_fixed(connection).then(|| {
        let created = chrono::Utc::now().timestamp();
        let entry = |id: &String| {
            serde_json::json!({ "id": id, "name": id, "object": "model", "created": created, "owned_by": "openai" })
        };
        connection.model_ids().iter().map(entry).collect()
    })
}
