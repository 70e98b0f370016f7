//! Vectors that the server computes itself, as they show over the API.

use std::path::PathBuf;

use serde_json::{Value, json};
use transom_testkit::Caller;

use crate::plan;

/// A small random model: its vectors mean nothing, but they are there.
fn model() -> String {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "fixtures", "encoders", "bert"].iter().collect();
    path.to_string_lossy().into_owned()
}

#[tokio::test]
async fn a_text_has_a_vector_where_the_server_is_in_development() {
    let server = plan().env("RAG_EMBEDDING_MODEL", model()).env("ENV", "dev").start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    let vector = admin.get("/api/v1/retrieval/ef/bells").await.ok();
    assert_eq!(vector["result"].as_array().unwrap().len(), 32);
    assert_eq!(admin.get("/api/v1/memories/ef").await.ok()["result"].as_array().unwrap().len(), 32);
    for path in ["/api/v1/retrieval/ef/bells", "/api/v1/memories/ef"] {
        assert_eq!(Caller::nobody(&server).get(path).await.status, 401, "{path}");
    }

    let server = plan().env("RAG_EMBEDDING_MODEL", model()).env("ENV", "prod").start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    assert_eq!(admin.get("/api/v1/memories/ef").await.status, 404);
}

#[tokio::test]
async fn memories_are_found_with_a_model_and_without() {
    for model in [model(), "lab/not-here".to_owned()] {
        let server = plan().env("RAG_EMBEDDING_MODEL", &model).env("OFFLINE_MODE", "true").start().await;
        let admin = Caller::sign_up(&server, "ada").await;
        for content in ["I keep bees.", "The harbour bell rings at seven."] {
            admin.post("/api/v1/memories/add", &json!({"content": content})).await.ok();
        }
        let question = json!({"content": "The harbour bell rings at seven.", "k": 2});
        let found = admin.post("/api/v1/memories/query", &question).await.ok();
        assert_eq!(found["documents"][0][0], "The harbour bell rings at seven.");
        assert!(found["distances"][0][0].as_f64().unwrap() > 0.999, "{found}");
        assert_eq!(found["ids"][0].as_array().unwrap().len(), 2);
        assert_eq!(admin.post("/api/v1/memories/reset", &Value::Null).await.ok(), json!(true));
    }
}
