//! One answer, from the prompt to the last line of JSON.

use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::reply::{Reply, error_reply, json_reply, lines, now};
use crate::answer::{Piece, Reader};
use crate::llama::{Event, Finish, Lease, Usage};
use crate::{EngineError, Result};

/// How an answer is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `message: {role, content, thinking, tool_calls}`.
    Chat,
    /// `response`, `thinking`.
    Generate,
}

/// An answer that is being written.
pub(crate) struct Writing {
    pub model: String,
    pub shape: Shape,
    pub reader: Reader,
    pub events: UnboundedReceiver<Event>,
    /// Keeps the model in memory until the answer is whole.
    pub _lease: Lease,
    pub begun: Instant,
    pub load_time: Duration,
}

/// Content, thoughts and calls of a line.
#[derive(Default)]
struct Parts {
    content: String,
    thinking: String,
    calls: Vec<Value>,
}

impl Parts {
    fn of(pieces: Vec<Piece>) -> Self {
        let mut parts = Self::default();
        for piece in pieces {
            match piece {
                Piece::Content(text) => parts.content += &text,
                Piece::Thinking(text) => parts.thinking += &text,
                Piece::Call { name, arguments } => {
                    parts.calls.push(json!({"function": {"name": name, "arguments": arguments}}));
                }
            }
        }
        parts
    }

    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.thinking.is_empty() && self.calls.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.content += &other.content;
        self.thinking += &other.thinking;
        self.calls.extend(other.calls);
    }

    fn into_line(self, model: &str, shape: Shape) -> Map<String, Value> {
        let mut line = Map::new();
        line.insert("model".to_owned(), json!(model));
        line.insert("created_at".to_owned(), json!(now()));
        match shape {
            Shape::Chat => {
                let mut message = Map::from_iter([
                    ("role".to_owned(), json!("assistant")),
                    ("content".to_owned(), json!(self.content)),
                ]);
                if !self.thinking.is_empty() {
                    message.insert("thinking".to_owned(), json!(self.thinking));
                }
                if !self.calls.is_empty() {
                    message.insert("tool_calls".to_owned(), json!(self.calls));
                }
                line.insert("message".to_owned(), Value::Object(message));
            }
            Shape::Generate => {
                line.insert("response".to_owned(), json!(self.content));
                if !self.thinking.is_empty() {
                    line.insert("thinking".to_owned(), json!(self.thinking));
                }
            }
        }
        line
    }
}

impl Writing {
    /// The answer as lines while it is written, or as one document when it is whole.
    pub(crate) async fn reply(self, streams: bool) -> Reply {
        if streams { lines(self.into_lines()) } else { self.into_document().await }
    }

    fn into_lines(self) -> BoxStream<'static, Value> {
        futures::stream::unfold(Some(self), |writing| async move {
            let mut writing = writing?;
            loop {
                match writing.events.recv().await {
                    Some(Event::Text(text)) => {
                        let parts = Parts::of(writing.reader.push(&text));
                        if parts.is_empty() {
                            continue;
                        }
                        let mut line = parts.into_line(&writing.model, writing.shape);
                        line.insert("done".to_owned(), json!(false));
                        return Some((vec![Value::Object(line)], Some(writing)));
                    }
                    Some(Event::End { finish, usage }) => {
                        let mut all = Vec::new();
                        let rest = Parts::of(writing.reader.finish());
                        if !rest.is_empty() {
                            let mut line = rest.into_line(&writing.model, writing.shape);
                            line.insert("done".to_owned(), json!(false));
                            all.push(Value::Object(line));
                        }
                        all.push(writing.last_line(Parts::default(), finish, usage));
                        return Some((all, None));
                    }
                    Some(Event::Failed(error)) => return Some((vec![failure(&error)], None)),
                    None => return Some((vec![failure(&broken_off())], None)),
                }
            }
        })
        .flat_map(futures::stream::iter)
        .boxed()
    }

    async fn into_document(mut self) -> Reply {
        let mut parts = Parts::default();
        loop {
            match self.events.recv().await {
                Some(Event::Text(text)) => parts.add(Parts::of(self.reader.push(&text))),
                Some(Event::End { finish, usage }) => {
                    parts.add(Parts::of(self.reader.finish()));
                    let document = self.last_line(parts, finish, usage);
                    return json_reply(http::StatusCode::OK, &document);
                }
                Some(Event::Failed(error)) => return error_reply(&error),
                None => return error_reply(&broken_off()),
            }
        }
    }

    fn last_line(&self, parts: Parts, finish: Finish, usage: Usage) -> Value {
        let mut line = parts.into_line(&self.model, self.shape);
        let nanoseconds = |time: Duration| json!(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let mut add = |key: &str, value: Value| {
            line.insert(key.to_owned(), value);
        };
        add("done", json!(true));
        add("done_reason", json!(finish.word()));
        add("total_duration", nanoseconds(self.begun.elapsed()));
        add("load_duration", nanoseconds(self.load_time));
        add("prompt_eval_count", json!(usage.prompt_tokens));
        add("prompt_eval_duration", nanoseconds(usage.prompt_time));
        add("eval_count", json!(usage.answer_tokens));
        add("eval_duration", nanoseconds(usage.answer_time));
        Value::Object(line)
    }
}

/// The answer to a request that only loads or unloads a model.
pub(crate) fn nothing_written(model: &str, shape: Shape, reason: &str) -> Value {
    let mut line = Parts::default().into_line(model, shape);
    line.insert("done".to_owned(), json!(true));
    line.insert("done_reason".to_owned(), json!(reason));
    Value::Object(line)
}

fn failure(error: &EngineError) -> Value {
    json!({"error": error.to_string()})
}

fn broken_off() -> EngineError {
    EngineError::Unavailable("the model stopped in the middle of the answer".to_owned())
}

/// The result as a reply.
pub(crate) fn or_error(result: Result<Reply>) -> Reply {
    result.unwrap_or_else(|error| error_reply(&error))
}
