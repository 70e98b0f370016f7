//! `POST /api/embed` and the older `/api/embeddings`.

use std::time::Instant;

use http::StatusCode;
use serde_json::{Value, json};

use super::Local;
use super::reply::{Reply, json_reply};
use super::request::{EmbedRequest, parse};
use crate::llama::Purpose;
use crate::{EngineError, Result};

/// Texts and their vectors.
struct Embedded {
    vectors: Vec<Vec<f32>>,
    tokens: usize,
    load_time: std::time::Duration,
}

impl Local {
    pub(super) async fn embed(&self, body: &[u8]) -> Result<Reply> {
        let begun = Instant::now();
        let request: EmbedRequest = parse(body)?;
        let texts = match &request.input {
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or_else(wrong_input)?,
            _ => return Err(wrong_input()),
        };
        let embedded = self.vectors(&request, &texts).await?;
        let reply = json!({
            "model": request.common.model()?,
            "embeddings": embedded.vectors,
            "total_duration": nanoseconds(begun.elapsed()),
            "load_duration": nanoseconds(embedded.load_time),
            "prompt_eval_count": embedded.tokens,
        });
        Ok(json_reply(StatusCode::OK, &reply))
    }

    pub(super) async fn embeddings(&self, body: &[u8]) -> Result<Reply> {
        let request: EmbedRequest = parse(body)?;
        let text = request.prompt.clone().unwrap_or_default();
        let mut embedded = self.vectors(&request, &[text]).await?;
        Ok(json_reply(StatusCode::OK, &json!({"embedding": embedded.vectors.pop().unwrap_or_default()})))
    }

    /// The vectors of some texts by a GGUF model of the library; a text beyond its context is cut off.
    ///
    /// # Errors
    /// `NotFound` when there is no such model, `Unavailable` or `Corrupt` when it cannot be loaded.
    pub async fn embed_texts(&self, model: &str, texts: &[String]) -> Result<Vec<Vec<f32>>> {
        let request: EmbedRequest = parse(json!({"model": model}).to_string().as_bytes())?;
        Ok(self.vectors(&request, texts).await?.vectors)
    }

    async fn vectors(&self, request: &EmbedRequest, texts: &[String]) -> Result<Embedded> {
        let begun = Instant::now();
        let common = &request.common;
        let stored = self.stored(common.model()?).await?;
        let keep_alive = common.keep_alive()?;
        let (lease, _) = self.lease(&stored, Purpose::Embed, common.options.as_ref(), keep_alive).await?;
        let load_time = begun.elapsed();
        let room = lease.num_ctx();
        let mut all = Vec::with_capacity(texts.len());
        for text in texts {
            let mut tokens = lease.tokens(text, true);
            if tokens.len() > room {
                if request.truncate == Some(false) {
                    return Err(EngineError::Invalid(format!(
                        "a text has {} tokens, the model takes {room}",
                        tokens.len()
                    )));
                }
                tokens.truncate(room);
            }
            all.push(tokens);
        }
        let tokens = all.iter().map(Vec::len).sum();
        let mut vectors = lease.embed(all).await?;
        if let Some(dimensions) = request.dimensions.filter(|dimensions| *dimensions > 0) {
            vectors.iter_mut().for_each(|vector| vector.truncate(dimensions));
        }
        Ok(Embedded { vectors, tokens, load_time })
    }
}

fn wrong_input() -> EngineError {
    EngineError::Invalid("\"input\" is a text or a list of texts".to_owned())
}

fn nanoseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
