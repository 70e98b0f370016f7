//! How a network is told where a token stands.

use crate::config::{Config, Kind};
use crate::error::Error;
use crate::safetensors::Tensors;

/// The row of the table of positions for each token. RoBERTa and MPNet count from behind the padding token, which itself has
/// the position of its number.
pub(super) fn of(config: &Config, ids: &[u32]) -> Vec<usize> {
    match config.kind {
        Kind::Bert | Kind::DistilBert => (0..ids.len()).collect(),
        Kind::Roberta | Kind::Mpnet => {
            let padding = config.padding as usize;
            let mut last = padding;
            let next = |id: &u32| {
                if *id == config.padding {
                    return padding;
                }
                last += 1;
                last
            };
            ids.iter().map(next).collect()
        }
    }
}

/// MPNet's second source of order: a number for each head and distance, added to the attention's scores. Distances are put into
/// buckets as in T5: short ones have one each, longer ones share by their logarithm.
pub(super) struct Distances {
    /// A row for each bucket, a column for each head.
    values: Vec<f32>,
    heads: usize,
    buckets: usize,
}

/// From this distance on all are in the last bucket.
const FARTHEST: f64 = 128.0;

impl Distances {
    pub(super) fn read(tensors: &mut Tensors, config: &Config) -> Result<Self, Error> {
        let (buckets, heads) = (config.buckets, config.heads);
        let values = tensors.read_f32("encoder.relative_attention_bias.weight", &[buckets, heads])?;
        Ok(Self { values, heads, buckets })
    }

    /// The bucket of a key that stands `distance` behind the query.
    fn bucket(&self, distance: isize) -> usize {
        let half = self.buckets / 2;
        let side = if distance > 0 { half } else { 0 };
        let far = distance.unsigned_abs();
        let exact = half / 2;
        if far < exact {
            return side + far;
        }
        let steps = (far as f64 / exact as f64).ln() / (FARTHEST / exact as f64).ln() * (half - exact) as f64;
        side + (exact + steps as usize).min(half - 1)
    }

    /// What is added for a text of so many tokens: for each head, for each query, one value for each key.
    pub(super) fn bias(&self, tokens: usize) -> Vec<f32> {
        let rows: Vec<usize> =
            (0..2 * tokens).map(|shift| self.bucket(shift as isize - tokens as isize) * self.heads).collect();
        let mut bias = Vec::with_capacity(self.heads * tokens * tokens);
        for head in 0..self.heads {
            for query in 0..tokens {
                // the key stands at `key - query` from the query
                let distances = &rows[tokens - query..2 * tokens - query];
                bias.extend(distances.iter().map(|row| self.values[row + head]));
            }
        }
        bias
    }
}
