//! Cheap reading of a streamed completion: the text of the `delta.content` fields, without parsing whole chunks.

use crate::client::find;
use crate::{BenchError, Result};

/// Collects the answer of one event stream, fed piece by piece.
#[derive(Debug, Default)]
pub struct AnswerStream {
    line: Vec<u8>,
    text: String,
    tokens: u64,
    done: bool,
}

impl AnswerStream {
    /// Takes the next bytes of the body, wherever they are cut.
    pub fn push(&mut self, mut piece: &[u8]) {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            if self.line.is_empty() {
                self.take_line(&piece[..end]);
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(&piece[..end]);
                self.take_line(&line);
                line.clear();
                self.line = line;
            }
            piece = &piece[end + 1..];
        }
        self.line.extend_from_slice(piece);
    }

    /// Number of chunks that carried text.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// Checks that the whole answer arrived.
    ///
    /// # Errors
    /// When the text differs or the end mark is missing.
    pub fn check(&self, expected: &str) -> Result<()> {
        if self.text != expected {
            let same = self.text.bytes().zip(expected.bytes()).take_while(|(got, want)| got == want).count();
            return Err(BenchError::Answer(format!(
                "{} bytes instead of {}, the first {same} are right",
                self.text.len(),
                expected.len()
            )));
        }
        if !self.done {
            return Err(BenchError::Answer("the stream has no [DONE]".to_owned()));
        }
        Ok(())
    }

    fn take_line(&mut self, line: &[u8]) {
        let Some(data) = line.strip_prefix(b"data:") else { return };
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            self.done = true;
        } else if let Some(content) = content_of(data).filter(|content| !content.is_empty()) {
            self.text.push_str(&content);
            self.tokens += 1;
        }
    }
}

/// The first `"content": "…"` of a chunk.
fn content_of(data: &[u8]) -> Option<String> {
    let key = b"\"content\":";
    let rest = data[find(data, key)? + key.len()..].trim_ascii_start().strip_prefix(b"\"")?;
    let mut end = 0;
    while *rest.get(end)? != b'"' {
        end += if rest[end] == b'\\' { 2 } else { 1 };
    }
    let raw = &rest[..end];
    if raw.contains(&b'\\') {
        let quoted = [b"\"", raw, b"\""].concat();
        return serde_json::from_slice(&quoted).ok();
    }
    std::str::from_utf8(raw).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = concat!(
        "data: {\"sources\":[]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"He\"}}]}\r\n\r\n",
        ": a comment\n\n",
        "data: {\"choices\": [{\"delta\": {\"content\": \"ll\\\"\\u00f6\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: [DONE]\n\n",
    );

    #[test]
    fn the_text_is_the_same_wherever_the_bytes_are_cut() {
        for size in 1..STREAM.len() {
            let mut answer = AnswerStream::default();
            STREAM.as_bytes().chunks(size).for_each(|piece| answer.push(piece));
            assert_eq!(answer.tokens(), 2);
            answer.check("Hell\"ö").unwrap();
        }
    }

    #[test]
    fn a_lost_or_doubled_token_is_noticed() {
        let mut answer = AnswerStream::default();
        answer.push(STREAM.as_bytes());
        assert!(answer.check("Hell").is_err());
        assert!(answer.check("Hell\"öö").is_err());
    }

    #[test]
    fn a_stream_without_its_end_is_noticed() {
        let mut answer = AnswerStream::default();
        answer.push(STREAM.replace("[DONE]", "{}").as_bytes());
        assert!(answer.check("Hell\"ö").is_err());
    }
}
