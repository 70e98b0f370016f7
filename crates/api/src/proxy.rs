//! Passing an upstream's answer on, byte for byte.

use axum::{
    Json,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use serde_json::{Map, Value};
use transom_identity::Caller;
use transom_providers::{Requester, Upstream, UpstreamBody};

/// An upstream's answer as ours.
pub fn pass(upstream: Upstream) -> Response {
    pass_with(upstream, Map::new())
}

/// An upstream's answer with fields of our own: as the first event of a stream, or in the top level of a whole answer.
pub fn pass_with(upstream: Upstream, extra: Map<String, Value>) -> Response {
    let status = StatusCode::from_u16(upstream.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = match upstream.body {
        UpstreamBody::Json(mut body) => {
            if let (Some(body), false) = (body.as_object_mut(), extra.is_empty()) {
                body.extend(extra);
            }
            Json(body).into_response()
        }
        UpstreamBody::Bytes(bytes) => Body::from(bytes).into_response(),
        UpstreamBody::Stream(bytes) if extra.is_empty() => Body::from_stream(bytes).into_response(),
        UpstreamBody::Stream(bytes) => {
            let first: Vec<_> = extra
                .into_iter()
                .map(|(key, value)| Ok(Bytes::from(format!("data: {}\n\n", serde_json::json!({key: value})))))
                .collect();
            Body::from_stream(stream::iter(first).chain(bytes)).into_response()
        }
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in &upstream.headers {
        headers.insert(name, value.clone());
    }
    let streams = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.starts_with(b"text/event-stream") || kind.starts_with(b"application/x-ndjson")
    });
    if streams {
        // Reverse proxies that buffer would turn a stream into one late answer.
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    response
}

/// The caller as upstream requests name them.
pub fn requester(caller: &Caller, headers: Option<&HeaderMap>) -> Requester {
    let cookies = headers.and_then(|h| h.get(header::COOKIE)).and_then(|value| value.to_str().ok());
    Requester {
        id: caller.user.id.clone(),
        name: caller.user.name.clone(),
        email: caller.user.email.clone(),
        role: caller.user.role.as_str().to_string(),
        token: caller.token().map(str::to_string),
        cookies: cookies.map(str::to_string),
        chat_id: None,
        oauth_token: None,
    }
}
