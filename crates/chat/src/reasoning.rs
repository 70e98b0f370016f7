//! Finding reasoning and solution tags in text that arrives in pieces.
//!
//! Work is proportional to the new text: only a tail that may become a tag is held back and looked at again.

use serde_json::Value;

/// A tag with attributes may be this long before it counts as ordinary text.
const LONGEST_TAG: usize = 256;

/// What a pair of tags encloses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encloses {
    Reasoning,
    Solution,
}

/// A start tag, its end tag, and what stands between them.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    start: String,
    end: String,
    encloses: Encloses,
}

impl Pair {
    fn new(start: &str, end: &str, encloses: Encloses) -> Self {
        Self { start: start.to_string(), end: end.to_string(), encloses }
    }
}

const DEFAULT_REASONING: [(&str, &str); 8] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reason>", "</reason>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<Thought>", "</Thought>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("◁think▷", "◁/think▷"),
];

/// The pairs a request asks for: `[start, end]` is that pair alone, `false` none, anything else the defaults.
pub(crate) fn pairs(wanted: Option<&Value>) -> Vec<Pair> {
    let mut pairs = match wanted {
        Some(Value::Bool(false)) => return Vec::new(),
        Some(Value::Array(pair)) if pair.len() == 2 => {
            let (start, end) = (pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default());
            if start.is_empty() || end.is_empty() {
                Vec::new()
            } else {
                vec![Pair::new(start, end, Encloses::Reasoning)]
            }
        }
        _ => DEFAULT_REASONING.iter().map(|(s, e)| Pair::new(s, e, Encloses::Reasoning)).collect(),
    };
    pairs.push(Pair::new("<|begin_of_solution|>", "<|end_of_solution|>", Encloses::Solution));
    pairs
}

/// A piece of the text, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text outside or inside of a block.
    Text(String),
    /// A block begins.
    Open(Encloses),
    /// The block ends.
    Close,
}

/// The state between two pieces of text.
pub(crate) struct Scanner {
    pairs: Vec<Pair>,
    inside: Option<usize>,
    held: String,
}

/// What the text at some position is.
enum Match {
    No,
    /// The rest of the text may be the beginning of a tag.
    Maybe,
    /// A tag of this many bytes, of that pair.
    Tag(usize, usize),
}

impl Scanner {
    pub fn new(pairs: Vec<Pair>) -> Self {
        Self { pairs, inside: None, held: String::new() }
    }

    /// Takes new text and gives the pieces that are certain now.
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        let mut buffer = std::mem::take(&mut self.held);
        buffer.push_str(text);
        let mut pieces = Vec::new();
        let mut from = 0;
        'text: while from < buffer.len() {
            for (at, _) in buffer[from..].char_indices().map(|(i, c)| (i + from, c)) {
                match self.at(&buffer[at..]) {
                    Match::No => {}
                    Match::Maybe => {
                        add_text(&mut pieces, &buffer[from..at]);
                        self.held = buffer[at..].to_string();
                        return pieces;
                    }
                    Match::Tag(length, pair) => {
                        add_text(&mut pieces, &buffer[from..at]);
                        from = at + length;
                        pieces.push(self.cross(pair));
                        continue 'text;
                    }
                }
            }
            add_text(&mut pieces, &buffer[from..]);
            break;
        }
        pieces
    }

    /// The text has ended: what was held back is text after all.
    pub fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        add_text(&mut pieces, &std::mem::take(&mut self.held));
        pieces
    }

    fn cross(&mut self, pair: usize) -> Piece {
        if self.inside.take().is_some() {
            return Piece::Close;
        }
        self.inside = Some(pair);
        Piece::Open(self.pairs[pair].encloses)
    }

    fn at(&self, rest: &str) -> Match {
        if let Some(pair) = self.inside {
            return tag(rest, &self.pairs[pair].end, pair, false);
        }
        let mut maybe = false;
        for (i, pair) in self.pairs.iter().enumerate() {
            match tag(rest, &pair.start, i, true) {
                Match::No => {}
                Match::Maybe => maybe = true,
                found => return found,
            }
        }
        if maybe { Match::Maybe } else { Match::No }
    }
}

fn tag(rest: &str, tag: &str, pair: usize, attributes: bool) -> Match {
    if rest.starts_with(tag) {
        return Match::Tag(tag.len(), pair);
    }
    if tag.starts_with(rest) {
        return Match::Maybe;
    }
    // `<think key="value">`
    let Some(name) = tag.strip_suffix('>').filter(|n| attributes && n.starts_with('<') && !n.ends_with('|'))
    else {
        return Match::No;
    };
    match rest.strip_prefix(name) {
        Some(after) if after.starts_with(char::is_whitespace) => match after.find('>') {
            Some(end) if end < LONGEST_TAG => Match::Tag(name.len() + end + 1, pair),
            None if after.len() < LONGEST_TAG => Match::Maybe,
            _ => Match::No,
        },
        _ => Match::No,
    }
}

fn add_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(parts: &[&str]) -> Vec<Piece> {
        let mut scanner = Scanner::new(pairs(None));
        let mut all: Vec<Piece> = Vec::new();
        for piece in parts.iter().flat_map(|p| scanner.push(p)).collect::<Vec<_>>() {
            match (all.last_mut(), piece) {
                (Some(Piece::Text(a)), Piece::Text(b)) => a.push_str(&b),
                (_, piece) => all.push(piece),
            }
        }
        for piece in scanner.finish() {
            match (all.last_mut(), piece) {
                (Some(Piece::Text(a)), Piece::Text(b)) => a.push_str(&b),
                (_, piece) => all.push(piece),
            }
        }
        all
    }

    #[test]
    fn tags_are_found_wherever_the_text_is_cut() {
        let text = "a < b <think kind=\"x\">why</think>\n◁think▷two◁/think▷ done <thin";
        let whole = run(&[text]);
        assert_eq!(whole[1], Piece::Open(Encloses::Reasoning));
        assert_eq!(whole[2], Piece::Text("why".into()));
        for (cut, _) in text.char_indices() {
            assert_eq!(run(&[&text[..cut], &text[cut..]]), whole, "cut at {cut}");
        }
        let single: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(run(&single.iter().map(String::as_str).collect::<Vec<_>>()), whole);
    }

    #[test]
    fn a_request_may_choose_its_tags() {
        let mut none = Scanner::new(pairs(Some(&json!(false))));
        assert_eq!(none.push("<think>x"), vec![Piece::Text("<think>x".into())]);
        let mut own = Scanner::new(pairs(Some(&json!(["[[", "]]"]))));
        assert_eq!(own.push("[[x]]")[0], Piece::Open(Encloses::Reasoning));
    }

    #[test]
    fn ordinary_text_is_not_held_back() {
        let mut scanner = Scanner::new(pairs(None));
        assert_eq!(scanner.push("1 < 2 and <b>"), vec![Piece::Text("1 < 2 and <b>".into())]);
    }
}
