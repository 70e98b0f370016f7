//! The rows of the model table, kept in memory.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use transom_store::{ModelRow, Store};

use super::{Inner, lock};

/// Rows can be written by another node; this is how long that may stay unseen here.
const ROWS_TTL: Duration = Duration::from_secs(5);

pub(super) struct Rows {
    store: Store,
    kept: Mutex<Kept>,
    /// Counts invalidations, so that a read that began before one does not pass for a read after it.
    writes: AtomicU64,
    reloading: AtomicBool,
    one_at_a_time: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Kept {
    rows: Arc<Vec<ModelRow>>,
    /// The invalidation count at the beginning of the read; none before the first one.
    as_of: Option<u64>,
    read_at: Option<Instant>,
}

impl Rows {
    pub fn new(store: Store) -> Self {
        Rows {
            store,
            kept: Mutex::default(),
            writes: AtomicU64::new(0),
            reloading: AtomicBool::new(false),
            one_at_a_time: tokio::sync::Mutex::default(),
        }
    }

    pub fn current(&self) -> Arc<Vec<ModelRow>> {
        lock(&self.kept).rows.clone()
    }

    pub fn invalidate(&self) {
        self.writes.fetch_add(1, Ordering::SeqCst);
    }

    /// Reads the rows when they were written since; otherwise only behind the caller's back, and only when old.
    pub async fn ensure(&self, inner: &Arc<Inner>) {
        if !self.is_current() {
            let _turn = self.one_at_a_time.lock().await;
            if !self.is_current() {
                self.reload(&inner.version).await;
            }
            return;
        }
        let old = lock(&self.kept).read_at.is_none_or(|at| at.elapsed() > ROWS_TTL);
        if old && !self.reloading.swap(true, Ordering::SeqCst) {
            let inner = inner.clone();
            tokio::spawn(async move {
                inner.rows.reload(&inner.version).await;
                inner.rows.reloading.store(false, Ordering::SeqCst);
            });
        }
    }

    fn is_current(&self) -> bool {
        lock(&self.kept).as_of == Some(self.writes.load(Ordering::SeqCst))
    }

    /// Reads the rows now. A database that cannot be read leaves what is known.
    pub async fn reload(&self, version: &AtomicU64) {
        let as_of = self.writes.load(Ordering::SeqCst);
        let rows = match self.store.models.all().await {
            Ok(rows) => rows,
            Err(e) => return tracing::error!(error = %e, "the model table cannot be read"),
        };
        let mut kept = lock(&self.kept);
        if kept.as_of.is_some_and(|newer| newer > as_of) {
            return;
        }
        if *kept.rows != rows {
            kept.rows = Arc::new(rows);
            version.fetch_add(1, Ordering::Relaxed);
        }
        kept.as_of = Some(as_of);
        kept.read_at = Some(Instant::now());
    }
}
