//! A real model, small enough for tests: SmolLM2-135M-Instruct. `scripts/setup-model.sh` brings it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use transom_engine::library::{Fetch, FetchReply, FetchRequest, From, Library, Recipe};
use transom_engine::llama::{KeepAlive, Runtime, RuntimeOptions};
use transom_engine::ollama::{Body, Local, Reply, Request, Sources};
use transom_engine::{EngineError, Result};

const MODEL: &str = "smol:latest";

/// Where the script has put the model.
fn model_file() -> PathBuf {
    let cache = std::env::var_os("TRANSOM_CACHE")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache").join("transom"));
    let file = cache.join("models").join("SmolLM2-135M-Instruct.Q4_1.gguf");
    assert!(file.is_file(), "the model of the tests is missing: run scripts/setup-model.sh");
    file
}

/// Nothing here may reach out.
struct NoNetwork;

#[async_trait]
impl Fetch for NoNetwork {
    async fn get(&self, _: FetchRequest) -> Result<FetchReply> {
        Err(EngineError::Unavailable("tests have no network".to_owned()))
    }
}

struct Lab {
    local: Local,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

fn options() -> RuntimeOptions {
    RuntimeOptions {
        threads: 2,
        parallel: 4,
        num_ctx: 1024,
        keep_alive: KeepAlive::For(Duration::from_secs(300)),
        memory_limit: None,
        gpu_layers: None,
        wants_gpu: false,
    }
}

impl Lab {
    async fn with(options: RuntimeOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::open(folder.path());
        library.create(&MODEL.parse().unwrap(), Recipe::new(From::Path(model_file()))).await.unwrap();
        let runtime = Runtime::new(options);
        let local = Local::new(library, runtime.clone(), Arc::new(NoNetwork), Sources::default());
        Lab { local, runtime, _folder: folder }
    }

    async fn new() -> Self {
        Self::with(options()).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        self.local.answer(Request::whole(method, path, body)).await
    }

