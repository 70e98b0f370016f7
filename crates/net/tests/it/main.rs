//! Tests of the outgoing client.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod fetching;
mod judging;
