//! What the tests share.

pub mod gguf;
pub mod web;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use transom_engine::Result;
use transom_engine::library::{Digest, Library, ModelName, PullOptions};

use web::{Page, Web};

pub fn name(text: &str) -> ModelName {
    text.parse().unwrap()
}

/// A library on a disk with room.
pub fn library(dir: &Path) -> Library {
    with_space(dir, 1 << 40)
}

/// A library on a disk with so many free bytes.
pub fn with_space(dir: &Path, free: u64) -> Library {
    Library::with_space(dir, Arc::new(move |_| Ok(free)))
}

/// All files below a folder, relative and sorted.
pub fn files(dir: &Path) -> Vec<String> {
    fn walk(root: &Path, dir: &Path, all: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                all.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut all = Vec::new();
    walk(dir, dir, &mut all);
    all.sort();
    all
}

/// A model on a registry, as its manifest and blobs.
pub struct Image {
    pub manifest: Vec<u8>,
    pub model: Digest,
    base: String,
}

impl Image {
    /// Puts a model on a registry; `repo` is `host/namespace/model`, and `parts` are further layers by kind.
    pub fn publish(web: &Web, repo: &str, tag: &str, model: &[u8], parts: &[(&str, &str)]) -> Self {
        let (host, path) = repo.split_once('/').unwrap();
        let host = if host == "hf.co" { "huggingface.co" } else { host };
        let base = format!("https://{host}/v2/{path}");
        let blob = |kind: &str, bytes: &[u8]| {
            let digest = Digest::of(bytes);
            web.put(&format!("{base}/blobs/{digest}"), Page::new(bytes));
            json!({"mediaType": kind, "digest": digest, "size": bytes.len()})
        };
        let config =
            json!({"model_format": "gguf", "model_family": "llama", "model_type": "2K", "file_type": "Q4_1"});
        let config = blob("application/vnd.docker.container.image.v1+json", config.to_string().as_bytes());
        let mut layers = vec![blob("application/vnd.ollama.image.model", model)];
        for (kind, text) in parts {
            layers.push(blob(&format!("application/vnd.ollama.image.{kind}"), text.as_bytes()));
        }
        let manifest = json!({"schemaVersion": 2, "mediaType": "x", "config": config, "layers": layers});
        let manifest = serde_json::to_vec(&manifest).unwrap();
        web.put(&format!("{base}/manifests/{tag}"), Page::new(manifest.clone()));
        Self { manifest, model: Digest::of(model), base }
    }

    /// The address of the model's blob.
    pub fn blob(&self) -> String {
        format!("{}/blobs/{}", self.base, self.model)
    }
}

/// A wheel with these files in it.
pub fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Options that do not wait.
pub fn options() -> PullOptions {
    PullOptions { retry_delay: Duration::from_millis(1), ..PullOptions::default() }
}

/// Pulls, and says with which statuses.
pub async fn pull(
    library: &Library,
    source: &str,
    options: &PullOptions,
    web: &Web,
) -> (Result<String>, Vec<String>) {
    let mut statuses: Vec<String> = Vec::new();
    let source = source.parse().unwrap();
    let pulled = library
        .pull(&source, options, web, |progress| {
            if statuses.last() != Some(&progress.status) {
                statuses.push(progress.status);
            }
        })
        .await;
    (pulled.map(|name| name.to_string()), statuses)
}
