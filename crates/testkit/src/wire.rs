//! The packets of Engine.IO 4 and Socket.IO 5, as far as a tab needs them.

use serde_json::Value;

/// What a text frame of the server says.
#[derive(Debug, PartialEq)]
pub(crate) enum Packet {
    /// The namespace accepted the tab, under this session id.
    Connected(String),
    /// Must be answered with a pong.
    Ping,
    /// An event with its first argument; some want an acknowledgement.
    Event { name: String, data: Value, ack: Option<u64> },
    /// The acknowledgement of an event of ours, with its first argument.
    Ack(u64, Value),
    /// The server ends the connection.
    Close,
    /// Nothing a tab has to act on.
    Other,
}

/// Reads a frame.
pub(crate) fn read(frame: &str) -> Packet {
    let Some(message) = frame.strip_prefix('4') else {
        return match frame.as_bytes().first() {
            Some(b'1') => Packet::Close,
            Some(b'2') => Packet::Ping,
            _ => Packet::Other,
        };
    };
    let (kind, rest) = message.split_at(message.len().min(1));
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (id, json) = (rest[..digits].parse().ok(), rest[digits..].trim_start_matches("/,"));
    let value = || serde_json::from_str::<Value>(json).unwrap_or_default();
    match (kind, id) {
        ("0", _) => Packet::Connected(value()["sid"].as_str().unwrap_or_default().to_string()),
        ("1", _) => Packet::Close,
        ("2", ack) => {
            let mut event = value();
            let name = event[0].as_str().unwrap_or_default().to_string();
            Packet::Event { name, data: event.get_mut(1).map(Value::take).unwrap_or_default(), ack }
        }
        ("3", Some(id)) => Packet::Ack(id, value().get_mut(0).map(Value::take).unwrap_or_default()),
        _ => Packet::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn packets_are_told_apart() {
        assert_eq!(read("2"), Packet::Ping);
        assert_eq!(read("40{\"sid\":\"a1\"}"), Packet::Connected("a1".into()));
        let event = |ack| Packet::Event { name: "events".into(), data: json!({"x": 1}), ack };
        assert_eq!(read("42[\"events\",{\"x\":1}]"), event(None));
        assert_eq!(read("4217[\"events\",{\"x\":1}]"), event(Some(17)));
        assert_eq!(read("433[{\"id\":\"u\"}]"), Packet::Ack(3, json!({"id": "u"})));
        assert_eq!((read("41"), read("1"), read("6")), (Packet::Close, Packet::Close, Packet::Other));
    }
}
