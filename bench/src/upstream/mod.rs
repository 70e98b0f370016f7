//! The fake model provider: OpenAI-compatible at `/v1`, Ollama at `/`, a list of 3,000 models at `/big/v1`, and a black
//! hole at `/hole` that takes requests and never answers. It writes prebuilt bytes and runs on a thread of its own, so
//! that what it costs and when it writes do not depend on the load clients.

mod script;

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use bytes::BytesMut;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::Instant;

pub use script::{DEFAULT_TOKENS, Dialect, MAX_TOKENS, Script, answer, tokens_asked};

use crate::httpd::{Request, json_reply, read_request};
use crate::{BenchError, Result};

/// The model that answers as fast as it can.
pub const FAST_MODEL: &str = "bench-0ms";
/// The model that waits 10 ms between tokens.
pub const PACED_MODEL: &str = "bench-10ms";
/// Length of the list at `/big/v1/models`.
pub const BIG_LIST: usize = 3_000;

/// Tokens per write of the fast model. A server that produces tokens faster than the network takes them also joins
/// them, and one system call per token would make the provider the bottleneck.
const BURST: usize = 8;
/// Waiting connections; a server under test may open hundreds at once.
const BACKLOG: u32 = 4096;

/// A running provider. It lives as long as the process.
#[derive(Debug, Clone)]
pub struct Upstream {
    addr: SocketAddr,
}

impl Upstream {
    /// Starts the provider on its own thread; port 0 takes a free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn start(port: u16) -> Result<Self> {
        let (tell, told) = mpsc::channel();
        std::thread::Builder::new().name("upstream".to_owned()).spawn(move || run(port, &tell))?;
        let addr =
            told.recv().map_err(|_| BenchError::Target("the fake provider did not start".to_owned()))??;
        Ok(Self { addr })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// An address of this provider with the given path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }
}

fn run(port: u16, tell: &mpsc::Sender<Result<SocketAddr>>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(error.into()))),
    };
    runtime.block_on(async {
        // Built before anybody can connect: the first answer must not wait for it.
        let answers = Arc::new(Answers::new());
        match listen(port) {
            Ok((listener, addr)) => {
                // The receiver waits for exactly this one message.
                drop(tell.send(Ok(addr)));
                serve(listener, answers).await;
            }
            Err(error) => drop(tell.send(Err(error))),
        }
    });
}

fn listen(port: u16) -> Result<(TcpListener, SocketAddr)> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let listener = socket.listen(BACKLOG)?;
    let addr = listener.local_addr()?;
    Ok((listener, addr))
}

async fn serve(listener: TcpListener, answers: Arc<Answers>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let answers = Arc::clone(&answers);
                // A broken connection concerns only its client, which reports it.
                tokio::spawn(async move { answers.connection(stream).await.ok() });
            }
            // Out of file descriptors, most likely: give the others time to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// What the provider must know of a completion request.
#[derive(Deserialize)]
struct Completion {
    model: String,
    stream: Option<bool>,
    #[serde(default)]
    messages: Vec<Value>,
}

impl Completion {
    fn tokens(&self) -> usize {
        let last = self.messages.iter().rev().find(|message| message["role"] == "user");
        last.map_or(DEFAULT_TOKENS, |message| tokens_asked(&message["content"].to_string()))
    }

    fn pause(&self) -> Duration {
        if self.model.contains("10ms") { Duration::from_millis(10) } else { Duration::ZERO }
    }
}

