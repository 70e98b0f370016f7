//! Text encoders from the folders that people already have: sentence-transformers models, which turn a text into a vector, and
//! cross-encoders, which say how well a passage answers a question.
//!
//! A folder holds `config.json`, `tokenizer.json` and the weights as safetensors; what stands beside them (`modules.json` and
//! the folders it names) says how the vectors of the tokens become one. Only that is read: code in a model's folder is never run.
//! All files are untrusted: numbers that do not fit together are an [`Error`], and no more is allocated than the files hold.
//!
//! [`Encoder`] and [`CrossEncoder`] compute on the calling thread and the threads of the [`Cpu`](transom_kernels::Cpu) they are
//! given.

mod batch;
mod config;
mod cross;
mod encoder;
mod error;
mod files;
mod model;
mod modules;
mod safetensors;
mod tokens;

pub use cross::CrossEncoder;
pub use encoder::{Embeddings, Encoder};
pub use error::Error;
