//! What tests need around a server: the server itself as a process, a scripted model server, callers and browser tabs.
//!
//! Everything here speaks to a server from outside, over its ports and signals. What cannot be set up panics with a
//! sentence: a test that cannot begin has failed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "only tests call this: what cannot be set up fails them"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests are clients: the rule of one outgoing client is for the server"
)]

mod answer;
mod caller;
mod chat;
mod provider;
mod raw;
mod scripts;
mod server;
mod tab;
mod wire;

pub use answer::Answer;
pub use caller::{Caller, PASSWORD, Reply};
pub use chat::Thread;
pub use provider::MockProvider;
pub use raw::{RawReply, raw};
pub use scripts::{Script, words};
pub use server::{Plan, TestServer};
pub use tab::{Heard, Tab};

use std::time::Duration;

/// Asks again and again until the answer is `Some`.
///
/// # Panics
/// When it still is `None` after `patience`; the message names `what`.
pub async fn until<T>(what: &str, patience: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = tokio::time::Instant::now() + patience;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < end, "{what}: not within {patience:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
