//! Tokens: which bytes they stand for, and which of them are signs to the model.
//!
//! The pieces of text are written in the byte-level alphabet of GPT-2: each byte has a printable letter of its own.
//! Only decoding is needed, so the merges of `tokenizer.json` are not read.

use std::{collections::HashMap, path::Path};

use crate::{Result, WhisperError, config};

/// Length of a time step between two timestamp tokens, in seconds.
pub const TIME_STEP: f32 = 0.02;
/// Timestamp tokens: 0.00 to 30.00.
const TIMESTAMPS: u32 = 1501;
/// More than any Whisper vocabulary has (51,866).
const MOST_TOKENS: usize = 100_000;

/// Languages with two codes, of which models know one.
const OTHER_CODES: [(&str, &str); 4] = [("he", "iw"), ("jv", "jw"), ("nb", "no"), ("fil", "tl")];

/// A token by number.
pub type Token = u32;

/// The tokens of a model.
#[derive(Debug)]
pub struct Vocabulary {
    pieces: Vec<Vec<u8>>,
    /// End of the text.
    pub end: Token,
    /// Start of every transcript.
    pub start: Token,
    /// Task: write what is said, in its language.
    pub transcribe: Token,
    /// Task: write what is said, in English.
    pub translate: Token,
    /// Says that the text before follows.
    pub previous: Token,
    /// Stands for "nobody speaks".
    pub silence: Token,
    /// Asks for text without times.
    pub no_times: Token,
    /// The token of 0.00 s.
    pub first_time: Token,
    languages: Vec<(String, Token)>,
}

impl Vocabulary {
    /// Reads `vocabulary.json` or `vocabulary.txt` of a folder.
    ///
    /// # Errors
    /// [`WhisperError::Io`], and [`WhisperError::Format`] when the signs to the model are not in it.
    pub fn read(folder: &Path) -> Result<Self> {
        let json = folder.join("vocabulary.json");
        let (path, tokens) = if json.is_file() {
            let tokens = serde_json::from_str::<Vec<String>>(&config::text(&json)?);
            let reason = "its JSON is no list of texts".to_owned();
            let tokens = tokens.map_err(|_| WhisperError::Format { path: json.clone(), reason })?;
            (json, tokens)
        } else {
            let path = folder.join("vocabulary.txt");
            let text = config::text(&path)?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            (path, text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect())
        };
        Self::new(&tokens).map_err(|reason| WhisperError::Format { path, reason })
    }

