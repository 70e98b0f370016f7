//! Reading streams of events, wherever the network cuts them.

use bytes::Bytes;
use futures::StreamExt;
use serde_json::json;
use transom_providers::{Delta, Event, Line, LineSplitter, SseReader, ToolCallDelta, deltas, deltas_limited};

const DOCUMENT: &str = "\u{feff}: comment\r\nevent: x\r\ndata: {\"a\":\"é ]}\\\"\"}\r\n\r\ndata:{\"b\":1}\n\n\
    data: {\"c\":\ndata: [1,\ndata: 2]}\n\nid: 7\ndata: plain\n\nretry: 3\n\n\ndata: {\"d\":1}\ndata: {\"e\":2}\ndata: [DONE]";

fn expected() -> Vec<&'static str> {
    vec![
        "{\"a\":\"é ]}\\\"\"}",
        "{\"b\":1}",
        "{\"c\":\n[1,\n2]}",
        "plain",
        "{\"d\":1}",
        "{\"e\":2}",
        "[DONE]",
    ]
}

fn read(pieces: &[&[u8]], max: Option<usize>) -> Vec<String> {
    let mut reader = SseReader::new(max);
    let mut events = Vec::new();
    let take = |reader: &mut SseReader, events: &mut Vec<String>| {
        while let Some(event) = reader.pop() {
            events.push(String::from_utf8(event.to_vec()).unwrap());
        }
    };
    for piece in pieces {
        reader.push(piece);
        take(&mut reader, &mut events);
    }
    reader.finish();
    take(&mut reader, &mut events);
    events
}

#[test]
fn pieces_of_any_size_give_the_same_events() {
    let bytes = DOCUMENT.as_bytes();
    for size in 1..=bytes.len() {
        assert_eq!(read(&bytes.chunks(size).collect::<Vec<_>>(), None), expected(), "pieces of {size}");
    }
}

#[test]
fn random_pieces_give_the_same_events() {
    let bytes = DOCUMENT.as_bytes();
    let mut seed = 42_u64;
    for round in 0..2000 {
        let mut pieces = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = 1 + (seed >> 33) as usize % rest.len().min(40);
            let (piece, after) = rest.split_at(at);
            pieces.push(piece);
            rest = after;
        }
        assert_eq!(read(&pieces, None), expected(), "round {round}");
    }
}

#[test]
fn an_event_is_ready_as_soon_as_its_document_is_complete() {
    let mut reader = SseReader::new(None);
    reader.push(b"data: {\"a\":1}\n");
    assert_eq!(reader.pop().unwrap(), "{\"a\":1}");
    assert_eq!(reader.pop(), None);
}

#[test]
fn over_long_lines_become_empty_events() {
    let long = format!("data: {{\"x\":\"{}\"}}\n\ndata: {{\"b\":1}}\n\n", "y".repeat(500));
    for size in [1, 7, 100, 1000] {
        assert_eq!(read(&long.as_bytes().chunks(size).collect::<Vec<_>>(), Some(100)), ["{}", "{\"b\":1}"]);
    }
}

#[test]
fn a_long_line_in_many_pieces_is_read_once() {
    // work that grows with the line for every piece would take minutes here
    let mut reader = SseReader::new(None);
    reader.push(b"data: \"");
    let piece = vec![b'x'; 1024];
    for _ in 0..8_192 {
        reader.push(&piece);
    }
    reader.push(b"\"\n\n");
    assert_eq!(reader.pop().unwrap().len(), 8_192 * 1024 + 2);
}

fn parsed(json: serde_json::Value) -> Vec<Delta> {
    Event::parse(Bytes::from(json.to_string())).unwrap().deltas
}

#[test]
fn deltas_of_one_event() {
    let text = |t: &str| t.to_owned();
    assert_eq!(parsed(json!({ "choices": [{ "delta": { "content": "a" } }] })), [Delta::Content(text("a"))]);
    for name in ["reasoning_content", "reasoning", "thinking"] {
        let got = parsed(json!({ "choices": [{ "delta": { name: "r", "content": null } }] }));
        assert_eq!(got, [Delta::Reasoning(text("r"))], "{name}");
    }
    assert_eq!(
        parsed(
            json!({ "choices": [{ "delta": { "content": "" }, "finish_reason": "stop" }], "usage": { "total_tokens": 3 }, "timings": { "ms": 1 } })
        ),
        [Delta::Usage(json!({ "total_tokens": 3, "ms": 1 })), Delta::Finish(text("stop"))]
    );
    assert_eq!(
        parsed(json!({ "choices": [{ "delta": { "tool_calls": [
            { "index": 1, "id": "c1", "function": { "name": "f", "arguments": "{" } }, { "function": { "name": "lost" } }] } }] })),
        [Delta::ToolCalls(vec![ToolCallDelta {
            index: 1,
            id: Some(text("c1")),
            name: Some(text("f")),
            arguments: text("{")
        }])]
    );
    assert_eq!(parsed(json!({ "selected_model_id": "m" })), [Delta::Selected(text("m"))]);
    assert_eq!(parsed(json!({ "error": { "message": "no" } })), [Delta::Error(json!({ "message": "no" }))]);
    assert_eq!(
        parsed(json!({ "choices": [{ "delta": { "images": [{ "type": "image_url" }] } }] })),
        [Delta::Images(vec![json!({ "type": "image_url" })])]
    );
    let other = json!({ "event": { "type": "status" } });
    assert_eq!(parsed(other.clone()), [Delta::Other(other)]);
    assert_eq!(Event::parse(Bytes::from(" [DONE] ")).unwrap().deltas, [Delta::Done]);
    assert!(Event::parse(Bytes::from("{broken")).is_none());
}

#[tokio::test]
async fn streams_of_deltas() {
    let pieces = [
        "data: {\"choices\":[{\"delta\":{\"content\":\"a",
        "b\"}}]}\n\ndata: nonsense\n\ndata: [DO",
        "NE]\n\n",
    ];
    let stream = || futures::stream::iter(pieces).map(|p| Ok(Bytes::from(p))).boxed();
    let got: Vec<_> = deltas(stream()).map(|e| e.unwrap().deltas).collect::<Vec<_>>().await.concat();
    assert_eq!(got, [Delta::Content("ab".into()), Delta::Done]);
    let got: Vec<_> =
        deltas_limited(stream(), Some(20)).map(|e| e.unwrap().deltas).collect::<Vec<_>>().await.concat();
    assert_eq!(got, [Delta::Other(json!({})), Delta::Done]);
}

#[test]
fn lines_of_any_pieces() {
    let text = "{\"a\":1}\r\n\nlonger than ten\n\u{e9}\nlast";
    let expected = [
        Line::Text(Bytes::from("{\"a\":1}")),
        Line::Text(Bytes::new()),
        Line::TooLong,
        Line::Text(Bytes::from("\u{e9}")),
        Line::Text(Bytes::from("last")),
    ];
    for size in 1..=text.len() {
        let mut lines = LineSplitter::new(Some(10));
        let mut got = Vec::new();
        text.as_bytes().chunks(size).for_each(|piece| lines.push(piece, |line| got.push(line)));
        got.extend(lines.finish());
        assert_eq!(got, expected, "pieces of {size}");
    }
}
