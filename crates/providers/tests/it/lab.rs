//! A model server that answers as told and remembers what it was asked, and everything needed to talk to it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use transom_config::{LoadOptions, Settings};
use transom_net::{Net, NetOptions};
use transom_providers::{Providers, Requester, Upstream, UpstreamBody};
use transom_store::{ModelRow, OpenOptions, Store};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Value,
    pub raw: Bytes,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }
}

/// A model server on a port of its own.
pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub async fn start(answer: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, answer) = (asked.clone(), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (log, answer) = (log.clone(), answer.clone());
            async move {
                let (head, body) = request.into_parts();
                let raw = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let one = Asked {
                    method: head.method.to_string(),
                    path: head.uri.path().to_owned(),
                    query: head.uri.query().unwrap_or_default().to_owned(),
                    headers: head.headers,
                    body: serde_json::from_slice(&raw).unwrap_or_default(),
                    raw,
                };
                log.lock().unwrap().push(one.clone());
                answer(&one)
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Server { url, asked }
    }

    /// What was asked at paths with this end.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|a| a.path.ends_with(path)).cloned().collect()
    }

    /// The one request at this path.
    pub fn only(&self, path: &str) -> Asked {
        let found = self.asked(path);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        found[0].clone()
    }
}

pub fn json_answer(value: &Value) -> Response {
    axum::Json(value).into_response()
}

pub fn error_answer(status: u16, value: &Value) -> Response {
    (axum::http::StatusCode::from_u16(status).unwrap(), axum::Json(value)).into_response()
}

/// A body in exactly these pieces.
pub fn pieces(kind: &'static str, pieces: Vec<&'static str>) -> Response {
    let stream = futures::stream::iter(pieces).map(|p| Ok::<_, std::convert::Infallible>(Bytes::from(p)));
    ([("content-type", kind)], Body::from_stream(stream)).into_response()
}

/// An OpenAI-compatible server with these models; completions answer with the model's name.
pub async fn openai(models: &'static [&'static str]) -> Server {
    Server::start(move |asked| match asked.path.rsplit('/').next().unwrap() {
        "models" => {
            let entry = |id: &&str| json!({ "id": id, "object": "model", "created": 1, "owned_by": "me" });
            json_answer(&json!({ "object": "list", "data": models.iter().map(entry).collect::<Vec<_>>() }))
        }
        "completions" if asked.body["stream"] == true => pieces(
            "text/event-stream",
            vec![
                "data: {\"choices\":[{\"delta\":{\"con",
                "tent\":\"a\"}}]}\n\n: ping\n\nda",
                "ta: [DONE]\n\n",
            ],
        ),
        "completions" => json_answer(&json!({ "object": "chat.completion", "model": asked.body["model"] })),
        "embeddings" => json_answer(&json!({ "object": "list", "data": [], "model": asked.body["model"] })),
        _ => error_answer(404, &json!({ "error": { "message": "no such thing", "code": "unknown_url" } })),
    })
    .await
}

/// Settings out of an environment, with a data folder of their own.
pub fn settings(dir: &TempDir, environment: &[(&str, &str)]) -> Settings {
    let base = [
        ("DATA_DIR", dir.path().to_str().unwrap()),
        ("ENABLE_OLLAMA_API", "false"),
        ("ENABLE_EVALUATION_ARENA_MODELS", "false"),
        ("WEBUI_SECRET_KEY", "test"),
    ];
    let mut all: std::collections::BTreeMap<String, String> = Default::default();
    all.extend(base.iter().chain(environment).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    let environment = all.into_iter().collect();
    Settings::load(LoadOptions { environment, working_dir: dir.path().to_owned(), overrides: Vec::new() })
        .unwrap()
}

pub struct Lab {
    pub providers: Arc<Providers>,
    pub settings: Settings,
    pub store: Store,
    pub dir: TempDir,
}

impl Lab {
    pub async fn new(environment: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let settings = settings(&dir, environment);
        let url = format!("sqlite://{}/test.db", dir.path().to_str().unwrap());
        let store = Store::open(&OpenOptions::new(url)).await.unwrap();
        let net = Net::new(NetOptions::from_settings(&settings)).unwrap();
        let providers = Providers::new(settings.clone(), Arc::new(net), store.clone());
        Lab { providers, settings, store, dir }
    }

    /// OpenAI-compatible connections only.
    pub async fn with_openai(urls: &[&str]) -> Self {
        Lab::new(&[("OPENAI_API_BASE_URLS", &urls.join(";")), ("OPENAI_API_KEYS", "sk-one;sk-two")]).await
    }

    /// Ollama connections only.
    pub async fn with_ollama(urls: &[&str]) -> Self {
        let urls = urls.join(";");
        let environment = [
            ("ENABLE_OPENAI_API", "false"),
            ("ENABLE_OLLAMA_API", "true"),
            ("OLLAMA_BASE_URLS", urls.as_str()),
            ("TRANSOM_LOCAL_MODELS", "false"),
        ];
        Lab::new(&environment).await
    }

    pub async fn set(&self, name: &str, value: Value) {
        self.settings.set_json(name, value).await.unwrap();
    }

    pub async fn ids(&self) -> Vec<String> {
        self.providers.catalogue().list(false).await.models.iter().map(|m| m.id.clone()).collect()
    }

    pub async fn entry(&self, id: &str) -> Value {
        let list = self.providers.catalogue().list(false).await;
        list.by_id.get(id).unwrap_or_else(|| panic!("{id} is not in the list")).json.clone()
    }

    /// Saves a row of the model table and tells the catalogue.
    pub async fn row(&self, id: &str, base: Option<&str>, params: Value) {
        self.full_row(id, base, params, json!({}), true).await;
    }

    pub async fn full_row(&self, id: &str, base: Option<&str>, params: Value, meta: Value, is_active: bool) {
        let row = ModelRow {
            id: id.into(),
            user_id: "u1".into(),
            base_model_id: base.map(str::to_owned),
            name: format!("Name of {id}"),
            params,
            meta,
            access_control: None,
            is_active,
            created_at: 1_700_000_000,
            updated_at: 1_700_000_000,
        };
        self.store.models.create(row).await.unwrap();
        self.providers.catalogue().invalidate_rows();
    }

    pub async fn chat(&self, body: Value) -> Upstream {
        self.providers.chat(&who(), object(body)).await.unwrap()
    }
}

pub fn who() -> Requester {
    Requester {
        id: "u1".into(),
        name: "Zoë Ann".into(),
        email: "zoe@example.com".into(),
        role: "admin".into(),
        token: Some("jwt".into()),
        cookies: Some("token=jwt".into()),
        chat_id: Some("c1".into()),
        oauth_token: Some("oauth".into()),
    }
}

pub fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

pub fn hello(model: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": "hello" }] })
}

pub fn body_json(answer: Upstream) -> Value {
    match answer.body {
        UpstreamBody::Json(value) => value,
        UpstreamBody::Stream(_) => panic!("a stream"),
        UpstreamBody::Bytes(bytes) => panic!("bytes: {bytes:?}"),
    }
}

pub async fn body_text(answer: Upstream) -> String {
    let UpstreamBody::Stream(mut stream) = answer.body else { panic!("not a stream") };
    let mut all = Vec::new();
    while let Some(piece) = stream.next().await {
        all.extend_from_slice(&piece.unwrap());
    }
    String::from_utf8(all).unwrap()
}

/// The JSON documents of a stream of events, without the end mark.
pub fn events(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|d| *d != "[DONE]");
    data.map(|d| serde_json::from_str(d).unwrap()).collect()
}
