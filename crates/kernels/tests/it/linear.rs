use transom_kernels::convert::{bf16_to_f32, f16_to_f32, f32_to_f16};
use transom_kernels::{Activation, Linear, Weights};

use crate::{Numbers, close, cpus};

/// Rows, inputs, outputs: single rows, less than a tile, more than a block, more than one depth, odd everywhere.
const SHAPES: [(usize, usize, usize); 12] = [
    (1, 1, 1),
    (1, 384, 384),
    (1, 37, 1537),
    (2, 5, 31),
    (3, 64, 33),
    (5, 513, 65),
    (11, 384, 96),
    (13, 100, 32),
    (64, 1030, 70),
    (121, 48, 131),
    (257, 33, 64),
    (250, 384, 40),
];

fn product(x: &[f32], w: &[f32], bias: Option<&[f32]>, rows: usize, inputs: usize) -> Vec<f64> {
    let mut y = Vec::new();
    for row in 0..rows {
        for (index, weights) in w.chunks_exact(inputs).enumerate() {
            let x = &x[row * inputs..(row + 1) * inputs];
            let sum: f64 = x.iter().zip(weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            y.push(sum + bias.map_or(0.0, |bias| f64::from(bias[index])));
        }
    }
    y
}

#[test]
fn a_linear_layer_is_the_plain_product() {
    for cpu in cpus() {
        for (rows, inputs, outputs) in SHAPES {
            let mut numbers = Numbers::new(7);
            let (x, w) = (numbers.take(rows * inputs), numbers.take(outputs * inputs));
            let bias = numbers.take(outputs);
            for bias in [None, Some(bias.as_slice())] {
                let layer = Linear::new(Weights::F32(&w), bias, outputs, inputs).unwrap();
                let mut y = vec![f32::NAN; rows * outputs];
                layer.forward(&cpu, &x, rows, &mut y, Activation::None);
                close(
                    &y,
                    &product(&x, &w, bias, rows, inputs),
                    5e-5,
                    &format!("{rows} {inputs} {outputs} {cpu:?}"),
                );
            }
        }
    }
}

#[test]
fn smaller_weights_are_multiplied_as_they_are() {
    for cpu in cpus() {
        for (rows, inputs, outputs) in SHAPES {
            let mut numbers = Numbers::new(9);
            let (x, w) = (numbers.take(rows * inputs), numbers.take(outputs * inputs));
            let bias = numbers.take(outputs);

            let half: Vec<u16> = w.iter().map(|x| f32_to_f16(*x)).collect();
            let layer = Linear::new(Weights::F16(&half), Some(&bias), outputs, inputs).unwrap();
            let mut y = vec![0.0; rows * outputs];
            layer.forward(&cpu, &x, rows, &mut y, Activation::None);
            let rounded: Vec<f32> = half.iter().map(|x| f16_to_f32(*x)).collect();
            close(&y, &product(&x, &rounded, Some(&bias), rows, inputs), 5e-5, "f16");
            let again = Linear::rounded_to_f16(&w, Some(&bias), outputs, inputs).unwrap();
            let mut z = vec![0.0; rows * outputs];
            again.forward(&cpu, &x, rows, &mut z, Activation::None);
            assert_eq!(y, z);
            assert!(
                again.bytes() >= 2 * outputs * inputs
                    && again.outputs() == outputs
                    && again.inputs() == inputs
            );

            let values: Vec<i8> = w.iter().map(|x| (x * 127.0) as i8).collect();
            let scales: Vec<f32> = (0..outputs).map(|i| (i % 7 + 1) as f32 / 100.0).collect();
            let layer =
                Linear::new(Weights::I8 { values: &values, scales: &scales }, Some(&bias), outputs, inputs)
                    .unwrap();
            layer.forward(&cpu, &x, rows, &mut y, Activation::None);
            let scaled: Vec<f32> =
                values.iter().enumerate().map(|(i, x)| f32::from(*x) * scales[i / inputs]).collect();
            close(&y, &product(&x, &scaled, Some(&bias), rows, inputs), 1e-4, "int8");
        }
    }
}

#[test]
fn rounding_to_int8_loses_less_than_a_hundredth() {
    let cpu = transom_kernels::Cpu::new(1);
    let mut numbers = Numbers::new(3);
    let (x, w) = (numbers.take(300), numbers.take(300 * 40));
    let layer = Linear::rounded_to_i8(&w, None, 40, 300).unwrap();
    let mut y = vec![0.0; 40];
    layer.forward(&cpu, &x, 1, &mut y, Activation::None);
    close(&y, &product(&x, &w, None, 1, 300), 0.1, "int8");
    // a row of zeros has no largest value to scale by
    let layer = Linear::rounded_to_i8(&[0.0; 4], None, 2, 2).unwrap();
    let mut y = [1.0; 2];
    layer.forward(&cpu, &[1.0, 2.0], 1, &mut y, Activation::None);
    assert_eq!(y, [0.0, 0.0]);
}

#[test]
fn activations_follow_the_product() {
    let erf_gelu = |x: f64| 0.5 * x * (1.0 + erf(x / 2.0_f64.sqrt()));
    let tanh_gelu =
        |x: f64| 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x)).tanh());
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let cases: [(Activation, &dyn Fn(f64) -> f64); 7] = [
        (Activation::None, &|x| x),
        (Activation::Gelu, &erf_gelu),
        (Activation::GeluTanh, &tanh_gelu),
        (Activation::Relu, &|x: f64| x.max(0.0)),
        (Activation::Silu, &|x| x * sigmoid(x)),
        (Activation::Tanh, &f64::tanh),
        (Activation::Sigmoid, &sigmoid),
    ];
    // one input, so that the product is the input times 30
    let x: Vec<f32> = (-400..=400).map(|i| i as f32 / 400.0).collect();
    for cpu in cpus() {
        for (activation, plain) in &cases {
            let layer = Linear::new(Weights::F32(&[30.0]), None, 1, 1).unwrap();
            let mut y = vec![0.0; x.len()];
            layer.forward(&cpu, &x, x.len(), &mut y, *activation);
            let expected: Vec<f64> = x.iter().map(|x| plain(f64::from(*x) * 30.0)).collect();
            close(&y, &expected, 2e-6, &format!("{activation:?}"));
        }
    }
}