    /// The lines of the answer, or its only document.
    async fn lines(&self, method: Method, path: &str, body: Value) -> (StatusCode, Vec<Value>) {
        let reply = self.send(method, path, &body).await;
        let status = reply.status();
        let text = match reply.into_body() {
            Body::Whole(bytes) => bytes.to_vec(),
            Body::Lines(lines) => lines.map(std::result::Result::unwrap).collect::<Vec<_>>().await.concat(),
        };
        let lines = String::from_utf8(text).unwrap();
        (status, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let (status, mut lines) = self.lines(Method::POST, path, body).await;
        (status, lines.pop().unwrap_or_default())
    }

    /// A whole answer to one question, without chance.
    async fn ask(&self, question: &str, extra: Value) -> Value {
        let mut body = json!({
            "model": MODEL, "stream": false, "options": {"temperature": 0, "num_predict": 12},
            "messages": [{"role": "user", "content": question}],
        });
        for (key, value) in extra.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let (status, answer) = self.post("/api/chat", body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }
}

fn content(answer: &Value) -> &str {
    answer["message"]["content"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_answered_line_by_line() {
    let lab = Lab::new().await;
    let body = json!({
        "model": "smol", "options": {"temperature": 0, "num_predict": 12},
        "messages": [{"role": "user", "content": "What is the capital of France?"}],
    });
    let (status, lines) = lab.lines(Method::POST, "/api/chat", body).await;
    assert_eq!(status, StatusCode::OK);
    let (last, pieces) = lines.split_last().unwrap();
    let text: String = pieces.iter().map(|line| content(line).to_owned()).collect();
    assert!(text.contains("Paris"), "{text}");
    assert!(pieces.len() > 3 && pieces.iter().all(|line| line["done"] == false && line["model"] == "smol"));
    assert_eq!((&last["done"], &last["done_reason"]), (&json!(true), &json!("length")));
    for count in
        ["total_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"]
    {
        assert!(last[count].as_u64().unwrap() > 0, "{count}: {last}");
    }
    let whole = lab.ask("What is the capital of France?", json!({})).await;
    assert_eq!(content(&whole), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn seeds_lengths_and_stops_are_kept() {
    let lab = Lab::new().await;
    let tell = |options: Value| {
        let lab = &lab;
        async move { lab.ask("Tell me a short story about a cat.", json!({ "options": options })).await }
    };
    let warm = |seed: u32| json!({"temperature": 1.5, "seed": seed, "num_predict": 16});
    let (one, two, other) = (tell(warm(7)).await, tell(warm(7)).await, tell(warm(8)).await);
    assert_eq!(content(&one), content(&two));
    assert_ne!(content(&one), content(&other));
    assert_eq!((&one["done_reason"], &one["eval_count"]), (&json!("length"), &json!(16)));

    let plain = tell(json!({"temperature": 0, "num_predict": 16})).await;
    let word = content(&plain).split_whitespace().nth(5).unwrap().to_owned();
    let stopped = tell(json!({"temperature": 0, "num_predict": 16, "stop": [word.clone()]})).await;
    assert_eq!(stopped["done_reason"], "stop");
    assert_eq!(content(&stopped), content(&plain).split(&word).next().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_hold_to_a_form() {
    let lab = Lab::new().await;
    let schema = json!({
        "type": "object",
        "properties": {"city": {"type": "string"}, "size": {"enum": ["small", "large"]}},
        "required": ["city", "size"],
        "additionalProperties": false,
    });
    let question = "Describe Paris as JSON with city and size.";
    let answer =
        lab.ask(question, json!({"format": schema, "options": {"temperature": 0, "num_predict": 120}})).await;
    let value: Value = serde_json::from_str(content(&answer)).unwrap();
    assert!(
        value["city"].is_string() && ["small", "large"].contains(&value["size"].as_str().unwrap()),
        "{value}"
    );
    assert_eq!(value.as_object().unwrap().len(), 2);

    let answer =
        lab.ask(question, json!({"format": "json", "options": {"temperature": 0, "num_predict": 200}})).await;
    if answer["done_reason"] == "stop" {
        assert!(serde_json::from_str::<Value>(content(&answer)).unwrap().is_object());
    }
    let (status, error) = lab
        .post(
            "/api/chat",
            json!({"model": MODEL, "messages": [{"role": "user", "content": "x"}], "format": 5}),
        )
        .await;
    assert_eq!((status, error["error"].is_string()), (StatusCode::BAD_REQUEST, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_chats_than_places_all_get_their_own_answer() {
    let lab = Lab::new().await;
    let questions: Vec<String> = ["France", "Japan", "Italy", "Spain", "Egypt", "Peru"]
        .iter()
        .map(|land| format!("What is the capital of {land}?"))
        .collect();
    let mut alone = Vec::new();
    for question in &questions {
        alone.push(content(&lab.ask(question, json!({})).await).to_owned());
    }
    let together = questions.iter().map(|question| lab.ask(question, json!({})));
    let together = futures::future::join_all(together).await;
    // a batch of another shape may round a number differently, so that a later word differs: the begin does not
    for (one, all) in alone.iter().zip(&together) {
        let begin = |text: &str| text.split_whitespace().take(5).collect::<Vec<_>>().join(" ");
        assert_eq!(begin(one), begin(content(all)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_turn_computes_only_what_is_new() {
    use transom_engine::llama::{Event, ModelFile, Options, Purpose};
    let runtime = Runtime::new(options());
    let file = ModelFile { name: "smol".to_owned(), path: model_file() };
    let options = Options { temperature: 0.0, num_predict: 8, ..Options::default() };
    let lease = runtime.lease(&file, Purpose::Generate, &options, None).await.unwrap();
    let turn = |text: String| {
        let (lease, options) = (&lease, options.clone());
        async move {
            let mut events = lease.generate(lease.tokens(&text, true), options, None).unwrap();
            let mut answer = String::new();
            loop {
                match events.recv().await.unwrap() {
                    Event::Text(piece) => answer += &piece,
                    Event::End { usage, .. } => return (answer, usage),
                    Event::Failed(error) => panic!("{error}"),
                }
            }
        }
    };
    let begin = "The harbour bell rings at seven. ".repeat(20);
    let (answer, first) = turn(begin.clone()).await;
    assert_eq!(first.reused_tokens, 0);
    let (_, second) = turn(format!("{begin}{answer} And then")).await;
    assert!(second.reused_tokens >= first.prompt_tokens, "{second:?} after {first:?}");
    let (again, third) = turn(begin.clone()).await;
    assert_eq!(third.reused_tokens, first.prompt_tokens - 1);
    assert_eq!(again, answer);
    let (_, stranger) = turn("Quite another text.".to_owned()).await;
    assert!(stranger.reused_tokens < 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_answer_stops_and_frees_its_place() {
    let lab = Lab::with(RuntimeOptions { parallel: 1, ..options() }).await;
    let long = json!({
        "model": MODEL, "options": {"num_predict": 900, "temperature": 1},
        "messages": [{"role": "user", "content": "Tell a very long story."}],
    });
    let Body::Lines(mut lines) = lab.send(Method::POST, "/api/chat", &long).await.into_body() else {
        panic!("lines");
    };
    lines.next().await.unwrap().unwrap();
    drop(lines);
    let begun = Instant::now();
    lab.ask("Say yes.", json!({"options": {"num_predict": 1}})).await;
    // the long answer would take many times longer than this
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn models_leave_the_memory() {
    let lab = Lab::new().await;
    assert_eq!(lab.post("/api/chat", json!({"model": MODEL})).await.1["done_reason"], "load");
    let (_, ps) = lab.lines(Method::GET, "/api/ps", Value::Null).await;
    let running = &ps[0]["models"][0];
    assert_eq!((&running["name"], &running["context_length"]), (&json!(MODEL), &json!(1024)));
    assert!(running["size"].as_u64().unwrap() > 100_000_000 && running["expires_at"].is_string());
    let before = resident();
    assert_eq!(
        lab.post("/api/generate", json!({"model": MODEL, "keep_alive": 0})).await.1["done_reason"],
        "unload"
    );
    assert_eq!(lab.lines(Method::GET, "/api/ps", Value::Null).await.1[0], json!({"models": []}));
    let mut after = resident();
    for _ in 0..100 {
        if after + (60 << 20) < before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        after = resident();
    }
    assert!(after + (60 << 20) < before, "{before} bytes before, {after} after");

    lab.ask("Hi", json!({"keep_alive": "100ms", "options": {"num_predict": 1}})).await;
    for _ in 0..100 {
        if lab.runtime.running().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the model stays though its time is over");
}

/// Bytes of memory that this process holds.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_memory_is_said() {
    let lab = Lab::with(RuntimeOptions { memory_limit: Some(150 << 20), ..options() }).await;
    let body = json!({"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "options": {"num_ctx": 8192}});
    let (status, error) = lab.post("/api/chat", body).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let text = error["error"].as_str().unwrap();
    assert!(text.contains("of memory") && text.contains("num_ctx"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_chats_lose_their_oldest_messages() {
    let lab = Lab::with(RuntimeOptions { num_ctx: 256, parallel: 1, ..options() }).await;
    let mut messages = vec![json!({"role": "system", "content": "You are brief."})];
    for at in 0..40 {
        messages.push(json!({"role": "user", "content": format!("Line {at} of a long chat.")}));
        messages.push(json!({"role": "assistant", "content": "I see."}));
    }
    messages.push(json!({"role": "user", "content": "What is the capital of France?"}));
    let answer = lab.ask("", json!({ "messages": messages })).await;
    assert!(answer["prompt_eval_count"].as_u64().unwrap() < 256, "{answer}");
    let (status, error) = lab
        .post(
            "/api/chat",
            json!({"model": MODEL, "messages": [{"role": "user", "content": "word ".repeat(400)}]}),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "errors of a stream come as a line");
    assert!(error["error"].as_str().unwrap().contains("num_ctx"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_become_vectors() {
    let lab = Lab::new().await;
    let texts = ["The cat sleeps.", "A dog barks at the moon.", "Zürich, 東京 and 😀"];
    let (status, all) = lab.post("/api/embed", json!({"model": MODEL, "input": texts})).await;
    assert_eq!(status, StatusCode::OK, "{all}");
    let vector = |value: &Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let vectors: Vec<_> = all["embeddings"].as_array().unwrap().iter().map(vector).collect();
    let cosine = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert_eq!((vectors.len(), vectors[0].len()), (3, 576));
    for (text, together) in texts.iter().zip(&vectors) {
        let (_, one) = lab.post("/api/embed", json!({"model": MODEL, "input": text})).await;
        let alone = vector(&one["embeddings"][0]);
        assert!(cosine(together, &alone) > 0.999, "{text}");
        assert!((cosine(&alone, &alone) - 1.0).abs() < 1e-5);
    }
    let direct = lab.local.embed_texts(MODEL, &[texts[0].to_string()]).await.unwrap();
    let direct: Vec<f64> = direct[0].iter().map(|x| f64::from(*x)).collect();
    assert!(cosine(&direct, &vectors[0]) > 0.999);
    let (_, old) = lab.post("/api/embeddings", json!({"model": MODEL, "prompt": texts[0]})).await;
    assert!(cosine(&vector(&old["embedding"]), &vectors[0]) > 0.999);
    let (status, _) = lab.post("/api/embed", json!({"model": MODEL, "input": [1]})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_made_shown_copied_and_deleted() {
    let lab = Lab::new().await;
    let recipe = "FROM smol\nSYSTEM You answer in French.\nPARAMETER temperature 0\nPARAMETER stop \"###\"\n";
    let (_, made) = lab.post("/api/create", json!({"model": "pierre", "modelfile": recipe})).await;
    assert_eq!(made, json!({"status": "success"}));
    let (status, shown) = lab.post("/api/show", json!({"model": "pierre"})).await;
    assert_eq!((status, &shown["system"]), (StatusCode::OK, &json!("You answer in French.")));
    assert_eq!(shown["capabilities"], json!(["completion"]));
    assert_eq!(shown["model_info"]["general.architecture"], "llama");
    assert!(shown["parameters"].as_str().unwrap().contains("temperature"));
    assert_eq!(shown["details"]["quantization_level"], "Q4_1");
    assert_eq!(
        lab.send(Method::POST, "/api/copy", &json!({"source": "pierre", "destination": "paul"}))
            .await
            .status(),
        200
    );
    let (_, tags) = lab.lines(Method::GET, "/api/tags", Value::Null).await;
    let names: Vec<&str> =
        tags[0]["models"].as_array().unwrap().iter().map(|model| model["name"].as_str().unwrap()).collect();
    assert!(
        ["smol:latest", "pierre:latest", "paul:latest"].iter().all(|name| names.contains(name)),
        "{names:?}"
    );
    assert_eq!(lab.send(Method::DELETE, "/api/delete", &json!({"model": "pierre"})).await.status(), 200);
    let (status, error) = lab.post("/api/show", json!({"model": "pierre"})).await;
    assert_eq!((status, error["error"].is_string()), (StatusCode::NOT_FOUND, true));
    assert_eq!(lab.post("/api/show", json!({"model": "paul"})).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_a_reason() {
    let lab = Lab::new().await;
    let said = |extra: Value| {
        let mut body = json!({"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]});
        for (key, value) in extra.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    };
    for (path, body, status) in [
        ("/api/chat", said(json!({"model": "nobody"})), 404),
        ("/api/chat", said(json!({"model": "../../etc"})), 400),
        ("/api/chat", said(json!({"options": {"temperature": "hot"}})), 400),
        ("/api/chat", said(json!({"keep_alive": "soon"})), 400),
        ("/api/chat", said(json!({"tools": [{"type": "function", "function": {"name": "f"}}]})), 400),
        ("/api/chat", said(json!({"think": true})), 400),
        ("/api/chat", said(json!({"messages": [{"role": "user", "images": ["aa"]}]})), 400),
        ("/api/generate", json!({}), 400),
        ("/api/push", json!({"model": MODEL}), 400),
        ("/api/pull", json!({"model": "/etc/passwd", "stream": false}), 400),
        ("/api/create", json!({"model": "x"}), 400),
        ("/api/create", json!({"model": "x", "modelfile": "FROM /etc/passwd"}), 400),
        ("/api/nothing", json!({}), 404),
    ] {
        let (found, answer) = lab.post(path, body.clone()).await;
        assert_eq!(found.as_u16(), status, "{path} {body} {answer}");
        assert!(answer["error"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
    }
    let (status, _) = lab.lines(Method::GET, "/api/version", Value::Null).await;
    assert_eq!(status, StatusCode::OK);
}
