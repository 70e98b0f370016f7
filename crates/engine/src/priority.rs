//! Threads that compute are less urgent than those that serve people.

/// How much less urgent, as the system counts: 0 is equal, 19 the least. With less than that, a thread that wakes up to answer a
/// request can wait until the next tick, 4 ms.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// Lowers that of the calling thread, and of those that it starts from now on.
#[cfg(target_os = "linux")]
pub(crate) fn lower() {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), NICE) {
        tracing::debug!(%error, "the engine's thread keeps its priority");
    }
}

/// Lowers that of the calling thread, and of those that it starts from now on.
#[cfg(not(target_os = "linux"))]
pub(crate) fn lower() {}
