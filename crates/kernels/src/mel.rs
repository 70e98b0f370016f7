use std::f64::consts::PI;

use crate::cpu::Cpu;
use crate::error::ShapeError;
use crate::linear::Linear;
use crate::math::Activation;
use crate::pack::Weights;

/// Samples in a window of 25 ms.
const WINDOW: usize = 400;
/// Samples from one frame to the next: 10 ms.
const HOP: usize = 160;
/// Samples in a second.
const RATE: f64 = 16_000.0;
/// Frequencies of a window: 0 to half the rate.
const BINS: usize = WINDOW / 2 + 1;
/// Frames whose spectrum is computed at a time.
const BLOCK: usize = 240;

/// The spectrogram that Whisper takes: 16 kHz samples, windows of 400 samples (Hann) every 160, mel bands after Slaney, decimal
/// logarithm of the power, the range cut at 80 dB below the loudest, scaled to about -1 to 1.
///
/// The Fourier transform is a matrix product, the window included: with a length of 400 that takes about a hundredth of what
/// the model does with the result.
#[derive(Debug)]
pub struct LogMel {
    transform: Linear,
    bands: Vec<Band>,
}

/// One mel band: the weights of the frequencies from `first` on.
#[derive(Debug)]
struct Band {
    first: usize,
    weights: Vec<f32>,
}

impl LogMel {
    /// Samples from one frame to the next.
    pub const HOP: usize = HOP;

    /// A spectrogram of `bands` mel bands: 80, or 128 for the newest models.
    ///
    /// # Errors
    /// When there are no bands, or more than frequencies.
    pub fn new(bands: usize) -> Result<Self, ShapeError> {
        ShapeError::check("mel bands", bands.clamp(1, BINS), bands)?;
        let transform = Linear::new(Weights::F32(&fourier()), None, 2 * BINS, WINDOW)?;
        Ok(Self { transform, bands: mel_bands(bands) })
    }

    /// How many bands a frame has.
    pub fn bands(&self) -> usize {
        self.bands.len()
    }

    /// The frames of these samples, `samples / 160` rows of [`LogMel::bands`] values. The samples are mirrored at both ends, so
    /// that a frame's window lies around its time. Whisper's own window is 30 s: pad the samples with zeros to 480,000 first.
    pub fn compute(&self, cpu: &Cpu, samples: &[f32]) -> Vec<f32> {
        let frames = samples.len() / HOP;
        let padded = mirrored(samples);
        let mut mel = vec![0.0; frames * self.bands()];
        cpu.chunks(&mut mel, BLOCK * self.bands(), |block, mel| {
            let rows = mel.len() / self.bands();
            let mut spectrum = vec![0.0; rows * 2 * BINS];
            let from = &padded[block * BLOCK * HOP..];
            self.transform.forward_strided(cpu, from, rows, HOP, &mut spectrum, Activation::None);
            for (spectrum, mel) in spectrum.chunks_exact(2 * BINS).zip(mel.chunks_exact_mut(self.bands())) {
                self.frame(spectrum, mel);
            }
        });
        let loudest = mel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        mel.iter_mut().for_each(|x| *x = (x.max(loudest - 8.0) + 4.0) / 4.0);
        mel
    }

    /// One frame: real and imaginary parts to the logarithm of each band's power.
    fn frame(&self, spectrum: &[f32], mel: &mut [f32]) {
        let (real, imaginary) = spectrum.split_at(BINS);
        let mut power = [0.0_f32; BINS];
        for ((power, real), imaginary) in power.iter_mut().zip(real).zip(imaginary) {
            *power = real * real + imaginary * imaginary;
        }
        for (band, mel) in self.bands.iter().zip(mel) {
            let sum: f32 =
                band.weights.iter().zip(&power[band.first..]).map(|(weight, power)| weight * power).sum();
            *mel = sum.max(1e-10).log10();
        }
    }
}

/// The samples with half a window before and after, mirrored at the first and the last sample.
fn mirrored(samples: &[f32]) -> Vec<f32> {
    let half = WINDOW / 2;
    let count = samples.len() as isize;
    let at = |index: isize| {
        // back and forth, for samples shorter than the margin
        let period = (2 * (count - 1)).max(1);
        let place = index.rem_euclid(period);
        let place = if place < count { place } else { period - place };
        samples.get(place as usize).copied().unwrap_or(0.0)
    };
    let mut padded = Vec::with_capacity(samples.len() + WINDOW);
    padded.extend((0..half as isize).map(|i| at(i - half as isize)));
    padded.extend_from_slice(samples);
    padded.extend((0..half as isize).map(|i| at(count + i)));
    padded
}

/// The discrete Fourier transform times a periodic Hann window: a row for the real part of each frequency, then the imaginary ones.
fn fourier() -> Vec<f32> {
    let turn = 2.0 * PI / WINDOW as f64;
    let row = |bin: usize, wave: fn(f64) -> f64| {
        (0..WINDOW).map(move |n| {
            let window = 0.5 - 0.5 * (turn * n as f64).cos();
            // the remainder keeps the angle small and so exact
            (window * wave(turn * ((bin * n) % WINDOW) as f64)) as f32
        })
    };
    let real = (0..BINS).flat_map(|bin| row(bin, f64::cos));
    real.chain((0..BINS).flat_map(|bin| row(bin, f64::sin))).collect()
}

/// Mel to hertz after Slaney: linear to 1 kHz (15 mel), then logarithmic, 27 steps for a factor of 6.4.
fn hertz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * (6.4_f64.ln() / 27.0 * (mel - 15.0)).exp() }
}

/// Triangles of equal area, evenly spaced in mel from 0 to half the rate.
fn mel_bands(count: usize) -> Vec<Band> {
    let highest = 15.0 + 27.0 * (RATE / 2.0 / 1000.0).ln() / 6.4_f64.ln();
    let edge = |index: usize| hertz(highest * index as f64 / (count + 1) as f64);
    let band = |index: usize| {
        let (low, middle, high) = (edge(index), edge(index + 1), edge(index + 2));
        let weight = |bin: usize| {
            let frequency = bin as f64 * RATE / WINDOW as f64;
            let side = ((frequency - low) / (middle - low)).min((high - frequency) / (high - middle));
            (side.max(0.0) * 2.0 / (high - low)) as f32
        };
        let first = (0..BINS).find(|bin| weight(*bin) > 0.0).unwrap_or(0);
        let last = (0..BINS).rfind(|bin| weight(*bin) > 0.0).unwrap_or(0);
        Band { first, weights: (first..=last).map(weight).collect() }
    };
    (0..count).map(band).collect()
}
