//! Sound files, and engines against servers that answer as documented.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are tests too")]

mod hear;
mod lab;
#[cfg(feature = "local")]
mod local;
mod sound;
mod speak;
