//! The decoder: what is written so far, and what was heard, to the chances of each token.

use transom_kernels::{Activation, Cpu, Linear};

use super::{
    encoder::MOST_LAYERS,
    layers::{FeedForward, Loader, Norm, SelfAttention, apply},
};
use crate::{Result, container::Numbers, search::LONGEST_TEXT, vocabulary::Token};

#[derive(Debug)]
pub struct Decoder {
    embeddings: Numbers,
    tokens: usize,
    projection: Linear,
    positions: Vec<f32>,
    pub layers: Vec<Layer>,
    norm: Norm,
    pub heads: usize,
    pub activation: Activation,
    pub width: usize,
}

#[derive(Debug)]
pub struct Layer {
    pub attention: SelfAttention,
    pub cross: Cross,
    pub feed_forward: FeedForward,
}

/// Attention of the text to the sound.
#[derive(Debug)]
pub struct Cross {
    pub norm: Norm,
    pub q: Linear,
    pub kv: Linear,
    pub out: Linear,
}

impl Decoder {
    pub fn load(loader: &mut Loader<'_>, width: usize, least_tokens: usize) -> Result<Self> {
        const EMBEDDINGS: &str = "decoder/embeddings/weight";
        let shape = loader.container.shape(EMBEDDINGS).unwrap_or_default();
        let tokens = shape.first().copied().unwrap_or_default();
        if tokens < least_tokens {
            return Err(loader
                .container
                .broken(format!("it knows {tokens} tokens, the vocabulary {least_tokens}")));
        }
        let tied = !loader.container.has("decoder/projection/weight");
        let projection = if tied { EMBEDDINGS } else { "decoder/projection/weight" };
        let places = loader.container.shape("decoder/position_encodings/encodings").unwrap_or_default();
        let places = places.first().copied().unwrap_or_default();
        if places < 2 * LONGEST_TEXT {
            return Err(loader.container.broken(format!("its texts have {places} tokens at most")));
        }
        let mut layers = Vec::new();
        while layers.len() < MOST_LAYERS {
            let name = format!("decoder/layer_{}", layers.len());
            if !loader.container.has(&format!("{name}/self_attention/linear_0/weight")) {
                break;
            }
            layers.push(Layer::load(loader, &name, width)?);
        }
        Ok(Self {
            embeddings: loader.container.matrix(EMBEDDINGS, tokens, width)?,
            tokens,
            projection: loader.weights(projection, None, tokens, width)?,
            positions: loader.container.floats("decoder/position_encodings/encodings", &[places, width])?,
            layers,
            norm: loader.norm("decoder/layer_norm", width)?,
            heads: loader.heads("decoder", width)?,
            activation: loader.activation("decoder")?,
            width,
        })
    }

    /// The first rows: tokens at their places. Unknown tokens are the last one, places behind the end the last place.
    pub fn embed(&self, tokens: &[Token], place: impl Fn(usize) -> usize) -> Vec<f32> {
        let mut x = vec![0.0; tokens.len() * self.width];
        let last = self.positions.len() / self.width - 1;
        for (index, (row, token)) in x.chunks_mut(self.width).zip(tokens).enumerate() {
            self.embeddings.row((*token as usize).min(self.tokens - 1), self.width, row);
            let at = place(index).min(last) * self.width;
            row.iter_mut().zip(&self.positions[at..at + self.width]).for_each(|(x, position)| *x += position);
        }
        x
    }

    /// The logits of rows, one row of all tokens after the other.
    pub fn logits(&self, cpu: &Cpu, x: &[f32]) -> Vec<f32> {
        apply(cpu, &self.projection, &self.norm.of(cpu, x), Activation::None)
    }

    pub fn bytes(&self) -> usize {
        let layers = self.layers.iter().map(|layer| {
            let cross = layer.cross.q.bytes() + layer.cross.kv.bytes() + layer.cross.out.bytes();
            layer.attention.bytes() + cross + layer.feed_forward.bytes()
        });
        let embeddings = self.tokens * self.width * if let Numbers::F32(_) = self.embeddings { 4 } else { 2 };
        layers.sum::<usize>() + self.projection.bytes() + embeddings
    }
}

impl Layer {
    fn load(loader: &mut Loader<'_>, name: &str, width: usize) -> Result<Self> {
        let cross = format!("{name}/attention");
        Ok(Self {
            attention: loader.self_attention(&format!("{name}/self_attention"), width)?,
            cross: Cross {
                norm: loader.norm(&format!("{cross}/layer_norm"), width)?,
                q: loader.linear(&format!("{cross}/linear_0"), width, width)?,
                kv: loader.linear(&format!("{cross}/linear_1"), 2 * width, width)?,
                out: loader.linear(&format!("{cross}/linear_2"), width, width)?,
            },
            feed_forward: loader.feed_forward(&format!("{name}/ffn"), width)?,
        })
    }
}
