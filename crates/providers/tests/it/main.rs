//! Tests of the model servers and the catalogue, against small servers in this process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod catalogue;
mod catalogue_waiting;
mod completion;
mod jupyter;
mod lab;
mod ollama;
mod ollama_shapes;
mod openai;
mod params;
mod sse;
mod template;
mod vectors;
