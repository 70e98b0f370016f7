//! Models on the disk and where they come from, against sources that live in this process.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod encoders;
mod folder;
mod gguf;
mod packages;
mod registries;
mod running;
mod support;
