//! The network: an encoder that listens to a window, a decoder that writes.

mod decoder;
mod encoder;
mod layers;
mod window;

use std::path::Path;

use transom_kernels::{Cpu, LogMel};

pub use window::Window;

use self::{decoder::Decoder, encoder::Encoder, layers::Loader};
use crate::{Result, config::Config, container::Container, transcribe::WINDOW, vocabulary::Vocabulary};

/// In which precision weights are kept; what is computed is always single precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As the file has them.
    #[default]
    Stored,
    /// A byte each, with a factor for each output.
    Int8,
    /// Half precision.
    Float16,
    /// Single precision.
    Float32,
}

impl Precision {
    /// From the name of a compute type of CTranslate2 (`int8_float32`, `float16`, `auto`); `None` for other names.
    pub fn from_compute_type(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "" | "auto" | "default" => Self::Stored,
            name if name == "int8" || name.starts_with("int8_") => Self::Int8,
            "float16" | "bfloat16" => Self::Float16,
            "float32" | "int16" => Self::Float32,
            _ => return None,
        })
    }
}

/// How to open a model.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    /// Precision of the weights in memory.
    pub precision: Precision,
}

/// A model in memory.
#[derive(Debug)]
pub struct Model {
    pub(crate) config: Config,
    pub(crate) vocabulary: Vocabulary,
    cpu: Cpu,
    mel: LogMel,
    encoder: Encoder,
    decoder: Decoder,
}

impl Model {
    /// Reads the model in a folder; `cpu` are the threads that it computes on.
    ///
    /// # Errors
    /// [`crate::WhisperError::Io`] and [`crate::WhisperError::Format`].
    pub fn open(folder: &Path, options: OpenOptions, cpu: Cpu) -> Result<Self> {
        let config = Config::read(folder)?;
        let vocabulary = Vocabulary::read(folder)?;
        let mut container = Container::open(&folder.join("model.bin"))?;
        let mut loader = Loader { container: &mut container, precision: options.precision };
        let encoder = Encoder::load(&mut loader)?;
        let decoder = Decoder::load(&mut loader, encoder.width(), vocabulary.len())?;
        let mel = LogMel::new(encoder.bands()).map_err(|e| container.broken(e.to_string()))?;
        Ok(Self { config, vocabulary, cpu, mel, encoder, decoder })
    }

    /// Whether the model knows other languages than English.
    pub fn multilingual(&self) -> bool {
        // the vocabularies differ by one piece of text, and say which of the two it is
        self.vocabulary.end != 50_256
    }

    /// Bytes of memory that the weights take.
    pub fn bytes(&self) -> usize {
        self.encoder.bytes() + self.decoder.bytes()
    }

    /// Takes a window of sound in: at most 30 s, the rest is silence.
    pub fn listen(&self, samples: &[f32]) -> Window<'_> {
        let mut padded = samples[..samples.len().min(WINDOW)].to_vec();
        padded.resize(WINDOW, 0.0);
        let mel = self.mel.compute(&self.cpu, &padded);
        let heard = self.encoder.run(&self.cpu, &mel);
        Window::new(self, &heard)
    }
}
