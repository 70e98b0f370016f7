//! From texts to token numbers.

use std::path::Path;

use serde::Deserialize;
use tokenizers::{PostProcessor, Tokenizer, TruncationParams};

use crate::config::Config;
use crate::error::Error;
use crate::files::{settings, tokenizer, wrong};

/// A text as the network takes it.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub ids: Vec<u32>,
    /// 0, or 1 for the second text of a pair.
    pub segments: Vec<u32>,
}

pub(crate) struct Tokenization {
    tokenizer: Tokenizer,
    lower: bool,
    /// The most tokens of a text; what follows is cut off.
    pub most: usize,
    vocabulary: usize,
    segments: usize,
}

#[derive(Deserialize, Default)]
struct SentenceConfig {
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

#[derive(Deserialize, Default)]
struct TokenizerConfig {
    /// Sometimes a number like 1e30, which means that there is no limit.
    model_max_length: Option<f64>,
}

impl Tokenization {
    /// The tokenizer of a folder. `settings_in` is where `sentence_bert_config.json` may stand.
    pub(crate) fn read(folder: &Path, config: &Config) -> Result<Self, Error> {
        let path = folder.join("tokenizer.json");
        let mut tokenizer =
            Tokenizer::from_bytes(tokenizer(folder)?).map_err(|error| wrong(&path, &error))?;
        let sentence: SentenceConfig =
            settings(&folder.join("sentence_bert_config.json"))?.unwrap_or_default();
        let general: TokenizerConfig = settings(&folder.join("tokenizer_config.json"))?.unwrap_or_default();
        let limit = general.model_max_length.map_or(usize::MAX, |limit| limit as usize);
        let most = sentence.max_seq_length.unwrap_or(limit).min(config.longest());
        let special = tokenizer.get_post_processor().map_or(0, |processor| processor.added_tokens(true));
        if most <= special {
            return Err(Error::damaged(format!("a text may have {most} tokens only")));
        }
        tokenizer.with_padding(None);
        let truncation = TruncationParams { max_length: most, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|error| wrong(&path, &error))?;
        Ok(Self {
            tokenizer,
            lower: sentence.do_lower_case,
            most,
            vocabulary: config.vocabulary,
            segments: config.segments,
        })
    }

    /// The tokens of one text.
    pub(crate) fn single(&self, text: &str) -> Result<Tokens, Error> {
        let text = if self.lower { text.to_lowercase().into() } else { std::borrow::Cow::Borrowed(text) };
        self.check(self.tokenizer.encode(text, true))
    }

    /// The tokens of a question and a passage.
    pub(crate) fn pair(&self, first: &str, second: &str) -> Result<Tokens, Error> {
        self.check(self.tokenizer.encode((first, second), true))
    }

    fn check(&self, encoding: tokenizers::Result<tokenizers::Encoding>) -> Result<Tokens, Error> {
        let encoding = encoding.map_err(|error| Error::Text(error.to_string()))?;
        let (ids, segments) = (encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec());
        if ids.is_empty() {
            return Err(Error::Text("it has no tokens".into()));
        }
        if ids.len() > self.most {
            return Err(Error::damaged("the tokenizer does not keep to its limit"));
        }
        if ids.iter().any(|id| *id as usize >= self.vocabulary) {
            return Err(Error::damaged("the tokenizer knows more tokens than the model"));
        }
        // RoBERTa has one segment, whatever the tokenizer says
        let segments = if self.segments > 1 { segments } else { vec![0; ids.len()] };
        if self.segments > 1 && segments.iter().any(|segment| *segment as usize >= self.segments) {
            return Err(Error::damaged("the tokenizer knows more segments than the model"));
        }
        Ok(Tokens { ids, segments })
    }
}
