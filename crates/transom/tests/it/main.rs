//! Black box tests: the real binary as a process, spoken to over its ports, its signals and its command line.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are tests too")]

mod access;
mod audio;
mod cli;
mod cli_users;
mod contract;
mod embeddings;
mod files;
mod foreign;
mod frontend;
mod http;
mod inputs;
mod local;
mod openapi;
mod postgres;
mod search;
mod settings;
mod signout;
mod signup;
mod slow_tab;
mod survive;
mod tabs;
mod writers;

use std::time::Duration;

use transom_testkit::{Caller, MockProvider, Plan, TestServer};

/// How long something may take that is expected to happen soon, on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// A server of the binary under test, not started yet.
fn plan() -> Plan {
    Plan::new(env!("CARGO_BIN_EXE_transom"))
}

/// A server with a scripted model server and its first account, the administrator.
async fn lab() -> (TestServer, MockProvider, Caller) {
    lab_of(plan()).await
}

/// The same with more settings.
async fn lab_of(plan: Plan) -> (TestServer, MockProvider, Caller) {
    let provider = MockProvider::start().await;
    let server = plan.upstream(&provider).start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    (server, provider, admin)
}
