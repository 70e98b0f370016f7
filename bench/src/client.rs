//! A minimal HTTP/1.1 keep-alive client: prebuilt request bytes out, body bytes to a closure, nothing else.

use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{BenchError, Result};

/// Room that every read has at least, so that big bodies do not take many small reads.
const READ_ROOM: usize = 64 * 1024;
/// A reply head longer than this is not one.
const MAX_HEAD: usize = 64 * 1024;

/// Where a server listens: `host:port` and the path its routes start with (usually none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `host:port`.
    pub addr: String,
    /// Path before every route, without a trailing slash.
    pub prefix: String,
}

impl Endpoint {
    /// Reads `http://host[:port][/prefix]`.
    ///
    /// # Errors
    /// For anything but plain HTTP: TLS would measure the proxy in front of the server.
    pub fn parse(url: &str) -> Result<Self> {
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| BenchError::Target(format!("{url}: only http:// addresses can be measured")))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let addr = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        let prefix = path.trim_end_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
        Ok(Self { addr, prefix })
    }

    /// The bytes of one request, to be sent as often as needed.
    #[must_use]
    pub fn request(&self, method: &str, path: &str, token: Option<&str>, body: Option<&[u8]>) -> Vec<u8> {
        let mut head = format!("{method} {}{path} HTTP/1.1\r\nHost: {}\r\n", self.prefix, self.addr);
        if let Some(token) = token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if let Some(body) = body {
            head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body.unwrap_or_default());
        bytes
    }
}

/// What is known after an exchange; the body went to the caller's closure.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Length of the decoded body.
    pub bytes: u64,
    /// From sending the request to having the whole reply head.
    pub first_byte: Duration,
    /// From sending the request to the end of the body.
    pub total: Duration,
    /// Whether the connection may be used again.
    pub keep_alive: bool,
}

/// One kept connection.
#[derive(Debug)]
pub struct Conn {
    stream: TcpStream,
    buf: BytesMut,
}

#[derive(Debug, PartialEq, Eq)]
enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

#[derive(Debug)]
struct Head {
    status: u16,
    framing: Framing,
    keep_alive: bool,
}

impl Conn {
    /// Connects, without delaying small writes.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn open(endpoint: &Endpoint) -> Result<Self> {
        let stream = TcpStream::connect(&endpoint.addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buf: BytesMut::with_capacity(READ_ROOM) })
    }

    /// Sends a prebuilt request and hands every piece of the decoded body to `sink` as it arrives.
    ///
    /// # Errors
    /// When the connection breaks or the reply is not HTTP/1.1; the connection must then be dropped.
    pub async fn exchange(&mut self, request: &[u8], mut sink: impl FnMut(&[u8]) + Send) -> Result<Reply> {
        let sent = Instant::now();
        self.stream.write_all(request).await?;
        let head = self.read_head().await?;
        let first_byte = sent.elapsed();
        let bytes = match head.framing {
            Framing::Length(length) => self.pass(length, &mut sink).await?,
            Framing::Chunked => self.pass_chunks(&mut sink).await?,
            Framing::UntilClose => self.pass_rest(&mut sink).await?,
        };
        let keep_alive = head.keep_alive && head.framing != Framing::UntilClose;
        Ok(Reply { status: head.status, bytes, first_byte, total: sent.elapsed(), keep_alive })
    }

    async fn fill(&mut self) -> Result<()> {
        self.buf.reserve(READ_ROOM);
        match self.stream.read_buf(&mut self.buf).await? {
            0 => Err(BenchError::Closed),
            _ => Ok(()),
        }
    }

    async fn read_head(&mut self) -> Result<Head> {
        loop {
            if let Some(end) = find(&self.buf, b"\r\n\r\n") {
                let head = parse_head(&self.buf[..end])?;
                self.buf.advance(end + 4);
                return Ok(head);
            }
            if self.buf.len() > MAX_HEAD {
                return Err(BenchError::Http("endless reply head".to_owned()));
            }
            self.fill().await?;
        }
    }

    async fn pass(&mut self, length: u64, sink: &mut (impl FnMut(&[u8]) + Send)) -> Result<u64> {
        let mut left = length;
        while left > 0 {
            if self.buf.is_empty() {
                self.fill().await?;
            }
            let take = usize::try_from(left).unwrap_or(usize::MAX).min(self.buf.len());
            sink(&self.buf[..take]);
            self.buf.advance(take);
            left -= take as u64;
        }
        Ok(length)
    }

    async fn pass_chunks(&mut self, sink: &mut (impl FnMut(&[u8]) + Send)) -> Result<u64> {
        let mut total = 0;
        loop {
            let size = chunk_size(&self.read_line().await?)?;
            if size == 0 {
                while !self.read_line().await?.is_empty() {}
                return Ok(total);
            }
            total += self.pass(size, sink).await?;
            self.read_line().await?;
        }
    }

    async fn pass_rest(&mut self, sink: &mut (impl FnMut(&[u8]) + Send)) -> Result<u64> {
        let mut total = 0;
        loop {
            sink(&self.buf);
            total += self.buf.len() as u64;
            self.buf.clear();
            match self.fill().await {
                Ok(()) => {}
                Err(BenchError::Closed) => return Ok(total),
                Err(error) => return Err(error),
            }
        }
    }

    /// The next line without its end.
    async fn read_line(&mut self) -> Result<BytesMut> {
        loop {
            if let Some(end) = self.buf.iter().position(|byte| *byte == b'\n') {
                let mut line = self.buf.split_to(end + 1);
                line.truncate(end);
                if line.last() == Some(&b'\r') {
                    line.truncate(end - 1);
                }
                return Ok(line);
            }
            self.fill().await?;
        }
    }
}

