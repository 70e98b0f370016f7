//! Texts to vectors and passages ranked, by every engine of the settings.

use std::path::PathBuf;

use serde_json::{Value, json};
use transom_providers::{ProviderError, TextKind};

use crate::lab::{Asked, Lab, Server, error_answer, json_answer, who};

/// A vector that tells the length of its text.
fn answer(asked: &Asked) -> axum::response::Response {
    let texts = asked.body["input"].as_array().unwrap();
    let vectors: Vec<Value> = texts.iter().map(|text| json!([text.as_str().unwrap().len(), 1])).collect();
    if asked.path == "/api/embed" {
        return json_answer(&json!({ "embeddings": vectors }));
    }
    let entry = |(index, vector): (usize, Value)| json!({ "index": index, "embedding": vector });
    // in any order: the index counts
    let data: Vec<Value> = vectors.into_iter().enumerate().map(entry).rev().collect();
    json_answer(&json!({ "data": data }))
}

fn texts(count: usize) -> Vec<String> {
    (1..=count).map(|length| "x".repeat(length)).collect()
}

#[tokio::test]
async fn services_get_batches_and_answers_keep_their_order() {
    for asynchronous in ["true", "false"] {
        let server = Server::start(answer).await;
        let lab = Lab::new(&[
            ("RAG_EMBEDDING_ENGINE", "openai"),
            ("RAG_EMBEDDING_MODEL", "lab-embed"),
            ("RAG_OPENAI_API_BASE_URL", &format!("{}/v1/", server.url)),
            ("RAG_OPENAI_API_KEY", "sk-emb"),
            ("RAG_EMBEDDING_BATCH_SIZE", "2"),
            ("ENABLE_ASYNC_EMBEDDING", asynchronous),
        ])
        .await;
        let embedder = &lab.providers.embedder;
        assert!(embedder.is_ready().await);
        let vectors = embedder.embed(&who(), texts(5), TextKind::Passage).await.unwrap();
        let lengths: Vec<f32> = vectors.iter().map(|vector| vector[0]).collect();
        assert_eq!(lengths, [1.0, 2.0, 3.0, 4.0, 5.0]);
        let asked = server.asked("/v1/embeddings");
        let mut sizes: Vec<usize> =
            asked.iter().map(|asked| asked.body["input"].as_array().unwrap().len()).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 2, 2]);
        assert_eq!(asked[0].body["model"], "lab-embed");
        assert_eq!(asked[0].header("authorization"), Some("Bearer sk-emb"));
        assert!(embedder.embed(&who(), Vec::new(), TextKind::Query).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn ollama_and_azure_are_asked_in_their_own_ways() {
    let server = Server::start(answer).await;
    let lab = Lab::new(&[
        ("RAG_EMBEDDING_ENGINE", "ollama"),
        ("RAG_EMBEDDING_MODEL", "lab embed"),
        ("RAG_OLLAMA_BASE_URL", &server.url),
        ("RAG_OLLAMA_API_KEY", "oll"),
        ("RAG_AZURE_OPENAI_BASE_URL", &server.url),
        ("RAG_AZURE_OPENAI_API_KEY", "azure"),
        ("RAG_AZURE_OPENAI_API_VERSION", "2024-02-01"),
        ("RAG_EMBEDDING_BATCH_SIZE", "10"),
    ])
    .await;
    let embedder = &lab.providers.embedder;
    let one = embedder.model();
    assert_eq!(embedder.embed(&who(), texts(2), TextKind::Query).await.unwrap(), [[1.0, 1.0], [2.0, 1.0]]);
    assert_eq!(server.only("/api/embed").header("authorization"), Some("Bearer oll"));

    lab.set("RAG_EMBEDDING_ENGINE", json!("azure_openai")).await;
    assert_ne!(embedder.model(), one);
    assert_eq!(embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap(), [[1.0, 1.0]]);
    let asked = server.only("/embeddings");
    assert_eq!(asked.path, "/openai/deployments/lab%20embed/embeddings");
    assert_eq!((asked.query.as_str(), asked.header("api-key")), ("api-version=2024-02-01", Some("azure")));
    assert!(asked.header("authorization").is_none());
}

#[tokio::test]
async fn prefixes_go_before_the_text_or_into_a_field() {
    let server = Server::start(answer).await;
    let base = [
        ("RAG_EMBEDDING_ENGINE", "openai"),
        ("RAG_OPENAI_API_BASE_URL", server.url.as_str()),
        ("RAG_EMBEDDING_QUERY_PREFIX", "query: "),
        ("RAG_EMBEDDING_CONTENT_PREFIX", "passage: "),
    ];
    let lab = Lab::new(&base).await;
    lab.providers.embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap();
    lab.providers.embedder.embed(&who(), texts(1), TextKind::Passage).await.unwrap();
    let mut named = base.to_vec();
    named.push(("RAG_EMBEDDING_PREFIX_FIELD_NAME", "input_type"));
    let lab = Lab::new(&named).await;
    lab.providers.embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap();
    let asked = server.asked("/embeddings");
    assert_eq!(asked[0].body["input"], json!(["query: x"]));
    assert_eq!(asked[1].body["input"], json!(["passage: x"]));
    assert_eq!((&asked[2].body["input"], &asked[2].body["input_type"]), (&json!(["x"]), &json!("query: ")));
}

#[tokio::test]
async fn answers_that_make_no_sense_are_errors() {
    for bad in [
        json!({ "data": [] }),
        json!({ "data": [{ "index": 0, "embedding": [] }] }),
        json!({ "data": [{ "index": 0, "embedding": ["a"] }] }),
        json!({ "data": [{ "index": 0, "embedding": [1e300] }] }),
        json!({}),
    ] {
        let server = Server::start(move |_| json_answer(&bad)).await;
        let lab =
            Lab::new(&[("RAG_EMBEDDING_ENGINE", "openai"), ("RAG_OPENAI_API_BASE_URL", &server.url)]).await;
        let error = lab.providers.embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap_err();
        assert!(matches!(error, ProviderError::Broken(_)), "{error}");
    }
    let server = Server::start(|_| error_answer(429, &json!({ "error": { "message": "slower" } }))).await;
    let lab = Lab::new(&[("RAG_EMBEDDING_ENGINE", "openai"), ("RAG_OPENAI_API_BASE_URL", &server.url)]).await;
    let error = lab.providers.embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap_err();
    assert!(matches!(error, ProviderError::Status { status: 429, .. }), "{error}");
    let lab = Lab::new(&[("RAG_EMBEDDING_ENGINE", "azure_openai")]).await;
    assert!(!lab.providers.embedder.is_ready().await);
    let error = lab.providers.embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap_err();
    assert!(matches!(error, ProviderError::Invalid(_)), "{error}");
}

fn fixture(name: &str) -> String {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "fixtures", "encoders", name].iter().collect();
    path.to_string_lossy().into_owned()
}

