//! Prebuilt answers: every frame of every stream is built once, at start.

use crate::{BenchError, Result};

/// Longest answer that can be asked for.
pub const MAX_TOKENS: usize = 4_000;
/// Length of an answer whose prompt does not say `tokens=N`.
pub const DEFAULT_TOKENS: usize = 50;

const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\
                           Transfer-Encoding: chunked\r\n\r\n";
const NDJSON_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\
                           Transfer-Encoding: chunked\r\n\r\n";

/// Text of token `index`. The blank is in front, as with real tokenizers, so that trimming an answer that is cut at
/// any token changes nothing.
#[must_use]
pub fn token(index: usize) -> String {
    if index == 0 { "t0".to_owned() } else { format!(" t{index}") }
}

/// The whole answer of `tokens` tokens.
#[must_use]
pub fn answer(tokens: usize) -> String {
    (0..tokens.min(MAX_TOKENS)).map(token).collect()
}

/// The number of tokens that a prompt asks for by its last `tokens=N`.
#[must_use]
pub fn tokens_asked(prompt: &str) -> usize {
    let Some((_, rest)) = prompt.rsplit_once("tokens=") else { return DEFAULT_TOKENS };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().map_or(DEFAULT_TOKENS, |asked: usize| asked.clamp(1, MAX_TOKENS))
}

/// The wire form of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Server-sent events of the OpenAI API.
    OpenAi,
    /// JSON lines of Ollama.
    Ollama,
}

/// All bytes of one model's streams in one dialect.
#[derive(Debug)]
pub struct Script {
    /// Reply head and what comes before the first token.
    pub start: Vec<u8>,
    /// What comes after the last token.
    pub end: Vec<u8>,
    frames: Vec<u8>,
    ends: Vec<usize>,
}

impl Script {
    /// Builds the frames of a model.
    #[must_use]
    pub fn new(dialect: Dialect, model: &str) -> Self {
        let mut script = Self { start: Vec::new(), end: Vec::new(), frames: Vec::new(), ends: Vec::new() };
        let frame = |text: &str| match dialect {
            Dialect::OpenAi => openai_chunk(model, &format!(r#"{{"content":"{text}"}}"#), "null"),
            Dialect::Ollama => ollama_line(model, text, false),
        };
        for index in 0..MAX_TOKENS {
            put_chunk(&mut script.frames, &frame(&token(index)));
            script.ends.push(script.frames.len());
        }
        match dialect {
            Dialect::OpenAi => {
                script.start.extend_from_slice(STREAM_HEAD.as_bytes());
                let role = openai_chunk(model, r#"{"role":"assistant","content":""}"#, "null");
                put_chunk(&mut script.start, &role);
                put_chunk(&mut script.end, &openai_chunk(model, "{}", "\"stop\""));
                put_chunk(&mut script.end, "data: [DONE]\n\n");
            }
            Dialect::Ollama => {
                script.start.extend_from_slice(NDJSON_HEAD.as_bytes());
                put_chunk(&mut script.end, &ollama_line(model, "", true));
            }
        }
        script.end.extend_from_slice(b"0\r\n\r\n");
        script
    }

    /// The bytes of the tokens `from..to`.
    ///
    /// # Errors
    /// When there is no such token.
    pub fn tokens(&self, from: usize, to: usize) -> Result<&[u8]> {
        let start = if from == 0 { Some(0) } else { self.ends.get(from - 1).copied() };
        let end = to.checked_sub(1).and_then(|last| self.ends.get(last).copied());
        start
            .zip(end)
            .and_then(|(start, end)| self.frames.get(start..end))
            .ok_or_else(|| BenchError::Http(format!("no tokens {from}..{to}")))
    }
}

fn openai_chunk(model: &str, delta: &str, finish: &str) -> String {
    format!(
        r#"data: {{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"{model}","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
    ) + "\n\n"
}

fn ollama_line(model: &str, text: &str, done: bool) -> String {
    let end = if done {
        r#","done_reason":"stop","total_duration":1,"prompt_eval_count":1,"eval_count":1"#
    } else {
        ""
    };
    format!(
        r#"{{"model":"{model}","created_at":"2024-01-01T00:00:00Z","message":{{"role":"assistant","content":"{text}"}},"done":{done}{end}}}"#
    ) + "\n"
}

/// Appends `data` as one HTTP chunk.
fn put_chunk(out: &mut Vec<u8>, data: &str) {
    out.extend_from_slice(format!("{:x}\r\n{data}\r\n", data.len()).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_sets_the_length() {
        assert_eq!(tokens_asked("hello"), DEFAULT_TOKENS);
        assert_eq!(tokens_asked("tokens=3 then tokens=200, please"), 200);
        assert_eq!(tokens_asked("tokens=0"), 1);
        assert_eq!(tokens_asked("tokens=99999999"), MAX_TOKENS);
        assert_eq!(answer(3), "t0 t1 t2");
    }

    #[test]
    fn frames_are_cut_at_tokens() {
        let script = Script::new(Dialect::OpenAi, "m");
        let text = String::from_utf8(script.tokens(1, 3).unwrap().to_vec()).unwrap();
        assert!(text.contains("\" t1\"") && text.contains("\" t2\"") && !text.contains("t3"), "{text}");
        assert!(script.tokens(MAX_TOKENS - 1, MAX_TOKENS).is_ok());
        assert!(script.tokens(0, MAX_TOKENS + 1).is_err());
    }
}
