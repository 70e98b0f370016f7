//! A small Socket.IO v5 client (Engine.IO v4 over a websocket): enough to sign in and to hear events.

use std::borrow::Cow;

use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::client::Endpoint;
use crate::{BenchError, Result};

/// A packet of the two protocol layers, as far as a client that only listens must tell them apart.
#[derive(Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Engine.IO handshake.
    Open,
    /// Engine.IO ping; must be answered by a pong.
    Ping,
    /// The server ends the connection (either layer).
    Close,
    /// The namespace accepted us; the JSON holds `sid`.
    Connected(&'a str),
    /// The namespace refused us.
    Refused(&'a str),
    /// An event: its JSON array `[name, arguments…]`.
    Event(&'a str),
    /// Anything else: pongs, acknowledgements, binary packets.
    Other,
}

/// Tells what a text frame is.
#[must_use]
pub fn parse_packet(frame: &str) -> Packet<'_> {
    let Some(message) = frame.strip_prefix('4') else {
        return match frame.as_bytes().first() {
            Some(b'0') => Packet::Open,
            Some(b'1') => Packet::Close,
            Some(b'2') => Packet::Ping,
            _ => Packet::Other,
        };
    };
    match message.as_bytes().first() {
        Some(b'0') => Packet::Connected(payload(&message[1..])),
        Some(b'1') => Packet::Close,
        Some(b'2') => Packet::Event(payload(&message[1..])),
        Some(b'4') => Packet::Refused(payload(&message[1..])),
        _ => Packet::Other,
    }
}

/// What follows the optional namespace and the optional acknowledgement id.
fn payload(rest: &str) -> &str {
    let rest = match rest.strip_prefix('/') {
        Some(named) => named.split_once(',').map_or("", |(_, rest)| rest),
        None => rest,
    };
    rest.trim_start_matches(|c: char| c.is_ascii_digit())
}

/// The name of an event and its first argument.
#[derive(Debug, Deserialize)]
pub struct Event<'a>(
    /// Name.
    #[serde(borrow)]
    pub Cow<'a, str>,
    /// First argument.
    #[serde(borrow, default)]
    pub Option<&'a RawValue>,
);

/// Payload of the event `events`.
#[derive(Debug, Deserialize)]
pub struct ChatEvent<'a> {
    /// Chat the event belongs to.
    pub chat_id: Option<String>,
    /// Message the event belongs to.
    pub message_id: Option<String>,
    /// Type and data.
    #[serde(borrow)]
    pub data: ChatEventData<'a>,
}

/// Inner part of [`ChatEvent`].
#[derive(Debug, Deserialize)]
pub struct ChatEventData<'a> {
    /// For example `chat:completion`.
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    /// Depends on the type.
    #[serde(borrow, default)]
    pub data: Option<&'a RawValue>,
}

/// Data of a `chat:completion` event; every field is optional.
#[derive(Debug, Deserialize)]
pub struct Completion {
    /// The whole text so far.
    pub content: Option<String>,
    /// Raw provider chunks, with a delta.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// The answer is complete.
    #[serde(default)]
    pub done: bool,
    /// An error object of the provider.
    pub error: Option<Box<RawValue>>,
}

/// One entry of `choices`.
#[derive(Debug, Deserialize)]
pub struct Choice {
    /// The new part.
    pub delta: Option<Delta>,
}

/// The new part of a [`Choice`].
#[derive(Debug, Deserialize)]
pub struct Delta {
    /// Its text.
    pub content: Option<String>,
}

/// A connected socket.
#[derive(Debug)]
pub struct SioClient {
    ws: WebSocketStream<TcpStream>,
    sid: String,
    bytes: u64,
}

impl SioClient {
    /// Connects and signs in with a token.
    ///
    /// # Errors
    /// When the connection is refused on any layer.
    pub async fn connect(endpoint: &Endpoint, token: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Welcome {
            sid: String,
        }
        let stream = TcpStream::connect(&endpoint.addr).await?;
        stream.set_nodelay(true)?;
        let url =
            format!("ws://{}{}/ws/socket.io/?EIO=4&transport=websocket", endpoint.addr, endpoint.prefix);
        let (ws, _) = tokio_tungstenite::client_async(url, stream).await?;
        let mut client = Self { ws, sid: String::new(), bytes: 0 };
        let open = client.next_frame().await?;
        if parse_packet(&open) != Packet::Open {
            return Err(BenchError::SocketIo(format!("expected the handshake, got {open}")));
        }
        let auth = serde_json::json!({ "token": token });
        client.ws.send(Message::text(format!("40{auth}"))).await?;
        loop {
            let frame = client.next_frame().await?;
            match parse_packet(&frame) {
                Packet::Connected(json) => {
                    client.sid = serde_json::from_str::<Welcome>(json)?.sid;
                    return Ok(client);
                }
                Packet::Refused(why) => return Err(BenchError::SocketIo(format!("refused: {why}"))),
                _ => client.react(&frame).await?,
            }
        }
    }

    /// The id of the session: `session_id` of chat requests.
    #[must_use]
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Bytes of all frames received so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next event frame, pings being answered on the way; [`parse_packet`] gives its JSON.
    ///
    /// # Errors
    /// When the connection ends.
    pub async fn next_event(&mut self) -> Result<Utf8Bytes> {
        loop {
            let frame = self.next_frame().await?;
            if matches!(parse_packet(&frame), Packet::Event(_)) {
                return Ok(frame);
            }
            self.react(&frame).await?;
        }
    }

