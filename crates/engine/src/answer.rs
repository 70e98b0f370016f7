//! Reads the text of a model: what it thinks aloud, what it says, and which tools it calls.
//!
//! Models mark these in a few common ways; what is marked in none of them is content. Text is passed on as soon as it is
//! certain that no mark begins in it.

use serde_json::{Map, Value};

const THINK: &str = "<think>";
const THINK_END: &str = "</think>";
const TOOL: &str = "<tool_call>";
const TOOL_END: &str = "</tool_call>";
/// Behind these the rest of the answer is a call, or a list of calls.
const TOOLS_FOLLOW: [&str; 2] = ["[TOOL_CALLS]", "<|python_tag|>"];

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Content(String),
    Thinking(String),
    Call { name: String, arguments: Map<String, Value> },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Nothing but white space so far.
    Begin,
    /// White space in front of the thoughts is dropped.
    ThoughtBegin,
    Thinking,
    /// White space behind the thoughts is dropped.
    ThoughtEnd,
    Content,
    /// Inside `<tool_call>`.
    Call,
    /// The rest is a call or a list of calls.
    Calls,
}

/// Takes the text in and gives pieces out.
pub(crate) struct Reader {
    state: State,
    held: String,
    tools: bool,
    think: bool,
}

impl Reader {
    /// `tools`: calls are looked for. `think`: thoughts are told apart. `thinking`: the prompt has opened them already.
    pub(crate) fn new(tools: bool, think: bool, thinking: bool) -> Self {
        let state = if think && thinking { State::ThoughtBegin } else { State::Begin };
        Self { state, held: String::new(), tools, think }
    }

    /// Takes text in.
    pub(crate) fn push(&mut self, text: &str) -> Vec<Piece> {
        self.held.push_str(text);
        let mut pieces = Vec::new();
        while self.step(&mut pieces) {}
        pieces
    }

    /// What is left at the end.
    pub(crate) fn finish(&mut self) -> Vec<Piece> {
        let rest = std::mem::take(&mut self.held);
        match self.state {
            State::Thinking => some(Piece::Thinking, rest),
            State::Call | State::Calls => calls(&rest).unwrap_or_else(|| some(Piece::Content, rest)),
            State::Begin if self.tools && rest.trim_start().starts_with(['{', '[']) => {
                calls(&rest).unwrap_or_else(|| some(Piece::Content, rest))
            }
            _ => some(Piece::Content, rest),
        }
    }

    /// Goes one state further; `false` when more text is needed.
    fn step(&mut self, pieces: &mut Vec<Piece>) -> bool {
        match self.state {
            State::Begin => self.begin(),
            State::ThoughtBegin => self.skip_space(State::Thinking),
            State::Thinking => self.until(THINK_END, State::ThoughtEnd, Piece::Thinking, pieces),
            State::ThoughtEnd => self.skip_space(State::Begin),
            State::Content => self.content(pieces),
            State::Call => self.call(pieces),
            State::Calls => false,
        }
    }

    fn enter_if(&mut self, condition: bool, state: State) -> bool {
        if condition {
            self.state = state;
        }
        condition
    }

    fn skip_space(&mut self, next: State) -> bool {
        self.held = self.held.trim_start().to_owned();
        self.enter_if(!self.held.is_empty(), next)
    }

    fn begin(&mut self) -> bool {
        let text = self.held.trim_start();
        if text.is_empty() {
            return false;
        }
        if self.think {
            if let Some(rest) = text.strip_prefix(THINK) {
                self.held = rest.to_owned();
                return self.enter_if(true, State::ThoughtBegin);
            }
            if THINK.starts_with(text) {
                return false;
            }
        }
        // a bare object may be a call: that is known at the end only
        if self.tools && text.starts_with('{') {
            return false;
        }
        self.enter_if(true, State::Content)
    }

    fn content(&mut self, pieces: &mut Vec<Piece>) -> bool {
        if !self.tools {
            pieces.extend(some(Piece::Content, std::mem::take(&mut self.held)));
            return false;
        }
        let marks = TOOLS_FOLLOW.iter().copied().chain([TOOL]);
        let found = marks.clone().filter_map(|mark| Some((self.held.find(mark)?, mark))).min();
        if let Some((at, mark)) = found {
            let rest = self.held.split_off(at + mark.len());
            self.held.truncate(at);
            let before = self.held.trim_end().to_owned();
            pieces.extend(some(Piece::Content, before));
            self.held = rest;
            return self.enter_if(true, if mark == TOOL { State::Call } else { State::Calls });
        }
        // white space in front of a call is no content either
        let keep = marks.map(|mark| overlap(&self.held, mark)).max().unwrap_or(0);
        let certain = self.held[..self.held.len() - keep].trim_end().len();
        let rest = self.held.split_off(certain);
        pieces.extend(some(Piece::Content, std::mem::replace(&mut self.held, rest)));
        false
    }

    fn call(&mut self, pieces: &mut Vec<Piece>) -> bool {
        let Some(at) = self.held.find(TOOL_END) else { return false };
        let rest = self.held.split_off(at + TOOL_END.len());
        self.held.truncate(at);
        let text = std::mem::replace(&mut self.held, rest.trim_start().to_owned());
        pieces.extend(calls(&text).unwrap_or_else(|| some(Piece::Content, text)));
        self.enter_if(true, State::Content)
    }

