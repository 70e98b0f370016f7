//! How many texts a second a model turns into vectors; `bench/embeddings.py` does the same with sentence-transformers.
//!
//!     cargo run --release -p transom-encoder --example throughput -- FOLDER [THREADS] [TEXTS]

#![allow(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use transom_encoder::Encoder;
use transom_kernels::Cpu;

/// Texts that are encoded together.
const BATCH: usize = 32;
const WORDS: &str = "harbour bell rings at seven when the last ferry leaves with people who live on islands and work in town \
                     every day of a long winter";

/// Texts of 50 to 70 words, the same as in the Python twin.
fn texts(count: usize) -> Vec<String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let text = |index: usize| {
        let word = |place: usize| words[(index * 7 + place * (index % 5 + 1)) % words.len()];
        (0..50 + index % 21).map(word).collect::<Vec<_>>().join(" ")
    };
    (0..count).map(text).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("the folder of a model is missing")?;
    let threads = arguments.next().map_or(Ok(2), |text| text.parse())?;
    let count = arguments.next().map_or(Ok(512), |text| text.parse())?;
    let texts = texts(count);
    let begun = Instant::now();
    let encoder = Encoder::load(Path::new(&folder))?;
    let cpu = Cpu::new(threads);
    println!("loaded in {:.2?}, {} MB, {cpu:?}", begun.elapsed(), encoder.bytes() / 1_000_000);
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    encoder.embed(&cpu, None, &all[..BATCH.min(all.len())])?;
    for _ in 0..3 {
        let begun = Instant::now();
        let mut tokens = 0;
        for batch in all.chunks(BATCH) {
            tokens += encoder.embed(&cpu, None, batch)?.tokens;
        }
        let seconds = begun.elapsed().as_secs_f64();
        println!("{:.1} texts/s, {tokens} tokens, {seconds:.2} s", all.len() as f64 / seconds);
    }
    Ok(())
}
