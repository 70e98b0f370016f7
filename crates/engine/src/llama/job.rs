//! What the worker of a model is asked for, and what it answers.

use std::time::Duration;

use llama_cpp_2::token::LlamaToken;
use tokio::sync::mpsc::UnboundedSender;

use super::options::Options;
use super::sampler::Form;
use crate::EngineError;

/// An answer to write.
pub(crate) struct Job {
    pub prompt: Vec<LlamaToken>,
    pub options: Options,
    pub form: Option<Form>,
    pub events: UnboundedSender<Event>,
}

/// A text to turn into a vector.
pub(crate) struct EmbedJob {
    pub texts: Vec<Vec<LlamaToken>>,
    pub reply: tokio::sync::oneshot::Sender<Result<Vec<Vec<f32>>, EngineError>>,
}

/// What happens while an answer is written.
#[derive(Debug)]
pub enum Event {
    /// The next piece of the answer.
    Text(String),
    /// The answer is whole; nothing follows.
    End {
        /// Why it ended.
        finish: Finish,
        /// What it took.
        usage: Usage,
    },
    /// It cannot be finished; nothing follows.
    Failed(EngineError),
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model ended it, or a stop text came.
    Stop,
    /// The limit or the context was full.
    Length,
}

impl Finish {
    /// The word for it in Ollama's answers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
        }
    }
}

/// What an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Tokens of the prompt whose state was still there from an earlier turn.
    pub reused_tokens: usize,
    /// Tokens of the answer.
    pub answer_tokens: usize,
    /// From the begin of the work to the first token.
    pub prompt_time: Duration,
    /// From the first token to the last.
    pub answer_time: Duration,
}
