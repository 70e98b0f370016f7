//! The encoder: two convolutions over the spectrogram, then layers of attention and feed-forward.

use transom_kernels::{Activation, Attention, Conv1d, Cpu, Linear, Rows, ops};

use super::layers::{FeedForward, Loader, Norm, SelfAttention, apply};
use crate::Result;

/// Rows of a window after the convolutions.
pub const FRAMES: usize = 1500;
/// The largest model has 32 layers of 1,280 values.
pub const MOST_LAYERS: usize = 128;
const WIDEST: usize = 16_384;

#[derive(Debug)]
pub struct Encoder {
    conv1: Conv1d,
    conv2: Conv1d,
    positions: Vec<f32>,
    layers: Vec<Layer>,
    norm: Norm,
    heads: usize,
    activation: Activation,
    bands: usize,
}

#[derive(Debug)]
struct Layer {
    attention: SelfAttention,
    feed_forward: FeedForward,
}

impl Encoder {
    pub fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let shape = loader.container.shape("encoder/conv1/weight").map(<[usize]>::to_vec).unwrap_or_default();
        let [width, bands, kernel] = shape[..] else {
            return Err(loader.container.broken("its first convolution has no three dimensions"));
        };
        if width == 0 || width > WIDEST {
            return Err(loader.container.broken(format!("its layers have {width} values")));
        }
        let mut conv = |name: &str, inputs: usize, stride: usize| {
            let weights =
                loader.container.floats(&format!("encoder/{name}/weight"), &[width, inputs, kernel])?;
            let bias = loader.container.floats(&format!("encoder/{name}/bias"), &[width])?;
            Conv1d::new(&weights, Some(&bias), (width, inputs, kernel), stride, kernel / 2)
                .map_err(|e| loader.shape(&e))
        };
        let (conv1, conv2) = (conv("conv1", bands, 1)?, conv("conv2", width, 2)?);
        if conv2.steps(conv1.steps(2 * FRAMES)) != FRAMES {
            return Err(loader.container.broken(format!("its convolutions have a kernel of {kernel}")));
        }
        let mut layers = Vec::new();
        while layers.len() < MOST_LAYERS {
            let name = format!("encoder/layer_{}", layers.len());
            if !loader.container.has(&format!("{name}/self_attention/linear_0/weight")) {
                break;
            }
            layers.push(Layer {
                attention: loader.self_attention(&format!("{name}/self_attention"), width)?,
                feed_forward: loader.feed_forward(&format!("{name}/ffn"), width)?,
            });
        }
        Ok(Self {
            conv1,
            conv2,
            positions: loader.container.floats("encoder/position_encodings/encodings", &[FRAMES, width])?,
            layers,
            norm: loader.norm("encoder/layer_norm", width)?,
            heads: loader.heads("encoder", width)?,
            activation: loader.activation("encoder")?,
            bands,
        })
    }

    pub fn width(&self) -> usize {
        self.conv2.outputs()
    }

    /// Mel bands of the spectrogram.
    pub fn bands(&self) -> usize {
        self.bands
    }

    pub fn bytes(&self) -> usize {
        self.layers.iter().map(|layer| layer.attention.bytes() + layer.feed_forward.bytes()).sum()
    }

    /// 3,000 frames of a spectrogram to 1,500 rows.
    pub fn run(&self, cpu: &Cpu, mel: &[f32]) -> Vec<f32> {
        let mut x = self.conv1.forward(cpu, mel, Activation::Gelu);
        x = self.conv2.forward(cpu, &x, Activation::Gelu);
        ops::add(cpu, &mut x, &self.positions);
        for layer in &self.layers {
            let qkv = apply(cpu, &layer.attention.qkv, &layer.attention.norm.of(cpu, &x), Activation::None);
            let heard = self.attend(cpu, &qkv);
            add_layer(cpu, &mut x, &layer.attention.out, &heard);
            layer.feed_forward.add_to(cpu, &mut x, self.activation);
        }
        self.norm.of(cpu, &x)
    }

    fn attend(&self, cpu: &Cpu, qkv: &[f32]) -> Vec<f32> {
        let width = self.width();
        let rows = qkv.len() / (3 * width);
        let mut out = vec![0.0; rows * width];
        let part = |at: usize| Rows { values: &qkv[at * width..], stride: 3 * width };
        let (q, k, v) = (part(0), part(1), part(2));
        let head = width / self.heads;
        let scale = 1.0 / (head as f32).sqrt();
        Attention {
            q,
            k,
            v,
            queries: rows,
            keys: rows,
            heads: self.heads,
            width: head,
            scale,
            causal: None,
            bias: None,
        }
        .run(cpu, &mut out);
        out
    }
}

/// `x += layer(rows)`.
pub fn add_layer(cpu: &Cpu, x: &mut [f32], layer: &Linear, rows: &[f32]) {
    ops::add(cpu, x, &apply(cpu, layer, rows, Activation::None));
}
