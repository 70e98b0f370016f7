//! Saving documents shortly after they changed: only the last of many changes is written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Map, Value};
use transom_store::User;

use crate::Hooks;

/// How long a document stays unsaved after its last change.
const DELAY: Duration = Duration::from_millis(500);

struct Plan {
    number: u64,
    user: Arc<User>,
    data: Map<String, Value>,
}

/// Plans to save, one for each document.
#[derive(Clone, Default)]
pub(crate) struct Saves(Arc<Mutex<Plans>>);

#[derive(Default)]
struct Plans {
    last: u64,
    by_note: HashMap<String, Plan>,
}

impl Saves {
    /// Plans to save `data`, instead of what was planned before for the same note.
    pub fn plan(&self, hooks: &Arc<dyn Hooks>, user: Arc<User>, note: &str, data: Map<String, Value>) {
        let number = {
            let mut plans = self.lock();
            plans.last += 1;
            let number = plans.last;
            plans.by_note.insert(note.to_string(), Plan { number, user, data });
            number
        };
        let (saves, hooks, note) = (self.clone(), hooks.clone(), note.to_string());
        tokio::spawn(async move {
            tokio::time::sleep(DELAY).await;
            if let Some(plan) = saves.take(&note, number) {
                hooks.save_document(&plan.user, &note, plan.data).await;
            }
        });
    }

    /// Saves at once whatever is planned.
    pub async fn flush(&self, hooks: &Arc<dyn Hooks>) {
        let planned = std::mem::take(&mut self.lock().by_note);
        for (note, plan) in planned {
            hooks.save_document(&plan.user, &note, plan.data).await;
        }
    }

    /// The plan, unless a newer one has taken its place.
    fn take(&self, note: &str, number: u64) -> Option<Plan> {
        let mut plans = self.lock();
        if plans.by_note.get(note).is_some_and(|plan| plan.number == number) {
            return plans.by_note.remove(note);
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Plans> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
