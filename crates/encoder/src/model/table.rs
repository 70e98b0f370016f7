use transom_kernels::convert::f16_to_f32;

use crate::error::Error;
use crate::safetensors::{Tensors, Values};

/// A vector for each number.
pub(super) struct Table {
    values: Values,
    width: usize,
}

impl Table {
    pub(super) fn read(tensors: &mut Tensors, name: &str, rows: usize, width: usize) -> Result<Self, Error> {
        Ok(Self { values: tensors.read(name, &[rows, width])?, width })
    }

    pub(super) fn bytes(&self) -> usize {
        match &self.values {
            Values::F32(values) => 4 * values.len(),
            Values::F16(values) => 2 * values.len(),
        }
    }

    /// Adds the vector of `index` to `row`. The tokenization has checked the number.
    pub(super) fn add(&self, index: usize, row: &mut [f32]) {
        let place = index * self.width..(index + 1) * self.width;
        match &self.values {
            Values::F32(values) => row.iter_mut().zip(&values[place]).for_each(|(to, x)| *to += *x),
            Values::F16(values) => {
                row.iter_mut().zip(&values[place]).for_each(|(to, x)| *to += f16_to_f32(*x))
            }
        }
    }
}
