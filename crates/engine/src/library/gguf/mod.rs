//! What the header of a GGUF file says about its model.
//!
//! Files come from strangers: every length is held against what the file still has and against a limit, before anything
//! is read or kept.

mod kinds;
mod read;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::{EngineError, Result};

pub use read::Arrays;

/// A value of the header.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer.
    Unsigned(u64),
    /// Any signed integer.
    Signed(i64),
    /// A 32 or 64 bit float.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// UTF-8; what is none is replaced.
    Text(String),
    /// A list that was asked for.
    Array(Vec<Value>),
    /// A list that was passed over; its length.
    Passed(u64),
}

impl Value {
    /// As a non-negative integer.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(n) => Some(*n),
            Self::Signed(n) => u64::try_from(*n).ok(),
            _ => None,
        }
    }

    /// As a text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn to_json(&self) -> Json {
        match self {
            Self::Unsigned(n) => (*n).into(),
            Self::Signed(n) => (*n).into(),
            Self::Float(n) => (*n).into(),
            Self::Bool(yes) => (*yes).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Array(items) => items.iter().map(Self::to_json).collect(),
            Self::Passed(_) => Json::Null,
        }
    }
}

/// A tensor as the header lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// The number of elements in each dimension.
    pub shape: Vec<u64>,
    /// How its elements are stored: `F32`, `Q4_1`, ...
    pub kind: &'static str,
}

/// The header of a GGUF file.
#[derive(Debug, Clone, Default)]
pub struct Gguf {
    /// 2 or 3.
    pub version: u32,
    /// Keys and values in the order of the file.
    pub metadata: Vec<(String, Value)>,
    /// What the tensors are, without their contents.
    pub tensors: Vec<Tensor>,
}

