//! Which models there are, answered from memory.
//!
//! Every connection is a [`cell::Cell`] that is refreshed on its own. Asking for the list starts refreshes that are due
//! and waits for one thing only: connections about which nothing is known yet (new, changed, or invalidated by our own
//! doing), and for those at most [`COLD_WAIT`] after their first use. So a server that refuses, hangs or is slow never
//! delays anybody a second time.

mod arena;
mod cell;
mod fetch;
mod merge;
mod model;
mod rows;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use serde_json::Value;
use tokio::time::Instant;
use transom_net::Net;
use transom_store::Store;

pub(crate) use fetch::is_hidden;
pub(crate) use merge::merge_tag;
pub use model::{Kind, Model, ModelList};

use crate::conf::Conf;
use crate::connection::{Connection, Family};
use crate::local::Engine;
use cell::Cell;
use rows::Rows;

/// Longest wait for a connection about which nothing is known yet.
const COLD_WAIT: Duration = Duration::from_secs(1);

/// Longest wait of a caller who asked for a refresh.
const REFRESH_WAIT: Duration = Duration::from_secs(5);

/// How often connections are looked at while somebody uses the list, and while nobody does.
const BUSY_PERIOD: Duration = Duration::from_secs(30);
const IDLE_PERIOD: Duration = Duration::from_secs(300);

/// The list of models.
#[derive(Clone)]
pub struct Catalogue(Arc<Inner>);

pub(crate) struct Inner {
    conf: Conf,
    net: Arc<Net>,
    engine: Engine,
    cells: Mutex<Vec<Arc<Cell>>>,
    rows: Rows,
    merged: ArcSwapOption<Merged>,
    /// Held by who makes the list anew, so that it is made once however many wait.
    merging: tokio::sync::Mutex<()>,
    /// Counts everything that can change the merged list.
    version: AtomicU64,
    keeper: AtomicBool,
    last_use: Mutex<Instant>,
}

/// A merged list and what it was made of.
struct Merged {
    version: u64,
    choices: Value,
    list: Arc<ModelList>,
}

impl Catalogue {
    pub(crate) fn new(conf: Conf, net: Arc<Net>, store: Store, engine: Engine) -> Self {
        Catalogue(Arc::new(Inner {
            conf,
            net,
            engine,
            cells: Mutex::default(),
            rows: Rows::new(store),
            merged: ArcSwapOption::empty(),
            merging: tokio::sync::Mutex::default(),
            version: AtomicU64::new(1),
            keeper: AtomicBool::new(false),
            last_use: Mutex::new(Instant::now()),
        }))
    }

    /// The list. `refresh` asks every connection again and waits for all that answer within five seconds; otherwise
    /// the answer comes from memory and older parts are refreshed behind it.
    pub async fn list(&self, refresh: bool) -> Arc<ModelList> {
        let inner = &self.0;
        inner.start_keeper();
        let cells = inner.reconcile();
        if refresh {
            inner.refresh_all(&cells).await;
            inner.rows.reload(&inner.version).await;
        } else {
            let ttl = inner.conf.models_ttl();
            cells.iter().filter(|cell| cell.is_due(ttl)).for_each(|cell| inner.ask(cell));
            inner.wait_for_unknown(&cells).await;
            inner.rows.ensure(inner).await;
        }
        inner.merged(&cells).await
    }

    /// The list as it is known, without asking anybody again: for the lookup of a model on the way to its server.
    pub async fn current(&self) -> Arc<ModelList> {
        let inner = &self.0;
        inner.start_keeper();
        let cells = inner.reconcile();
        inner.wait_for_unknown(&cells).await;
        inner.rows.ensure(inner).await;
        inner.merged(&cells).await
    }

    /// One model of the merged list.
    pub async fn find(&self, id: &str) -> Option<Arc<Model>> {
        self.current().await.by_id.get(id).cloned()
    }

    /// Model rows were written: the next list reads them again.
    pub fn invalidate_rows(&self) {
        self.0.rows.invalidate();
    }

    /// All connections are to be asked again before the next list.
    pub fn invalidate_connections(&self) {
        self.invalidate_cells(|_| true);
    }

    /// The connection settings were saved: whatever is asked from now on is asked by the new ones, when the next list
    /// is wanted.
    pub(crate) fn connections_changed(&self) {
        self.0.reconcile();
    }

    /// Models of this Ollama server were added or removed.
    pub(crate) fn invalidate_ollama(&self, idx: usize) {
        self.invalidate_cells(|connection| connection.family == Family::Ollama && connection.idx == idx);
    }

    /// Asks at once: the answer is usually there when the next list is wanted.
    fn invalidate_cells(&self, chosen: impl Fn(&Connection) -> bool) {
        let cells = lock(&self.0.cells).clone();
        for cell in cells.iter().filter(|cell| chosen(&cell.connection)) {
            cell.invalidate();
            self.0.ask(cell);
        }
    }

    /// The model an arena entry stands for this time: one of its choices at random.
    pub fn arena_pick(&self, arena: &Model) -> Option<Arc<Model>> {
        arena::pick(&self.0.merged.load_full()?.list, arena)
    }
}

