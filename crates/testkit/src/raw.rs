//! Requests written byte by byte, for paths and headers that a client library would correct.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// An answer as it came.
#[derive(Debug)]
pub struct RawReply {
    /// The status.
    pub status: u16,
    /// The head, from the status line to the empty line.
    pub head: String,
    /// What follows the empty line.
    pub body: String,
}

/// Sends `method path HTTP/1.1` with these header lines and reads until the server closes.
///
/// # Panics
/// When there is no answer.
pub async fn raw(base: &str, method: &str, path: &str, headers: &[&str]) -> RawReply {
    let host = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.expect("the server accepts connections");
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for line in headers {
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.expect("the request can be written");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("the answer can be read");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no HTTP answer to {method} {path}: {text:?}"));
    RawReply { status, head: head.to_string(), body: body.to_string() }
}