#[cfg(feature = "local")]
#[tokio::test]
async fn without_an_engine_the_server_computes_itself() {
    let lab = Lab::new(&[
        ("RAG_EMBEDDING_MODEL", &fixture("bert")),
        ("RAG_RERANKING_MODEL", &fixture("cross-bert")),
        ("RAG_EMBEDDING_QUERY_PREFIX", "how many "),
    ])
    .await;
    let (embedder, reranker) = (&lab.providers.embedder, &lab.providers.reranker);
    assert!(embedder.is_ready().await && reranker.is_set());
    let passages = embedder.embed(&who(), texts(2), TextKind::Passage).await.unwrap();
    assert_eq!((passages.len(), passages[0].len()), (2, 32));
    let query = embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap();
    assert_ne!(query[0], passages[0]);
    let scores = reranker.score(&who(), "how many", texts(3)).await.unwrap();
    assert_eq!(scores.len(), 3);
    assert!(reranker.score(&who(), "how many", Vec::new()).await.unwrap().is_empty());

    // in offline mode, what is not here is a sentence
    let lab = Lab::new(&[("HF_HUB_OFFLINE", "YES")]).await;
    assert!(!lab.providers.embedder.is_ready().await && !lab.providers.reranker.is_set());
    let error = lab.providers.embedder.embed(&who(), texts(1), TextKind::Query).await.unwrap_err();
    assert!(error.to_string().contains("ffline"), "{error}");
}

#[tokio::test]
async fn a_service_may_rank() {
    let server = Server::start(|asked| {
        let count = asked.body["documents"].as_array().unwrap().len();
        let entry = |index: usize| json!({ "index": index, "relevance_score": index as f64 / 10.0 });
        json_answer(&json!({ "results": (0..count).rev().map(entry).collect::<Vec<_>>() }))
    })
    .await;
    let lab = Lab::new(&[
        ("RAG_RERANKING_ENGINE", "external"),
        ("RAG_RERANKING_MODEL", "lab-rerank"),
        ("RAG_EXTERNAL_RERANKER_URL", &format!("{}/v1/rerank", server.url)),
        ("RAG_EXTERNAL_RERANKER_API_KEY", "rr-key"),
        ("RAG_EXTERNAL_RERANKER_TIMEOUT", "5"),
    ])
    .await;
    assert!(lab.providers.reranker.is_set());
    assert_eq!(lab.providers.reranker.score(&who(), "q", texts(3)).await.unwrap(), [0.0, 0.1, 0.2]);
    let asked = server.only("/v1/rerank");
    assert_eq!((&asked.body["model"], &asked.body["query"]), (&json!("lab-rerank"), &json!("q")));
    assert_eq!((&asked.body["top_n"], asked.header("authorization")), (&json!(3), Some("Bearer rr-key")));
}
