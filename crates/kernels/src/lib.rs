//! The arithmetic of small neural networks on the processor.
//!
//! Everything is computed in `f32`; weights may be kept as `f32`, `f16` or `int8` (one scale for each output). Matrices are
//! row-major slices, a row being one token, frame or time step; shapes are plain numbers. The pieces:
//!
//! | What | Where |
//! |---|---|
//! | the number of threads and the instruction set | [`Cpu`] |
//! | `y = x·Wᵀ + b`, for many rows and for the single row of decoding | [`Linear`], [`Weights`] |
//! | attention with strides, causal or with a bias for each position | [`Attention`], [`Rows`] |
//! | softmax, layer norm, activations, pooling, L2 norm | [`ops`] |
//! | convolution over time | [`Conv1d`] |
//! | log-mel spectrogram as Whisper takes it | [`LogMel`] |
//! | half-precision numbers | [`convert`] |
//! | threads that give way to those that serve people | [`Cpu::background`], [`give_way`] |
//!
//! Constructors take what a model file says, so they answer a wrong shape with a [`ShapeError`]. What is called while a
//! model runs takes shapes that the model has checked, and panics (as slices do) when they do not fit together.

mod attention;
mod conv;
pub mod convert;
mod cpu;
mod error;
mod linear;
mod math;
mod mel;
pub mod ops;
mod pack;
mod pool;
mod priority;
mod tile;
mod versions;

pub use attention::{Attention, Rows};
pub use conv::Conv1d;
pub use cpu::{Cpu, Level};
pub use error::ShapeError;
pub use linear::Linear;
pub use math::Activation;
pub use mel::LogMel;
pub use pack::Weights;
pub use priority::give_way;
