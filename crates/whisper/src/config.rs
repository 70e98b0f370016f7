//! `config.json`, as the converter writes it beside `model.bin`.

use std::path::Path;

use serde::Deserialize;

use crate::{Result, WhisperError};

/// The largest text file of a model that is read (a vocabulary has about 1 MB, `tokenizer.json` is not read).
const LARGEST_TEXT: u64 = 32 << 20;

/// What the converter notes beside the weights. Everything has a default, as old folders lack some of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Tokens that are never written.
    pub suppress_ids: Vec<u32>,
    /// Tokens that are not written first.
    pub suppress_ids_begin: Vec<u32>,
    /// `(layer, head)` of the cross-attention heads that follow the sound; empty when unknown.
    pub alignment_heads: Vec<(usize, usize)>,
}

impl Config {
    /// Reads `config.json` of a folder.
    ///
    /// # Errors
    /// [`WhisperError::Io`] and [`WhisperError::Format`].
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("config.json");
        serde_json::from_str(&text(&path)?)
            .map_err(|e| WhisperError::Format { path, reason: format!("its JSON cannot be read ({e})") })
    }
}

/// A text file of bounded size.
pub(crate) fn text(path: &Path) -> Result<String> {
    let io = |source| WhisperError::Io { path: path.to_owned(), source };
    let length = std::fs::metadata(path).map_err(io)?.len();
    if length > LARGEST_TEXT {
        let reason = format!("it has {length} bytes");
        return Err(WhisperError::Format { path: path.to_owned(), reason });
    }
    std::fs::read_to_string(path).map_err(io)
}