/// Every prebuilt reply.
struct Answers {
    models: Vec<u8>,
    big_list: Vec<u8>,
    tags: Vec<u8>,
    scripts: [(Dialect, &'static str, Script); 4],
}

impl Answers {
    fn new() -> Self {
        let big: Vec<String> = (0..BIG_LIST).map(|n| format!("big-model-{n:04}")).collect();
        let names = [FAST_MODEL.to_owned(), PACED_MODEL.to_owned()];
        let script = |dialect, model| (dialect, model, Script::new(dialect, model));
        Self {
            models: json_reply("200 OK", &model_list(&names)),
            big_list: json_reply("200 OK", &model_list(&big)),
            tags: json_reply("200 OK", &tag_list(&names)),
            scripts: [
                script(Dialect::OpenAi, FAST_MODEL),
                script(Dialect::OpenAi, PACED_MODEL),
                script(Dialect::Ollama, FAST_MODEL),
                script(Dialect::Ollama, PACED_MODEL),
            ],
        }
    }

    async fn connection(&self, mut stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut buf = BytesMut::with_capacity(16 * 1024);
        while let Some(request) = read_request(&mut stream, &mut buf).await? {
            self.respond(&mut stream, &request).await?;
        }
        Ok(())
    }

    async fn respond(&self, stream: &mut TcpStream, request: &Request) -> Result<()> {
        let path = request.path();
        if path.starts_with("/hole") {
            return swallow(stream).await;
        }
        match (request.method.as_str(), path.strip_prefix("/big").unwrap_or(path)) {
            ("GET", "/v1/models") if path.starts_with("/big") => stream.write_all(&self.big_list).await?,
            ("GET", "/v1/models") => stream.write_all(&self.models).await?,
            ("POST", "/v1/chat/completions") => self.complete(stream, Dialect::OpenAi, request).await?,
            ("POST", "/api/chat") => self.complete(stream, Dialect::Ollama, request).await?,
            ("GET", "/api/tags") => stream.write_all(&self.tags).await?,
            ("GET", "/api/version") => {
                stream.write_all(&json_reply("200 OK", r#"{"version":"0.6.0"}"#)).await?
            }
            ("GET", "/health") => stream.write_all(&json_reply("200 OK", r#"{"status":true}"#)).await?,
            ("GET", "/api/ps") => stream.write_all(&json_reply("200 OK", r#"{"models":[]}"#)).await?,
            _ => {
                let body = r#"{"error":{"message":"no such route","type":"not_found"}}"#;
                stream.write_all(&json_reply("404 Not Found", body)).await?;
            }
        }
        Ok(())
    }

    async fn complete(&self, stream: &mut TcpStream, dialect: Dialect, request: &Request) -> Result<()> {
        let asked: Completion = match serde_json::from_slice(&request.body) {
            Ok(asked) => asked,
            Err(error) => {
                let body = json!({"error": {"message": error.to_string(), "type": "invalid_request_error"}});
                return Ok(stream.write_all(&json_reply("400 Bad Request", &body.to_string())).await?);
            }
        };
        let streaming = asked.stream.unwrap_or(dialect == Dialect::Ollama);
        if !streaming {
            tokio::time::sleep(asked.pause() * asked.tokens() as u32).await;
            let body = whole_answer(dialect, &asked.model, asked.tokens());
            return Ok(stream.write_all(&json_reply("200 OK", &body)).await?);
        }
        let wanted = if asked.pause().is_zero() { FAST_MODEL } else { PACED_MODEL };
        let script = self.scripts.iter().find(|(kind, model, _)| *kind == dialect && *model == wanted);
        match script {
            Some((_, _, script)) => play(stream, script, asked.tokens(), asked.pause()).await,
            None => Err(BenchError::Http(format!("no script for {wanted}"))),
        }
    }
}

/// Writes a stream. The first token leaves at once; each later one at its own instant counted from the first, so that
/// a late wake-up does not delay the rest.
async fn play(stream: &mut TcpStream, script: &Script, tokens: usize, pause: Duration) -> Result<()> {
    let start = Instant::now();
    stream.write_all(&script.start).await?;
    let step = if pause.is_zero() { BURST } else { 1 };
    for from in (0..tokens).step_by(step) {
        if from > 0 && !pause.is_zero() {
            tokio::time::sleep_until(start + pause * from as u32).await;
        }
        stream.write_all(script.tokens(from, (from + step).min(tokens))?).await?;
    }
    Ok(stream.write_all(&script.end).await?)
}

/// Reads until the client gives up.
async fn swallow(stream: &mut TcpStream) -> Result<()> {
    let mut scratch = [0; 1024];
    while stream.read(&mut scratch).await? > 0 {}
    Err(BenchError::Closed)
}

fn whole_answer(dialect: Dialect, model: &str, tokens: usize) -> String {
    let message = json!({"role": "assistant", "content": answer(tokens)});
    match dialect {
        Dialect::OpenAi => json!({
            "id": "chatcmpl-bench", "object": "chat.completion", "created": 1_700_000_000, "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": tokens + 1},
        }),
        Dialect::Ollama => json!({
            "model": model, "created_at": "2024-01-01T00:00:00Z", "message": message, "done": true,
            "done_reason": "stop", "prompt_eval_count": 1, "eval_count": tokens,
        }),
    }
    .to_string()
}

fn model_list(ids: &[String]) -> String {
    let data: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": id, "object": "model", "created": 1_700_000_000, "owned_by": "bench"}))
        .collect();
    json!({"object": "list", "data": data}).to_string()
}

fn tag_list(names: &[String]) -> String {
    let models: Vec<Value> = names
        .iter()
        .map(|name| {
            let tag = format!("{name}:latest");
            json!({
                "name": tag, "model": tag, "modified_at": "2024-01-01T00:00:00Z", "size": 1, "digest": "bench",
                "details": {"format": "gguf", "family": "bench", "parameter_size": "1B", "quantization_level": "Q4"},
            })
        })
        .collect();
    json!({"models": models}).to_string()
}
