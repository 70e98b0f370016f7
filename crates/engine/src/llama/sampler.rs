//! From options to llama.cpp's chain of samplers.

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::logit_bias::LlamaLogitBias;

use super::options::Options;
use crate::{EngineError, Result};

/// The form an answer must have.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Any JSON object.
    Json,
    /// JSON that holds to this schema.
    Schema(serde_json::Value),
}

impl Form {
    /// The form as a grammar of llama.cpp.
    ///
    /// # Errors
    /// `Invalid` when the schema cannot be turned into one.
    pub(crate) fn grammar(&self) -> Result<String> {
        let schema = match self {
            Self::Json => r#"{"type":"object"}"#.to_owned(),
            Self::Schema(schema) => schema.to_string(),
        };
        llama_cpp_2::json_schema_to_grammar(&schema)
            .map_err(|_| EngineError::Invalid("\"format\" is no JSON schema that can be used".to_owned()))
    }
}

/// Samples the tokens of one answer.
pub(crate) struct Sampler {
    chain: LlamaSampler,
}

impl Sampler {
    /// # Errors
    /// `Invalid` when the form cannot be held.
    pub(crate) fn new(model: &LlamaModel, options: &Options, form: Option<&Form>) -> Result<Self> {
        let seed = options.seed.unwrap_or_else(random_seed);
        let words = model.n_vocab();
        let mut chain = Vec::new();
        if let Some(form) = form {
            let grammar = LlamaSampler::grammar(model, &form.grammar()?, "root");
            chain.push(grammar.map_err(|error| {
                EngineError::Invalid(format!("the answer cannot be held to \"format\": {error}"))
            })?);
        }
        if !options.logit_bias.is_empty() {
            let inside = options.logit_bias.iter().filter(|(token, _)| (0..words).contains(token));
            let biases: Vec<_> =
                inside.map(|(token, bias)| LlamaLogitBias::new(LlamaToken(*token), *bias)).collect();
            chain.push(LlamaSampler::logit_bias(words, &biases));
        }
        chain.push(LlamaSampler::penalties(
            words,
            options.repeat_last_n,
            options.repeat_penalty,
            options.frequency_penalty,
            options.presence_penalty,
        ));
        chain.extend(choice(options, words, seed));
        Ok(Self { chain: LlamaSampler::chain(chain, true) })
    }

    /// Lets the penalties see the end of the prompt.
    pub(crate) fn accept_prompt(&mut self, options: &Options, tokens: &[LlamaToken], has_form: bool) {
        // a grammar describes the answer alone
        if has_form {
            return;
        }
        let back = usize::try_from(options.repeat_last_n).unwrap_or(tokens.len());
        self.chain.accept_many(&tokens[tokens.len().saturating_sub(back)..]);
    }

    pub(crate) fn sample(&mut self, context: &llama_cpp_2::context::LlamaContext<'_>, at: i32) -> LlamaToken {
        self.chain.sample(context, at)
    }
}

fn choice(options: &Options, words: i32, seed: u32) -> Vec<LlamaSampler> {
    if options.temperature <= 0.0 {
        return vec![LlamaSampler::greedy()];
    }
    let temperature = LlamaSampler::temp(options.temperature);
    match options.mirostat {
        1 => {
            let mirostat =
                LlamaSampler::mirostat(words, seed, options.mirostat_tau, options.mirostat_eta, 100);
            vec![temperature, mirostat]
        }
        2 => {
            let mirostat = LlamaSampler::mirostat_v2(seed, options.mirostat_tau, options.mirostat_eta);
            vec![temperature, mirostat]
        }
        _ => vec![
            LlamaSampler::top_k(options.top_k),
            LlamaSampler::typical(options.typical_p, 1),
            LlamaSampler::top_p(options.top_p, 1),
            LlamaSampler::min_p(options.min_p, 1),
            temperature,
            LlamaSampler::dist(seed),
        ],
    }
}

fn random_seed() -> u32 {
    use std::hash::{BuildHasher, Hasher};
    let hash = std::collections::hash_map::RandomState::new().build_hasher().finish();
    u32::try_from(hash & 0xffff_ffff).unwrap_or_default()
}
