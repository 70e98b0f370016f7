//! Folders that are not what they should be: one sentence, no panic, no memory beyond what the files hold.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use transom_encoder::{CrossEncoder, Encoder, Error};

use crate::fixtures;

/// A copy of a model that may be changed.
fn copy(name: &str) -> TempDir {
    fn walk(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                walk(&entry.path(), &to)
            } else {
                fs::copy(entry.path(), to).map(drop).unwrap()
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    walk(&fixtures().join(name), folder.path());
    folder
}

fn change(folder: &Path, file: &str, change: impl FnOnce(&mut Value)) {
    let path = folder.join(file);
    let mut value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[track_caller]
fn refused(folder: &Path, contains: &str) {
    let error = Encoder::load(folder).err().unwrap();
    let text = error.to_string();
    assert!(text.contains(contains), "{text}");
    assert!(text.ends_with('.') && text.len() < 300, "{text}");
}

#[test]
fn other_kinds_are_refused_with_a_sentence() {
    for (kind, named) in
        [(json!("modernbert"), "modernbert"), (json!("nomic_bert"), "nomic_bert"), (json!(null), "unknown")]
    {
        let folder = copy("bert");
        change(folder.path(), "config.json", |config| config["model_type"] = kind);
        refused(folder.path(), named);
    }
    let folder = copy("bert");
    change(folder.path(), "config.json", |config| config["position_embedding_type"] = json!("relative_key"));
    refused(folder.path(), "relative_key");
    let folder = copy("bert");
    change(folder.path(), "config.json", |config| config["hidden_act"] = json!("snake"));
    refused(folder.path(), "snake");
    let folder = copy("bert");
    change(folder.path(), "config.json", |config| config["is_decoder"] = json!(true));
    refused(folder.path(), "decoder");
    let folder = copy("bert");
    change(folder.path(), "modules.json", |modules| modules[2]["type"] = json!("mine.Whitening"));
    refused(folder.path(), "Whitening");
    let folder = copy("bert");
    change(folder.path(), "modules.json", |modules| drop(modules.as_array_mut().unwrap().drain(1..)));
    refused(folder.path(), "pooling");
    let folder = copy("bert");
    change(folder.path(), "1_Pooling/config.json", |pooling| pooling["include_prompt"] = json!(false));
    refused(folder.path(), "instruction");
}

#[test]
fn weights_of_another_form_are_refused() {
    let folder = copy("bert");
    fs::rename(folder.path().join("model.safetensors"), folder.path().join("pytorch_model.bin")).unwrap();
    refused(folder.path(), "model.safetensors");
    let folder = copy("bert");
    fs::remove_file(folder.path().join("tokenizer.json")).unwrap();
    refused(folder.path(), "tokenizer.json");
    let folder = copy("bert");
    fs::remove_file(folder.path().join("config.json")).unwrap();
    refused(folder.path(), "config.json");
    refused(Path::new("no such folder"), "config.json");
}

#[test]
fn a_model_that_is_no_reranker_is_refused_as_one() {
    let error = CrossEncoder::load(&fixtures().join("bert")).err().unwrap();
    assert!(error.to_string().contains("labels"), "{error}");
    let folder = copy("bert");
    change(folder.path(), "config.json", |config| config["id2label"] = json!({"0": "LABEL_0"}));
    let error = CrossEncoder::load(folder.path()).err().unwrap();
    assert!(error.to_string().contains("no classifier"), "{error}");
    let folder = copy("cross-bert");
    change(folder.path(), "config.json", |config| {
        config["sentence_transformers"]["activation_fn"] = json!("x.Mish")
    });
    assert!(CrossEncoder::load(folder.path()).err().unwrap().to_string().contains("Mish"));
}

#[test]
fn numbers_that_do_not_fit_are_damage() {
    let changes: [(&str, Value); 9] = [
        ("hidden_size", json!(33)),
        ("hidden_size", json!(0)),
        ("hidden_size", json!(1_u64 << 60)),
        ("num_attention_heads", json!(5)),
        ("num_hidden_layers", json!(3)),
        ("num_hidden_layers", json!(u32::MAX)),
        ("intermediate_size", json!(u64::MAX)),
        ("vocab_size", json!(1_u64 << 62)),
        ("max_position_embeddings", json!(1_000_000)),
    ];
    for (key, value) in changes {
        let folder = copy("bert");
        change(folder.path(), "config.json", |config| config[key] = value.clone());
        let error = Encoder::load(folder.path()).err();
        assert!(matches!(error, Some(Error::Damaged(_))), "{key} = {value}: {error:?}");
    }
    let folder = copy("bert");
    change(folder.path(), "modules.json", |modules| modules[1]["path"] = json!("../../etc"));
    refused(folder.path(), "outside");
    let folder = copy("distilbert");
    change(folder.path(), "model.safetensors.index.json", |index| {
        for value in index["weight_map"].as_object_mut().unwrap().values_mut() {
            *value = json!("../model.safetensors");
        }
    });
    refused(folder.path(), "no name of a file");
    let folder = copy("bert");
    change(folder.path(), "sentence_bert_config.json", |config| config["max_seq_length"] = json!(2));
    refused(folder.path(), "tokens only");
}

/// Every cut and many changed bytes of the weights and the tokenizer: an error or a model, never a panic.
#[test]
fn damaged_files_never_panic() {
    for file in ["model.safetensors", "tokenizer.json", "config.json", "modules.json"] {
        let whole = fs::read(fixtures().join("bert").join(file)).unwrap();
        let folder = copy("bert");
        let path = folder.path().join(file);
        for cut in [0, 1, 7, 8, 9, 100, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(Encoder::load(folder.path()).is_err(), "{file} cut at {cut}");
        }
        for place in (0..whole.len().min(4000)).step_by(97) {
            let mut changed = whole.clone();
            changed[place] = changed[place].wrapping_add(13);
            fs::write(&path, changed).unwrap();
            if let Ok(encoder) = Encoder::load(folder.path()) {
                let _ = encoder.embed(&transom_kernels::Cpu::new(1), None, &["a harbour bell"]);
            }
        }
    }
}

/// A header that promises more than there is.
#[test]
fn a_header_longer_than_the_file_is_damage() {
    let folder = copy("bert");
    let path = folder.path().join("model.safetensors");
    for length in [u64::MAX, 1 << 40, 99_000_000] {
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend(b"{}");
        fs::write(&path, bytes).unwrap();
        refused(folder.path(), "longer than the file");
    }
    let header =
        br#"{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    fs::write(&path, bytes).unwrap();
    refused(folder.path(), "outside of the file");
}
