//! A model server (OpenAI-compatible) whose models do what their names say.
//!
//! | Model | What it does |
//! |---|---|
//! | `echo` | repeats the user's message in one chunk |
//! | `words` | says numbered words as a [`Script`] orders |
//! | `thinker` | the same, after a reasoning of three parts |
//! | `breaks` | says half of its words, then the connection dies |
//! | `hole` | takes the request and never answers |
//! | `refuses` | answers 429 with an error object |
//!
//! It speaks Ollama as well, as far as answers in one piece go.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Script, scripts::word};

const MODELS: [&str; 6] = ["echo", "words", "thinker", "breaks", "hole", "refuses"];

/// A running model server; it ends with the test.
#[derive(Clone)]
pub struct MockProvider {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    bodies: Vec<Value>,
    other: Value,
    asked: HashMap<String, usize>,
    open: usize,
}

impl MockProvider {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let provider = Self { address: listener.local_addr().expect("an address"), seen: Arc::default() };
        let router = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/chat/completions", post(completions))
            .route("/v1/audio/speech", post(speech))
            .route("/v1/audio/transcriptions", post(transcription))
            .route("/api/tags", get(ollama_models))
            .fallback(anything)
            .with_state(provider.seen.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// Its address as a connection's base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Its address as an Ollama server, with models of its own that answer in one piece.
    pub fn ollama_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many completions were asked for.
    pub fn requests(&self) -> usize {
        self.seen.lock().expect("a healthy lock").bodies.len()
    }

    /// How many completions of one model were asked for.
    pub fn asked(&self, model: &str) -> usize {
        self.seen.lock().expect("a healthy lock").asked.get(model).copied().unwrap_or(0)
    }

    /// The bodies of all completion requests, oldest first.
    pub fn bodies(&self) -> Vec<Value> {
        self.seen.lock().expect("a healthy lock").bodies.clone()
    }

    /// The body of the last request that was neither for a list nor for a completion.
    pub fn last_other(&self) -> Value {
        self.seen.lock().expect("a healthy lock").other.clone()
    }

    /// Answers in the middle of which somebody still listens.
    pub fn open_streams(&self) -> usize {
        self.seen.lock().expect("a healthy lock").open
    }
}

async fn models() -> Json<Value> {
    let entry =
        |id: &str| json!({"id": id, "object": "model", "owned_by": "openai", "created": 1_700_000_000});
    Json(json!({"object": "list", "data": MODELS.map(entry)}))
}

const OLLAMA_MODELS: [&str; 3] = ["secret:latest", "team:latest", "llama:latest"];

async fn ollama_models() -> Json<Value> {
    let entry = |name: &str| {
        json!({"name": name, "model": name, "modified_at": "2026-01-01T00:00:00Z", "size": 1, "digest": "d",
            "details": {"family": "f", "parameter_size": "1B", "quantization_level": "Q4"}})
    };
    Json(json!({"models": OLLAMA_MODELS.map(entry)}))
}

/// A sound that holds what it was asked for.
async fn speech(State(seen): State<Arc<Mutex<Seen>>>, Json(body): Json<Value>) -> Response {
    let sound = format!("ID3{body}");
    seen.lock().expect("a healthy lock").other = body;
    ([("content-type", "audio/mpeg")], sound).into_response()
}

/// The sentence of the spoken fixture, whatever was sent; the form is remembered as text.
async fn transcription(State(seen): State<Arc<Mutex<Seen>>>, body: Bytes) -> Json<Value> {
    seen.lock().expect("a healthy lock").other = json!(String::from_utf8_lossy(&body));
    Json(json!({"text": "The harbour bell rings at seven."}))
}

/// What any other request gets: something of everything that clients look for.
async fn anything(State(seen): State<Arc<Mutex<Seen>>>, body: Bytes) -> Json<Value> {
    seen.lock().expect("a healthy lock").other = serde_json::from_slice(&body).unwrap_or_default();
    Json(json!({
        "object": "list", "data": [{"embedding": [0.5], "index": 0}], "embeddings": [[0.5]], "embedding": [0.5],
        "message": {"role": "assistant", "content": "Hello"}, "response": "Hello", "done": true, "version": "0.1.0",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    }))
}

async fn completions(State(seen): State<Arc<Mutex<Seen>>>, Json(body): Json<Value>) -> Response {
    let model = body["model"].as_str().unwrap_or_default().to_string();
    let prompt = last_text(&body);
    let streamed = body["stream"] == true;
    {
        let mut seen = seen.lock().expect("a healthy lock");
        seen.bodies.push(body);
        *seen.asked.entry(model.clone()).or_default() += 1;
    }
    let script = Script::read(&prompt);
    match model.as_str() {
        "hole" => {
            let _open = Open::new(seen);
            std::future::pending().await
        }
        "refuses" => {
            let error =
                json!({"error": {"message": "Slow down, please.", "type": "rate_limit", "code": "rate"}});
            (StatusCode::TOO_MANY_REQUESTS, Json(error)).into_response()
        }
        "echo" if streamed => sse(seen, stream::iter([text_chunk(&prompt), finish()])),
        "echo" => whole(&prompt),
        _ if !streamed => whole(&script.text()),
        "thinker" => sse(seen, thoughts().chain(spoken(script)).chain(stream::iter([finish()]))),
        "breaks" => broken(seen, Script { words: script.words / 2, ..script }),
        _ => sse(seen, spoken(script).chain(stream::iter([finish()]))),
    }
}

/// The text of the last user message.
fn last_text(body: &Value) -> String {
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let last = messages.iter().rev().find(|message| message["role"] == "user");
    last.and_then(|message| message["content"].as_str()).unwrap_or_default().to_string()
}

fn whole(text: &str) -> Response {
    Json(json!({
        "id": "c1", "object": "chat.completion", "model": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }))
    .into_response()
}

fn chunk(delta: &Value, finish: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
    let chunk =
        json!({"id": "c1", "object": "chat.completion.chunk", "model": "scripted", "choices": [choice]});
    format!("data: {chunk}\n\n")
}

fn text_chunk(text: &str) -> String {
    chunk(&json!({"content": text}), None)
}

fn finish() -> String {
    format!("{}data: [DONE]\n\n", chunk(&json!({}), Some("stop")))
}

fn thoughts() -> impl Stream<Item = String> + Send + 'static {
    let parts = ["First I look", " at the question.", " Then I answer."];
    stream::iter(parts.map(|part| chunk(&json!({"reasoning_content": part}), None)))
}

