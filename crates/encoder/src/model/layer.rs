use transom_kernels::{Activation, Attention, Cpu, Linear, Rows, ops};

use super::names::Names;
use super::{Norm, joint, linear};
use crate::batch::Batch;
use crate::config::Config;
use crate::error::Error;
use crate::safetensors::Tensors;

/// One layer: attention, then two linear layers, each with what came in added and normalised.
pub(super) struct Layer {
    /// Queries, keys and values side by side.
    projection: Linear,
    joined: Linear,
    joined_norm: Norm,
    inner: Linear,
    outer: Linear,
    outer_norm: Norm,
    activation: Activation,
    heads: usize,
}

/// Memory that is used anew in each layer.
#[derive(Default)]
pub(super) struct Scratch {
    wide: Vec<f32>,
    mixed: Vec<f32>,
    result: Vec<f32>,
}

impl Layer {
    pub(super) fn read(
        tensors: &mut Tensors,
        names: &Names,
        number: usize,
        config: &Config,
    ) -> Result<Self, Error> {
        let (hidden, inner) = (config.hidden, config.inner);
        let name = |part: &str| format!("{}.{number}.{part}", names.layers);
        let parts = [name(names.query), name(names.key), name(names.value)];
        Ok(Self {
            projection: joint(tensors, &parts, hidden, hidden)?,
            joined: linear(tensors, &name(names.joined), hidden, hidden)?,
            joined_norm: Norm::read(tensors, &name(names.joined_norm), config)?,
            inner: linear(tensors, &name(names.inner), inner, hidden)?,
            outer: linear(tensors, &name(names.outer), hidden, inner)?,
            outer_norm: Norm::read(tensors, &name(names.outer_norm), config)?,
            activation: config.activation,
            heads: config.heads,
        })
    }

    pub(super) fn bytes(&self) -> usize {
        [&self.projection, &self.joined, &self.inner, &self.outer].into_iter().map(Linear::bytes).sum()
    }

    /// Computes the layer in place; `biases` holds what is added to the scores of each text.
    pub(super) fn forward(
        &self,
        cpu: &Cpu,
        batch: &Batch<'_>,
        biases: &[Option<Vec<f32>>],
        rows: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let tokens = batch.tokens();
        scratch.wide.resize(tokens * self.projection.outputs(), 0.0);
        self.projection.forward(cpu, rows, tokens, &mut scratch.wide, Activation::None);
        scratch.mixed.resize(rows.len(), 0.0);
        self.attend(cpu, batch, biases, &scratch.wide, &mut scratch.mixed);
        scratch.result.resize(rows.len(), 0.0);
        self.joined.forward(cpu, &scratch.mixed, tokens, &mut scratch.result, Activation::None);
        ops::add(cpu, rows, &scratch.result);
        self.joined_norm.apply(cpu, rows);

        scratch.wide.resize(tokens * self.inner.outputs(), 0.0);
        self.inner.forward(cpu, rows, tokens, &mut scratch.wide, self.activation);
        self.outer.forward(cpu, &scratch.wide, tokens, &mut scratch.result, Activation::None);
        ops::add(cpu, rows, &scratch.result);
        self.outer_norm.apply(cpu, rows);
    }

    /// Attention within each text.
    fn attend(
        &self,
        cpu: &Cpu,
        batch: &Batch<'_>,
        biases: &[Option<Vec<f32>>],
        wide: &[f32],
        mixed: &mut [f32],
    ) {
        let hidden = self.joined.inputs();
        let width = hidden / self.heads;
        for (text, bias) in biases.iter().enumerate() {
            let range = batch.range(text);
            let part = |number: usize| Rows {
                values: &wide[range.start * 3 * hidden + number * hidden..],
                stride: 3 * hidden,
            };
            let attention = Attention {
                q: part(0),
                k: part(1),
                v: part(2),
                queries: range.len(),
                keys: range.len(),
                heads: self.heads,
                width,
                scale: 1.0 / (width as f32).sqrt(),
                causal: None,
                bias: bias.as_deref(),
            };
            attention.run(cpu, &mut mixed[range.start * hidden..range.end * hidden]);
        }
    }
}
