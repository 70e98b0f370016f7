//! The network: BERT and its relatives, which differ in the names of the weights and in how a position is told.

mod layer;
mod names;
mod position;
mod table;

use transom_kernels::{Cpu, Linear, Weights, ops};

use crate::batch::Batch;
use crate::config::{Config, Kind};
use crate::error::Error;
use crate::safetensors::{Tensors, Values};
use layer::Layer;
use names::Names;
use position::Distances;
use table::Table;

/// A network of encoder layers.
pub(crate) struct Network {
    pub config: Config,
    words: Table,
    positions: Table,
    segments: Option<Table>,
    norm: Norm,
    layers: Vec<Layer>,
    distances: Option<Distances>,
}

/// Layer normalisation.
pub(crate) struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl Norm {
    fn read(tensors: &mut Tensors, name: &str, config: &Config) -> Result<Self, Error> {
        // old files write gamma and beta
        let old = tensors.has(&format!("{name}.gamma"));
        let (weight, bias) = if old { ("gamma", "beta") } else { ("weight", "bias") };
        Ok(Self {
            weight: tensors.read_f32(&format!("{name}.{weight}"), &[config.hidden])?,
            bias: tensors.read_f32(&format!("{name}.{bias}"), &[config.hidden])?,
            epsilon: config.epsilon,
        })
    }

    fn apply(&self, cpu: &Cpu, rows: &mut [f32]) {
        ops::layer_norm(cpu, rows, &self.weight, &self.bias, self.epsilon);
    }
}

/// A linear layer with a bias.
pub(crate) fn linear(
    tensors: &mut Tensors,
    name: &str,
    outputs: usize,
    inputs: usize,
) -> Result<Linear, Error> {
    joint(tensors, &[name.to_owned()], outputs, inputs)
}

/// Several linear layers of the same input as one, their outputs side by side.
fn joint(tensors: &mut Tensors, names: &[String], outputs: usize, inputs: usize) -> Result<Linear, Error> {
    let (mut single, mut half, mut bias) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        match tensors.read(&format!("{name}.weight"), &[outputs, inputs])? {
            Values::F32(values) => single.extend(values),
            Values::F16(values) => half.extend(values),
        }
        bias.extend(tensors.read_f32(&format!("{name}.bias"), &[outputs])?);
    }
    // a file that mixes precisions within a layer does not fit, and says so
    let weights = if half.is_empty() { Weights::F32(&single) } else { Weights::F16(&half) };
    Ok(Linear::new(weights, Some(&bias), outputs * names.len(), inputs)?)
}

impl Network {
    pub(crate) fn read(tensors: &mut Tensors, config: Config) -> Result<Self, Error> {
        let names = Names::of(config.kind);
        tensors.find_prefix(names.prefixes, "embeddings.word_embeddings.weight")?;
        let hidden = config.hidden;
        let words = Table::read(tensors, "embeddings.word_embeddings.weight", config.vocabulary, hidden)?;
        let positions =
            Table::read(tensors, "embeddings.position_embeddings.weight", config.positions, hidden)?;
        let segments = match config.segments {
            0 => None,
            rows => Some(Table::read(tensors, "embeddings.token_type_embeddings.weight", rows, hidden)?),
        };
        let norm = Norm::read(tensors, "embeddings.LayerNorm", &config)?;
        let mut layers = Vec::new();
        for number in 0..config.layers {
            layers.push(Layer::read(tensors, &names, number, &config)?);
        }
        let distances = match config.kind {
            Kind::Mpnet => Some(Distances::read(tensors, &config)?),
            _ => None,
        };
        Ok(Self { config, words, positions, segments, norm, layers, distances })
    }

    /// Bytes of memory that the weights take.
    pub(crate) fn bytes(&self) -> usize {
        let tables =
            self.words.bytes() + self.positions.bytes() + self.segments.as_ref().map_or(0, Table::bytes);
        tables + self.layers.iter().map(Layer::bytes).sum::<usize>()
    }

    /// The vector of each token, after the last layer: `batch.tokens()` rows.
    pub(crate) fn forward(&self, cpu: &Cpu, batch: &Batch<'_>) -> Vec<f32> {
        let mut rows = vec![0.0; batch.tokens() * self.config.hidden];
        let mut places = rows.chunks_exact_mut(self.config.hidden);
        for text in &batch.texts {
            let positions = position::of(&self.config, &text.ids);
            for (((id, segment), position), row) in
                text.ids.iter().zip(&text.segments).zip(positions).zip(&mut places)
            {
                self.words.add(*id as usize, row);
                self.positions.add(position, row);
                if let Some(segments) = &self.segments {
                    segments.add(*segment as usize, row);
                }
            }
        }
        self.norm.apply(cpu, &mut rows);
        let biases: Vec<Option<Vec<f32>>> = (0..batch.texts.len())
            .map(|text| self.distances.as_ref().map(|distances| distances.bias(batch.range(text).len())))
            .collect();
        let mut scratch = layer::Scratch::default();
        for layer in &self.layers {
            layer.forward(cpu, batch, &biases, &mut rows, &mut scratch);
        }
        rows
    }
}