    async fn react(&mut self, frame: &str) -> Result<()> {
        match parse_packet(frame) {
            Packet::Ping => Ok(self.ws.send(Message::text("3")).await?),
            Packet::Close => Err(BenchError::Closed),
            _ => Ok(()),
        }
    }

    async fn next_frame(&mut self) -> Result<Utf8Bytes> {
        loop {
            match self.ws.next().await.ok_or(BenchError::Closed)?? {
                Message::Text(text) => {
                    self.bytes += text.len() as u64;
                    return Ok(text);
                }
                Message::Close(_) => return Err(BenchError::Closed),
                other => self.bytes += other.len() as u64,
            }
        }
    }
}

/// Rebuilds one answer from its `chat:completion` events and watches their order.
#[derive(Debug)]
pub struct Answer<'a> {
    expected: &'a str,
    text: String,
}

impl<'a> Answer<'a> {
    /// Waits for an answer that will be exactly `expected`.
    #[must_use]
    pub fn new(expected: &'a str) -> Self {
        Self { expected, text: String::new() }
    }

    /// Whether any text arrived.
    #[must_use]
    pub fn started(&self) -> bool {
        !self.text.is_empty()
    }

    /// Applies one event as a browser would. `true` when the answer is complete and right.
    ///
    /// # Errors
    /// When text is lost, doubled, out of order or wrong, or the provider's error is reported.
    pub fn apply(&mut self, event: &Completion) -> Result<bool> {
        if let Some(error) = &event.error {
            return Err(BenchError::Answer(error.get().to_owned()));
        }
        if let Some(content) = &event.content {
            if content.len() < self.text.len() {
                return Err(BenchError::Answer(format!(
                    "the text shrank from {} to {} bytes: events out of order",
                    self.text.len(),
                    content.len()
                )));
            }
            self.text.clone_from(content);
        }
        for part in event.choices.iter().filter_map(|choice| choice.delta.as_ref()?.content.as_ref()) {
            self.text.push_str(part);
        }
        if !self.expected.starts_with(&self.text) {
            return Err(BenchError::Answer(format!("{} bytes that are not the sent text", self.text.len())));
        }
        if event.done && self.text != self.expected {
            return Err(BenchError::Answer(format!(
                "done after {} of {} bytes",
                self.text.len(),
                self.expected.len()
            )));
        }
        Ok(event.done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_told_apart() {
        assert_eq!(parse_packet("0{\"sid\":\"x\"}"), Packet::Open);
        assert_eq!(parse_packet("2"), Packet::Ping);
        assert_eq!(parse_packet("1"), Packet::Close);
        assert_eq!(parse_packet("41"), Packet::Close);
        assert_eq!(parse_packet("40{\"sid\":\"y\"}"), Packet::Connected("{\"sid\":\"y\"}"));
        assert_eq!(parse_packet("44{\"message\":\"no\"}"), Packet::Refused("{\"message\":\"no\"}"));
        assert_eq!(parse_packet("42[\"a\",1]"), Packet::Event("[\"a\",1]"));
        assert_eq!(parse_packet("42/,17[\"a\"]"), Packet::Event("[\"a\"]"));
        assert_eq!(parse_packet("4217[\"a\"]"), Packet::Event("[\"a\"]"));
        assert_eq!(parse_packet("430[]"), Packet::Other);
        assert_eq!(parse_packet("3"), Packet::Other);
        assert_eq!(parse_packet(""), Packet::Other);
    }

    #[test]
    fn events_are_parsed_to_the_bottom() {
        let json = r#"["events",{"chat_id":"c","message_id":"m","data":{"type":"chat:completion",
            "data":{"content":"a \"b\"","done":true,"title":"t"}}}]"#;
        let Event(name, argument) = serde_json::from_str(json).unwrap();
        assert_eq!(name, "events");
        let event: ChatEvent = serde_json::from_str(argument.unwrap().get()).unwrap();
        assert_eq!((event.chat_id.as_deref(), event.message_id.as_deref()), (Some("c"), Some("m")));
        let data: Completion = serde_json::from_str(event.data.data.unwrap().get()).unwrap();
        assert_eq!((data.content.as_deref(), data.done), (Some("a \"b\""), true));
    }

    fn event(json: &str) -> Completion {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn snapshots_and_deltas_build_the_answer() {
        let mut answer = Answer::new("one two three");
        assert!(!answer.started());
        assert!(!answer.apply(&event(r#"{"content":"one"}"#)).unwrap());
        assert!(!answer.apply(&event(r#"{"choices":[{"delta":{"content":" two"}}]}"#)).unwrap());
        assert!(!answer.apply(&event(r#"{"choices":[{"delta":{}}],"usage":{}}"#)).unwrap());
        assert!(answer.started());
        assert!(answer.apply(&event(r#"{"content":"one two three","done":true,"title":"x"}"#)).unwrap());
    }

    #[test]
    fn an_older_snapshot_is_out_of_order() {
        let mut answer = Answer::new("one two");
        answer.apply(&event(r#"{"content":"one two"}"#)).unwrap();
        assert!(answer.apply(&event(r#"{"content":"one"}"#)).is_err());
    }

    #[test]
    fn lost_text_wrong_text_and_errors_are_noticed() {
        let delta = event(r#"{"choices":[{"delta":{"content":" three"}}]}"#);
        assert!(Answer::new("one two three").apply(&delta).is_err());
        assert!(Answer::new("one two").apply(&event(r#"{"content":"one","done":true}"#)).is_err());
        assert!(Answer::new("one").apply(&event(r#"{"error":{"message":"no"}}"#)).is_err());
    }
}