impl Inner {
    /// Makes the cells match the configured connections. Unchanged ones keep what they know.
    fn reconcile(&self) -> Vec<Arc<Cell>> {
        *lock(&self.last_use) = Instant::now();
        let wanted: Vec<Connection> =
            self.conf.openai().into_iter().chain(self.conf.ollama()).filter(Connection::enabled).collect();
        let mut cells = lock(&self.cells);
        let same = cells.len() == wanted.len() && cells.iter().zip(&wanted).all(|(c, w)| c.connection == *w);
        if !same {
            let old = std::mem::take(&mut *cells);
            *cells = wanted
                .into_iter()
                .map(|w| old.iter().find(|c| c.connection == w).cloned().unwrap_or_else(|| Cell::new(w)))
                .collect();
            self.version.fetch_add(1, Ordering::Relaxed);
        }
        cells.clone()
    }

    /// Starts a refresh of one connection, unless one runs.
    fn ask(self: &Arc<Self>, cell: &Arc<Cell>) {
        if cell.begin() {
            let (inner, cell) = (self.clone(), cell.clone());
            tokio::spawn(async move { inner.work(&cell).await });
        }
    }

    /// Asks until nobody wants a newer answer than the one that came.
    async fn work(&self, cell: &Cell) {
        loop {
            let asked = fetch::Asked { conf: &self.conf, net: &self.net, engine: &self.engine };
            let answer = asked.models(&cell.connection).await;
            if let Err(e) = &answer {
                tracing::warn!(connection = ?cell.connection, error = %e, "no model list from this connection");
            }
            let (changed, again) = cell.finish(answer);
            if changed {
                self.version.fetch_add(1, Ordering::Relaxed);
            }
            // after the version, so that nobody who waited sees the list of before
            cell.announce();
            if !again {
                return;
            }
        }
    }

    async fn refresh_all(self: &Arc<Self>, cells: &[Arc<Cell>]) {
        let end = Instant::now() + REFRESH_WAIT;
        let targets: Vec<u64> = cells.iter().map(|cell| cell.want_fresh()).collect();
        cells.iter().for_each(|cell| self.ask(cell));
        let waits = cells.iter().zip(targets).map(|(cell, target)| cell.wait(target, end));
        futures::future::join_all(waits).await;
    }

    async fn wait_for_unknown(self: &Arc<Self>, cells: &[Arc<Cell>]) {
        // asking first: a wait is counted from when the question was put, not from when it arose
        cells.iter().filter(|cell| cell.unknown_since().is_some()).for_each(|cell| self.ask(cell));
        let waits = cells.iter().filter_map(|cell| {
            let (since, target) = cell.unknown_since()?;
            Some(cell.wait(target, since + COLD_WAIT))
        });
        futures::future::join_all(waits).await;
    }

    /// The merged list, made anew only when something has changed.
    async fn merged(self: &Arc<Self>, cells: &[Arc<Cell>]) -> Arc<ModelList> {
        let choices = merge::choices(&self.conf);
        if let Some(list) = self.kept(&choices) {
            return list;
        }
        let _merging = self.merging.lock().await;
        if let Some(list) = self.kept(&choices) {
            return list;
        }
        let version = self.version.load(Ordering::Relaxed);
        let sources: Vec<_> = cells.iter().map(|cell| (cell.connection.clone(), cell.entries())).collect();
        let (inner, rows) = (self.clone(), self.rows.current());
        let made = tokio::task::spawn_blocking(move || {
            let list = Arc::new(merge::merge(&sources, &rows, &choices));
            inner.merged.store(Some(Arc::new(Merged { version, choices, list: list.clone() })));
            list
        });
        // it ends early only when the process does
        made.await.unwrap_or_default()
    }

    /// The merged list, if it is still true.
    fn kept(&self, choices: &Value) -> Option<Arc<ModelList>> {
        let version = self.version.load(Ordering::Relaxed);
        let kept = self.merged.load_full()?;
        (kept.version == version && kept.choices == *choices).then(|| kept.list.clone())
    }

    /// One task that keeps the known connections warm, so that a page opened after a quiet hour is not an hour old.
    fn start_keeper(self: &Arc<Self>) {
        if self.keeper.swap(true, Ordering::Relaxed) {
            return;
        }
        let weak = Arc::downgrade(self);
        tokio::spawn(keep(weak));
    }
}

async fn keep(inner: Weak<Inner>) {
    loop {
        tokio::time::sleep(BUSY_PERIOD).await;
        let Some(inner) = inner.upgrade() else { return };
        let idle = lock(&inner.last_use).elapsed() > IDLE_PERIOD;
        let period = if idle { IDLE_PERIOD } else { BUSY_PERIOD };
        let ttl = inner.conf.models_ttl().map(|ttl| ttl.max(period));
        let cells = lock(&inner.cells).clone();
        cells.iter().filter(|cell| cell.is_due(ttl)).for_each(|cell| inner.ask(cell));
    }
}

/// A panic elsewhere does not make the list unusable: every state behind these locks is whole after each statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
