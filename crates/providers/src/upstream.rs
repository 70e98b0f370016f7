//! Answers of model servers, and the one place that sends requests to them.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::Core;
use crate::connection::Connection;
use crate::error::{ProviderError, Result};
use crate::requester::Requester;

/// A body in pieces.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// Answer of a model server.
pub struct Upstream {
    /// HTTP status of the model server.
    pub status: u16,
    /// Headers that may be passed on.
    pub headers: HeaderMap,
    /// The body.
    pub body: UpstreamBody,
}

/// Body of an [`Upstream`].
pub enum UpstreamBody {
    /// Pieces as they come: server-sent events or lines of JSON.
    Stream(ByteStream),
    /// A JSON document.
    Json(Value),
    /// Anything else.
    Bytes(Bytes),
}

/// Headers of a model server that say something about the body and nothing about the connection or its key.
const SAFE_HEADERS: [http::HeaderName; 4] = [CONTENT_TYPE, CACHE_CONTROL, CONTENT_DISPOSITION, RETRY_AFTER];

impl Upstream {
    /// A JSON answer of our own making.
    pub fn json(status: u16, value: Value) -> Self {
        Upstream { status, headers: content_type("application/json"), body: UpstreamBody::Json(value) }
    }

    /// A streamed answer of our own making.
    pub fn stream(kind: &'static str, stream: ByteStream) -> Self {
        Upstream { status: 200, headers: content_type(kind), body: UpstreamBody::Stream(stream) }
    }

    /// The answer as it is: event streams and JSON lines as a stream, JSON as JSON, the rest as bytes.
    pub(crate) async fn read(response: reqwest::Response) -> Result<Self> {
        let status = response.status().as_u16();
        let headers = safe_headers(response.headers());
        let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        if kind.starts_with("text/event-stream") || kind.starts_with("application/x-ndjson") {
            return Ok(Upstream { status, headers, body: UpstreamBody::Stream(pieces(response)) });
        }
        let bytes = response.bytes().await.map_err(ProviderError::from_body)?;
        let body = match serde_json::from_slice(&bytes) {
            Ok(value) => UpstreamBody::Json(value),
            Err(_) => UpstreamBody::Bytes(bytes),
        };
        Ok(Upstream { status, headers, body })
    }

    /// As [`Upstream::read`], with statuses from 400 on as errors that hold the body.
    pub(crate) async fn read_ok(response: reqwest::Response) -> Result<Self> {
        if response.status().as_u16() < 400 {
            return Upstream::read(response).await;
        }
        let status = response.status().as_u16();
        Err(ProviderError::Status { status, body: whole(response).await? })
    }
}

/// The whole body as JSON, or as a JSON string when it is none.
pub(crate) async fn whole(response: reqwest::Response) -> Result<Value> {
    let bytes = response.bytes().await.map_err(ProviderError::from_body)?;
    Ok(serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned())))
}

/// The body in pieces.
pub(crate) fn pieces(response: reqwest::Response) -> ByteStream {
    response.bytes_stream().map(|piece| piece.map_err(ProviderError::from_body)).boxed()
}

pub(crate) fn content_type(kind: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))])
}

fn safe_headers(from: &HeaderMap) -> HeaderMap {
    let kept =
        SAFE_HEADERS.into_iter().filter_map(|name| from.get(&name).cloned().map(|value| (name, value)));
    kept.collect()
}

/// One call to a model server.
pub(crate) struct Call<'a> {
    pub method: http::Method,
    pub url: String,
    pub body: Option<reqwest::Body>,
    pub timeout: Option<Duration>,
    pub connection: &'a Connection,
    pub who: &'a Requester,
}

impl<'a> Call<'a> {
    pub fn get(core: &Core, connection: &'a Connection, path: &str, who: &'a Requester) -> Self {
        let url = format!("{}{path}", connection.url);
        let timeout = Some(core.conf.list_timeout());
        Call { method: http::Method::GET, url, body: None, timeout, connection, who }
    }

    pub fn post(
        core: &Core,
        connection: &'a Connection,
        path: &str,
        who: &'a Requester,
        body: &impl serde::Serialize,
    ) -> Result<Self> {
        let bytes = serde_json::to_vec(body).map_err(|e| ProviderError::Invalid(e.to_string()))?;
        let url = format!("{}{path}", connection.url);
        let timeout = core.conf.chat_timeout();
        Ok(Call { method: http::Method::POST, url, body: Some(bytes.into()), timeout, connection, who })
    }
}

impl Core {
    /// Sends a call. Only the headers of the answer are waited for.
    #[tracing::instrument(name = "upstream call", skip_all, fields(method = %call.method, connection = call.connection.idx, family = ?call.connection.family))]
    pub async fn send(&self, call: Call<'_>) -> Result<reqwest::Response> {
        if call.connection.is_local() {
            return self.engine.send(call).await;
        }
        let headers = self.headers(call.connection, call.who).await?;
        let mut request = self.net.upstream().request(call.method, call.url).headers(headers);
        if let Some(body) = call.body {
            request = request.body(body);
        }
        if let Some(timeout) = call.timeout {
            request = request.timeout(timeout);
        }
        request.send().await.map_err(ProviderError::from_send)
    }
}
