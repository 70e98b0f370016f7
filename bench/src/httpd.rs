//! Reading requests on the server side of a raw connection, for the fake provider and for tests.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::client::find;
use crate::{BenchError, Result};

const MAX_HEAD: usize = 64 * 1024;

/// One request with its whole body.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method, as sent.
    pub method: String,
    /// Path with its query, as sent.
    pub target: String,
    /// Body; empty when there is none.
    pub body: Bytes,
}

impl Request {
    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// Reads the next request of a connection; `None` when the peer closed it. Bytes that follow stay in `buf`.
///
/// # Errors
/// When the connection breaks inside a request, or the body has no length.
pub async fn read_request(stream: &mut TcpStream, buf: &mut BytesMut) -> Result<Option<Request>> {
    let end = loop {
        if let Some(end) = find(buf, b"\r\n\r\n") {
            break end;
        }
        if buf.len() > MAX_HEAD {
            return Err(BenchError::Http("endless request head".to_owned()));
        }
        if stream.read_buf(buf).await? == 0 {
            return if buf.is_empty() { Ok(None) } else { Err(BenchError::Closed) };
        }
    };
    let (method, target, length) = parse(&buf[..end])?;
    buf.advance(end + 4);
    while buf.len() < length {
        buf.reserve(length - buf.len());
        if stream.read_buf(buf).await? == 0 {
            return Err(BenchError::Closed);
        }
    }
    Ok(Some(Request { method, target, body: buf.split_to(length).freeze() }))
}

fn parse(head: &[u8]) -> Result<(String, String, usize)> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(BenchError::Http("request line".to_owned()));
    };
    let mut length = 0;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length =
                value.trim().parse().map_err(|_| BenchError::Http(format!("content-length {value:?}")))?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(BenchError::Http("request bodies need a content-length".to_owned()));
        }
    }
    Ok((method.to_owned(), target.to_owned(), length))
}

/// The bytes of a whole JSON reply.
#[must_use]
pub fn json_reply(status: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