/// The error function by its series; from 4 on it differs from 1 by less than the tolerance of the tests.
fn erf(x: f64) -> f64 {
    let a = x.abs();
    if a > 4.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (a, a);
    for n in 1..200 {
        term *= -a * a / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    (sum * 2.0 / std::f64::consts::PI.sqrt()).copysign(x)
}

#[test]
fn rows_may_overlap() {
    for cpu in cpus() {
        let mut numbers = Numbers::new(5);
        let (x, w) = (numbers.take(100), numbers.take(6 * 10));
        let layer = Linear::new(Weights::F32(&w), None, 6, 10).unwrap();
        let mut y = vec![0.0; 31 * 6];
        layer.forward_strided(&cpu, &x, 31, 3, &mut y, Activation::None);
        let rows: Vec<f32> = (0..31).flat_map(|row| x[row * 3..row * 3 + 10].to_vec()).collect();
        close(&y, &product(&rows, &w, None, 31, 10), 1e-5, "overlapping");
    }
}

#[test]
fn a_wrong_shape_is_an_error() {
    let wrong = Linear::new(Weights::F32(&[0.0; 5]), None, 2, 3).unwrap_err();
    assert_eq!(wrong.to_string(), "weights of a linear layer: expected 6 values, found 5");
    assert!(Linear::new(Weights::F32(&[0.0; 6]), Some(&[0.0; 3]), 2, 3).is_err());
    assert!(Linear::new(Weights::F32(&[0.0; 6]), None, usize::MAX, 3).is_err());
    assert!(Linear::new(Weights::I8 { values: &[0; 6], scales: &[1.0; 3] }, None, 2, 3).is_err());
}

#[test]
fn nothing_to_compute_is_no_error() {
    let cpu = transom_kernels::Cpu::new(2);
    let layer = Linear::new(Weights::F32(&[]), Some(&[1.0, 2.0]), 2, 0).unwrap();
    let mut y = [9.0; 4];
    layer.forward(&cpu, &[], 2, &mut y, Activation::None);
    assert_eq!(y, [1.0, 2.0, 1.0, 2.0]);
    layer.forward(&cpu, &[], 0, &mut [], Activation::None);
}

#[test]
fn half_precision_goes_both_ways() {
    for bits in 0..=u16::MAX {
        let value = f16_to_f32(bits);
        if value.is_nan() {
            assert!(f16_to_f32(f32_to_f16(value)).is_nan());
        } else {
            assert_eq!(f32_to_f16(value), bits, "{value}");
        }
    }
    for (value, bits) in
        [(1.0, 0x3c00), (-2.0, 0xc000), (65504.0, 0x7bff), (65520.0, 0x7c00), (5.960_464_5e-8, 1)]
    {
        assert_eq!(f32_to_f16(value), bits);
    }
    // half way between two: the even one
    assert_eq!(f32_to_f16(1.0 + 1.0 / 2048.0), 0x3c00);
    assert_eq!(f32_to_f16(1.0 + 3.0 / 2048.0), 0x3c02);
    assert_eq!(bf16_to_f32(0x3f80), 1.0);
    assert_eq!(bf16_to_f32(0xc040), -3.0);
}