/// The words of a script, some in each write, with a pause before each write but the first.
fn spoken(script: Script) -> impl Stream<Item = String> + Send + 'static {
    stream::unfold(0, move |start| async move {
        if start >= script.words {
            return None;
        }
        if start > 0 && script.pause_ms > 0 {
            tokio::time::sleep(Duration::from_millis(script.pause_ms)).await;
        }
        let end = (start + script.batch).min(script.words);
        let write: String = (start..end).map(|number| text_chunk(&word(number))).collect();
        Some((write, end))
    })
}

fn sse(seen: Arc<Mutex<Seen>>, writes: impl Stream<Item = String> + Send + 'static) -> Response {
    let open = Open::new(seen);
    let writes = writes.map(move |write| {
        let _held = &open;
        Ok::<_, Infallible>(Bytes::from(write))
    });
    event_stream(Body::from_stream(writes))
}

/// Words, then a connection that ends without the closing of its chunked body.
fn broken(seen: Arc<Mutex<Seen>>, script: Script) -> Response {
    let open = Open::new(seen);
    let words = spoken(script).map(move |write| {
        let _held = &open;
        Ok(Bytes::from(write))
    });
    // What was written has to leave before the connection is torn down.
    let cut = stream::once(async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Err(std::io::Error::other("the script says so"))
    });
    event_stream(Body::from_stream(words.chain(cut)))
}

fn event_stream(body: Body) -> Response {
    ([("content-type", "text/event-stream")], body).into_response()
}

/// Counts an answer as open for as long as it lives.
struct Open(Arc<Mutex<Seen>>);

impl Open {
    fn new(seen: Arc<Mutex<Seen>>) -> Self {
        seen.lock().expect("a healthy lock").open += 1;
        Self(seen)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Ok(mut seen) = self.0.lock() {
            seen.open -= 1;
        }
    }
}
