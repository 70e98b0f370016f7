use std::{path::PathBuf, sync::atomic::AtomicBool};

use transom_kernels::Cpu;
use transom_whisper::{Model, OpenOptions, Options, Precision, WhisperError};

const RATE: usize = 16_000;

fn model() -> PathBuf {
    let cache = std::env::var_os("TRANSOM_CACHE").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/transom")));
    let folder = cache.unwrap().join("models/whisper-tiny.en");
    assert!(folder.is_dir(), "the model of these tests is not there: run scripts/setup-model.sh");
    folder
}

fn open(precision: Precision) -> Model {
    Model::open(&model(), OpenOptions { precision }, Cpu::new(2)).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/audio").join(name)
}

/// The samples of a 16-bit file with one channel at 16 kHz and a header of 44 bytes.
fn samples() -> Vec<f32> {
    let bytes = std::fs::read(fixture("bell.wav")).unwrap();
    let data = bytes.windows(4).position(|four| four == b"data").unwrap() + 8;
    let value = |pair: &[u8]| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0;
    bytes[data..].chunks_exact(2).map(value).collect()
}

/// The words as recognisers are compared: without case and punctuation, small numbers spelled out (the reference
/// implementation hears "7" too).
fn words(text: &str) -> Vec<String> {
    const NUMBERS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let plain: String = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let word = |word: &str| match word.parse::<usize>().ok().and_then(|number| NUMBERS.get(number)) {
        Some(spelled) => (*spelled).to_owned(),
        None => word.to_owned(),
    };
    plain.to_lowercase().split_whitespace().map(word).collect()
}

/// Edits from one text to the other, for each word of the first.
fn word_error_rate(said: &str, heard: &str) -> f64 {
    let (said, heard) = (words(said), words(heard));
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in said.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in heard.iter().enumerate() {
            let edits = (before + usize::from(word != other)).min(row[j] + 1).min(row[j + 1] + 1);
            before = std::mem::replace(&mut row[j + 1], edits);
        }
    }
    row[heard.len()] as f64 / said.len() as f64
}

fn hear(model: &Model, samples: &[f32], options: &Options) -> transom_whisper::Transcript {
    model.transcribe(samples, options, &AtomicBool::new(false)).unwrap()
}

#[test]
fn the_spoken_sentence_is_understood() {
    let said = std::fs::read_to_string(fixture("bell.txt")).unwrap();
    let samples = samples();
    for (precision, times) in [(Precision::Stored, true), (Precision::Stored, false), (Precision::Int8, true)]
    {
        let model = open(precision);
        let heard = hear(&model, &samples, &Options { times, ..Options::default() });
        let rate = word_error_rate(&said, &heard.text());
        assert!(rate <= 0.2, "{precision:?}: {rate} for {:?}", heard.text());
        assert_eq!(heard.language, "en");
        let last = heard.segments.last().unwrap();
        assert!(last.end > 1.5 && last.end <= heard.duration, "{heard:?}");
    }
}

#[test]
fn words_have_times_and_silence_is_skipped() {
    let model = open(Precision::Stored);
    let spoken = samples();
    let mut long = vec![0.0; 5 * RATE];
    long.extend(&spoken);
    // so long that without the filter there would be a second window
    long.resize(35 * RATE, 0.0);
    let options =
        Options { skip_silence: true, words: true, language: Some("en".into()), ..Options::default() };
    let heard = hear(&model, &long, &options);
    assert!(heard.text().contains("bell"), "{heard:?}");
    let words: Vec<_> = heard.segments.iter().flat_map(|segment| &segment.words).collect();
    assert!(words.windows(2).all(|pair| pair[0].start <= pair[1].start), "{words:?}");
    let bell = words.iter().find(|word| word.text.contains("bell")).unwrap();
    assert!(bell.start > 5.2 && bell.end < 7.0, "{words:?}");
    assert_eq!(heard.duration, 35.0);
}

#[test]
fn long_recordings_go_on_in_the_next_window() {
    let model = open(Precision::Stored);
    let spoken = samples();
    let mut long = Vec::new();
    for _ in 0..8 {
        long.extend(&spoken);
        long.resize(long.len() + 2 * RATE, 0.0);
    }
    assert!(long.len() > 35 * RATE);
    let heard = hear(&model, &long, &Options::default());
    let bells = heard.text().to_lowercase().matches("bell").count();
    assert!((7..=8).contains(&bells), "{}", heard.text());
    assert!(heard.segments.windows(2).all(|pair| pair[0].start <= pair[1].start));
    assert!(heard.segments.last().unwrap().end > 30.0);
}

#[test]
fn nothing_and_nobody() {
    let model = open(Precision::Stored);
    assert_eq!(hear(&model, &[], &Options::default()).text(), "");
    let silence = Options { skip_silence: true, ..Options::default() };
    assert_eq!(hear(&model, &vec![0.0; 3 * RATE], &silence).text(), "");
    let stopped = model.transcribe(&samples(), &Options::default(), &AtomicBool::new(true));
    assert!(matches!(stopped, Err(WhisperError::Stopped)));
}

#[test]
fn damaged_models_are_errors() {
    let whole = model();
    let folder = tempfile::tempdir().unwrap();
    for file in ["config.json", "vocabulary.txt"] {
        std::fs::copy(whole.join(file), folder.path().join(file)).unwrap();
    }
    let bytes = std::fs::read(whole.join("model.bin")).unwrap();
    let mut broken = bytes[..200_000].to_vec();
    let opened = |bytes: &[u8]| {
        std::fs::write(folder.path().join("model.bin"), bytes).unwrap();
        Model::open(folder.path(), OpenOptions::default(), Cpu::new(1))
    };
    assert!(matches!(opened(&broken), Err(WhisperError::Format { .. })));
    broken[4] ^= 1;
    assert!(matches!(opened(&broken), Err(WhisperError::Format { .. })));
    assert!(opened(&bytes).is_ok());
    assert!(Model::open(&folder.path().join("none"), OpenOptions::default(), Cpu::new(1)).is_err());
}
