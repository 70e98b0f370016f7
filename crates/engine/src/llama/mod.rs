//! Running GGUF models with llama.cpp.
//!
//! [`Runtime`] keeps models in memory; each has a thread of its own that writes several answers at the same time
//! (`worker`) or turns texts into vectors (`embedder`). These threads are less urgent than those that serve requests.

mod embedder;
mod graphics;
mod instance;
mod job;
pub(crate) mod memory;
mod options;
mod runtime;
mod sampler;
mod slot;
mod text;
mod worker;

pub use instance::Purpose;
pub use job::{Event, Finish, Usage};
pub use options::Options;
pub use runtime::{KeepAlive, Lease, Loading, ModelFile, Running, Runtime, RuntimeOptions, Special};
pub use sampler::Form;

/// A token of a model.
pub type Token = llama_cpp_2::token::LlamaToken;
