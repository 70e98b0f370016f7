//! Whisper speech recognition on the processor.
//!
//! Reads the folders that faster-whisper users have (`model.bin` of CTranslate2, `config.json`, `vocabulary.json` or
//! `.txt`) and runs them on the arithmetic of `transom-kernels`. Samples in, segments of text with times out; where
//! samples come from and who may ask is the business of others.
//!
//! | What | Where |
//! |---|---|
//! | finding a model by its name | [`locate`] |
//! | the file with the weights | [`container`] |
//! | encoder and decoder | [`Model`] |
//! | which token may follow, and the search for the best text | [`rules`], [`search`] |
//! | windows, segments, second tries | [`Options`], [`Transcript`] |
//! | times of words | [`align`] |
//! | leaving out silence | [`vad`] |

pub mod align;
mod config;
pub mod container;
mod error;
pub mod locate;
mod model;
pub mod rules;
pub mod search;
mod transcribe;
pub mod vad;
pub mod vocabulary;

pub use align::Word;
pub use error::{Result, WhisperError};
pub use model::{Model, OpenOptions, Precision, Window};
pub use transcribe::{Options, Segment, Transcript, WINDOW};
