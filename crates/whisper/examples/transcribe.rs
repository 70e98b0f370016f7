//! Transcribes a WAV file (16 bit, one channel, 16 kHz): `transcribe MODEL_FOLDER FILE [COMPUTE_TYPE [FLAG...]]`, the
//! flags being `plain` (no times of words), `notimes`, `greedy`, `translate` and `vad`.

use std::{path::Path, sync::atomic::AtomicBool, time::Instant};

use transom_kernels::Cpu;
use transom_whisper::{Model, OpenOptions, Options, Precision};

#[allow(clippy::print_stdout, reason = "a program for the terminal")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, file, rest @ ..] = &arguments[..] else {
        return Err("transcribe MODEL_FOLDER FILE".into());
    };
    let name = rest.first().map_or("", String::as_str);
    let precision = Precision::from_compute_type(name).ok_or("an unknown compute type")?;
    let bytes = std::fs::read(file)?;
    let data = bytes.windows(4).position(|four| four == b"data").map_or(44, |at| at + 8);
    let samples: Vec<f32> = bytes[data..]
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0)
        .collect();
    let begun = Instant::now();
    let model = Model::open(Path::new(folder), OpenOptions { precision }, Cpu::new(2))?;
    println!("opened in {:?}, {} MB", begun.elapsed(), model.bytes() >> 20);
    let begun = Instant::now();
    let has = |flag: &str| rest.iter().any(|given| given == flag);
    let options = Options {
        words: !has("plain"),
        times: !has("notimes"),
        translate: has("translate"),
        skip_silence: has("vad"),
        beams: if has("greedy") { 1 } else { 5 },
        ..Options::default()
    };
    let heard = model.transcribe(&samples, &options, &AtomicBool::new(false))?;
    println!("heard in {:?}: {} {:.2}", begun.elapsed(), heard.language, heard.language_probability);
    for segment in heard.segments {
        println!("{:6.2} {:6.2} {}", segment.start, segment.end, segment.text);
        for word in segment.words {
            println!("    {:6.2} {:6.2}{}", word.start, word.end, word.text);
        }
    }
    Ok(())
}
