use std::{path::PathBuf, time::Duration};

use bytes::Bytes;
use transom_media::sound::{SoundError, decode};

const LONGEST: Duration = Duration::from_secs(60);

fn fixture(name: &str) -> Bytes {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/audio");
    std::fs::read(folder.join(name)).unwrap().into()
}

fn original() -> Vec<f32> {
    decode(fixture("bell.wav"), "wav", LONGEST).unwrap()
}

/// How alike two sounds are in the middle, at the shift at which they are most alike: encoders add some silence at the
/// begin.
fn likeness(a: &[f32], b: &[f32]) -> f64 {
    let middle = &a[8_000..12_000];
    let alike = |shift: usize| {
        let (mut product, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
        for (x, y) in middle.iter().zip(&b[shift..]) {
            product += x * y;
            of_a += x * x;
            of_b += y * y;
        }
        f64::from(product / (of_a * of_b).sqrt())
    };
    (7_900..10_000).map(alike).fold(0.0, f64::max)
}

#[test]
fn every_format_sounds_the_same() {
    let original = original();
    assert_eq!(original.len(), 40_451);
    for name in ["bell.flac", "bell.mp3", "bell.ogg", "bell.opus", "bell.webm", "bell.m4a", "narrow.opus"] {
        let (_, extension) = name.split_once('.').unwrap();
        // the hint is only one: wrong or missing names are common
        for extension in [extension, "", "wav"] {
            let samples = decode(fixture(name), extension, LONGEST).unwrap();
            let seconds = samples.len() as f64 / 16_000.0;
            assert!((2.4..2.8).contains(&seconds), "{name}: {seconds}");
            let likeness = likeness(&original, &samples);
            let least = if name == "narrow.opus" { 0.85 } else { 0.97 };
            assert!(likeness > least, "{name}: {likeness}");
        }
    }
}

#[test]
fn no_sound_is_an_error() {
    let none = |bytes: &'static [u8]| decode(Bytes::from_static(bytes), "mp3", LONGEST).unwrap_err();
    assert_eq!(none(b""), SoundError::Unknown);
    assert_eq!(none(b"This is a letter, not a song."), SoundError::Unknown);
    let long = decode(fixture("bell.mp3"), "mp3", Duration::from_secs(1)).unwrap_err();
    assert_eq!(long, SoundError::TooLong(Duration::from_secs(1)));
}

#[test]
fn damaged_files_end_somehow() {
    let mut random = 7_u32;
    for name in ["bell.wav", "bell.flac", "bell.mp3", "bell.ogg", "bell.opus", "bell.webm", "bell.m4a"] {
        let whole = fixture(name);
        for part in [1, 2, 3] {
            let _ = decode(whole.slice(..whole.len() * part / 4), "", LONGEST);
        }
        for _ in 0..20 {
            let mut bytes = whole.to_vec();
            for _ in 0..10 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = (random >> 8) as usize % bytes.len();
                bytes[at] = random as u8;
            }
            let _ = decode(bytes.into(), "", LONGEST);
        }
    }
}