    /// Passes text on until `mark`.
    fn until(
        &mut self,
        mark: &str,
        next: State,
        piece: impl Fn(String) -> Piece,
        pieces: &mut Vec<Piece>,
    ) -> bool {
        if let Some(at) = self.held.find(mark) {
            let rest = self.held.split_off(at + mark.len());
            self.held.truncate(at);
            pieces.extend(some(piece, std::mem::replace(&mut self.held, rest)));
            return self.enter_if(true, next);
        }
        let keep = overlap(&self.held, mark);
        let rest = self.held.split_off(self.held.len() - keep);
        pieces.extend(some(piece, std::mem::replace(&mut self.held, rest)));
        false
    }
}

fn some(piece: impl Fn(String) -> Piece, text: String) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![piece(text)] }
}

/// Length of the longest end of `text` that `mark` begins with.
pub(crate) fn overlap(text: &str, mark: &str) -> usize {
    let begins = mark.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
    begins.filter(|at| text.ends_with(&mark[..*at])).max().unwrap_or(0)
}

/// The calls that a text holds: JSON objects with a name, alone, in a list, or one after the other; none when it holds
/// anything else.
fn calls(text: &str) -> Option<Vec<Piece>> {
    let mut found = Vec::new();
    let mut values = serde_json::Deserializer::from_str(text.trim()).into_iter::<Value>();
    for value in &mut values {
        match value.ok()? {
            Value::Array(list) => {
                for value in list {
                    found.push(call(value)?);
                }
            }
            value => found.push(call(value)?),
        }
    }
    (!found.is_empty()).then_some(found)
}

fn call(value: Value) -> Option<Piece> {
    let Value::Object(mut fields) = value else { return None };
    if let Some(Value::Object(function)) = fields.shift_remove("function") {
        fields = function;
    }
    let name = fields.get("name")?.as_str()?.to_owned();
    let arguments = match fields.shift_remove("arguments").or_else(|| fields.shift_remove("parameters")) {
        Some(Value::Object(arguments)) => arguments,
        Some(Value::String(text)) => serde_json::from_str(&text).ok()?,
        None => Map::new(),
        Some(_) => return None,
    };
    Some(Piece::Call { name, arguments })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Content, thoughts and calls.
    type Read = (String, String, Vec<(String, Value)>);

    /// The pieces joined by kind, whatever way the text was cut.
    fn read(text: &str, tools: bool, thinking: bool) -> Read {
        let mut seen: Option<Read> = None;
        for size in [1, 3, 1000] {
            let mut reader = Reader::new(tools, true, thinking);
            let (mut content, mut thoughts, mut found) = (String::new(), String::new(), Vec::new());
            let letters: Vec<char> = text.chars().collect();
            let mut pieces: Vec<Piece> =
                letters.chunks(size).flat_map(|part| reader.push(&part.iter().collect::<String>())).collect();
            pieces.extend(reader.finish());
            for piece in pieces {
                match piece {
                    Piece::Content(text) => content += &text,
                    Piece::Thinking(text) => thoughts += &text,
                    Piece::Call { name, arguments } => found.push((name, Value::Object(arguments))),
                }
            }
            let now = (content, thoughts, found);
            assert_eq!(*seen.get_or_insert_with(|| now.clone()), now, "cut into pieces of {size}");
        }
        seen.unwrap()
    }

    #[test]
    fn thoughts_and_content() {
        assert_eq!(
            read("<think>\nhm < 3</think>\n\nYes", false, false),
            ("Yes".into(), "hm < 3".into(), vec![])
        );
        assert_eq!(read("hm</think>Yes", false, true), ("Yes".into(), "hm".into(), vec![]));
        assert_eq!(read("a <think> b", false, false), ("a <think> b".into(), String::new(), vec![]));
        assert_eq!(read("<thin air", false, false), ("<thin air".into(), String::new(), vec![]));
    }

    #[test]
    fn calls_in_their_common_marks() {
        let call = (String::new(), String::new(), vec![("f".to_owned(), json!({"x": 1}))]);
        for text in [
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>",
            "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"x\": 1}}]",
            "{\"name\": \"f\", \"parameters\": {\"x\": 1}}",
            "<|python_tag|>{\"name\": \"f\", \"arguments\": \"{\\\"x\\\": 1}\"}",
            "<tool_call>{\"function\": {\"name\": \"f\", \"arguments\": {\"x\": 1}}}",
        ] {
            assert_eq!(read(text, true, false), call, "{text}");
        }
        let two = "Both.\n<tool_call>{\"name\":\"a\"}</tool_call>\n<tool_call>{\"name\":\"b\"}</tool_call>";
        let (content, _, found) = read(two, true, false);
        assert_eq!((content.as_str(), found.len()), ("Both.", 2));
    }

    #[test]
    fn what_is_no_call_is_content() {
        for text in ["{\"a\": 1}", "<tool_call>nonsense</tool_call>", "a < b and [x]", "{ not json"] {
            let (content, _, found) = read(text, true, false);
            assert!(found.is_empty() && !content.is_empty(), "{text}");
        }
        assert_eq!(read("<tool_call>{\"name\":\"f\"}</tool_call>", false, false).2, vec![]);
    }
}
