use std::f64::consts::PI;

use transom_kernels::LogMel;

use crate::{close, cpus};

/// Hertz to mel after Slaney.
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 { 3.0 * hertz / 200.0 } else { 15.0 + (hertz / 1000.0).ln() / (6.4_f64.ln() / 27.0) }
}

/// The edges of the bands, in hertz, found by bisection, so that the inverse of the scale is not written down twice.
fn edges(bands: usize) -> Vec<f64> {
    (0..bands + 2)
        .map(|i| {
            let wanted = mel(8000.0) * i as f64 / (bands + 1) as f64;
            let (mut low, mut high) = (0.0, 8000.0);
            for _ in 0..80 {
                let middle = (low + high) / 2.0;
                if mel(middle) < wanted { low = middle } else { high = middle }
            }
            (low + high) / 2.0
        })
        .collect()
}

fn plain(samples: &[f32], bands: usize) -> Vec<f64> {
    let edges = edges(bands);
    let count = samples.len() as isize;
    let at = |i: isize| {
        let i = i.abs();
        f64::from(samples[if i < count { i } else { 2 * (count - 1) - i } as usize])
    };
    let mut out = Vec::new();
    for frame in 0..samples.len() as isize / 160 {
        let window: Vec<f64> = (0..400)
            .map(|n| at(frame * 160 - 200 + n) * (0.5 - 0.5 * (2.0 * PI * n as f64 / 400.0).cos()))
            .collect();
        let power: Vec<f64> = (0..201)
            .map(|k| {
                let angle = |n: usize| 2.0 * PI * (k * n) as f64 / 400.0;
                let real: f64 = window.iter().enumerate().map(|(n, x)| x * angle(n).cos()).sum();
                let imaginary: f64 = window.iter().enumerate().map(|(n, x)| x * angle(n).sin()).sum();
                real * real + imaginary * imaginary
            })
            .collect();
        for band in edges.windows(3) {
            let sum: f64 = power
                .iter()
                .enumerate()
                .map(|(k, power)| {
                    let f = k as f64 * 40.0;
                    let side = ((f - band[0]) / (band[1] - band[0])).min((band[2] - f) / (band[2] - band[1]));
                    side.max(0.0) * 2.0 / (band[2] - band[0]) * power
                })
                .sum();
            out.push(sum.max(1e-10).log10());
        }
    }
    let loudest = out.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    out.iter().map(|x| (x.max(loudest - 8.0) + 4.0) / 4.0).collect()
}

#[test]
fn the_spectrogram_is_the_plain_one() {
    // two tones, one of which comes later, and a silence
    let samples: Vec<f32> = (0..1603)
        .map(|i| {
            let t = f64::from(i) / 16_000.0;
            let late = if i > 500 { 0.2 } else { 0.0 };
            let sound = 0.5 * (2.0 * PI * 440.0 * t).sin() + late * (2.0 * PI * 3000.0 * t).sin();
            if i > 1200 { 0.0 } else { sound as f32 }
        })
        .collect();
    for cpu in cpus() {
        for bands in [80, 128] {
            let found = LogMel::new(bands).unwrap().compute(&cpu, &samples);
            assert_eq!(found.len(), 10 * bands);
            close(&found, &plain(&samples, bands), 2e-3, &format!("{bands} bands"));
        }
    }
}

#[test]
fn few_samples_and_wrong_bands() {
    let cpu = transom_kernels::Cpu::new(1);
    let spectrogram = LogMel::new(80).unwrap();
    assert!(spectrogram.compute(&cpu, &[]).is_empty());
    assert!(spectrogram.compute(&cpu, &[0.5; 159]).is_empty());
    assert_eq!(spectrogram.compute(&cpu, &[0.5; 160]).len(), 80);
    // silence
    assert!(spectrogram.compute(&cpu, &[0.0; 480]).iter().all(|x| (*x - -1.5).abs() < 1e-6));
    assert!(LogMel::new(0).is_err() && LogMel::new(1000).is_err());
}
