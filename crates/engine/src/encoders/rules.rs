//! Which files make an encoder.

use std::fs::File;
use std::path::Path;

use crate::library::{Digest, FolderRules};

/// Encoders as safetensors with a `tokenizer.json`.
pub(super) const ENCODER: FolderRules = FolderRules { wants, lacks };

/// The weights of all-MiniLM-L6-v2 as the hub has them.
const DEFAULT_WEIGHTS: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";

const SETTINGS: [&str; 7] = [
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
];
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

fn wants(path: &str, with: &[&str]) -> bool {
    let single = with.contains(&WEIGHTS);
    match path.split_once('/') {
        None => {
            let shard = path.starts_with("model-") && path.ends_with(".safetensors");
            SETTINGS.contains(&path) || path == WEIGHTS || (!single && (path == INDEX || shard))
        }
        // the folders of modules: `1_Pooling`, `2_Dense`
        Some((folder, file)) => {
            folder.starts_with(|c: char| c.is_ascii_digit()) && matches!(file, "config.json" | WEIGHTS)
        }
    }
}

fn lacks(paths: &[&str]) -> Option<&'static str> {
    if !paths.contains(&"config.json") {
        return Some("this is not the repository of a model: it has no config.json");
    }
    if !paths.contains(&WEIGHTS) && !paths.contains(&INDEX) {
        return Some(
            "the model has no model.safetensors, the only form of weights that is read here: choose another model",
        );
    }
    if !paths.contains(&"tokenizer.json") {
        return Some(
            "the model has no tokenizer.json, the only form of tokenizer that is read here: choose another model",
        );
    }
    None
}

/// Whether a folder looks like that of a model; what it lacks is said when it is loaded.
pub(super) fn is_model(folder: &Path) -> bool {
    folder.join("config.json").is_file() || folder.join("modules.json").is_file()
}

/// Whether the weights are those of the default model. Reads the whole file.
pub(super) fn is_default_model(folder: &Path) -> bool {
    let digest = File::open(folder.join(WEIGHTS)).ok().and_then(|file| Digest::of_reader(file).ok());
    digest.is_some_and(|(digest, _)| digest.hex() == DEFAULT_WEIGHTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_read_is_fetched() {
        let all = [
            "README.md",
            "config.json",
            "1_Pooling/config.json",
            "onnx/model.onnx",
            "pytorch_model.bin",
            "model.safetensors",
            "model-00001-of-00002.safetensors",
            "modules.json",
            "tokenizer.json",
            "2_Dense/model.safetensors",
            "2_Dense/pytorch_model.bin",
            "modeling_custom.py",
        ];
        let taken: Vec<&str> = all.into_iter().filter(|path| wants(path, &all)).collect();
        let expected = [
            "config.json",
            "1_Pooling/config.json",
            "model.safetensors",
            "modules.json",
            "tokenizer.json",
            "2_Dense/model.safetensors",
        ];
        assert_eq!(taken, expected);
        assert!(lacks(&all).is_none());
        let split = ["config.json", "tokenizer.json", INDEX, "model-00001-of-00002.safetensors"];
        assert!(lacks(&split).is_none() && split.iter().all(|path| wants(path, &split)));
        assert!(
            lacks(&["config.json", "tokenizer.json", "pytorch_model.bin"]).unwrap().contains("safetensors")
        );
        assert!(lacks(&["config.json", "vocab.txt", WEIGHTS]).unwrap().contains("tokenizer.json"));
        assert!(lacks(&[]).is_some());
    }
}
