//! What stands between the linear layers. All of it works on rows of equal width, on the calling thread.

use crate::cpu::{Cpu, Level};
use crate::math::{self, Activation};
use crate::versions::versions;

versions! {
    fn softmax_at(rows: &mut [f32], width: usize) = softmax_body;
    fn layer_norm_at(rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) = layer_norm_body;
    pub(crate) fn activate_at(values: &mut [f32], activation: Activation) = activate_body;
    fn add_at(to: &mut [f32], other: &[f32]) = add_body;
    fn dot_at(a: &[f32], b: &[f32]) -> f32 = dot_body;
    fn l2_at(rows: &mut [f32], width: usize) = l2_body;
    fn log_softmax_at(row: &mut [f32]) = log_softmax_body;
}

/// Softmax of each row of `width` values; `-inf` takes no part and becomes 0.
///
/// # Panics
/// When `rows` is no whole number of rows.
pub fn softmax(cpu: &Cpu, rows: &mut [f32], width: usize) {
    assert!(width > 0 && rows.len().is_multiple_of(width), "rows of {width} in {} values", rows.len());
    softmax_at(cpu.level(), rows, width);
}

/// The logarithm of the softmax of one row, in place; `-inf` stays.
pub fn log_softmax(cpu: &Cpu, row: &mut [f32]) {
    log_softmax_at(cpu.level(), row);
}

/// Layer normalisation of each row: mean 0 and variance 1, then `· weight + bias`. The width is that of `weight`.
///
/// # Panics
/// When `weight` and `bias` differ in length, or `rows` is no whole number of rows.
pub fn layer_norm(cpu: &Cpu, rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    assert!(
        !weight.is_empty() && weight.len() == bias.len() && rows.len().is_multiple_of(weight.len()),
        "layer norm"
    );
    layer_norm_at(cpu.level(), rows, weight, bias, epsilon);
}

/// Applies an activation to every value.
pub fn activate(cpu: &Cpu, values: &mut [f32], activation: Activation) {
    activate_at(cpu.level(), values, activation);
}

/// `to += other`.
///
/// # Panics
/// When the lengths differ.
pub fn add(cpu: &Cpu, to: &mut [f32], other: &[f32]) {
    assert_eq!(to.len(), other.len(), "sum");
    add_at(cpu.level(), to, other);
}

/// The scalar product.
///
/// # Panics
/// When the lengths differ.
pub fn dot(cpu: &Cpu, a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "scalar product");
    dot_at(cpu.level(), a, b)
}

/// Scales each row of `width` values to length 1; a row shorter than 1e-12 is divided by that.
///
/// # Panics
/// When `rows` is no whole number of rows.
pub fn l2_normalize(cpu: &Cpu, rows: &mut [f32], width: usize) {
    assert!(width > 0 && rows.len().is_multiple_of(width), "rows of {width} in {} values", rows.len());
    l2_at(cpu.level(), rows, width);
}

/// The mean of all rows, into `mean`; 0 when there are none.
///
/// # Panics
/// When `rows` is no whole number of rows of the width of `mean`.
pub fn mean_pool(cpu: &Cpu, rows: &[f32], mean: &mut [f32]) {
    assert!(!mean.is_empty() && rows.len().is_multiple_of(mean.len()), "mean");
    let count = rows.len() / mean.len();
    mean.fill(0.0);
    for row in rows.chunks_exact(mean.len()) {
        add_at(cpu.level(), mean, row);
    }
    if count > 0 {
        let factor = 1.0 / count as f32;
        mean.iter_mut().for_each(|x| *x *= factor);
    }
}

/// The largest value of each column of all rows, into `most`; `-inf` when there are no rows.
///
/// # Panics
/// When `rows` is no whole number of rows of the width of `most`.
pub fn max_pool(rows: &[f32], most: &mut [f32]) {
    assert!(!most.is_empty() && rows.len().is_multiple_of(most.len()), "max");
    most.fill(f32::NEG_INFINITY);
    for row in rows.chunks_exact(most.len()) {
        most.iter_mut().zip(row).for_each(|(most, x)| *most = most.max(*x));
    }
}

#[inline(always)]
fn softmax_body<const FMA: bool>(rows: &mut [f32], width: usize) {
    rows.chunks_exact_mut(width).for_each(math::softmax::<FMA>);
}

#[inline(always)]
fn log_softmax_body<const FMA: bool>(row: &mut [f32]) {
    let most = math::max(row);
    if most == f32::NEG_INFINITY {
        return;
    }
    let mut total = 0.0;
    let mut buffer = [0.0_f32; 256];
    for chunk in row.chunks(buffer.len()) {
        let part = &mut buffer[..chunk.len()];
        for (e, x) in part.iter_mut().zip(chunk) {
            *e = if *x == f32::NEG_INFINITY { 0.0 } else { math::exp::<FMA>(*x - most) };
        }
        total += math::sum(part);
    }
    let shift = most + total.ln();
    row.iter_mut().for_each(|x| *x -= shift);
}

#[inline(always)]
fn layer_norm_body<const FMA: bool>(rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = weight.len();
    let share = 1.0 / width as f32;
    for row in rows.chunks_exact_mut(width) {
        let mean = math::sum(row) * share;
        row.iter_mut().for_each(|x| *x -= mean);
        let factor = 1.0 / (math::dot::<FMA>(row, row) * share + epsilon).sqrt();
        for ((x, w), b) in row.iter_mut().zip(weight).zip(bias) {
            *x = math::fma::<FMA>(*x * factor, *w, *b);
        }
    }
}

#[inline(always)]
fn activate_body<const FMA: bool>(values: &mut [f32], activation: Activation) {
    math::activate::<FMA>(activation, values);
}

#[inline(always)]
fn add_body<const FMA: bool>(to: &mut [f32], other: &[f32]) {
    to.iter_mut().zip(other).for_each(|(a, b)| *a += *b);
}

#[inline(always)]
fn dot_body<const FMA: bool>(a: &[f32], b: &[f32]) -> f32 {
    math::dot::<FMA>(a, b)
}

#[inline(always)]
fn l2_body<const FMA: bool>(rows: &mut [f32], width: usize) {
    for row in rows.chunks_exact_mut(width) {
        let factor = 1.0 / math::dot::<FMA>(row, row).sqrt().max(1e-12);
        row.iter_mut().for_each(|x| *x *= factor);
    }
}

/// Multiplies each row by `scale` where there is one, adds `bias`, and applies the activation: the end of a linear layer.
pub(crate) fn finish(
    level: Level,
    row: &mut [f32],
    scale: Option<&[f32]>,
    bias: Option<&[f32]>,
    activation: Activation,
) {
    finish_at(level, row, scale.unwrap_or(&[]), bias.unwrap_or(&[]), activation);
}

versions! {
    fn finish_at(row: &mut [f32], scale: &[f32], bias: &[f32], activation: Activation) = finish_body;
}

#[inline(always)]
fn finish_body<const FMA: bool>(row: &mut [f32], scale: &[f32], bias: &[f32], activation: Activation) {
    if !scale.is_empty() {
        row.iter_mut().zip(scale).for_each(|(x, s)| *x *= *s);
    }
    if !bias.is_empty() {
        row.iter_mut().zip(bias).for_each(|(x, b)| *x += *b);
    }
    math::activate::<FMA>(activation, row);
}