/// Position of `needle` in `haystack`.
#[must_use]
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn chunk_size(line: &[u8]) -> Result<u64> {
    let text = std::str::from_utf8(line).unwrap_or_default();
    let digits = text.split(';').next().unwrap_or_default().trim();
    u64::from_str_radix(digits, 16).map_err(|_| BenchError::Http(format!("chunk size {text:?}")))
}

fn parse_head(head: &[u8]) -> Result<Head> {
    let text =
        std::str::from_utf8(head).map_err(|_| BenchError::Http("reply head is not text".to_owned()))?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.get(2..5))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| BenchError::Http(format!("status line {first:?}")))?;
    let mut parsed =
        Head { status, framing: Framing::UntilClose, keep_alive: !first.starts_with("HTTP/1.0") };
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            let length = value.parse().map_err(|_| BenchError::Http(format!("content-length {value:?}")))?;
            parsed.framing = Framing::Length(length);
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked") {
            parsed.framing = Framing::Chunked;
        } else if name.eq_ignore_ascii_case("connection") {
            parsed.keep_alive = !value.eq_ignore_ascii_case("close");
        }
    }
    if matches!(status, 204 | 304) {
        parsed.framing = Framing::Length(0);
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A peer that answers the requests on one connection with the given bytes, in the given pieces.
    async fn peer(replies: Vec<Vec<&'static [u8]>>) -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buf = BytesMut::new();
            for pieces in replies {
                crate::httpd::read_request(&mut stream, &mut buf).await.unwrap();
                for piece in pieces {
                    stream.write_all(piece).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
        });
        Endpoint { addr, prefix: String::new() }
    }

    async fn ask(conn: &mut Conn, endpoint: &Endpoint) -> (u16, String, bool) {
        let mut body = Vec::new();
        let request = endpoint.request("GET", "/", None, None);
        let reply = conn.exchange(&request, |piece| body.extend_from_slice(piece)).await.unwrap();
        assert_eq!(reply.bytes, body.len() as u64);
        (reply.status, String::from_utf8(body).unwrap(), reply.keep_alive)
    }

    #[tokio::test]
    async fn every_framing_is_read_however_it_is_split() {
        let endpoint = peer(vec![
            vec![b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 5\r\n\r\nhe", b"llo"],
            vec![
                b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
                b"c\r\n1",
                b"0;x=y\r\n0123456789abcdef\r",
                b"\n0\r\n\r\n",
            ],
            vec![b"HTTP/1.1 204 No Content\r\n\r\n"],
            vec![b"HTTP/1.1 500 Oops\r\n\r\nuntil ", b"the end"],
        ])
        .await;
        let mut conn = Conn::open(&endpoint).await.unwrap();
        assert_eq!(ask(&mut conn, &endpoint).await, (200, "hello".to_owned(), true));
        assert_eq!(ask(&mut conn, &endpoint).await, (201, "abc0123456789abcdef".to_owned(), true));
        assert_eq!(ask(&mut conn, &endpoint).await, (204, String::new(), true));
        assert_eq!(ask(&mut conn, &endpoint).await, (500, "until the end".to_owned(), false));
    }

    #[tokio::test]
    async fn a_reply_cut_short_is_an_error() {
        let endpoint = peer(vec![vec![b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"]]).await;
        let mut conn = Conn::open(&endpoint).await.unwrap();
        let reply = conn.exchange(&endpoint.request("GET", "/", None, None), |_| {}).await;
        assert!(matches!(reply, Err(BenchError::Closed)), "{reply:?}");
    }

    #[test]
    fn endpoints_are_parsed() {
        let parsed = Endpoint::parse("http://localhost:8080/base/").unwrap();
        assert_eq!(parsed, Endpoint { addr: "localhost:8080".to_owned(), prefix: "/base".to_owned() });
        assert_eq!(Endpoint::parse("http://host").unwrap().addr, "host:80");
        assert!(Endpoint::parse("https://host").is_err());
    }

    #[test]
    fn a_request_holds_everything_once() {
        let endpoint = Endpoint::parse("http://h:1/p").unwrap();
        let bytes = endpoint.request("POST", "/x", Some("tok"), Some(b"{}"));
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "POST /p/x HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer tok\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        );
    }
}
