//! Functions of one number, without branches, so that loops over them become vector code.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// What is applied to each value after a linear layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// Nothing.
    #[default]
    None,
    /// `x·Φ(x)`, with the error function.
    Gelu,
    /// The approximation of GELU with the hyperbolic tangent.
    GeluTanh,
    /// `max(x, 0)`.
    Relu,
    /// `x·sigmoid(x)`, also called swish.
    Silu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
}

/// Lanes of the loops that reduce many numbers to one.
pub(crate) const LANES: usize = 16;

#[inline(always)]
pub(crate) fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// `e^x`, to about 2 units in the last place; what would underflow gives a number of the size 1e-38 or 0.
#[inline(always)]
pub(crate) fn exp<const FMA: bool>(x: f32) -> f32 {
    // adding and taking away 1.5·2^23 rounds to a whole number
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first of which is exact in few bits
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.3, 88.0);
    let shifted = fma::<FMA>(x, LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let rest = fma::<FMA>(whole, -LN2_LOW, fma::<FMA>(whole, -LN2_HIGH, x));
    // Taylor's series; |rest| <= ln 2 / 2, so the first term left out is below 6e-9
    let mut sum = 1.0 / 5040.0;
    for term in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = fma::<FMA>(sum, rest, term);
    }
    // the whole number, between -126 and 127, stands in the lowest bits of `shifted`
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127);
    sum * f32::from_bits(exponent << 23)
}

/// The error function: Abramowitz and Stegun, formula 7.1.26, absolute error below 1.5e-7.
#[inline(always)]
pub(crate) fn erf<const FMA: bool>(x: f32) -> f32 {
    let a = x.abs();
    let t = 1.0 / fma::<FMA>(0.327_591_1, a, 1.0);
    let mut sum = 1.061_405_4;
    for term in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        sum = fma::<FMA>(sum, t, term);
    }
    (1.0 - sum * t * exp::<FMA>(-a * a)).copysign(x)
}

#[inline(always)]
pub(crate) fn tanh<const FMA: bool>(x: f32) -> f32 {
    1.0 - 2.0 / (exp::<FMA>(2.0 * x) + 1.0)
}

#[inline(always)]
pub(crate) fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<FMA>(-x))
}

#[inline(always)]
fn gelu<const FMA: bool>(x: f32) -> f32 {
    0.5 * x * (1.0 + erf::<FMA>(x * FRAC_1_SQRT_2))
}

#[inline(always)]
fn gelu_tanh<const FMA: bool>(x: f32) -> f32 {
    // sqrt(2 / pi)
    const FACTOR: f32 = 0.797_884_6;
    0.5 * x * (1.0 + tanh::<FMA>(FACTOR * fma::<FMA>(0.044_715 * x * x, x, x)))
}

/// Applies an activation to every number.
#[inline(always)]
pub(crate) fn activate<const FMA: bool>(activation: Activation, values: &mut [f32]) {
    match activation {
        Activation::None => {}
        Activation::Gelu => values.iter_mut().for_each(|x| *x = gelu::<FMA>(*x)),
        Activation::GeluTanh => values.iter_mut().for_each(|x| *x = gelu_tanh::<FMA>(*x)),
        Activation::Relu => values.iter_mut().for_each(|x| *x = x.max(0.0)),
        Activation::Silu => values.iter_mut().for_each(|x| *x *= sigmoid::<FMA>(*x)),
        Activation::Tanh => values.iter_mut().for_each(|x| *x = tanh::<FMA>(*x)),
        Activation::Sigmoid => values.iter_mut().for_each(|x| *x = sigmoid::<FMA>(*x)),
    }
}

#[inline(always)]
pub(crate) fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for chunk in whole {
        for i in 0..LANES {
            lanes[i] += chunk[i];
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

#[inline(always)]
pub(crate) fn max(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for chunk in whole {
        for i in 0..LANES {
            lanes[i] = if chunk[i] > lanes[i] { chunk[i] } else { lanes[i] };
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max)
}

#[inline(always)]
pub(crate) fn dot<const FMA: bool>(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (x, y) in a.iter().zip(b) {
        for i in 0..LANES {
            lanes[i] = fma::<FMA>(x[i], y[i], lanes[i]);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f32>() + rest
}

/// Softmax of one row, in place. A row of nothing but `-inf` becomes all zeros.
#[inline(always)]
pub(crate) fn softmax<const FMA: bool>(row: &mut [f32]) {
    let most = max(row);
    if most == f32::NEG_INFINITY {
        row.fill(0.0);
        return;
    }
    for x in row.iter_mut() {
        // what is masked stays exactly nothing
        *x = if *x == f32::NEG_INFINITY { 0.0 } else { exp::<FMA>(*x - most) };
    }
    let factor = 1.0 / sum(row);
    row.iter_mut().for_each(|x| *x *= factor);
}
