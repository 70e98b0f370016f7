use transom_kernels::{Activation, ops};

use crate::{Numbers, close, cpus};

#[test]
fn softmax_of_rows() {
    for cpu in cpus() {
        for width in [1, 7, 16, 33, 1500] {
            let mut rows: Vec<f32> = Numbers::new(2).take(3 * width).iter().map(|x| x * 60.0).collect();
            rows[0] = if width > 1 { f32::NEG_INFINITY } else { 0.0 };
            let expected: Vec<f64> = rows
                .chunks_exact(width)
                .flat_map(|row| {
                    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    let powers: Vec<f64> = row.iter().map(|x| f64::from(x - most).exp()).collect();
                    let total: f64 = powers.iter().sum();
                    powers.into_iter().map(move |x| x / total)
                })
                .collect();
            let mut logs = rows[..width].to_vec();
            ops::softmax(&cpu, &mut rows, width);
            close(&rows, &expected, 2e-6, "softmax");
            ops::log_softmax(&cpu, &mut logs);
            for (log, expected) in logs.iter().zip(&expected) {
                assert!(
                    *expected < 1e-30 || (f64::from(*log) - expected.ln()).abs() < 2e-5,
                    "{log} {expected}"
                );
            }
            assert!(width == 1 || (rows[0] == 0.0 && logs[0] == f32::NEG_INFINITY));
        }
        let mut masked = [f32::NEG_INFINITY; 5];
        ops::softmax(&cpu, &mut masked, 5);
        assert_eq!(masked, [0.0; 5]);
    }
}

#[test]
fn values_that_are_no_numbers_stay_so() {
    for cpu in cpus() {
        let mut row = [1.0, f32::NAN, 2.0];
        ops::softmax(&cpu, &mut row, 3);
        assert!(row.iter().any(|x| x.is_nan()));
        let mut row = [f32::NAN; 17];
        ops::activate(&cpu, &mut row, Activation::Gelu);
        assert!(row.iter().all(|x| x.is_nan()));
    }
}

#[test]
fn layer_norm_of_rows() {
    for cpu in cpus() {
        for width in [1, 5, 32, 385] {
            let mut numbers = Numbers::new(4);
            let (weight, bias) = (numbers.take(width), numbers.take(width));
            let mut rows: Vec<f32> = numbers.take(4 * width).iter().map(|x| x * 5.0 + 3.0).collect();
            let mut expected = Vec::new();
            for row in rows.chunks_exact(width) {
                let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / width as f64;
                let variance = row.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / width as f64;
                for (i, x) in row.iter().enumerate() {
                    let normal = (f64::from(*x) - mean) / (variance + 1e-5).sqrt();
                    expected.push(normal * f64::from(weight[i]) + f64::from(bias[i]));
                }
            }
            ops::layer_norm(&cpu, &mut rows, &weight, &bias, 1e-5);
            close(&rows, &expected, 1e-4, "layer norm");
        }
    }
}

#[test]
fn pooling_and_length() {
    for cpu in cpus() {
        let rows = [1.0, -2.0, 3.0, 5.0, 4.0, -9.0];
        let mut out = [0.0; 3];
        ops::mean_pool(&cpu, &rows, &mut out);
        assert_eq!(out, [3.0, 1.0, -3.0]);
        ops::max_pool(&rows, &mut out);
        assert_eq!(out, [5.0, 4.0, 3.0]);
        ops::mean_pool(&cpu, &[], &mut out);
        assert_eq!(out, [0.0; 3]);

        let mut rows = [3.0, 4.0, 0.0, 0.0];
        ops::l2_normalize(&cpu, &mut rows, 2);
        assert_eq!(rows, [0.6, 0.8, 0.0, 0.0]);

        let (a, b) = (Numbers::new(1).take(77), Numbers::new(2).take(77));
        let dot: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        close(&[ops::dot(&cpu, &a, &b)], &[dot], 1e-5, "dot");
        let mut sum = a.clone();
        ops::add(&cpu, &mut sum, &b);
        assert!(sum.iter().zip(a.iter().zip(&b)).all(|(sum, (a, b))| *sum == a + b));
    }
}
