//! Folding deltas into the message's content.
//!
//! The content is a list of blocks. Closed blocks are kept serialised, so that a delta costs no more than its own
//! length; the whole is only put together for a snapshot or a save.

use std::time::Instant;

use crate::reasoning::{Encloses, Pair, Piece, Scanner};

/// What a delta did to the content.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Text added at the very end of the serialised content.
    pub appended: String,
    /// Text added to an open reasoning block.
    pub reasoning: String,
    /// Something else changed: only the whole content tells it.
    pub structural: bool,
}

impl Change {
    fn add(&mut self, other: Self) {
        // Text that follows a structural change in the same step is part of the whole that has to be sent anyway.
        self.structural |= other.structural;
        self.appended.push_str(&other.appended);
        self.reasoning.push_str(&other.reasoning);
    }
}

enum Block {
    Text(String),
    Reasoning { text: String, since: Instant, by_tag: bool },
    Solution(String),
}

/// The content of a message while it grows.
pub(crate) struct Fold {
    closed: String,
    open: Block,
    scanner: Scanner,
}

impl Fold {
    /// Starts with what the message already holds; new text is added to it.
    pub fn new(existing: String, pairs: Vec<Pair>) -> Self {
        Self { closed: String::new(), open: Block::Text(existing), scanner: Scanner::new(pairs) }
    }

    /// Adds ordinary content, in which tags may open and close blocks.
    pub fn content(&mut self, text: &str) -> Change {
        let mut change = Change::default();
        if matches!(self.open, Block::Reasoning { by_tag: false, .. }) && !text.is_empty() {
            self.close(Block::Text(String::new()));
            change.structural = true;
        }
        for piece in self.scanner.push(text) {
            change.add(self.piece(piece));
        }
        change
    }

    /// Adds reasoning that the provider marks as such.
    pub fn reasoning(&mut self, text: &str) -> Change {
        if text.is_empty() {
            return Change::default();
        }
        if let Block::Reasoning { text: open, .. } = &mut self.open {
            open.push_str(text);
            return Change { reasoning: text.to_string(), ..Change::default() };
        }
        self.close(Block::Reasoning { text: text.to_string(), since: Instant::now(), by_tag: false });
        Change { reasoning: text.to_string(), structural: true, ..Change::default() }
    }

    /// Ends the content: open blocks are closed, the last text is stripped.
    pub fn finish(&mut self) {
        for piece in self.scanner.finish() {
            self.piece(piece);
        }
        self.close(Block::Text(String::new()));
    }

    /// The whole serialised content. Not stripped at its end, so that later deltas fit.
    pub fn whole(&self) -> String {
        let mut whole = self.closed.clone();
        match &self.open {
            Block::Text(text) => whole.push_str(text),
            block => whole.push_str(&serialise(block, false)),
        }
        whole
    }

    /// Roughly the length of the whole content in bytes.
    pub fn len(&self) -> usize {
        let open = match &self.open {
            Block::Text(text) | Block::Solution(text) | Block::Reasoning { text, .. } => text.len(),
        };
        self.closed.len() + open
    }

    /// The content as it is stored at the end.
    pub fn stored(&self) -> String {
        self.whole().trim().to_string()
    }

    fn piece(&mut self, piece: Piece) -> Change {
        match piece {
            Piece::Text(text) => match &mut self.open {
                Block::Text(open) => {
                    open.push_str(&text);
                    Change { appended: text, ..Change::default() }
                }
                Block::Reasoning { text: open, .. } => {
                    open.push_str(&text);
                    Change { reasoning: text, ..Change::default() }
                }
                Block::Solution(open) => {
                    open.push_str(&text);
                    Change { structural: true, ..Change::default() }
                }
            },
            Piece::Open(Encloses::Reasoning) => {
                self.close(Block::Reasoning { text: String::new(), since: Instant::now(), by_tag: true });
                Change { structural: true, ..Change::default() }
            }
            Piece::Open(Encloses::Solution) => {
                self.close(Block::Solution(String::new()));
                Change { structural: true, ..Change::default() }
            }
            Piece::Close => {
                self.close(Block::Text(String::new()));
                Change { structural: true, ..Change::default() }
            }
        }
    }

    /// Closes the open block and opens another; empty blocks leave no trace.
    fn close(&mut self, next: Block) {
        let block = std::mem::replace(&mut self.open, next);
        let text = serialise(&block, true);
        if !text.is_empty() {
            self.closed.push_str(&text);
            self.closed.push('\n');
        }
    }
}

fn serialise(block: &Block, done: bool) -> String {
    match block {
        Block::Text(text) => text.trim().to_string(),
        Block::Solution(text) if text.trim().is_empty() => String::new(),
        Block::Solution(text) => format!("solution: {}", text.trim()),
        Block::Reasoning { text, .. } if text.trim().is_empty() => String::new(),
        Block::Reasoning { text, since, .. } => {
            let quoted = quote(text.trim());
            if !done {
                return format!(
                    "<details type=\"reasoning\" done=\"false\">\n<summary>Thinking…</summary>\n{quoted}\n</details>"
                );
            }
            let seconds = since.elapsed().as_secs();
            format!(
                "<details type=\"reasoning\" done=\"true\" duration=\"{seconds}\">\n<summary>Thought for {seconds} \
                 seconds</summary>\n{quoted}\n</details>"
            )
        }
    }
}

/// Each line as a quotation, safe inside of HTML.
fn quote(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = if line.starts_with('>') { line.to_string() } else { format!("> {line}") };
        escape(&line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Escapes text for HTML content and attribute values.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasoning::pairs;

    fn fold(existing: &str) -> Fold {
        Fold::new(existing.to_string(), pairs(None))
    }

    #[test]
    fn text_is_appended_to_what_is_there() {
        let mut fold = fold("Start. ");
        assert_eq!(fold.content("And").appended, "And");
        assert_eq!(fold.content(" more \n").appended, " more \n");
        assert_eq!(fold.whole(), "Start. And more \n");
        fold.finish();
        assert_eq!(fold.stored(), "Start. And more");
    }

    #[test]
    fn reasoning_becomes_a_folded_block() {
        let mut fold = fold("");
        assert!(fold.reasoning("why <b>\nnot").structural);
        assert!(
            fold.whole().contains("done=\"false\"") && fold.whole().contains("&gt; why &lt;b&gt;\n&gt; not")
        );
        let change = fold.content("Because.");
        assert!(change.structural);
        fold.finish();
        let text = fold.stored();
        assert!(text.starts_with("<details type=\"reasoning\" done=\"true\" duration=\"0\">"), "{text}");
        assert!(text.ends_with("</details>\nBecause."), "{text}");
    }

    #[test]
    fn deltas_rebuild_the_whole() {
        let parts = ["a <thi", "nk>x", "y</think>", "\nb", " c", "<think></think>d"];
        let mut fold = fold("");
        let mut seen = String::new();
        for part in parts {
            let change = fold.content(part);
            if change.structural || !change.reasoning.is_empty() {
                seen = fold.whole();
            } else {
                seen.push_str(&change.appended);
            }
            assert_eq!(seen, fold.whole());
        }
        fold.finish();
        assert!(fold.stored().ends_with("b c\nd"), "{}", fold.stored());
    }
}
