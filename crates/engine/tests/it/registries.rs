//! Models from registries and from the hub.

use std::time::Duration;

use http::StatusCode;
use transom_engine::EngineError;
use transom_engine::library::{Digest, From, PullOptions, Recipe};

use crate::support::gguf::tiny;
use crate::support::web::Web;
use crate::support::{Image, files, library, name, options, pull, with_space};

const REPO: &str = "registry.ollama.ai/library/tiny";

#[tokio::test]
async fn a_model_is_pulled_and_then_only_what_has_changed() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, REPO, "latest", &tiny("1"), &[("system", "Be kind.")]);
    let (pulled, statuses) = pull(&library, "tiny", &options(), &web).await;
    assert_eq!(pulled.unwrap(), "tiny:latest");
    assert_eq!(statuses[0], "pulling manifest");
    assert_eq!(statuses[1], format!("pulling {}", image.model.short()));
    assert_eq!(statuses[statuses.len() - 2..], ["writing manifest", "success"]);
    let stored = library.find(&name("tiny")).await.unwrap();
    assert_eq!(std::fs::read(&stored.model_path).unwrap(), tiny("1"));
    assert_eq!(stored.system.as_deref(), Some("Be kind."));
    // byte for byte, so that the digest is that of the registry
    assert_eq!(stored.digest, Digest::of(&image.manifest).hex());
    assert_eq!(web.asked().len(), 4);

    let (pulled, statuses) = pull(&library, "tiny", &options(), &web).await;
    pulled.unwrap();
    assert_eq!(statuses, ["pulling manifest", "writing manifest", "success"]);
    assert_eq!(web.asked().len(), 1);

    Image::publish(&web, REPO, "latest", &tiny("1"), &[("system", "Be brief.")]);
    pull(&library, "tiny", &options(), &web).await.0.unwrap();
    assert_eq!(web.asked().len(), 2);
    assert_eq!(library.find(&name("tiny")).await.unwrap().system.as_deref(), Some("Be brief."));
    // the old prompt went with the old manifest
    assert_eq!(files(dir.path()).len(), 4);
}

#[tokio::test]
async fn progress_has_the_words_of_ollama() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    let mut lines = Vec::new();
    let source = "tiny".parse().unwrap();
    let write = |progress| lines.push(serde_json::to_value(progress).unwrap());
    library(dir.path()).pull(&source, &options(), &web, write).await.unwrap();
    assert_eq!(lines[0], serde_json::json!({"status": "pulling manifest"}));
    let size = tiny("").len();
    let expected = |completed| {
        serde_json::json!({
            "status": format!("pulling {}", image.model.short()), "digest": image.model, "total": size,
            "completed": completed,
        })
    };
    assert_eq!((&lines[1], &lines[2]), (&expected(0), &expected(size)));
    assert_eq!(lines.last().unwrap(), &serde_json::json!({"status": "success"}));
}

#[tokio::test]
async fn a_cut_download_goes_on_where_it_was_cut() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    web.change(&image.blob(), |page| {
        page.cuts.extend([3000, 2000]);
        // the second answer ends without an error, but too early
        page.quiet = true;
    });
    pull(&library, "tiny", &options(), &web).await.0.unwrap();
    let blob = image.blob();
    assert_eq!(web.asked()[1..4], [blob.clone(), format!("{blob}@3000"), format!("{blob}@5000")]);
    assert_eq!(std::fs::read(library.blob_path(&image.model)).unwrap(), tiny(""));
}

#[tokio::test]
async fn a_pull_that_gave_up_is_taken_up_by_the_next_one() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    web.change(&image.blob(), |page| page.cuts.push_back(3000));
    let hasty = PullOptions { retries: 0, ..options() };
    let (pulled, _) = pull(&library, "tiny", &hasty, &web).await;
    assert!(matches!(pulled, Err(EngineError::Unavailable(_))));
    assert!(library.list().await.unwrap().is_empty());
    web.asked();
    // what is young is not tidied away
    library.tidy(Duration::from_secs(60)).await.unwrap();
    pull(&library, "tiny", &hasty, &web).await.0.unwrap();
    assert_eq!(web.asked()[1], format!("{}@3000", image.blob()));
    assert!(!files(dir.path()).iter().any(|file| file.starts_with("partial")));
}

