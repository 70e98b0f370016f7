//! Cuts a stream of bytes into lines, wherever the pieces happen to end.

use bytes::{Bytes, BytesMut};

/// Longest line when the operator sets no limit: room for large images, an end to runaway servers. Bytes.
pub(crate) const LONGEST_LINE: usize = 256 << 20;

/// Cuts pieces into lines. Every byte is looked at once, so that a long line in many pieces costs no more than a
/// short one.
pub struct LineSplitter {
    pending: BytesMut,
    max: usize,
    skipping: bool,
}

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// The text of the line.
    Text(Bytes),
    /// The line was longer than the limit and is gone.
    TooLong,
}

impl LineSplitter {
    /// `max`: longest line in bytes; longer ones are reported as [`Line::TooLong`].
    pub fn new(max: Option<usize>) -> Self {
        LineSplitter { pending: BytesMut::new(), max: max.unwrap_or(LONGEST_LINE), skipping: false }
    }

    /// Takes a piece and hands over the lines that end in it.
    pub fn push(&mut self, mut piece: &[u8], mut line: impl FnMut(Line)) {
        while let Some(end) = piece.iter().position(|b| *b == b'\n') {
            self.keep(&piece[..end]);
            line(self.take());
            piece = &piece[end + 1..];
        }
        self.keep(piece);
    }

    /// The last line, when the stream does not end with a line end.
    pub fn finish(&mut self) -> Option<Line> {
        (self.skipping || !self.pending.is_empty()).then(|| self.take())
    }

    fn keep(&mut self, part: &[u8]) {
        if self.skipping || self.pending.len() + part.len() > self.max {
            self.skipping = true;
            self.pending = BytesMut::new();
        } else {
            self.pending.extend_from_slice(part);
        }
    }

    fn take(&mut self) -> Line {
        if std::mem::take(&mut self.skipping) {
            return Line::TooLong;
        }
        if self.pending.last() == Some(&b'\r') {
            self.pending.truncate(self.pending.len() - 1);
        }
        Line::Text(self.pending.split().freeze())
    }
}