impl Gguf {
    /// Reads the header of a file; blocks.
    ///
    /// # Errors
    /// `Corrupt` for what is no GGUF file of version 2 or 3, is damaged or cut short.
    pub fn open(path: &Path, arrays: Arrays) -> Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        read::read(BufReader::with_capacity(64 * 1024, file), length, arrays)
    }

    /// Reads the header from bytes in memory.
    ///
    /// # Errors
    /// As [`Gguf::open`].
    pub fn parse(bytes: &[u8], arrays: Arrays) -> Result<Self> {
        read::read(std::io::Cursor::new(bytes), bytes.len() as u64, arrays)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.metadata.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text of a key, unless it is empty.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The value of a key that belongs to the architecture: `context_length` is read as `llama.context_length`.
    #[must_use]
    pub fn of_architecture(&self, key: &str) -> Option<&Value> {
        self.get(&format!("{}.{key}", self.architecture()))
    }

    /// `llama`, `qwen3`, `bert`, ...
    #[must_use]
    pub fn architecture(&self) -> &str {
        self.text("general.architecture").unwrap_or("unknown")
    }

    /// How many tokens it was trained to see.
    #[must_use]
    pub fn context_length(&self) -> Option<u64> {
        self.of_architecture("context_length").and_then(Value::as_u64)
    }

    /// The width of its embeddings.
    #[must_use]
    pub fn embedding_length(&self) -> Option<u64> {
        self.of_architecture("embedding_length").and_then(Value::as_u64)
    }

    /// How many layers it has.
    #[must_use]
    pub fn block_count(&self) -> Option<u64> {
        self.of_architecture("block_count").and_then(Value::as_u64)
    }

    /// The template that turns messages into a prompt (Jinja).
    #[must_use]
    pub fn chat_template(&self) -> Option<&str> {
        self.text("tokenizer.chat_template")
    }

    /// How many parameters the tensors hold.
    #[must_use]
    pub fn parameter_count(&self) -> u64 {
        self.tensors.iter().fold(0, |sum: u64, tensor| {
            sum.saturating_add(tensor.shape.iter().fold(1, |n: u64, side| n.saturating_mul(*side)))
        })
    }

    /// The parameter count as people read it: `134.52M`, `8.0B`.
    #[must_use]
    pub fn parameter_size(&self) -> String {
        human_count(self.parameter_count())
    }

    /// How most of its tensors are stored: `Q4_1`, `F16`, ...
    #[must_use]
    pub fn quantization(&self) -> &'static str {
        let named = self.get("general.file_type").and_then(Value::as_u64).and_then(kinds::file_type);
        named.or_else(|| self.most_frequent_kind()).unwrap_or("unknown")
    }

    /// Whether a text is the name of a quantisation, in any case.
    #[must_use]
    pub fn is_quantization(text: &str) -> bool {
        (0..kinds::FILE_TYPES).filter_map(kinds::file_type).any(|name| name.eq_ignore_ascii_case(text))
    }

    /// Files of some tools do not say their type; the tensors do. Vectors stay unquantised and do not count.
    fn most_frequent_kind(&self) -> Option<&'static str> {
        let matrices = || self.tensors.iter().filter(|tensor| tensor.shape.len() > 1);
        matrices().map(|tensor| tensor.kind).max_by_key(|kind| matrices().filter(|t| t.kind == *kind).count())
    }

    /// Whether it makes vectors instead of text.
    #[must_use]
    pub fn is_embedding(&self) -> bool {
        let architecture = self.architecture();
        self.of_architecture("pooling_type").is_some()
            || architecture.contains("bert")
            || matches!(architecture, "t5encoder" | "gemma-embedding")
    }

    /// Whether it is not a model of its own but the part that turns pictures or sound into what a model reads.
    #[must_use]
    pub fn is_projector(&self) -> bool {
        self.architecture() == "clip" || self.text("general.type") == Some("mmproj")
    }

    /// What can be done with it, in Ollama's words.
    ///
    /// `template` is the one that is used instead of the file's own.
    #[must_use]
    pub fn capabilities(&self, template: Option<&str>, has_projector: bool) -> Vec<&'static str> {
        if self.is_embedding() {
            return vec!["embedding"];
        }
        let template = template.or_else(|| self.chat_template()).unwrap_or_default();
        let has = |words: &[&str]| words.iter().any(|word| template.contains(word));
        let mut all = vec!["completion"];
        if has_projector || self.of_architecture("vision.block_count").is_some() {
            all.push("vision");
        }
        if has(&[".Tools", "tools"]) {
            all.push("tools");
        }
        if has(&[".Suffix"]) || self.get("tokenizer.ggml.fim_mid_token_id").is_some() {
            all.push("insert");
        }
        if has(&[".Think", "enable_thinking", "<think>", "reasoning_content"]) {
            all.push("thinking");
        }
        all
    }

    /// `model_info` of `/api/show`: the header with the parameter count; lists that were passed over are null.
    #[must_use]
    pub fn model_info(&self) -> Map<String, Json> {
        let mut info: Map<String, Json> =
            self.metadata.iter().map(|(key, value)| (key.clone(), value.to_json())).collect();
        // the template has a field of its own
        info.remove("tokenizer.chat_template");
        info.insert("general.parameter_count".into(), self.parameter_count().into());
        info
    }
}

/// `134515008` as `134.52M`.
pub(super) fn human_count(count: u64) -> String {
    // exact enough for two places
    #[allow(clippy::cast_precision_loss)]
    let of = |unit: u64| count as f64 / unit as f64;
    match count {
        1_000_000_000_000.. => format!("{:.1}T", of(1_000_000_000_000)),
        1_000_000_000.. => format!("{:.1}B", of(1_000_000_000)),
        1_000_000.. => format!("{:.2}M", of(1_000_000)),
        1_000.. => format!("{:.2}K", of(1_000)),
        _ => count.to_string(),
    }
}

fn corrupt(what: &str) -> EngineError {
    EngineError::Corrupt(format!("this GGUF file is damaged: {what}"))
}