#[tokio::test]
async fn what_nobody_takes_up_is_tidied_away() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    library.tidy(Duration::ZERO).await.unwrap();
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    web.change(&image.blob(), |page| page.cuts.push_back(3000));
    let hasty = PullOptions { retries: 0, ..options() };
    assert!(pull(&library, "tiny", &hasty, &web).await.0.is_err());
    assert!(!files(dir.path()).is_empty());
    library.tidy(Duration::ZERO).await.unwrap();
    assert!(files(dir.path()).is_empty());
}

#[tokio::test]
async fn a_server_without_ranges_starts_over() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    web.change(&image.blob(), |page| {
        page.ranges = false;
        page.cuts.push_back(3000);
    });
    pull(&library, "tiny", &options(), &web).await.0.unwrap();
    assert_eq!(std::fs::read(library.blob_path(&image.model)).unwrap(), tiny(""));
}

#[tokio::test]
async fn dropping_a_pull_keeps_what_it_has() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    web.change(&image.blob(), |page| page.pause = Duration::from_millis(40));
    let options = options();
    let pulling = pull(&library, "tiny", &options, &web);
    assert!(tokio::time::timeout(Duration::from_millis(250), pulling).await.is_err());
    web.change(&image.blob(), |page| page.pause = Duration::ZERO);
    web.asked();
    pull(&library, "tiny", &options, &web).await.0.unwrap();
    let asked = web.asked();
    assert!(asked[1].contains('@'), "{asked:?}");
    assert_eq!(std::fs::read(library.blob_path(&image.model)).unwrap(), tiny(""));
}

#[tokio::test]
async fn what_is_not_what_was_promised_is_removed() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, REPO, "latest", &tiny("right"), &[]);
    web.change(&image.blob(), |page| page.body = tiny("wrong"));
    let (pulled, _) = pull(&library, "tiny", &options(), &web).await;
    let error = pulled.unwrap_err();
    assert!(error.to_string().starts_with("digest mismatch"), "{error}");
    // longer than was said: not even read to its end
    web.change(&image.blob(), |page| page.body = [tiny("right"), vec![0; 9000]].concat());
    let (pulled, _) = pull(&library, "tiny", &options(), &web).await;
    assert!(matches!(pulled, Err(EngineError::Corrupt(_))));
    assert!(!library.has_blob(&image.model).await);
    web.change(&image.blob(), |page| page.body = tiny("right"));
    pull(&library, "tiny", &options(), &web).await.0.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_before_anything_is_fetched() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = with_space(dir.path(), 256 * 1024 * 1024 + 100);
    Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    let (pulled, _) = pull(&library, "tiny", &options(), &web).await;
    let error = pulled.unwrap_err();
    assert!(error.to_string().contains("too little room"), "{error}");
    assert_eq!(web.asked().len(), 1);
}

#[tokio::test]
async fn offline_asks_nobody_and_files_need_leave() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let offline = PullOptions { offline: true, ..options() };
    for source in ["tiny", "hf.co/a/b", "pypi:a", "https://a.b/c.gguf"] {
        let (pulled, statuses) = pull(&library, source, &offline, &web).await;
        assert!(matches!(pulled, Err(EngineError::Unavailable(_))), "{source}");
        assert!(statuses.is_empty());
    }
    let (pulled, _) = pull(&library, "/etc/passwd", &options(), &web).await;
    assert!(matches!(pulled, Err(EngineError::Invalid(_))));
    assert!(web.asked().is_empty());
}

#[tokio::test]
async fn a_registry_may_ask_for_a_token_of_everybody() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, "private.example/me/tiny", "v1", &tiny(""), &[]);
    let challenge =
        r#"Bearer realm="https://auth.example/token",service="reg",scope="repository:me/tiny:pull,push""#;
    for url in ["https://private.example/v2/me/tiny/manifests/v1", &image.blob()] {
        web.change(url, |page| page.wants = Some(("Bearer secret", challenge)));
    }
    let url = "https://auth.example/token?service=reg&scope=repository%3Ame%2Ftiny%3Apull%2Cpush";
    web.put(url, crate::support::web::Page::json(&serde_json::json!({"access_token": "secret"})));
    let (pulled, _) = pull(&library, "private.example/me/tiny:v1", &options(), &web).await;
    assert_eq!(pulled.unwrap(), "private.example/me/tiny:v1");

    web.change(url, |page| page.status = StatusCode::FORBIDDEN);
    let (pulled, _) = pull(&library, "private.example/me/tiny:v1", &options(), &web).await;
    assert!(matches!(pulled, Err(EngineError::Unavailable(_))));
}

