//! Where somebody speaks: a detector of our own, by energy.
//!
//! The sound is limited to the band of the voice (200 to 3,400 Hz), cut into pieces of 20 ms, and the energy of each is
//! compared with the quietest tenth around it (20 s). What stands out by 10 dB begins speech, what falls under 6 dB may
//! end it (hysteresis). Short noises are dropped, short pauses kept, and a margin is left on both sides. It knows loud
//! from quiet, not voices from music: it is there to skip silence, which is what Whisper invents text for.

use std::ops::Range;

/// Samples of a second.
pub const RATE: usize = 16_000;
/// Samples of a piece: 20 ms.
const PIECE: usize = RATE / 50;
/// Pieces on each side among which the quietest tenth is sought: 10 s.
const AROUND: usize = 500;
/// How far speech stands out when it begins, and while it goes on, in dB.
const BEGIN: f32 = 10.0;
const KEEP: f32 = 6.0;
/// Nothing below this is speech, in dB of full scale.
const QUIETEST: f32 = -60.0;
/// Shortest speech, longest pause between margins, and margin, in pieces: 0.2 s, 1.2 s, 0.4 s. So pauses of two seconds
/// are kept.
const SHORTEST: usize = 10;
const PAUSE: usize = 60;
const MARGIN: usize = 20;

/// Stretches of samples with speech in them, in order, apart from each other.
pub fn speech(samples: &[f32]) -> Vec<Range<usize>> {
    let energies = energies(samples);
    let floor = floors(&energies);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut begun = None;
    for (at, (energy, floor)) in energies.iter().zip(&floor).enumerate() {
        let need = (floor + if begun.is_some() { KEEP } else { BEGIN }).max(QUIETEST);
        match begun {
            None if *energy > need => begun = Some(at),
            Some(start) if *energy <= need => {
                found.push(start..at);
                begun = None;
            }
            _ => {}
        }
    }
    found.extend(begun.map(|start| start..energies.len()));
    join(found, energies.len())
        .into_iter()
        .map(|part| part.start * PIECE..(part.end * PIECE).min(samples.len()))
        .collect()
}

/// Keeps pauses, drops what is short, and leaves margins.
fn join(found: Vec<Range<usize>>, count: usize) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for part in found {
        match joined.last_mut() {
            // syllables are apart by less than the shortest speech
            Some(last) if part.start - last.end <= SHORTEST => last.end = part.end,
            _ => joined.push(part),
        }
    }
    joined.retain(|part| part.len() >= SHORTEST);
    let mut wide: Vec<Range<usize>> = Vec::new();
    for part in joined {
        let part = part.start.saturating_sub(MARGIN)..(part.end + MARGIN).min(count);
        match wide.last_mut() {
            Some(last) if part.start <= last.end + PAUSE => last.end = part.end,
            _ => wide.push(part),
        }
    }
    wide
}

/// Energy of each piece in dB of full scale, within the band of the voice.
fn energies(samples: &[f32]) -> Vec<f32> {
    // first-order filters: cheap, and steep enough to keep hum and hiss from counting
    let pole = |cut: f32| (-std::f32::consts::TAU * cut / RATE as f32).exp();
    let (low, high) = (pole(200.0), pole(3400.0));
    let (mut slow, mut smooth) = (0.0, 0.0);
    samples
        .chunks(PIECE)
        .map(|piece| {
            let mut sum = 0.0;
            for sample in piece {
                slow = low * slow + (1.0 - low) * sample;
                smooth = high * smooth + (1.0 - high) * (sample - slow);
                sum += smooth * smooth;
            }
            10.0 * (sum / piece.len() as f32 + 1e-10).log10()
        })
        .collect()
}

/// The quietest tenth of what is around each piece.
fn floors(energies: &[f32]) -> Vec<f32> {
    let mut floors = Vec::with_capacity(energies.len());
    // every second of sound has one floor: it changes slowly
    for at in (0..energies.len()).step_by(50) {
        let around = at.saturating_sub(AROUND)..(at + 50 + AROUND).min(energies.len());
        let mut sorted = energies[around].to_vec();
        sorted.sort_by(f32::total_cmp);
        let floor = sorted[sorted.len() / 10];
        floors.extend(std::iter::repeat_n(floor, 50.min(energies.len() - at)));
    }
    floors
}

/// Sound without its silence, and the way back to the times of the original.
#[derive(Debug, Default)]
pub struct Condensed {
    /// What is left.
    pub samples: Vec<f32>,
    /// Where each part begins in `samples`, and in the original.
    parts: Vec<(usize, usize)>,
}

impl Condensed {
    /// Takes the silence out.
    pub fn new(samples: &[f32]) -> Self {
        let mut condensed = Self::default();
        for part in speech(samples) {
            condensed.parts.push((condensed.samples.len(), part.start));
            condensed.samples.extend_from_slice(&samples[part]);
        }
        condensed
    }

    /// The time in the original of a time in what is left, both in seconds.
    pub fn original(&self, seconds: f32) -> f32 {
        let at = (seconds.max(0.0) * RATE as f32) as usize;
        let part = self.parts.partition_point(|(begin, _)| *begin <= at);
        let Some((begin, original)) = part.checked_sub(1).and_then(|part| self.parts.get(part)) else {
            return seconds;
        };
        seconds + (*original as f32 - *begin as f32) / RATE as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hiss all the time, and a buzzing voice from 3 to 4 s and from 8 to 9 s.
    fn sound() -> Vec<f32> {
        let mut noise = 1_u32;
        (0..12 * RATE)
            .map(|at| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let hiss = (noise >> 8) as f32 / (1 << 24) as f32 - 0.5;
                let second = at / RATE;
                let voice = if second == 3 || second == 8 { (at % 100) as f32 / 100.0 - 0.5 } else { 0.0 };
                0.004 * hiss + 0.3 * voice
            })
            .collect()
    }

    #[test]
    fn speech_is_found_in_hiss() {
        let found = speech(&sound());
        assert_eq!(found.len(), 2, "{found:?}");
        for (part, second) in found.iter().zip([3, 8]) {
            assert!(part.start < second * RATE && part.start > (second - 1) * RATE, "{found:?}");
            assert!(part.end > (second + 1) * RATE && part.end < (second + 2) * RATE, "{found:?}");
        }
    }

    #[test]
    fn silence_and_nothing() {
        assert!(speech(&vec![0.0; RATE]).is_empty());
        assert!(speech(&[]).is_empty());
        assert!(speech(&[0.5; 3]).is_empty());
    }

    #[test]
    fn times_find_back() {
        let condensed = Condensed::new(&sound());
        let first = condensed.parts[0].1 as f32 / RATE as f32;
        assert!((condensed.original(0.5) - first - 0.5).abs() < 1e-3);
        let length = condensed.samples.len() as f32 / RATE as f32;
        assert!((8.0..10.5).contains(&condensed.original(length - 0.1)), "{length}");
    }
}
