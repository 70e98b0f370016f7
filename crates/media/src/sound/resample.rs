//! From any rate to 16 kHz: a low-pass (windowed sinc) read at the times of the new samples.

use super::RATE;

/// Rates that files may have, in Hz.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=384_000;
/// Zero crossings of the sinc on each side: the more, the steeper the filter.
const CROSSINGS: usize = 24;
/// Places between two samples at which the filter is tabulated; between them it is interpolated.
const PHASES: usize = 256;
/// Shape of the Kaiser window: about 80 dB of attenuation.
const BETA: f64 = 8.0;
/// The pass band, as a part of the lower of both half rates.
const PASS: f64 = 0.95;

/// Resamples a stream piece by piece.
pub struct Resampler {
    rate: u32,
    /// For each phase the taps, then one phase more.
    table: Vec<f32>,
    taps: usize,
    /// Samples that are still needed.
    waiting: Vec<f32>,
    /// Where the next new sample lies: `1 / RATE` parts of an old sample from the begin of `waiting`.
    at: u64,
}

impl Resampler {
    /// `None` for rates that no sound has.
    pub fn new(rate: u32) -> Option<Self> {
        if !RATES.contains(&rate) {
            return None;
        }
        let ratio = f64::from(rate) / f64::from(RATE);
        let half = (CROSSINGS as f64 * ratio.max(1.0)).ceil() as usize;
        let (taps, cut) = (2 * half, PASS / ratio.max(1.0));
        let mut table = Vec::new();
        if rate != RATE {
            for phase in 0..=PHASES {
                let shift = phase as f64 / PHASES as f64;
                let row: Vec<f64> = (0..taps).map(|tap| tap as f64 + 1.0 - half as f64 - shift).collect();
                let row: Vec<f64> = row.iter().map(|x| sinc(cut * x) * kaiser(x / half as f64)).collect();
                // every phase passes a constant unchanged
                let sum: f64 = row.iter().sum();
                table.extend(row.iter().map(|value| (value / sum) as f32));
            }
        }
        // silence before the first sample
        Some(Self { rate, table, taps, waiting: vec![0.0; half.saturating_sub(1)], at: 0 })
    }

    /// The rate of the input in Hz.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Takes samples in, and writes the new ones that they are enough for.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        if self.rate == RATE {
            out.extend_from_slice(samples);
            return;
        }
        self.waiting.extend_from_slice(samples);
        let (step, unit) = (u64::from(self.rate), u64::from(RATE));
        loop {
            let first = (self.at / unit) as usize;
            let Some(window) = self.waiting.get(first..first + self.taps) else { break };
            let place = (self.at % unit) as f32 / RATE as f32 * PHASES as f32;
            let (phase, part) = (place as usize, place.fract());
            let row = |phase: usize| &self.table[phase * self.taps..(phase + 1) * self.taps];
            let sum: f32 = window
                .iter()
                .zip(row(phase))
                .zip(row((phase + 1).min(PHASES)))
                .map(|((sample, a), b)| sample * (a + part * (b - a)))
                .sum();
            out.push(sum);
            self.at += step;
        }
        let used = ((self.at / unit) as usize).min(self.waiting.len());
        self.waiting.drain(..used);
        self.at -= used as u64 * unit;
    }

    /// Writes the rest: silence follows the last sample.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        if self.rate != RATE {
            self.push(&vec![0.0; self.taps / 2], out);
        }
    }
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x.abs() < 1e-9 { 1.0 } else { x.sin() / x }
}

/// The Kaiser window at -1 to 1.
fn kaiser(x: f64) -> f64 {
    if x.abs() > 1.0 { 0.0 } else { bessel(BETA * (1.0 - x * x).sqrt()) / bessel(BETA) }
}

/// The modified Bessel function of the first kind of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..40 {
        term *= (x / 2.0 / f64::from(n)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
        let count = (f64::from(rate) * seconds) as usize;
        (0..count)
            .map(|n| (std::f64::consts::TAU * hertz * n as f64 / f64::from(rate)).sin() as f32)
            .collect()
    }

    fn resample(rate: u32, samples: &[f32]) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut out = Vec::new();
        // pieces of odd lengths
        samples.chunks(997).for_each(|piece| resampler.push(piece, &mut out));
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn tones_keep_their_place_and_height() {
        for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 16_000] {
            let out = resample(rate, &tone(rate, 1_000.0, 0.5));
            let expected = tone(RATE, 1_000.0, 0.5);
            assert!(out.len().abs_diff(expected.len()) <= 2, "{rate}: {} samples", out.len());
            let errors = out.iter().zip(&expected).skip(200).take(7_500).map(|(a, b)| (a - b).abs());
            let worst = errors.fold(0.0, f32::max);
            assert!(worst < 2e-3, "{rate}: {worst}");
        }
    }

    #[test]
    fn what_does_not_fit_is_gone() {
        // 12 kHz would come out as 4 kHz
        let out = resample(48_000, &tone(48_000, 12_000.0, 0.5));
        assert!(out[500..7_500].iter().all(|sample| sample.abs() < 1e-3));
        assert!(Resampler::new(0).is_none() && Resampler::new(u32::MAX).is_none());
    }
}
