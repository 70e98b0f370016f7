//! Models that run inside the server, with nothing else installed.
//!
//! [`library`] is what lies on the disk, in the layout of an Ollama server, so that models pulled by one are found.
//! It knows nothing of inference. [`encoders`] turns texts into vectors and ranks passages, with models that lie in the folders
//! of sentence-transformers.

mod answer;
mod cpu;
pub mod encoders;
mod error;
pub mod library;
pub mod llama;
pub mod ollama;
mod template;

pub use cpu::obstacle;
pub use error::{EngineError, Result};
