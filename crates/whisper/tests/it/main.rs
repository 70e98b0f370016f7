//! Whisper on a real model and a spoken sentence.
//!
//! The model comes from `scripts/setup-model.sh`; without it these tests fail and say so.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are tests too")]

mod speech;
