//! Answers in the shapes of an Ollama server.

use std::convert::Infallible;

use bytes::Bytes;
use futures::stream::BoxStream;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::EngineError;

/// A body of an answer.
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// Lines of JSON as they come; an error is the last line.
    Lines(BoxStream<'static, std::result::Result<Bytes, Infallible>>),
}

/// What a request is answered with.
pub type Reply = Response<Body>;

fn with(status: StatusCode, kind: &'static str, body: Body) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

/// A JSON document.
pub(crate) fn json_reply(status: StatusCode, value: &Value) -> Reply {
    with(status, "application/json; charset=utf-8", Body::Whole(Bytes::from(value.to_string())))
}

/// A status and nothing else.
pub(crate) fn empty(status: StatusCode) -> Reply {
    with(status, "text/plain; charset=utf-8", Body::Whole(Bytes::new()))
}

/// Lines of JSON as they come.
pub(crate) fn lines(stream: BoxStream<'static, Value>) -> Reply {
    use futures::StreamExt;
    let lines = stream.map(|value| Ok(Bytes::from(value.to_string() + "\n"))).boxed();
    with(StatusCode::OK, "application/x-ndjson", Body::Lines(lines))
}

/// An error as Ollama words it.
pub(crate) fn error_reply(error: &EngineError) -> Reply {
    json_reply(status_of(error), &json!({"error": error.to_string()}))
}

fn status_of(error: &EngineError) -> StatusCode {
    match error {
        EngineError::NotFound(_) => StatusCode::NOT_FOUND,
        EngineError::Invalid(_) => StatusCode::BAD_REQUEST,
        EngineError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        EngineError::Corrupt(_) | EngineError::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Now, as Ollama writes times.
pub(crate) fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Nanos, true)
}
