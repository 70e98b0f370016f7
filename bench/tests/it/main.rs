//! The whole tool against a tiny server of the contract, healthy and faulty.

// The switch of clippy.toml reaches only functions marked as tests, not their helpers.
#![allow(clippy::unwrap_used)]

mod fake;

use std::process::Stdio;
use std::time::Duration;

use fake::Fault;
use serde_json::Value;
use tokio::process::Command;
use transom_bench::process::Server;

const TOOL: &str = env!("CARGO_BIN_EXE_transom-bench");

/// Runs the tool and gives its status, what it printed, and its JSON.
async fn bench(fault: Fault, options: &[&str]) -> (i32, String, Value) {
    let url = fake::start(fault).await;
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("out.json");
    let output = Command::new(TOOL)
        .args(["run", "--quick", "--url", &url, "--json"])
        .arg(&json)
        .args(options)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let results = std::fs::read(&json).unwrap_or_else(|_| panic!("no results: {errors}"));
    (output.status.code().unwrap(), text, serde_json::from_slice(&results).unwrap())
}

fn metric<'a>(report: &'a Value, name: &str) -> &'a Value {
    let found = report["results"].as_array().unwrap().iter().find(|metric| metric["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

#[tokio::test]
async fn routes_are_measured() {
    let (status, text, report) = bench(Fault::None, &["--only", "start,http"]).await;
    assert_eq!(status, 0, "{text}");
    assert_eq!(report["server_version"], "0.0.1-fake");
    assert_eq!(report["broken"], serde_json::json!([]));
    for name in ["http.health", "http.config", "http.models", "http.chats_page"] {
        let metric = metric(&report, name);
        assert!(metric["value"].as_f64().unwrap() > 50.0 && metric["unit"] == "req/s", "{metric}");
        assert_eq!(metric["values"]["failed"], 0.0);
        assert!(metric["values"]["p99_ms"].as_f64() >= metric["values"]["p50_ms"].as_f64());
        assert!(text.contains(name), "{text}");
    }
    let models = metric(&report, "http.models_bad_connections_p99");
    assert!(
        models["values"]["bytes_each"].as_f64().unwrap() > 50_000.0,
        "the 3,000 models are listed: {models}"
    );
}

#[tokio::test]
async fn streams_are_measured() {
    let (status, text, report) = bench(Fault::None, &["--only", "api_streams,ui_streams"]).await;
    assert_eq!(status, 0, "{text}");
    assert_eq!(metric(&report, "api_streams.failed")["value"], 0.0, "{text}");
    assert_eq!(metric(&report, "ui_streams.failed")["value"], 0.0, "{text}");
    let paced = metric(&report, "api_streams.200x10ms.added_ttft_p99");
    // The fake server waits for the whole answer, 49 pauses of 10 ms, before it passes it on.
    assert!(paced["value"].as_f64().unwrap() > 400.0 && paced["pass"] == false, "{paced}");
    assert_eq!(paced["values"]["samples"], 400.0);
    let direct =
        metric(&report, "api_streams.1x10ms.ratio")["values"]["direct_tokens_per_s"].as_f64().unwrap();
    assert!((50.0..=105.0).contains(&direct), "one token each 10 ms: {direct}");
    let bytes = metric(&report, "ui_streams.20.socket_bytes");
    assert_eq!(bytes["values"]["events_per_turn"], 51.0);
    assert!(bytes["value"].as_f64().unwrap() > 10.0, "{bytes}");
}

#[tokio::test]
async fn chats_are_measured() {
    let (status, text, report) = bench(Fault::None, &["--only", "chats"]).await;
    assert_eq!(status, 0, "{text}");
    for call in ["create", "read", "append", "save_whole"] {
        let small = metric(&report, &format!("chats.20.{call}_p50"));
        let big = metric(&report, &format!("chats.5000.{call}_p50"));
        assert!(big["value"].as_f64() > small["value"].as_f64(), "{small} {big}");
    }
    assert!(metric(&report, "chats.5000.write_one_p50")["values"]["received_kb"].as_f64().unwrap() < 1.0);
    assert!(metric(&report, "chats.5000.read_p50")["values"]["received_kb"].as_f64().unwrap() > 1_000.0);
}

#[tokio::test]
async fn events_out_of_order_are_found() {
    let (status, _, report) = bench(Fault::Swapped, &["--only", "ui_streams", "--strict"]).await;
    let failed = metric(&report, "ui_streams.failed");
    assert_eq!((status, failed["value"].as_f64()), (3, Some(21.0)), "{failed}");
    assert!(failed["reason"].as_str().unwrap().starts_with("wrong answer"), "{failed}");
    assert_eq!(metric(&report, "ui_streams.20.done_p99")["value"], Value::Null);
}

#[tokio::test]
async fn lost_tokens_are_found() {
    let (status, text, report) = bench(Fault::Shortened, &["--only", "api_streams"]).await;
    assert_eq!(status, 0, "missed targets alone are not an error: {text}");
    assert_eq!(metric(&report, "api_streams.failed")["pass"], false);
    assert_eq!(metric(&report, "api_streams.200x10ms.ratio")["value"], 0.0);
}

#[tokio::test]
async fn a_broken_server_is_told_from_a_slow_one() {
    let (status, text, report) = bench(Fault::NoChats, &["--only", "chats"]).await;
    assert_eq!(status, 1);
    assert_eq!(report["broken"][0]["measure"], "chats");
    assert!(text.contains("BROKEN chats: GET /api/v1/chats/"), "{text}");
}

#[tokio::test]
async fn a_server_is_started_measured_and_stopped() {
    // The fake provider answers /health, which makes it a server that can be started.
    let command = format!("{TOOL} upstream --port {{port}}");
    let mut server = Server::prepare(&command, "http://unused/v1", &[]).await.unwrap();
    let addr = server.endpoint().addr.clone();
    for _ in 0..2 {
        let took = server.start().await.unwrap();
        assert!(took > Duration::from_millis(1) && took < Duration::from_secs(20), "{took:?}");
        assert!((1.0..500.0).contains(&server.memory_mb()), "{}", server.memory_mb());
        server.stop().await.unwrap();
        assert!(!transom_bench::process::listens(&addr).await, "still running");
        assert!(server.memory_mb().is_nan());
    }
    server.start().await.unwrap();
    drop(server);
    let mut looks = 0;
    while transom_bench::process::listens(&addr).await {
        looks += 1;
        assert!(looks < 100, "a dropped server must not stay");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
