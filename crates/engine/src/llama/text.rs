//! From bytes of tokens to text that can be sent: whole characters only, and nothing that may become a stop text.

use crate::answer::overlap;

/// Collects the bytes of tokens and gives out what is certain.
#[derive(Debug, Default)]
pub(crate) struct TextOut {
    /// Bytes of a character that is not whole yet.
    bytes: Vec<u8>,
    /// Text that may be the begin of a stop text.
    held: String,
    stop: Vec<String>,
}

impl TextOut {
    pub(crate) fn new(stop: Vec<String>) -> Self {
        Self { stop, ..Self::default() }
    }

    /// Adds the bytes of a token. Answers the text that is certain now, and whether a stop text ended the answer.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> (String, bool) {
        self.bytes.extend_from_slice(bytes);
        self.take_characters();
        if self.stop.is_empty() {
            return (std::mem::take(&mut self.held), false);
        }
        if let Some(at) = self.stop.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let keep = self.stop.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let certain = self.held.len() - keep;
        let rest = self.held.split_off(certain);
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// The rest, when the answer ends by itself.
    pub(crate) fn finish(&mut self) -> String {
        let mut rest = std::mem::take(&mut self.held);
        if !self.bytes.is_empty() {
            rest.push(char::REPLACEMENT_CHARACTER);
            self.bytes.clear();
        }
        rest
    }

    /// Moves whole characters from `bytes` to `held`; impossible bytes become the replacement character.
    fn take_characters(&mut self) {
        loop {
            match std::str::from_utf8(&self.bytes) {
                Ok(text) => {
                    self.held.push_str(text);
                    self.bytes.clear();
                    return;
                }
                Err(error) => {
                    let (whole, rest) = self.bytes.split_at(error.valid_up_to());
                    self.held.push_str(&String::from_utf8_lossy(whole));
                    let Some(bad) = error.error_len() else {
                        self.bytes = rest.to_vec();
                        return;
                    };
                    self.held.push(char::REPLACEMENT_CHARACTER);
                    self.bytes = rest[bad..].to_vec();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_arrive_whole() {
        let mut out = TextOut::default();
        let bytes = "é漢😀".as_bytes();
        let mut text = String::new();
        for byte in bytes {
            let (piece, stopped) = out.push(&[*byte]);
            assert!(!stopped && !piece.contains(char::REPLACEMENT_CHARACTER));
            text += &piece;
        }
        assert_eq!(text + &out.finish(), "é漢😀");
    }

    #[test]
    fn broken_bytes_are_replaced() {
        let mut out = TextOut::default();
        assert_eq!(out.push(b"a\xffb").0, "a\u{fffd}b");
        assert_eq!(out.push(b"\xe6\xbc").0, "");
        assert_eq!(out.finish(), "\u{fffd}");
    }

    #[test]
    fn stop_texts_are_held_back_and_cut_off() {
        let mut out = TextOut::new(vec!["<end>".to_owned(), "STOP".to_owned()]);
        assert_eq!(out.push(b"one <"), ("one ".to_owned(), false));
        assert_eq!(out.push(b"en"), (String::new(), false));
        assert_eq!(out.push(b"try ST"), ("<entry ".to_owned(), false));
        assert_eq!(out.push(b"OP and more"), (String::new(), true));
        let mut out = TextOut::new(vec!["é!".to_owned()]);
        assert_eq!(out.push("caf\u{e9}".as_bytes()), ("caf".to_owned(), false));
        assert_eq!(out.finish(), "é");
    }
}
