//! A speech server that answers as told and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tempfile::TempDir;
use transom_config::{LoadOptions, Settings};
use transom_media::{Media, Recording};
use transom_net::{Net, NetOptions};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The value of a field of a form.
    pub fn field(&self, name: &str) -> Option<&str> {
        let head = format!("name=\"{name}\"\r\n\r\n");
        let (_, rest) = self.body.split_once(&head)?;
        Some(rest.split("\r\n--").next().unwrap())
    }
}

pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers everything by a status, a type and a body.
    pub async fn start(
        answer: impl Fn(&Asked) -> (u16, &'static str, Vec<u8>) + Send + Sync + 'static,
    ) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, answer) = (asked.clone(), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (log, answer) = (log.clone(), answer.clone());
            async move {
                let (head, body) = request.into_parts();
                let raw: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let one = Asked {
                    path: head.uri.path().to_owned(),
                    query: head.uri.query().unwrap_or_default().to_owned(),
                    headers: head.headers,
                    body: String::from_utf8_lossy(&raw).into_owned(),
                };
                log.lock().unwrap().push(one.clone());
                let (status, kind, body) = answer(&one);
                let response: Response =
                    (StatusCode::from_u16(status).unwrap(), [("content-type", kind)], body).into_response();
                response
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Server { url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn last(&self) -> Asked {
        self.asked().pop().unwrap()
    }
}

pub fn json(body: &Value) -> (u16, &'static str, Vec<u8>) {
    (200, "application/json", body.to_string().into_bytes())
}

/// Speech in both directions with these settings, and a data folder of its own.
pub fn media(environment: &[(&str, &str)]) -> (TempDir, Media) {
    let dir = tempfile::tempdir().unwrap();
    let base = [("DATA_DIR", dir.path().to_str().unwrap())];
    let all = base.iter().chain(environment).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let settings =
        Settings::load(LoadOptions { environment: all.collect(), ..LoadOptions::default() }).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let net = Arc::new(Net::new(NetOptions::default()).unwrap());
    (dir, Media::new(settings, net, None))
}

pub fn recording() -> Recording {
    Recording {
        bytes: Bytes::from_static(b"RIFF-sound"),
        name: "bell.wav".into(),
        content_type: "audio/wav".into(),
        language: None,
        headers: HeaderMap::new(),
    }
}
