use std::cell::RefCell;

use crate::cpu::{Cpu, Level, Shared};
use crate::error::ShapeError;
use crate::math::Activation;
use crate::ops;
use crate::pack::{self, Packed, WIDTH, Weights};
use crate::tile::{ROWS, Tile, interleave};

/// Inputs that are worked on at a time: with these, what a block of rows reads stays in the second-level cache.
const DEPTH: usize = 512;
/// Rows that are worked on at a time, a multiple of [`ROWS`].
const BLOCK: usize = 120;
/// Products below which one thread is faster than several.
const SMALL: usize = 1 << 16;

/// A linear layer: `y = x·Wᵀ + b`, its weights in the order in which they are read.
#[derive(Debug)]
pub struct Linear {
    weights: Packed,
    scales: Option<Vec<f32>>,
    bias: Option<Vec<f32>>,
    outputs: usize,
    inputs: usize,
}

/// The rows that a product is taken of.
#[derive(Clone, Copy)]
struct Input<'a> {
    values: &'a [f32],
    rows: usize,
    /// From the beginning of one row to that of the next.
    stride: usize,
}

/// What one thread works on at a time: rows and panels.
struct Part {
    rows: std::ops::Range<usize>,
    panels: std::ops::Range<usize>,
}

#[derive(Default)]
struct Scratch {
    rows: Vec<f32>,
    panel: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Linear {
    /// A layer of `outputs` outputs and `inputs` inputs; the weights are copied, in the precision they have.
    ///
    /// # Errors
    /// When the numbers of weights, scales or biases do not fit the shape.
    pub fn new(
        weights: Weights<'_>,
        bias: Option<&[f32]>,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, ShapeError> {
        if let Some(bias) = bias {
            ShapeError::check("bias of a linear layer", outputs, bias.len())?;
        }
        let scales = if let Weights::I8 { scales, .. } = weights { Some(scales.to_vec()) } else { None };
        let weights = weights.pack(outputs, inputs)?;
        Ok(Self { weights, scales, bias: bias.map(<[f32]>::to_vec), outputs, inputs })
    }

    /// As [`Linear::new`], but `f32` weights are rounded to half precision.
    ///
    /// # Errors
    /// As [`Linear::new`].
    pub fn rounded_to_f16(
        weights: &[f32],
        bias: Option<&[f32]>,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, ShapeError> {
        Self::new(Weights::F16(&pack::to_f16(weights)), bias, outputs, inputs)
    }

    /// As [`Linear::new`], but `f32` weights are rounded to `int8` with a scale for each output.
    ///
    /// # Errors
    /// As [`Linear::new`].
    pub fn rounded_to_i8(
        weights: &[f32],
        bias: Option<&[f32]>,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, ShapeError> {
        let (values, scales) = pack::to_i8(weights, inputs);
        Self::new(Weights::I8 { values: &values, scales: &scales }, bias, outputs, inputs)
    }

    /// Values in a row of the result.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Values in a row of the input.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Bytes of memory that the weights take.
    pub fn bytes(&self) -> usize {
        self.weights.bytes()
            + 4 * (self.scales.as_ref().map_or(0, Vec::len) + self.bias.as_ref().map_or(0, Vec::len))
    }

    /// `y = activation(x·Wᵀ + b)` for `rows` rows.
    ///
    /// # Panics
    /// When `x` or `y` has another length than `rows` rows.
    pub fn forward(&self, cpu: &Cpu, x: &[f32], rows: usize, y: &mut [f32], activation: Activation) {
        assert_eq!(x.len(), rows * self.inputs, "input of a linear layer");
        self.forward_strided(cpu, x, rows, self.inputs, y, activation);
    }

    /// The same where the rows of `x` begin `stride` values apart, and may overlap: a convolution over time, for example.
    ///
    /// # Panics
    /// When `x` ends before the last row does, or `y` has another length than `rows` rows.
    pub fn forward_strided(
        &self,
        cpu: &Cpu,
        x: &[f32],
        rows: usize,
        stride: usize,
        y: &mut [f32],
        activation: Activation,
    ) {
        assert_eq!(y.len(), rows * self.outputs, "output of a linear layer");
        if y.is_empty() {
            return;
        }
        assert!(x.len() >= (rows - 1) * stride + self.inputs, "input of a linear layer");
        let input = Input { values: x, rows, stride };
        let parts = self.divide(cpu, rows);
        let place = Shared(y.as_mut_ptr());
        cpu.run(parts.len(), |index| {
            // SAFETY: `y` has `rows` rows of `outputs` values and outlives `run`; no two parts share a row and a panel.
            unsafe { self.compute(cpu.level(), input, &parts[index], place.get(), activation) };
        });
    }

    /// Divides the work so that each thread gets some parts, and parts are no smaller than needed for that.
    fn divide(&self, cpu: &Cpu, rows: usize) -> Vec<Part> {
        let panels = self.outputs.div_ceil(WIDTH);
        let block = rows.div_ceil(rows.div_ceil(BLOCK)).next_multiple_of(ROWS).min(rows);
        let blocks = rows.div_ceil(block);
        let threads = if rows * self.outputs * self.inputs < SMALL { 1 } else { cpu.threads() };
        let groups = if threads == 1 { 1 } else { (3 * threads).div_ceil(blocks).min(panels) };
        let group = panels.div_ceil(groups);
        let mut parts = Vec::with_capacity(blocks * groups);
        for row in (0..rows).step_by(block) {
            for panel in (0..panels).step_by(group) {
                parts.push(Part {
                    rows: row..(row + block).min(rows),
                    panels: panel..(panel + group).min(panels),
                });
            }
        }
        parts
    }

    /// # Safety
    /// `y` points to rows of `outputs` values, at least as many as `part` names; nobody else uses those of the part meanwhile.
    unsafe fn compute(&self, level: Level, x: Input<'_>, part: &Part, y: *mut f32, activation: Activation) {
        debug_assert!(part.rows.end <= x.rows);
        let columns = part.panels.start * WIDTH..(part.panels.end * WIDTH).min(self.outputs);
        let row_of = |row: usize| {
            // SAFETY: the caller answers for this row and these columns.
            unsafe {
                std::slice::from_raw_parts_mut(y.add(row * self.outputs + columns.start), columns.len())
            }
        };
        SCRATCH.with_borrow_mut(|scratch| {
            if self.inputs == 0 {
                part.rows.clone().for_each(|row| row_of(row).fill(0.0));
            }
            scratch.panel.resize(DEPTH * WIDTH, 0.0);
            for first in (0..self.inputs).step_by(DEPTH) {
                let depth = DEPTH.min(self.inputs - first);
                gather(x, part, first, depth, &mut scratch.rows);
                for panel in part.panels.clone() {
                    let start = (panel * self.inputs + first) * WIDTH;
                    let b = self.weights.panel(level, start, depth, &mut scratch.panel);
                    // SAFETY: handed through.
                    unsafe { self.multiply(level, part, panel, first > 0, (&scratch.rows, b), y) };
                }
            }
        });
        let scales = self.scales.as_ref().map(|scales| &scales[columns.clone()]);
        let bias = self.bias.as_ref().map(|bias| &bias[columns.clone()]);
        for row in part.rows.clone() {
            ops::finish(level, row_of(row), scales, bias, activation);
        }
    }

    /// All rows of the part times one panel.
    ///
    /// # Safety
    /// As [`Linear::compute`].
    unsafe fn multiply(
        &self,
        level: Level,
        part: &Part,
        panel: usize,
        add: bool,
        (a, b): (&[f32], &[f32]),
        y: *mut f32,
    ) {
        let depth = b.len() / WIDTH;
        let column = panel * WIDTH;
        let columns = WIDTH.min(self.outputs - column);
        for row in part.rows.clone().step_by(ROWS) {
            let rows = ROWS.min(part.rows.end - row);
            let tile = Tile { rows, depth, a: &a[(row - part.rows.start) * depth..], b };
            // SAFETY: the rows and columns belong to the part.
            unsafe { tile.write_part(level, y.add(row * self.outputs + column), self.outputs, add, columns) };
        }
    }
}

/// Copies the inputs from `first` on of the part's rows as tiles read them.
fn gather(x: Input<'_>, part: &Part, first: usize, depth: usize, to: &mut Vec<f32>) {
    to.resize(part.rows.len() * depth, 0.0);
    for row in part.rows.clone().step_by(ROWS) {
        let rows = ROWS.min(part.rows.end - row);
        let to = &mut to[(row - part.rows.start) * depth..][..rows * depth];
        interleave(&x.values[row * x.stride + first..], x.stride, rows, depth, 1.0, to);
    }
}
