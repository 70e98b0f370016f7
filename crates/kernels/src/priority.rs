//! Threads that compute are less urgent than those that serve people.

/// How much less urgent, as the system counts: 0 is equal, 19 the least. With less than that, a thread that wakes up to answer a
/// request can wait until the next tick, 4 ms.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// Makes the calling thread, and those that it starts from now on, give way to threads that serve people. Where the system
/// does not let it, the threads compete: that costs time and nothing else.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE) {
        tracing::debug!(%error, "a thread that computes keeps its priority");
    }
}
