//! `config.json`: which network it is, and its sizes.

use std::path::Path;

use serde::Deserialize;
use transom_kernels::Activation;

use crate::error::Error;
use crate::files::settings;

/// The kinds of networks that are computed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bert,
    DistilBert,
    /// RoBERTa, and its multilingual relatives XLM-RoBERTa and CamemBERT.
    Roberta,
    Mpnet,
}

/// The sizes of a network, whatever the model calls them.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub kind: Kind,
    pub vocabulary: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub inner: usize,
    /// Rows of the table of positions.
    pub positions: usize,
    /// Rows of the table of segments; 0 where there is none.
    pub segments: usize,
    pub activation: Activation,
    pub epsilon: f32,
    /// The token that fills up; RoBERTa and MPNet count positions from it.
    pub padding: u32,
    /// Rows of the table of distances (MPNet).
    pub buckets: usize,
    /// Outputs of a classifier.
    pub labels: usize,
    /// The name of the activation after a cross-encoder's score, where the model has one.
    pub score: Option<String>,
}

#[derive(Deserialize)]
struct File {
    model_type: Option<String>,
    vocab_size: Option<usize>,
    #[serde(alias = "dim")]
    hidden_size: Option<usize>,
    #[serde(alias = "n_layers")]
    num_hidden_layers: Option<usize>,
    #[serde(alias = "n_heads")]
    num_attention_heads: Option<usize>,
    #[serde(alias = "hidden_dim")]
    intermediate_size: Option<usize>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    #[serde(alias = "activation")]
    hidden_act: Option<String>,
    layer_norm_eps: Option<f32>,
    pad_token_id: Option<u32>,
    position_embedding_type: Option<String>,
    relative_attention_num_buckets: Option<usize>,
    is_decoder: Option<bool>,
    id2label: Option<serde_json::Map<String, serde_json::Value>>,
    num_labels: Option<usize>,
    sentence_transformers: Option<Scoring>,
    sbert_ce_default_activation_function: Option<String>,
}

#[derive(Deserialize)]
struct Scoring {
    activation_fn: Option<String>,
}

impl Config {
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let file: File = settings(&folder.join("config.json"))?.ok_or_else(|| {
            Error::Unsupported(
                "The folder has no config.json: it is not that of a sentence-transformers model.".into(),
            )
        })?;
        let kind = kind(file.model_type.as_deref())?;
        if file.is_decoder == Some(true) {
            return Err(Error::Unsupported(
                "The model is a decoder: choose an encoder for embeddings.".into(),
            ));
        }
        if let Some(other) = file.position_embedding_type.filter(|kind| kind != "absolute") {
            return Err(Error::Unsupported(format!(
                "Positions of the kind {other} are not supported: choose another model."
            )));
        }
        let needed = |value: Option<usize>, what: &str| {
            value
                .filter(|value| *value > 0)
                .ok_or_else(|| Error::damaged(format!("config.json lacks {what}")))
        };
        let config = Self {
            kind,
            vocabulary: needed(file.vocab_size, "vocab_size")?,
            hidden: needed(file.hidden_size, "hidden_size")?,
            layers: needed(file.num_hidden_layers, "num_hidden_layers")?,
            heads: needed(file.num_attention_heads, "num_attention_heads")?,
            inner: needed(file.intermediate_size, "intermediate_size")?,
            positions: needed(file.max_position_embeddings, "max_position_embeddings")?,
            segments: match kind {
                Kind::Bert | Kind::Roberta => needed(file.type_vocab_size.or(Some(2)), "type_vocab_size")?,
                Kind::DistilBert | Kind::Mpnet => 0,
            },
            activation: activation(file.hidden_act.as_deref().unwrap_or("gelu"))?,
            epsilon: file.layer_norm_eps.unwrap_or(1e-12),
            padding: file.pad_token_id.unwrap_or(if matches!(kind, Kind::Roberta | Kind::Mpnet) {
                1
            } else {
                0
            }),
            buckets: file.relative_attention_num_buckets.unwrap_or(32),
            labels: file.id2label.map(|labels| labels.len()).or(file.num_labels).unwrap_or(2),
            score: file
                .sentence_transformers
                .and_then(|scoring| scoring.activation_fn)
                .or(file.sbert_ce_default_activation_function),
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), Error> {
        if !self.hidden.is_multiple_of(self.heads) {
            return Err(Error::damaged(format!("{} heads do not divide {} values", self.heads, self.hidden)));
        }
        if self.longest() == 0 {
            return Err(Error::damaged("there are no positions"));
        }
        if self.kind == Kind::Mpnet && self.buckets < 4 {
            return Err(Error::damaged("there are too few distances"));
        }
        Ok(())
    }

    /// The most tokens that there are positions for.
    pub(crate) fn longest(&self) -> usize {
        match self.kind {
            Kind::Bert | Kind::DistilBert => self.positions,
            Kind::Roberta | Kind::Mpnet => self.positions.saturating_sub(self.padding as usize + 1),
        }
    }
}

fn kind(name: Option<&str>) -> Result<Kind, Error> {
    match name {
        Some("bert") => Ok(Kind::Bert),
        Some("distilbert") => Ok(Kind::DistilBert),
        Some("roberta" | "xlm-roberta" | "camembert") => Ok(Kind::Roberta),
        Some("mpnet") => Ok(Kind::Mpnet),
        other => Err(Error::Unsupported(format!(
            "Models of the kind {} are not supported: choose a BERT, DistilBERT, RoBERTa, XLM-RoBERTa or MPNet model, or run \
             this one on an embedding server.",
            other.unwrap_or("unknown")
        ))),
    }
}

/// An activation by the name that transformers gives it.
pub(crate) fn activation(name: &str) -> Result<Activation, Error> {
    match name {
        "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        "tanh" => Ok(Activation::Tanh),
        other => {
            Err(Error::Unsupported(format!("The activation {other} is not supported: choose another model.")))
        }
    }
}
