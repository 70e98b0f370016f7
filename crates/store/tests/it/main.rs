//! Every test of this crate that needs a database runs on every engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "helpers of tests are tests too"
)]

mod accounts;
mod blobs;
mod bus;
mod channels;
mod chats;
mod documents;
mod engines;
mod foreign;
mod groups;
mod library;
mod long_chats;
mod messages;
mod notes;
mod opening;
mod search;
mod workspace;
