//! Server-sent events, read incrementally.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};

use crate::delta::Event;
use crate::error::Result;
use crate::lines::{Line, LineSplitter};
use crate::upstream::ByteStream;

/// Collects the `data` of events out of pieces that may end anywhere.
///
/// An event ends at an empty line. Some servers leave that line out and send one JSON document per `data` line, so
/// that a document that is complete ends the event too; one that goes on over several `data` lines is put together.
pub struct SseReader {
    lines: LineSplitter,
    events: Events,
}

#[derive(Default)]
struct Events {
    data: BytesMut,
    nesting: Nesting,
    ready: VecDeque<Bytes>,
}

impl SseReader {
    /// `max_line`: longest line in bytes; longer ones become an event `{}`.
    pub fn new(max_line: Option<usize>) -> Self {
        SseReader { lines: LineSplitter::new(max_line), events: Events::default() }
    }

    /// Takes a piece of the stream.
    pub fn push(&mut self, piece: &[u8]) {
        let events = &mut self.events;
        self.lines.push(piece, |line| events.line(line));
    }

    /// The stream has ended: what is left counts as an event.
    pub fn finish(&mut self) {
        if let Some(line) = self.lines.finish() {
            self.events.line(line);
        }
        self.events.dispatch();
    }

    /// The next complete event.
    pub fn pop(&mut self) -> Option<Bytes> {
        self.events.ready.pop_front()
    }
}

impl Events {
    fn line(&mut self, line: Line) {
        match line {
            Line::TooLong => {
                self.data.clear();
                self.nesting = Nesting::default();
                self.ready.push_back(Bytes::from_static(b"{}"));
            }
            Line::Text(text) if text.is_empty() => self.dispatch(),
            Line::Text(text) => {
                // other fields (event, id, retry) and comments say nothing that is used here
                let Some(data) = text.strip_prefix(b"data:") else { return };
                let data = data.strip_prefix(b" ").unwrap_or(data);
                self.data(text.slice_ref(data));
            }
        }
    }

    fn data(&mut self, line: Bytes) {
        self.nesting.read(&line);
        if self.data.is_empty() && self.nesting.closed() {
            self.nesting = Nesting::default();
            self.ready.push_back(line);
            return;
        }
        if !self.data.is_empty() {
            self.data.extend_from_slice(b"\n");
        }
        self.data.extend_from_slice(&line);
        if self.nesting.closed() {
            self.dispatch();
        }
    }

    fn dispatch(&mut self) {
        self.nesting = Nesting::default();
        if !self.data.is_empty() {
            self.ready.push_back(self.data.split().freeze());
        }
    }
}

/// How deep inside a JSON document the text read so far ends.
#[derive(Default)]
struct Nesting {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    fn read(&mut self, text: &[u8]) {
        for byte in text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'{' | b'[' if !self.in_string => self.depth += 1,
                b'}' | b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    fn closed(&self) -> bool {
        self.depth == 0 && !self.in_string
    }
}

/// Reads the events of a streamed completion. Events that are no JSON are skipped.
pub fn deltas(stream: ByteStream) -> impl Stream<Item = Result<Event>> + Send {
    deltas_limited(stream, None)
}

/// As [`deltas`]; lines longer than `max_line` bytes are dropped.
pub fn deltas_limited(
    stream: ByteStream,
    max_line: Option<usize>,
) -> impl Stream<Item = Result<Event>> + Send {
    let state = (stream, SseReader::new(max_line), false);
    futures::stream::unfold(state, |(mut stream, mut reader, mut ended)| async move {
        loop {
            while let Some(raw) = reader.pop() {
                if let Some(event) = Event::parse(raw) {
                    return Some((Ok(event), (stream, reader, ended)));
                }
            }
            if ended {
                return None;
            }
            match stream.next().await {
                Some(Ok(piece)) => reader.push(&piece),
                Some(Err(e)) => return Some((Err(e), (stream, reader, true))),
                None => {
                    reader.finish();
                    ended = true;
                }
            }
        }
    })
    .boxed()
}

/// Passes a stream of events on, with lines longer than `max` bytes replaced by an empty event.
pub(crate) fn limit_lines(stream: ByteStream, max: usize) -> ByteStream {
    let state = (stream, LineSplitter::new(Some(max)), false);
    futures::stream::unfold(state, |(mut stream, mut lines, mut ended)| async move {
        while !ended {
            let mut out = BytesMut::new();
            match stream.next().await {
                Some(Ok(piece)) => lines.push(&piece, |line| write_line(&mut out, line)),
                Some(Err(e)) => return Some((Err(e), (stream, lines, true))),
                None => {
                    ended = true;
                    if let Some(line) = lines.finish() {
                        write_line(&mut out, line);
                    }
                }
            }
            if !out.is_empty() {
                return Some((Ok(out.freeze()), (stream, lines, ended)));
            }
        }
        None
    })
    .boxed()
}

fn write_line(out: &mut BytesMut, line: Line) {
    match line {
        Line::Text(text) => out.extend_from_slice(&text),
        Line::TooLong => out.extend_from_slice(b"data: {}"),
    }
    out.extend_from_slice(b"\n");
}
