//! One of the answers that are written at the same time in one context.

use llama_cpp_2::token::LlamaToken;
use tokio::sync::mpsc::UnboundedSender;

use super::job::{Event, Finish, Job, Usage};
use super::sampler::Sampler;
use super::text::TextOut;

/// A sequence of the context: what its cache holds, and who uses it now.
pub(crate) struct Slot {
    /// Number of the sequence.
    pub id: i32,
    /// Tokens whose state the cache holds, in order.
    pub cached: Vec<LlamaToken>,
    /// The answer being written.
    pub run: Option<Run>,
    /// Number of the turn in which it was last used; the lowest is given away first.
    pub used: u64,
}

/// An answer being written.
pub(crate) struct Run {
    pub events: UnboundedSender<Event>,
    pub sampler: Sampler,
    pub text: TextOut,
    /// Tokens that the cache does not hold yet: the rest of the prompt, then each new token.
    pub todo: Vec<LlamaToken>,
    /// Index of the first of `todo` that is not in the batch yet.
    pub next: usize,
    /// Where in the batch the logits of this sequence are, when it has any there.
    pub logits_at: Option<i32>,
    pub usage: Usage,
    /// Longest answer in tokens.
    pub limit: u32,
    pub prompt_begun: std::time::Instant,
    pub answer_begun: Option<std::time::Instant>,
}

impl Slot {
    pub(crate) fn new(id: i32) -> Self {
        Self { id, cached: Vec::new(), run: None, used: 0 }
    }

    /// How many tokens at the front are the same as what the cache holds.
    pub(crate) fn common(&self, prompt: &[LlamaToken]) -> usize {
        self.cached.iter().zip(prompt).take_while(|(a, b)| a == b).count()
    }
}

impl Run {
    pub(crate) fn new(job: &Job, sampler: Sampler, reused: usize, limit: u32) -> Self {
        Self {
            events: job.events.clone(),
            sampler,
            text: TextOut::new(job.options.stop.clone()),
            todo: job.prompt[reused..].to_vec(),
            next: 0,
            logits_at: None,
            usage: Usage { prompt_tokens: job.prompt.len(), reused_tokens: reused, ..Usage::default() },
            limit,
            prompt_begun: std::time::Instant::now(),
            answer_begun: None,
        }
    }

    /// Whether nobody listens any more.
    pub(crate) fn abandoned(&self) -> bool {
        self.events.is_closed()
    }

    /// Takes a sampled token in; answers how the answer ended, if it did.
    pub(crate) fn take(&mut self, token: LlamaToken, bytes: &[u8], ends: bool) -> Option<Finish> {
        if self.answer_begun.is_none() {
            self.answer_begun = Some(std::time::Instant::now());
            self.usage.prompt_time = self.prompt_begun.elapsed();
        }
        if ends {
            return Some(Finish::Stop);
        }
        self.usage.answer_tokens += 1;
        let (text, stopped) = self.text.push(bytes);
        if !text.is_empty() {
            // a receiver that is gone is noticed before the next batch
            let _ = self.events.send(Event::Text(text));
        }
        if stopped {
            return Some(Finish::Stop);
        }
        if self.usage.answer_tokens >= self.limit as usize {
            return Some(Finish::Length);
        }
        self.todo = vec![token];
        self.next = 0;
        None
    }

    /// Sends what is left and how it ended.
    pub(crate) fn end(mut self, finish: Finish) {
        let rest = self.text.finish();
        if !rest.is_empty() {
            let _ = self.events.send(Event::Text(rest));
        }
        self.usage.answer_time = self.answer_begun.map(|begun| begun.elapsed()).unwrap_or_default();
        let _ = self.events.send(Event::End { finish, usage: self.usage });
    }
}
