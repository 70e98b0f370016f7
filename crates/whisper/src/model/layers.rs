//! What encoder and decoder have in common, and how it is read.

use transom_kernels::{Activation, Cpu, Linear, ShapeError, Weights, ops};

use super::Precision;
use crate::{
    Result,
    container::{Container, Numbers},
};

const EPSILON: f32 = 1e-5;

/// Reads layers out of a file.
pub struct Loader<'a> {
    pub container: &'a mut Container,
    pub precision: Precision,
}

impl Loader<'_> {
    /// A linear layer with its bias, `name/weight` and `name/bias`.
    pub fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<Linear> {
        let bias = self.container.floats(&format!("{name}/bias"), &[outputs])?;
        self.weights(&format!("{name}/weight"), Some(&bias), outputs, inputs)
    }

    /// A linear layer from the array of its weights.
    pub fn weights(
        &mut self,
        name: &str,
        bias: Option<&[f32]>,
        outputs: usize,
        inputs: usize,
    ) -> Result<Linear> {
        let layer = match self.precision {
            Precision::Stored => {
                let numbers = self.container.matrix(name, outputs, inputs)?;
                Linear::new(as_weights(&numbers), bias, outputs, inputs)
            }
            // what the file has rounded is not rounded again
            Precision::Int8 => match self.container.matrix(name, outputs, inputs)? {
                numbers @ Numbers::I8 { .. } => Linear::new(as_weights(&numbers), bias, outputs, inputs),
                _ => Linear::rounded_to_i8(
                    &self.container.floats(name, &[outputs, inputs])?,
                    bias,
                    outputs,
                    inputs,
                ),
            },
            Precision::Float16 => match self.container.matrix(name, outputs, inputs)? {
                numbers @ Numbers::F16(_) => Linear::new(as_weights(&numbers), bias, outputs, inputs),
                _ => Linear::rounded_to_f16(
                    &self.container.floats(name, &[outputs, inputs])?,
                    bias,
                    outputs,
                    inputs,
                ),
            },
            Precision::Float32 => {
                let floats = self.container.floats(name, &[outputs, inputs])?;
                Linear::new(Weights::F32(&floats), bias, outputs, inputs)
            }
        };
        layer.map_err(|e| self.shape(&e))
    }

    /// A layer norm, `name/gamma` and `name/beta`.
    pub fn norm(&mut self, name: &str, width: usize) -> Result<Norm> {
        Ok(Norm {
            weight: self.container.floats(&format!("{name}/gamma"), &[width])?,
            bias: self.container.floats(&format!("{name}/beta"), &[width])?,
        })
    }

    /// The two layers after attention, with their norm.
    pub fn feed_forward(&mut self, name: &str, width: usize) -> Result<FeedForward> {
        let weight = format!("{name}/linear_0/weight");
        let inner = self.container.shape(&weight).and_then(|shape| shape.first()).copied();
        let inner = inner.ok_or_else(|| self.container.broken(format!("it has no \"{weight}\"")))?;
        Ok(FeedForward {
            norm: self.norm(&format!("{name}/layer_norm"), width)?,
            up: self.linear(&format!("{name}/linear_0"), inner, width)?,
            down: self.linear(&format!("{name}/linear_1"), width, inner)?,
        })
    }

    /// Attention of a sequence to itself.
    pub fn self_attention(&mut self, name: &str, width: usize) -> Result<SelfAttention> {
        Ok(SelfAttention {
            norm: self.norm(&format!("{name}/layer_norm"), width)?,
            qkv: self.linear(&format!("{name}/linear_0"), 3 * width, width)?,
            out: self.linear(&format!("{name}/linear_1"), width, width)?,
        })
    }

    /// How many heads attention has, which must divide the width.
    pub fn heads(&mut self, name: &str, width: usize) -> Result<usize> {
        let heads = self.container.number(&format!("{name}/num_heads")).and_then(|n| usize::try_from(n).ok());
        heads
            .filter(|heads| *heads > 0 && width.is_multiple_of(*heads))
            .ok_or_else(|| self.container.broken(format!("\"{name}/num_heads\" does not divide {width}")))
    }

    /// The activation between the two layers after attention, by the number that CTranslate2 gives it; the encoder has
    /// none noted.
    pub fn activation(&mut self, name: &str) -> Result<Activation> {
        match self.container.number(&format!("{name}/activation")) {
            Some(1) => Ok(Activation::GeluTanh),
            Some(3) | None => Ok(Activation::Gelu),
            Some(other) => {
                Err(self.container.broken(format!("its activation {other} is not one of Whisper's")))
            }
        }
    }

    /// An error of the arithmetic as one of the file.
    pub fn shape(&self, error: &ShapeError) -> crate::WhisperError {
        self.container.broken(error.to_string())
    }
}

fn as_weights(numbers: &Numbers) -> Weights<'_> {
    match numbers {
        Numbers::F32(values) => Weights::F32(values),
        Numbers::F16(values) => Weights::F16(values),
        Numbers::I8 { values, scales } => Weights::I8 { values, scales },
    }
}

/// A layer norm.
#[derive(Debug)]
pub struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Norm {
    /// Of a copy of the rows.
    pub fn of(&self, cpu: &Cpu, x: &[f32]) -> Vec<f32> {
        let mut rows = x.to_vec();
        let width = self.weight.len();
        // a window has 1,500 rows: all threads take part
        cpu.chunks(&mut rows, 64 * width, |_, part| {
            ops::layer_norm(cpu, part, &self.weight, &self.bias, EPSILON)
        });
        rows
    }
}

/// Applies a layer to all rows.
pub fn apply(cpu: &Cpu, layer: &Linear, x: &[f32], activation: Activation) -> Vec<f32> {
    let rows = x.len() / layer.inputs().max(1);
    let mut y = vec![0.0; rows * layer.outputs()];
    layer.forward(cpu, x, rows, &mut y, activation);
    y
}

#[derive(Debug)]
pub struct SelfAttention {
    pub norm: Norm,
    pub qkv: Linear,
    pub out: Linear,
}

impl SelfAttention {
    pub fn bytes(&self) -> usize {
        self.qkv.bytes() + self.out.bytes()
    }
}

#[derive(Debug)]
pub struct FeedForward {
    norm: Norm,
    up: Linear,
    down: Linear,
}

impl FeedForward {
    /// `x += down(activation(up(norm(x))))`.
    pub fn add_to(&self, cpu: &Cpu, x: &mut [f32], activation: Activation) {
        let inner = apply(cpu, &self.up, &self.norm.of(cpu, x), activation);
        ops::add(cpu, x, &apply(cpu, &self.down, &inner, Activation::None));
    }

    pub fn bytes(&self) -> usize {
        self.up.bytes() + self.down.bytes()
    }
}
