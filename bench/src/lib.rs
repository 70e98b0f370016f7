//! Load tool for any server that speaks the contract, together with the fast fake model provider it needs.
//!
//! The tool shares its machine with the server it measures, so its own cost must stay small: one thread for all
//! clients, one for the provider, requests built once, and no JSON parsing where bytes are enough.

// A command line tool: stdout carries the report, stderr the progress.
#![allow(clippy::print_stdout, clippy::print_stderr)]

pub mod api;
pub mod cli;
pub mod client;
pub mod context;
pub mod error;
pub mod httpd;
pub mod measure;
pub mod process;
pub mod report;
pub mod sio;
pub mod sse;
pub mod stats;
pub mod streams;
pub mod upstream;

pub use error::BenchError;

/// The result of everything in this crate that can fail.
pub type Result<T, E = BenchError> = std::result::Result<T, E>;
