use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use transom_encoder::{CrossEncoder, Encoder};
use transom_kernels::Cpu;

use crate::fixtures;

#[derive(Deserialize)]
struct Reference {
    texts: Vec<String>,
    question: String,
    vectors: BTreeMap<String, Vec<Vec<f32>>>,
    scores: BTreeMap<String, Vec<f32>>,
}

fn reference() -> Reference {
    serde_json::from_slice(&std::fs::read(fixtures().join("reference.json")).unwrap()).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// The vectors have the same direction and, within a thousandth, the same length.
#[track_caller]
fn alike(name: &str, found: &[Vec<f32>], expected: &[Vec<f32>], least: f64) {
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found.len(), expected.len(), "{name}");
        let cosine = cosine(found, expected);
        assert!(cosine >= least, "{name}, text {index}: cosine {cosine}");
        let length = |vector: &[f32]| vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        assert!((length(found) / length(expected) - 1.0).abs() < 1e-3, "{name}, text {index}: length");
    }
}

#[test]
fn vectors_are_those_of_the_reference() {
    let reference = reference();
    assert_eq!(reference.vectors.len(), 6);
    let texts: Vec<&str> = reference.texts.iter().map(String::as_str).collect();
    for threads in [1, 2] {
        let cpu = Cpu::new(threads);
        for (name, expected) in &reference.vectors {
            let encoder = Encoder::load(&fixtures().join(name)).unwrap();
            let embeddings = encoder.embed(&cpu, None, &texts).unwrap();
            alike(name, &embeddings.vectors, expected, 0.999_999);
            assert_eq!(encoder.dimensions(), expected[0].len());
            assert!(embeddings.tokens > texts.len() && encoder.bytes() > 10_000);

            // alone as well as among others
            let alone = encoder.embed(&cpu, None, &texts[2..3]).unwrap();
            alike(name, &alone.vectors, &expected[2..3], 0.999_999);
            assert!(encoder.embed(&cpu, None, &[]).unwrap().vectors.is_empty());
        }
    }
}

#[test]
fn scores_are_those_of_the_reference() {
    let reference = reference();
    assert_eq!(reference.scores.len(), 4);
    let texts: Vec<&str> = reference.texts.iter().map(String::as_str).collect();
    let cpu = Cpu::new(2);
    for (name, expected) in &reference.scores {
        let model = CrossEncoder::load(&fixtures().join(name)).unwrap();
        let scores = model.score(&cpu, &reference.question, &texts).unwrap();
        assert_eq!(scores.len(), expected.len());
        for (index, (found, expected)) in scores.iter().zip(expected).enumerate() {
            assert!((found - expected).abs() < 1e-4, "{name}, text {index}: {found}, not {expected}");
        }
        assert_eq!(model.max_tokens(), 40);
        assert!(model.score(&cpu, "nothing", &[]).unwrap().is_empty());
    }
}

#[test]
fn a_prompt_takes_the_place_of_the_models_own() {
    let cpu = Cpu::new(1);
    // this one names "q: " for all texts
    let encoder = Encoder::load(&fixtures().join("xlm-roberta")).unwrap();
    let own = encoder.embed(&cpu, None, &["Berlin"]).unwrap();
    assert_eq!(encoder.embed(&cpu, Some(""), &["q: Berlin"]).unwrap(), own);
    assert_eq!(encoder.embed(&cpu, Some("q: "), &["Berlin"]).unwrap(), own);
    assert_ne!(encoder.embed(&cpu, Some("a: "), &["Berlin"]).unwrap(), own);
}

#[test]
fn a_text_beyond_the_limit_is_cut_off() {
    let cpu = Cpu::new(1);
    let encoder = Encoder::load(&fixtures().join("bert")).unwrap();
    assert_eq!(encoder.max_tokens(), 24);
    let long = "seven bells ".repeat(100);
    assert_eq!(encoder.embed(&cpu, None, &[&long]).unwrap().tokens, 24);
}

/// Where `scripts/setup-model.sh encoder` has put the real model.
fn mini_lm() -> PathBuf {
    let cache = std::env::var_os("TRANSOM_CACHE").map(PathBuf::from);
    let cache =
        cache.unwrap_or_else(|| Path::new(&std::env::var_os("HOME").unwrap()).join(".cache").join("transom"));
    let folder = cache.join("models").join("all-MiniLM-L6-v2");
    assert!(folder.is_dir(), "the model of the tests is missing: run scripts/setup-model.sh encoder");
    folder
}

#[derive(Deserialize)]
struct Real {
    texts: Vec<String>,
    vectors: Vec<Vec<f32>>,
}

#[test]
fn a_real_model_gives_the_vectors_of_the_reference() {
    let file = std::fs::read(fixtures().join("all-MiniLM-L6-v2.json")).unwrap();
    let real: Real = serde_json::from_slice(&file).unwrap();
    let texts: Vec<&str> = real.texts.iter().map(String::as_str).collect();
    let encoder = Encoder::load(&mini_lm()).unwrap();
    let embeddings = encoder.embed(&Cpu::new(2), None, &texts).unwrap();
    alike("all-MiniLM-L6-v2", &embeddings.vectors, &real.vectors, 0.999_99);
}
