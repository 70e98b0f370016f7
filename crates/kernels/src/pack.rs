//! Weights in the order in which the inner loop reads them.
//!
//! The outputs of a layer are divided into panels of [`WIDTH`]. A panel holds, for each input, the weights of its outputs side by
//! side, so that the loop over the inputs reads memory in order whatever the shape. Missing outputs of the last panel are 0.

use crate::convert::{f16_to_f32, f32_to_f16};
use crate::cpu::Level;
use crate::error::ShapeError;
use crate::versions::versions;

/// Outputs in a panel.
pub(crate) const WIDTH: usize = 32;

/// A weight matrix as a model file holds it: `outputs` rows of `inputs` values.
#[derive(Debug, Clone, Copy)]
pub enum Weights<'a> {
    /// Single precision.
    F32(&'a [f32]),
    /// Half precision (IEEE 754), as bits; kept so, which halves the memory that decoding one token reads.
    F16(&'a [u16]),
    /// Whole numbers, each output's with a scale: the weight is `value · scale`.
    I8 {
        /// The whole numbers.
        values: &'a [i8],
        /// One factor for each output.
        scales: &'a [f32],
    },
}

#[derive(Debug)]
pub(crate) enum Packed {
    F32(Vec<f32>),
    F16(Vec<u16>),
    I8(Vec<i8>),
}

impl Weights<'_> {
    fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F16(values) => values.len(),
            Self::I8 { values, .. } => values.len(),
        }
    }

    /// Checks the shape and orders the weights anew.
    pub(crate) fn pack(self, outputs: usize, inputs: usize) -> Result<Packed, ShapeError> {
        let expected = outputs.saturating_mul(inputs);
        ShapeError::check("weights of a linear layer", expected, self.len())?;
        if let Self::I8 { scales, .. } = self {
            ShapeError::check("scales of a linear layer", outputs, scales.len())?;
        }
        Ok(match self {
            Self::F32(values) => Packed::F32(order(values, inputs)),
            Self::F16(values) => Packed::F16(order(values, inputs)),
            Self::I8 { values, .. } => Packed::I8(order(values, inputs)),
        })
    }
}

fn order<T: Copy + Default>(values: &[T], inputs: usize) -> Vec<T> {
    if inputs == 0 {
        return Vec::new();
    }
    let panels = (values.len() / inputs).div_ceil(WIDTH);
    let mut packed = vec![T::default(); panels * inputs * WIDTH];
    for (rows, panel) in values.chunks(inputs * WIDTH).zip(packed.chunks_exact_mut(inputs * WIDTH)) {
        for (column, row) in rows.chunks_exact(inputs).enumerate() {
            for (value, place) in row.iter().zip(panel[column..].iter_mut().step_by(WIDTH)) {
                *place = *value;
            }
        }
    }
    packed
}

impl Packed {
    /// The weights of `depth` inputs from `first` on in one panel, as single precision; what is kept smaller is converted into
    /// `scratch`.
    pub(crate) fn panel<'a>(
        &'a self,
        level: Level,
        start: usize,
        depth: usize,
        scratch: &'a mut [f32],
    ) -> &'a [f32] {
        let count = depth * WIDTH;
        match self {
            Self::F32(values) => return &values[start..start + count],
            Self::F16(values) => half(level, &values[start..start + count], &mut scratch[..count]),
            Self::I8(values) => bytes(level, &values[start..start + count], &mut scratch[..count]),
        }
        &scratch[..count]
    }

    /// How many bytes the weights take in memory.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::F32(values) => size_of_val(values.as_slice()),
            Self::F16(values) => size_of_val(values.as_slice()),
            Self::I8(values) => values.len(),
        }
    }
}

versions! {
    fn bytes(values: &[i8], to: &mut [f32]) = bytes_body;
    fn half_plain(values: &[u16], to: &mut [f32]) = half_body;
}

#[inline(always)]
fn bytes_body<const FMA: bool>(values: &[i8], to: &mut [f32]) {
    to.iter_mut().zip(values).for_each(|(to, value)| *to = f32::from(*value));
}

#[inline(always)]
fn half_body<const FMA: bool>(values: &[u16], to: &mut [f32]) {
    to.iter_mut().zip(values).for_each(|(to, value)| *to = f16_to_f32(*value));
}

/// Half to single precision.
fn half(level: Level, values: &[u16], to: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if level >= Level::Avx2 {
        // SAFETY: both levels include F16C.
        unsafe { half_f16c(values, to) };
        return;
    }
    half_plain(level, values, to);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx,f16c")]
fn half_f16c(values: &[u16], to: &mut [f32]) {
    use std::arch::x86_64::{_mm_loadu_si128, _mm256_cvtph_ps, _mm256_storeu_ps};
    let ((values, rest), (to, to_rest)) = (values.as_chunks::<8>(), to.as_chunks_mut::<8>());
    for (values, to) in values.iter().zip(to) {
        // SAFETY: both are eight values long.
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), _mm256_cvtph_ps(_mm_loadu_si128(values.as_ptr().cast())))
        };
    }
    for (value, to) in rest.iter().zip(to_rest) {
        *to = f16_to_f32(*value);
    }
}

/// Rounds weights to `int8` with a scale for each output: the largest absolute value becomes 127.
pub(crate) fn to_i8(values: &[f32], inputs: usize) -> (Vec<i8>, Vec<f32>) {
    let mut whole = Vec::with_capacity(values.len());
    let mut scales = Vec::new();
    for row in values.chunks_exact(inputs.max(1)) {
        let most = row.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
        whole.extend(row.iter().map(|x| (x / scale).round() as i8));
        scales.push(scale);
    }
    (whole, scales)
}

/// Rounds weights to half precision.
pub(crate) fn to_f16(values: &[f32]) -> Vec<u16> {
    values.iter().map(|x| f32_to_f16(*x)).collect()
}