    /// From all tokens in order; `Err` says what is missing.
    fn new(tokens: &[String]) -> std::result::Result<Self, String> {
        if tokens.len() > MOST_TOKENS {
            return Err(format!("it has {} tokens", tokens.len()));
        }
        let ids: HashMap<&str, Token> = tokens.iter().map(String::as_str).zip(0..).collect();
        let find = |name: &str| ids.get(name).copied().ok_or_else(|| format!("it has no \"{name}\""));
        let (start, translate) = (find("<|startoftranscript|>")?, find("<|translate|>")?);
        let first_time = find("<|0.00|>")?;
        if first_time as usize + TIMESTAMPS as usize > tokens.len() {
            return Err("its times end too early".to_owned());
        }
        let languages = tokens.iter().zip(0..).skip(start as usize + 1);
        let languages = languages.take(translate.saturating_sub(start + 1) as usize);
        let languages =
            languages.map(|(name, id)| (name.trim_start_matches("<|").trim_end_matches("|>").to_owned(), id));
        let alphabet = alphabet();
        Ok(Self {
            pieces: tokens.iter().map(|token| bytes(token, &alphabet)).collect(),
            end: find("<|endoftext|>")?,
            start,
            transcribe: find("<|transcribe|>")?,
            translate,
            previous: find("<|startofprev|>")?,
            silence: find("<|nospeech|>").or_else(|_| find("<|nocaptions|>"))?,
            no_times: find("<|notimestamps|>")?,
            first_time,
            languages: languages.collect(),
        })
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there is none, which a read vocabulary never is.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Codes and tokens of the languages.
    pub fn languages(&self) -> &[(String, Token)] {
        &self.languages
    }

    /// The token of a language by its code; codes of today and of before are the same.
    pub fn language(&self, code: &str) -> Option<Token> {
        let find =
            |code: &str| self.languages.iter().find(|(known, _)| known == code).map(|(_, token)| *token);
        find(code).or_else(|| {
            OTHER_CODES.iter().find_map(|pair| match *pair {
                (a, b) if a == code => find(b),
                (a, b) if b == code => find(a),
                _ => None,
            })
        })
    }

    /// Whether a token stands for text.
    pub fn is_text(&self, token: Token) -> bool {
        token < self.end
    }

    /// Whether a token stands for a time.
    pub fn is_time(&self, token: Token) -> bool {
        token >= self.first_time
    }

    /// The seconds that a token of time stands for.
    pub fn time(&self, token: Token) -> f32 {
        token.saturating_sub(self.first_time).min(TIMESTAMPS - 1) as f32 * TIME_STEP
    }

    /// The last token of time.
    pub fn last_time(&self) -> Token {
        self.first_time + TIMESTAMPS - 1
    }

    /// The bytes of a token; none for signs.
    pub fn bytes(&self, token: Token) -> &[u8] {
        match self.pieces.get(token as usize) {
            Some(piece) if self.is_text(token) => piece,
            _ => &[],
        }
    }

    /// Text of tokens; signs are left out, broken characters replaced.
    pub fn text(&self, tokens: &[Token]) -> String {
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| self.bytes(*token)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The letter of each byte: printable bytes stand for themselves, the others for letters from U+0100 on.
fn alphabet() -> HashMap<char, u8> {
    let mut letters = HashMap::new();
    let mut next = 0x100;
    for byte in 0..=255_u8 {
        let printable = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
        let letter = if printable { u32::from(byte) } else { next };
        if !printable {
            next += 1;
        }
        if let Some(letter) = char::from_u32(letter) {
            letters.insert(letter, byte);
        }
    }
    letters
}

/// Letters outside the alphabet, which only damaged files have, stand for themselves.
fn bytes(token: &str, alphabet: &HashMap<char, u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(token.len());
    for letter in token.chars() {
        match alphabet.get(&letter) {
            Some(byte) => out.push(*byte),
            None => out.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    out
}

/// A vocabulary for tests: three pieces of text, then the signs.
#[cfg(test)]
pub(crate) fn sample() -> Vocabulary {
    let mut tokens: Vec<String> =
        ["a", "Ġb", "ĠcÃ©", "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|iw|>"]
            .into_iter()
            .chain(["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"])
            .chain(["<|notimestamps|>"])
            .map(str::to_owned)
            .collect();
    tokens.extend((0..TIMESTAMPS).map(|step| format!("<|{:.2}|>", f64::from(step) * 0.02)));
    Vocabulary::new(&tokens).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_bytes() {
        let vocabulary = sample();
        assert_eq!(vocabulary.text(&[0, 1, 2, vocabulary.end, vocabulary.first_time]), "a b cé");
        assert_eq!(alphabet().len(), 256);
    }

    #[test]
    fn signs_are_found() {
        let vocabulary = sample();
        assert_eq!(vocabulary.language("en"), Some(5));
        assert_eq!((vocabulary.language("he"), vocabulary.language("iw")), (Some(6), Some(6)));
        assert_eq!((vocabulary.language("nb"), vocabulary.language("xx")), (None, None));
        assert_eq!(vocabulary.languages().len(), 2);
        assert!(vocabulary.is_time(vocabulary.first_time) && !vocabulary.is_time(vocabulary.no_times));
        assert_eq!(vocabulary.time(vocabulary.first_time + 50), 1.0);
        assert_eq!(vocabulary.last_time() as usize, vocabulary.len() - 1);
        assert!(Vocabulary::new(&["a".to_owned()]).is_err());
    }
}
