//! Following one upstream stream: fold, tell, save.
//!
//! Deltas go out at once when the last event is a frame ago, else together at the end of the frame. The whole content
//! goes out when only the whole tells the change, and each time it has doubled: clients that know only whole contents
//! follow, and the bytes sent stay proportional to the answer's length.

use std::time::Duration;

use futures::{Stream, StreamExt};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};
use transom_providers::{Delta, Event, ProviderError};

use super::out::Out;
use crate::{
    fold::{Change, Fold},
    journal::Journal,
    tasks::Handle,
};

/// About 60 events a second.
const FRAME: Duration = Duration::from_millis(16);

/// How a stream ended.
pub(crate) enum Ended {
    /// The provider said all it had to say.
    Complete { usage: Option<Value>, error: Option<Value>, selected: Option<String> },
    /// Somebody stopped it.
    Stopped,
    /// The server is going away.
    Interrupted,
    /// The connection broke in the middle.
    Broken(ProviderError),
}

/// What has not been told yet.
#[derive(Default)]
struct Pending {
    change: Change,
    last: Option<Instant>,
    due: Option<Instant>,
    /// Length of the content at the last snapshot; none was sent yet at 0.
    snapshot_at: usize,
}

impl Pending {
    fn add(&mut self, change: Change) {
        if change == Change::default() {
            return;
        }
        self.change.structural |= change.structural;
        self.change.appended.push_str(&change.appended);
        self.change.reasoning.push_str(&change.reasoning);
        if self.due.is_none() {
            let now = Instant::now();
            self.due = Some(self.last.map_or(now, |last| (last + FRAME).max(now)));
        }
    }

    async fn flush(&mut self, out: &Out, fold: &Fold) {
        self.due = None;
        let change = std::mem::take(&mut self.change);
        if change == Change::default() {
            return;
        }
        self.last = Some(Instant::now());
        if change.structural || self.snapshot_at == 0 || fold.len() >= 2 * self.snapshot_at {
            self.snapshot_at = fold.len().max(1);
            out.snapshot(&fold.whole(), None).await;
            return;
        }
        for (field, text) in [("reasoning_content", change.reasoning), ("content", change.appended)] {
            if !text.is_empty() {
                out.delta(field, &text).await;
            }
        }
    }
}

/// Folds a stream to its end.
pub(crate) async fn follow(
    out: &mut Out,
    fold: &mut Fold,
    mut journal: Option<&mut Journal>,
    events: impl Stream<Item = Result<Event, ProviderError>>,
    handle: &mut Handle,
) -> Ended {
    tokio::pin!(events);
    let mut pending = Pending::default();
    let mut notes = Notes::default();
    let ended = loop {
        let save_due = journal.as_ref().and_then(|j| j.due());
        tokio::select! {
            biased;
            () = handle.cancel.cancelled() => break Ended::Stopped,
            () = handle.interrupt.cancelled() => break Ended::Interrupted,
            Some(sid) = handle.snapshots.recv() => {
                // What is pending goes out first, so that the snapshot and the next delta fit together.
                pending.flush(out, fold).await;
                out.snapshot(&fold.whole(), Some(sid)).await;
            }
            () = at(pending.due) => pending.flush(out, fold).await,
            () = at(save_due) => {
                if let Some(journal) = journal.as_mut() {
                    journal.save(|| fold.whole());
                }
            }
            event = events.next() => match event {
                Some(Ok(event)) => {
                    let changed = notes.take(out, fold, &mut pending, event).await;
                    if let Some(journal) = journal.as_mut().filter(|_| changed) {
                        journal.changed();
                    }
                }
                Some(Err(error)) => break Ended::Broken(error),
                None => break Ended::Complete {
                    usage: notes.usage.take(),
                    error: notes.error.take(),
                    selected: notes.selected.take(),
                },
            },
        }
    };
    pending.flush(out, fold).await;
    ended
}

/// Sleeps until then; for ever when there is no then.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}

/// What a stream says besides its text.
#[derive(Default)]
struct Notes {
    usage: Option<Value>,
    error: Option<Value>,
    selected: Option<String>,
}

impl Notes {
    /// Takes one event; true when the content changed.
    async fn take(&mut self, out: &Out, fold: &mut Fold, pending: &mut Pending, event: Event) -> bool {
        let mut changed = false;
        let mut raw = false;
        for delta in event.deltas {
            match delta {
                Delta::Content(text) => {
                    pending.add(fold.content(&text));
                    changed = true;
                }
                Delta::Reasoning(text) => {
                    pending.add(fold.reasoning(&text));
                    changed = true;
                }
                Delta::Usage(usage) => {
                    out.completion(json!({"usage": usage})).await;
                    self.usage = Some(usage);
                }
                Delta::Error(error) => {
                    out.completion(json!({"error": error})).await;
                    self.error = Some(error);
                }
                Delta::Selected(id) => {
                    out.completion(json!({"selected_model_id": id})).await;
                    self.selected = Some(id);
                }
                Delta::Done => {}
                // Tool calls, images and the finish chunk reach the tabs as the provider wrote them.
                _ => raw = true,
            }
        }
        if raw
            && !changed
            && let Ok(chunk) = serde_json::from_slice::<Value>(&event.raw)
        {
            pending.flush(out, fold).await;
            out.completion(chunk).await;
        }
        changed
    }
}