#[tokio::test]
async fn the_hub_gets_its_token_and_nobody_else_does() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    Image::publish(&web, "hf.co/Org/Repo-GGUF", "Q4_1", &tiny("hub"), &[]);
    let url = "https://huggingface.co/v2/Org/Repo-GGUF/manifests/Q4_1";
    web.change(url, |page| page.wants = Some(("Bearer hf_x", "Bearer")));
    let (pulled, _) = pull(&library, "hf.co/Org/Repo-GGUF:Q4_1", &options(), &web).await;
    let error = pulled.unwrap_err();
    assert!(error.to_string().contains("access token"), "{error}");
    let known = PullOptions { hf_token: Some("hf_x".into()), ..options() };
    let (pulled, _) = pull(&library, "https://hf.co/Org/Repo-GGUF:Q4_1", &known, &web).await;
    assert_eq!(pulled.unwrap(), "hf.co/Org/Repo-GGUF:Q4_1");

    Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    web.change("https://registry.ollama.ai/v2/library/tiny/manifests/latest", |page| {
        page.wants = Some(("Bearer hf_x", "Basic"));
    });
    assert!(pull(&library, "tiny", &known, &web).await.0.is_err());
}

#[tokio::test]
async fn what_a_registry_sends_is_not_believed() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    assert!(matches!(pull(&library, "tiny", &options(), &web).await.0, Err(EngineError::NotFound(_))));
    Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    let url = "https://registry.ollama.ai/v2/library/tiny/manifests/latest";
    let layer = |digest: &str| {
        format!(r#"{{"mediaType":"application/vnd.ollama.image.model","digest":"{digest}","size":5}}"#)
    };
    let good = layer(&Digest::of(b"x").to_string());
    for manifest in [
        "<html>sign in</html>".to_owned(),
        format!(r#"{{"config":{good},"layers":[]}}"#),
        format!(r#"{{"config":{good},"layers":[{}]}}"#, layer("sha256:../../../../etc/cron.d/x")),
        format!(r#"{{"config":{good},"layers":[{}]}}"#, good.replace(":5}", ":18446744073709551615}")),
        format!(r#"{{"config":{good},"layers":[{}]}}"#, vec![good.clone(); 100].join(",")),
    ] {
        web.change(url, |page| page.body = manifest.clone().into());
        let (pulled, _) = pull(&library, "tiny", &options(), &web).await;
        assert!(matches!(pulled, Err(EngineError::Corrupt(_) | EngineError::Invalid(_))), "{manifest}");
    }
    assert!(files(dir.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pulls_of_one_blob_at_once_fetch_it_once() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[]);
    Image::publish(&web, REPO, "other", &tiny(""), &[]);
    web.change(&image.blob(), |page| page.pause = Duration::from_millis(5));
    // the second library is as another process: it shares nothing but the folder
    let libraries = [library(dir.path()), library(dir.path())];
    let pulls = (0..6).map(|i| {
        let (library, web) = (libraries[i % 2].clone(), web.clone());
        let source = if i < 3 { "tiny" } else { "tiny:other" };
        tokio::spawn(async move { pull(&library, source, &options(), &web).await.0 })
    });
    for pulled in futures::future::join_all(pulls).await {
        pulled.unwrap().unwrap();
    }
    let blob = image.blob();
    assert_eq!(web.asked().iter().filter(|url| url.starts_with(&blob)).count(), 1);
    assert_eq!(libraries[0].list().await.unwrap().len(), 2);
    assert_eq!(std::fs::read(libraries[0].blob_path(&image.model)).unwrap(), tiny(""));
}

#[tokio::test]
async fn deleting_leaves_alone_what_is_being_pulled() {
    let (dir, web) = (tempfile::tempdir().unwrap(), Web::default());
    let library = library(dir.path());
    let image = Image::publish(&web, REPO, "latest", &tiny(""), &[("system", "slow")]);
    let path = dir.path().join("a.gguf");
    std::fs::write(&path, tiny("")).unwrap();
    library.create(&name("local"), Recipe::new(From::Path(path))).await.unwrap();
    // the model's blob is here already, so the pull counts on it while it fetches the rest
    let slow = Digest::of(b"slow");
    web.change(&image.blob().replace(image.model.hex(), slow.hex()), |page| {
        page.pause = Duration::from_millis(300)
    });
    let options = options();
    let (pulled, ()) = tokio::join!(pull(&library, "tiny", &options, &web), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        library.delete(&name("local")).await.unwrap();
    });
    pulled.0.unwrap();
    assert!(library.find(&name("tiny")).await.is_ok());
    library.delete(&name("tiny")).await.unwrap();
    assert!(!library.has_blob(&image.model).await);
}
