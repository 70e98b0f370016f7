//! The thread that owns a context for embeddings.

use std::sync::mpsc::Receiver;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;

use super::job::EmbedJob;
use crate::{EngineError, Result};

/// Texts that go through the model at once.
pub(crate) const TEXTS_AT_ONCE: u32 = 32;

/// Turns texts into vectors until the last sender of `jobs` is gone.
pub(crate) struct Embedder<'a> {
    context: LlamaContext<'a>,
    jobs: Receiver<EmbedJob>,
    /// The last token's state stands for the text, where the model has no pooling of its own.
    by_token: bool,
}

impl<'a> Embedder<'a> {
    pub(crate) fn new(context: LlamaContext<'a>, jobs: Receiver<EmbedJob>, by_token: bool) -> Self {
        Self { context, jobs, by_token }
    }

    pub(crate) fn run(mut self) {
        while let Ok(job) = self.jobs.recv() {
            let vectors = self.embed_all(&job.texts, || job.reply.is_closed());
            let _ = job.reply.send(vectors);
        }
    }

    fn embed_all(&mut self, texts: &[Vec<LlamaToken>], gone: impl Fn() -> bool) -> Result<Vec<Vec<f32>>> {
        // texts of similar length go together; the answer has the order of the question
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|at| texts[*at].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        let room = self.context.n_ubatch() as usize;
        let mut rest = order.as_slice();
        while !rest.is_empty() && !gone() {
            let mut tokens = 0;
            let fits = |at: &&usize| {
                tokens += texts[**at].len();
                tokens <= room
            };
            let count = rest.iter().take(TEXTS_AT_ONCE as usize).take_while(fits).count();
            let (now, later) = rest.split_at(count.max(1));
            self.embed(now, texts, &mut vectors)?;
            rest = later;
        }
        Ok(vectors)
    }

    fn embed(&mut self, now: &[usize], texts: &[Vec<LlamaToken>], vectors: &mut [Vec<f32>]) -> Result<()> {
        let failed = |error: String| {
            tracing::error!(error, "the local engine could not embed");
            EngineError::Unavailable("the model could not embed the text".to_owned())
        };
        let tokens = now.iter().map(|at| texts[*at].len()).sum();
        let mut batch = LlamaBatch::new(tokens, 1);
        let mut ends = Vec::with_capacity(now.len());
        for (id, at) in (0..).zip(now) {
            let all = !self.by_token;
            batch.add_sequence(&texts[*at], id, all).map_err(|error| failed(error.to_string()))?;
            ends.push(batch.n_tokens() - 1);
        }
        self.context.clear_kv_cache();
        self.context.decode(&mut batch).map_err(|error| failed(error.to_string()))?;
        for ((id, at), end) in (0..).zip(now).zip(ends) {
            let vector = if self.by_token {
                self.context.embeddings_ith(end).map_err(|error| failed(error.to_string()))?
            } else {
                self.context.embeddings_seq_ith(id).map_err(|error| failed(error.to_string()))?
            };
            vectors[*at] = normalised(vector);
        }
        Ok(())
    }
}

fn normalised(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if length == 0.0 {
        return vector.to_vec();
    }
    vector.iter().map(|x| (f64::from(*x) / length) as f32).collect()
}
