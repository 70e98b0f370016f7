use crate::cpu::Cpu;
use crate::error::ShapeError;
use crate::linear::Linear;
use crate::math::Activation;
use crate::pack::Weights;

/// A convolution over time. Rows are time steps, so the rows under the kernel lie side by side in memory, and the convolution is
/// a linear layer whose input rows overlap.
#[derive(Debug)]
pub struct Conv1d {
    layer: Linear,
    inputs: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl Conv1d {
    /// `weights` as model files hold them: `outputs` · `inputs` · `kernel` values. `padding` rows of zeros are added on both
    /// sides.
    ///
    /// # Errors
    /// When the numbers of weights or biases do not fit the shape, or the kernel or the stride is 0.
    pub fn new(
        weights: &[f32],
        bias: Option<&[f32]>,
        (outputs, inputs, kernel): (usize, usize, usize),
        stride: usize,
        padding: usize,
    ) -> Result<Self, ShapeError> {
        let width = inputs.checked_mul(kernel).filter(|width| *width > 0).unwrap_or(usize::MAX);
        ShapeError::check("stride of a convolution", stride.max(1), stride)?;
        let expected = outputs.saturating_mul(width);
        ShapeError::check("weights of a convolution", expected, weights.len())?;
        let mut by_time = vec![0.0; weights.len()];
        for (from, to) in weights.chunks_exact(width).zip(by_time.chunks_exact_mut(width)) {
            for (channel, taps) in from.chunks_exact(kernel).enumerate() {
                for (tap, value) in taps.iter().enumerate() {
                    to[tap * inputs + channel] = *value;
                }
            }
        }
        let layer = Linear::new(Weights::F32(&by_time), bias, outputs, width)?;
        Ok(Self { layer, inputs, kernel, stride, padding })
    }

    /// How many rows come out of so many.
    pub fn steps(&self, rows: usize) -> usize {
        (rows + 2 * self.padding).checked_sub(self.kernel).map_or(0, |rest| rest / self.stride + 1)
    }

    /// Values in a row of the result.
    pub fn outputs(&self) -> usize {
        self.layer.outputs()
    }

    /// The convolution of all rows of `x`, then the activation: [`Conv1d::steps`] rows.
    ///
    /// # Panics
    /// When `x` is no whole number of rows.
    pub fn forward(&self, cpu: &Cpu, x: &[f32], activation: Activation) -> Vec<f32> {
        assert!(x.len().is_multiple_of(self.inputs), "input of a convolution");
        let steps = self.steps(x.len() / self.inputs);
        let margin = self.padding * self.inputs;
        let mut padded = vec![0.0; x.len() + 2 * margin];
        padded[margin..margin + x.len()].copy_from_slice(x);
        let mut y = vec![0.0; steps * self.outputs()];
        self.layer.forward_strided(cpu, &padded, steps, self.stride * self.inputs, &mut y, activation);
        y
    }
}
