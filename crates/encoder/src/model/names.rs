use crate::config::Kind;

/// What a kind of network calls its weights.
pub(super) struct Names {
    /// What may stand before all names.
    pub prefixes: &'static [&'static str],
    /// What stands before the number of a layer.
    pub layers: &'static str,
    pub query: &'static str,
    pub key: &'static str,
    pub value: &'static str,
    pub joined: &'static str,
    pub joined_norm: &'static str,
    pub inner: &'static str,
    pub outer: &'static str,
    pub outer_norm: &'static str,
}

const BERT: Names = Names {
    prefixes: &["", "bert.", "model."],
    layers: "encoder.layer",
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    joined: "attention.output.dense",
    joined_norm: "attention.output.LayerNorm",
    inner: "intermediate.dense",
    outer: "output.dense",
    outer_norm: "output.LayerNorm",
};

impl Names {
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Bert => BERT,
            Kind::Roberta => Self { prefixes: &["", "roberta.", "model."], ..BERT },
            Kind::Mpnet => Self {
                prefixes: &["", "mpnet.", "model."],
                query: "attention.attn.q",
                key: "attention.attn.k",
                value: "attention.attn.v",
                joined: "attention.attn.o",
                joined_norm: "attention.LayerNorm",
                ..BERT
            },
            Kind::DistilBert => Self {
                prefixes: &["", "distilbert.", "model."],
                layers: "transformer.layer",
                query: "attention.q_lin",
                key: "attention.k_lin",
                value: "attention.v_lin",
                joined: "attention.out_lin",
                joined_norm: "sa_layer_norm",
                inner: "ffn.lin1",
                outer: "ffn.lin2",
                outer_norm: "output_layer_norm",
            },
        }
    }
}
