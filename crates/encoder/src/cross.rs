use std::path::Path;

use transom_kernels::{Activation, Cpu, Linear};

use crate::batch;
use crate::config::{Config, Kind};
use crate::error::Error;
use crate::model::{Network, linear};
use crate::safetensors::Tensors;
use crate::tokens::Tokenization;

/// A cross-encoder in memory: it reads a question together with a passage and gives one number.
pub struct CrossEncoder {
    network: Network,
    /// From the first token's vector.
    first: Linear,
    activation: Activation,
    /// To the score.
    last: Linear,
    score: Activation,
    tokenization: Tokenization,
}

impl CrossEncoder {
    /// Loads the model of a folder.
    ///
    /// # Errors
    /// When a file is missing or damaged, or the model is of a kind that is not supported.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let config = Config::read(folder)?;
        if config.labels != 1 {
            return Err(Error::Unsupported(format!(
                "The model has {} labels; a reranking model has one score: choose another model.",
                config.labels
            )));
        }
        let score = score(config.score.as_deref())?;
        let tokenization = Tokenization::read(folder, &config)?;
        let (kind, hidden) = (config.kind, config.hidden);
        let mut tensors = Tensors::open(folder)?;
        let network = Network::read(&mut tensors, config)?;
        let (first, last, activation) = match kind {
            // BERT's own pooler stands behind the prefix of the network
            Kind::Bert => ("pooler.dense", "classifier", Activation::Tanh),
            Kind::DistilBert => ("pre_classifier", "classifier", Activation::Relu),
            Kind::Roberta | Kind::Mpnet => ("classifier.dense", "classifier.out_proj", Activation::Tanh),
        };
        if kind != Kind::Bert {
            tensors.without_prefix();
        }
        let first = linear(&mut tensors, first, hidden, hidden)?;
        tensors.without_prefix();
        if !tensors.has(&format!("{last}.weight")) {
            return Err(Error::Unsupported(
                "The model has no classifier, so it gives no scores: choose a cross-encoder for reranking."
                    .into(),
            ));
        }
        let last = linear(&mut tensors, last, 1, hidden)?;
        Ok(Self { network, first, activation, last, score, tokenization })
    }

    /// How well each passage answers the question; for most models between 0 and 1. A pair beyond
    /// [`CrossEncoder::max_tokens`] is cut off, the longer text first.
    ///
    /// # Errors
    /// When a text cannot be divided into tokens.
    pub fn score(&self, cpu: &Cpu, question: &str, passages: &[&str]) -> Result<Vec<f32>, Error> {
        let tokens = batch::each(cpu, passages, |passage| self.tokenization.pair(question, passage))?;
        let hidden = self.network.config.hidden;
        let scores = batch::run(cpu, &tokens, 1, |batch| {
            let rows = self.network.forward(cpu, batch);
            let count = batch.texts.len();
            let first: Vec<f32> = (0..count)
                .flat_map(|text| &rows[batch.range(text).start * hidden..][..hidden])
                .copied()
                .collect();
            let (mut pooled, mut scores) = (vec![0.0; count * hidden], vec![0.0; count]);
            self.first.forward(cpu, &first, count, &mut pooled, self.activation);
            self.last.forward(cpu, &pooled, count, &mut scores, self.score);
            Ok(scores)
        })?;
        Ok(scores.into_iter().flatten().collect())
    }

    /// The most tokens of a question and a passage together that are read.
    pub fn max_tokens(&self) -> usize {
        self.tokenization.most
    }

    /// Bytes of memory that the weights take.
    pub fn bytes(&self) -> usize {
        self.network.bytes()
    }
}

/// What makes a score of the last number: the sigmoid, unless the model says otherwise, by the name of a Python class.
fn score(name: Option<&str>) -> Result<Activation, Error> {
    match name.map(|name| name.rsplit('.').next().unwrap_or(name)) {
        None | Some("Sigmoid") => Ok(Activation::Sigmoid),
        Some("Identity") => Ok(Activation::None),
        Some("Tanh") => Ok(Activation::Tanh),
        Some(other) => Err(Error::Unsupported(format!(
            "The score's activation {other} is not supported: choose another model."
        ))),
    }
}
