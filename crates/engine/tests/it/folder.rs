//! The folder of models: what is listed, found, made, copied and deleted.

use bytes::Bytes;
use futures::stream;
use serde_json::json;
use transom_engine::EngineError;
use transom_engine::library::{Digest, From, Library, Message, Recipe};

use crate::support::gguf::tiny;
use crate::support::{files, library, name, with_space};

async fn put(library: &Library, bytes: Vec<u8>) -> Digest {
    let digest = Digest::of(&bytes);
    let pieces: Vec<_> = bytes.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    library.put_blob(&digest, stream::iter(pieces), 1 << 20).await.unwrap();
    digest
}

async fn make(library: &Library, model: &str) {
    let digest = put(library, tiny(model)).await;
    library.create(&name(model), Recipe::new(From::Blob(digest))).await.unwrap();
}

#[tokio::test]
async fn an_empty_or_missing_folder_has_no_models() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(&dir.path().join("not/there"));
    assert!(library.list().await.unwrap().is_empty());
    assert!(matches!(library.find(&name("a")).await, Err(EngineError::NotFound(_))));
    assert!(!dir.path().join("not").exists());
}

#[tokio::test]
async fn a_folder_of_an_ollama_server_is_used_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let blob = |bytes: &[u8]| {
        let hex = Digest::of(bytes).hex().to_owned();
        std::fs::create_dir_all(dir.path().join("blobs")).unwrap();
        std::fs::write(dir.path().join(format!("blobs/sha256-{hex}")), bytes).unwrap();
        (format!("sha256:{hex}"), bytes.len())
    };
    let layer = |kind: &str, bytes: &[u8]| {
        let (digest, size) = blob(bytes);
        json!({"mediaType": format!("application/vnd.ollama.image.{kind}"), "digest": digest, "size": size})
    };
    let config = json!({
        "model_format": "gguf", "model_family": "llama", "model_families": ["llama"], "model_type": "361.82M",
        "file_type": "F16", "architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []},
    });
    let (digest, size) = blob(&serde_json::to_vec(&config).unwrap());
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": digest, "size": size},
        "layers": [
            layer("model", &tiny("")), layer("template", b"{{ .Prompt }}"), layer("system", b"Be kind."),
            layer("params", br#"{"stop":["<|im_end|>"],"temperature":0.5}"#), layer("license", b"Apache"),
            layer("messages", br#"[{"role":"user","content":"Hi"}]"#), layer("tensor", b"of a later version"),
        ],
    });
    let bytes = serde_json::to_vec_pretty(&manifest).unwrap();
    let folder = dir.path().join("manifests/registry.ollama.ai/library/smollm2");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("latest"), &bytes).unwrap();
    std::fs::write(folder.join(".DS_Store"), "x").unwrap();

    let library = library(dir.path());
    let listed = library.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    let shown = serde_json::to_value(&listed[0]).unwrap();
    assert_eq!(shown["name"], "smollm2:latest");
    assert_eq!(shown["digest"], Digest::of(&bytes).hex());
    assert_eq!(shown["details"]["parameter_size"], "361.82M");
    assert_eq!(shown["details"]["quantization_level"], "F16");
    // ....-..-..T..:..:...........Z
    assert_eq!(listed[0].modified_at.len(), 30);

    let stored = library.find(&name("smollm2")).await.unwrap();
    assert_eq!(std::fs::read(&stored.model_path).unwrap(), tiny(""));
    assert_eq!(stored.template.as_deref(), Some("{{ .Prompt }}"));
    assert_eq!(stored.system.as_deref(), Some("Be kind."));
    assert_eq!(stored.params["stop"], json!(["<|im_end|>"]));
    assert_eq!(stored.messages, [Message { role: "user".into(), content: "Hi".into() }]);
    assert_eq!(stored.licenses, ["Apache"]);
    assert_eq!((stored.size, stored.digest), (listed[0].size, listed[0].digest.clone()));
}

#[tokio::test]
async fn a_damaged_model_is_left_out_and_said_when_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path());
    make(&library, "good").await;
    make(&library, "gone").await;
    let model = library.find(&name("gone")).await.unwrap().model_path;
    std::fs::remove_file(model).unwrap();
    for (tag, text) in [
        ("a", "not json"),
        (
            "b",
            r#"{"config":{"mediaType":"x","digest":"sha256:../../../../etc/passwd","size":1},"layers":[]}"#,
        ),
    ] {
        std::fs::write(dir.path().join("manifests/registry.ollama.ai/library/good").join(tag), text).unwrap();
    }
    let names: Vec<_> = library.list().await.unwrap().iter().map(|listed| listed.name.to_string()).collect();
    assert_eq!(names, ["good:latest"]);
    for broken in ["good:a", "good:b", "gone"] {
        assert!(matches!(library.find(&name(broken)).await, Err(EngineError::Corrupt(_))), "{broken}");
    }
    // and can be deleted
    library.delete(&name("good:a")).await.unwrap();
}

