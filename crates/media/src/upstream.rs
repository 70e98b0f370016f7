//! Calls to speech servers: sent, bounded, and their errors turned into sentences.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;

use crate::{Core, MediaError, Result};

/// Longest that a recording or a text may take.
const TIMEOUT: Duration = Duration::from_secs(600);
/// Longest that a list of models or voices may take.
const LIST_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer: about an hour of speech.
const LARGEST: usize = 100 << 20;

/// An answer that is no error.
pub struct Answer {
    /// Its content type, empty when it named none.
    pub content_type: String,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).map_err(|_| MediaError::Answer)
    }
}

/// A call to a speech server.
pub struct Call<'a> {
    core: &'a Core,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Option<Bytes>,
    timeout: Duration,
}

impl<'a> Call<'a> {
    /// Asks for a list.
    pub fn get(core: &'a Core, url: String) -> Self {
        Self { core, method: Method::GET, url, headers: HeaderMap::new(), body: None, timeout: LIST_TIMEOUT }
    }

    /// Sends a body.
    pub fn post(core: &'a Core, url: String, content_type: &str, body: Bytes) -> Result<Self> {
        let call = Self {
            core,
            method: Method::POST,
            url,
            headers: HeaderMap::new(),
            body: Some(body),
            timeout: TIMEOUT,
        };
        call.header(header::CONTENT_TYPE, content_type)
    }

    /// Sends JSON.
    pub fn post_json(core: &'a Core, url: String, body: &Value) -> Result<Self> {
        Self::post(core, url, "application/json", body.to_string().into())
    }

    /// Adds headers.
    pub fn headers(mut self, headers: &HeaderMap) -> Self {
        self.headers.extend(headers.clone());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: HeaderName, value: &str) -> Result<Self> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            MediaError::Invalid(
                "A key or a type in the audio settings holds characters that cannot be sent.".into(),
            )
        })?;
        value.set_sensitive(name == header::AUTHORIZATION || name.as_str().contains("key"));
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Adds a key as OpenAI takes it; none when there is none.
    pub fn bearer(self, key: &str) -> Result<Self> {
        if key.is_empty() { Ok(self) } else { self.header(header::AUTHORIZATION, &format!("Bearer {key}")) }
    }

    /// Sends it and reads the whole answer.
    pub async fn send(self) -> Result<Answer> {
        let client = self.core.net.upstream();
        let mut request = client.request(self.method, self.url).headers(self.headers).timeout(self.timeout);
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(|e| {
            if e.is_builder() {
                return MediaError::Invalid("The address of the speech server is not valid.".into());
            }
            let timeout = e.is_timeout() && !e.is_connect();
            tracing::warn!(error = %e.without_url(), "a speech server could not be reached");
            if timeout { MediaError::Timeout } else { MediaError::Unreachable }
        })?;
        let status = response.status().as_u16();
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = kind.unwrap_or_default().to_owned();
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(piece)) if body.len() + piece.len() <= LARGEST => body.extend_from_slice(&piece),
                Ok(Some(_)) => return Err(MediaError::Answer),
                Ok(None) => break,
                Err(e) if e.is_timeout() => return Err(MediaError::Timeout),
                Err(_) => return Err(MediaError::Unreachable),
            }
        }
        if status >= 400 {
            return Err(MediaError::Upstream { status, message: message(status, &body) });
        }
        Ok(Answer { content_type, body: body.freeze() })
    }
}

/// The sentence in an error body, in the shapes that speech servers use.
fn message(status: u16, body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let places = [
        &body["error"]["message"],
        &body["error"],
        &body["detail"]["message"],
        &body["detail"],
        &body["message"],
        &body["err_msg"],
    ];
    let found = places.into_iter().find_map(Value::as_str).filter(|text| !text.is_empty());
    let text = found.map_or_else(|| format!("it answered with status {status}"), str::to_owned);
    format!("[ERROR: The speech server refused this: {text}]")
}

/// A base address and a path below it.
pub fn below(base: &str, path: &str) -> String {
    format!("{}{path}", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn messages_are_found() {
        for body in [
            r#"{"error": {"message": "no credit", "code": 1}}"#,
            r#"{"detail": {"status": "x", "message": "no credit"}}"#,
            r#"{"err_code": "X", "err_msg": "no credit"}"#,
            r#"{"error": "no credit"}"#,
        ] {
            assert!(message(402, body.as_bytes()).contains("no credit"), "{body}");
        }
        assert!(message(502, b"<html>").contains("status 502"));
    }
}
