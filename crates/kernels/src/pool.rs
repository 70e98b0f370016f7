//! A few threads that share the tasks of one computation at a time.
//!
//! A model's step is hundreds of products of some microseconds each, so the threads stay, look out for the next piece of work
//! for a moment, and sleep when none comes: waiting longer would take the processor from the rest of the server.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Turns of the loop in which a thread looks for work before it sleeps: some tens of microseconds.
const LOOKS: usize = 2_000;

pub(crate) struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    /// Held by the one computation that has the threads.
    turn: Mutex<()>,
}

struct Shared {
    state: Mutex<State>,
    /// Raised with each job, so that a waiting thread sees it without the lock.
    generation: AtomicU64,
    wake: Condvar,
    done: Condvar,
}

#[derive(Default)]
struct State {
    job: Option<Job>,
    /// Workers inside the job.
    running: usize,
    stop: bool,
}

/// What the threads share of one call of [`Pool::run`]; it lies on the caller's stack.
struct Work<'a> {
    task: &'a (dyn Fn(usize) + Sync),
    next: AtomicUsize,
    tasks: usize,
    panicked: AtomicBool,
}

/// A pointer to the [`Work`] of the caller, its lifetime forgotten.
#[derive(Clone, Copy)]
struct Job(*const Work<'static>);

// SAFETY: `Work` is shared by reference only, and its parts are Sync.
unsafe impl Send for Job {}

impl Work<'_> {
    /// Takes tasks until there are none left.
    fn help(&self) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.tasks {
                return;
            }
            (self.task)(index);
        }
    }
}

impl Pool {
    pub(crate) fn new(threads: usize, start: impl Fn() + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            generation: AtomicU64::new(0),
            wake: Condvar::new(),
            done: Condvar::new(),
        });
        let start = Arc::new(start);
        let workers = (1..threads)
            .map_while(|number| {
                let (shared, start) = (shared.clone(), start.clone());
                // a system that gives no more threads gets its work done by fewer
                std::thread::Builder::new()
                    .name(format!("kernels-{number}"))
                    .spawn(move || {
                        start();
                        work(&shared);
                    })
                    .ok()
            })
            .collect();
        Self { shared, workers, turn: Mutex::new(()) }
    }

    pub(crate) fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    pub(crate) fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        let turn = if tasks > 1 && !self.workers.is_empty() { self.turn.try_lock().ok() } else { None };
        let Some(turn) = turn else {
            (0..tasks).for_each(task);
            return;
        };
        let work = Work { task, next: AtomicUsize::new(0), tasks, panicked: AtomicBool::new(false) };
        let job = Job((&raw const work).cast::<Work<'static>>());
        {
            // raised under the lock: a thread that is about to sleep would miss it otherwise
            let mut state = lock(&self.shared.state);
            state.job = Some(job);
            self.shared.generation.fetch_add(1, Ordering::Release);
        }
        self.shared.wake.notify_all();

        let mine = catch_unwind(AssertUnwindSafe(|| work.help()));
        // no task of a failed computation is begun any more
        if mine.is_err() {
            work.next.store(tasks, Ordering::Relaxed);
        }
        let mut state = lock(&self.shared.state);
        state.job = None;
        while state.running > 0 {
            state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        drop(turn);
        if let Err(panic) = mine {
            resume_unwind(panic);
        }
        assert!(!work.panicked.load(Ordering::Relaxed), "a task of a computation panicked");
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.shared.state).stop = true;
        self.shared.generation.fetch_add(1, Ordering::Release);
        self.shared.wake.notify_all();
        for worker in self.workers.drain(..) {
            // its panics were reported where they happened
            let _ = worker.join();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The life of one thread.
fn work(shared: &Shared) {
    let mut seen = 0;
    while let Some(job) = next(shared, &mut seen) {
        // SAFETY: `next` counted this thread as running under the lock while the job was there; `Pool::run` takes the job away
        // under the same lock and returns only when no thread is running, so the work is alive until `running` falls below.
        let work = unsafe { &*job.0 };
        if catch_unwind(AssertUnwindSafe(|| work.help())).is_err() {
            work.panicked.store(true, Ordering::Relaxed);
            work.next.store(work.tasks, Ordering::Relaxed);
        }
        let mut state = lock(&shared.state);
        state.running -= 1;
        if state.running == 0 {
            shared.done.notify_one();
        }
    }
}

/// Waits for a job that this thread has not seen, and counts the thread as running; `None` at the end of the pool.
fn next(shared: &Shared, seen: &mut u64) -> Option<Job> {
    for _ in 0..LOOKS {
        if shared.generation.load(Ordering::Acquire) != *seen {
            break;
        }
        std::hint::spin_loop();
    }
    let mut state = lock(&shared.state);
    loop {
        if state.stop {
            return None;
        }
        let now = shared.generation.load(Ordering::Acquire);
        if now != *seen {
            *seen = now;
            // the others may have finished it already
            if let Some(job) = state.job {
                state.running += 1;
                return Some(job);
            }
        }
        state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}