#[tokio::test]
async fn a_model_is_made_from_a_blob_and_from_another_one() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path());
    make(&library, "base").await;
    let base = library.find(&name("base")).await.unwrap();
    assert_eq!(base.details.parameter_size, "2.08K");
    assert_eq!(base.details.quantization_level, "Q4_1");
    assert_eq!(base.details.families.as_deref(), Some(&["llama".to_owned()][..]));

    let mut recipe = Recipe::new(From::Name(name("base")));
    recipe.system = Some("Be kind.".into());
    recipe.params = json!({"temperature": 0.5, "stop": ["a"]}).as_object().unwrap().clone();
    recipe.licenses = vec!["MIT".into()];
    library.create(&name("me/kind:v1"), recipe).await.unwrap();
    let mut recipe = Recipe::new(From::Name(name("me/kind:v1")));
    recipe.params = json!({"temperature": 1.0}).as_object().unwrap().clone();
    recipe.licenses = vec!["MIT".into(), "Other".into()];
    library.create(&name("kinder"), recipe).await.unwrap();

    let kinder = library.find(&name("kinder")).await.unwrap();
    assert_eq!(kinder.model_path, base.model_path);
    assert_eq!(kinder.details.parent_model, "me/kind:v1");
    assert_eq!(kinder.system.as_deref(), Some("Be kind."));
    assert_eq!(json!(kinder.params), json!({"temperature": 1.0, "stop": ["a"]}));
    assert_eq!(kinder.licenses, ["MIT", "Other"]);
    let shown = kinder.modelfile().to_string();
    assert!(shown.starts_with("FROM me/kind:v1\nSYSTEM"), "{shown}");
    assert!(!shown.contains(dir.path().to_str().unwrap()));
}

#[tokio::test]
async fn what_is_no_model_makes_none() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path());
    let text = put(&library, b"no model".to_vec()).await;
    let missing = Digest::of(b"nowhere");
    let make = async |from| library.create(&name("a"), Recipe::new(from)).await.unwrap_err();
    assert!(matches!(make(From::Blob(text)).await, EngineError::Corrupt(_)));
    assert!(matches!(make(From::Blob(missing)).await, EngineError::NotFound(_)));
    assert!(matches!(make(From::Name(name("b"))).await, EngineError::NotFound(_)));
    assert!(matches!(make(From::Path(dir.path().join("c"))).await, EngineError::NotFound(_)));
    assert!(library.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_is_taken_in_and_left_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(&dir.path().join("models"));
    let path = dir.path().join("mine.gguf");
    std::fs::write(&path, tiny("file")).unwrap();
    library.create(&name("mine"), Recipe::new(From::Path(path.clone()))).await.unwrap();
    assert_eq!(std::fs::read(library.find(&name("mine")).await.unwrap().model_path).unwrap(), tiny("file"));
    assert!(path.exists());
    assert!(!files(dir.path()).iter().any(|file| file.contains("partial")));
}

#[tokio::test]
async fn a_blob_that_is_not_what_was_said_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path());
    let digest = Digest::of(b"right");
    let send = |bytes: &'static [u8], limit| {
        library.put_blob(&digest, stream::iter([Ok(Bytes::from_static(bytes))]), limit)
    };
    assert!(matches!(send(b"wrong", 100).await, Err(EngineError::Invalid(_))));
    assert!(matches!(send(b"right", 4).await, Err(EngineError::Invalid(_))));
    let cut = stream::iter([Ok(Bytes::from_static(b"ri")), Err(EngineError::Unavailable("cut".into()))]);
    assert!(library.put_blob(&digest, cut, 100).await.is_err());
    assert!(files(dir.path()).is_empty());
    send(b"right", 5).await.unwrap();
    assert!(library.has_blob(&digest).await);
    let full = with_space(dir.path(), 1 << 20);
    let other = Digest::of(b"x");
    let error = full.put_blob(&other, stream::iter([Ok(Bytes::from_static(b"x"))]), 9).await.unwrap_err();
    assert!(error.to_string().contains("too little room"), "{error}");
}

#[tokio::test]
async fn deleting_keeps_what_others_use() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path());
    make(&library, "a").await;
    library.copy(&name("a"), &name("hf.co/Org/Copy:Q4_1")).await.unwrap();
    assert_eq!(library.list().await.unwrap().len(), 2);
    library.delete(&name("A:LATEST")).await.unwrap();
    assert!(matches!(library.delete(&name("a")).await, Err(EngineError::NotFound(_))));
    assert!(library.find(&name("hf.co/org/copy:q4_1")).await.is_ok());
    // the folder that became empty is gone
    assert!(!dir.path().join("manifests/registry.ollama.ai").exists());
    library.delete(&name("hf.co/Org/Copy:Q4_1")).await.unwrap();
    assert!(files(dir.path()).is_empty());
    assert!(matches!(library.copy(&name("a"), &name("b")).await, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn names_that_differ_in_case_are_one_model() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path());
    make(&library, "Mixed:V1").await;
    let other = put(&library, tiny("other")).await;
    library.create(&name("mixed:v1"), Recipe::new(From::Blob(other))).await.unwrap();
    let listed = library.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name.to_string(), "Mixed:V1");
    // the blob of the first one is gone, as nothing names it
    assert_eq!(files(&dir.path().join("blobs")).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path());
    make(&library, "base").await;
    let tasks = (0..8).map(|i| {
        let library = library.clone();
        tokio::spawn(async move {
            for round in 0..10 {
                let mine = name(&format!("copy{i}:r{round}"));
                let digest = put(&library, tiny(&format!("{}", round % 3))).await;
                // somebody may have deleted the last model with this blob since; then it is said, not half done
                match library.create(&mine, Recipe::new(From::Blob(digest))).await {
                    Ok(()) => {
                        library.find(&mine).await.unwrap();
                        library.delete(&mine).await.unwrap();
                    }
                    Err(error) => assert!(matches!(error, EngineError::NotFound(_)), "{error}"),
                }
                library.copy(&name("base"), &mine).await.unwrap();
                library.delete(&mine).await.unwrap();
            }
        })
    });
    for task in futures::future::join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(library.list().await.unwrap().len(), 1);
    assert!(library.find(&name("base")).await.is_ok());
}
