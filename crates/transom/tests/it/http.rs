//! What every answer has in common: errors, ids, origins, compression, limits.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use http::Method;
use serde_json::{Value, json};
use transom_testkit::{Caller, Reply, Script, raw};

use crate::{lab, lab_of, plan};

#[tokio::test]
async fn unknown_paths_and_methods_of_the_api_are_answered_in_json() {
    let server = plan().start().await;
    let nobody = Caller::nobody(&server);
    for path in [
        "/api/nothing",
        "/api/v1/nothing",
        "/openai/nothing/at/all",
        "/ollama/nothing",
        "/oauth/x/y/z",
        "/api",
    ] {
        for method in [Method::GET, Method::POST] {
            let reply = nobody.send(nobody.request(method.clone(), path)).await;
            assert!(
                matches!(reply.status, 401 | 404 | 405),
                "{method} {path}: {} {}",
                reply.status,
                reply.text
            );
            assert!(reply.json()["detail"].is_string(), "{method} {path}: {}", reply.text);
        }
    }
    assert_eq!(nobody.get("/api/nothing").await.json(), json!({"detail": "Not Found"}));
    for (method, path) in
        [(Method::DELETE, "/api/config"), (Method::GET, "/api/v1/auths/signin"), (Method::POST, "/health")]
    {
        let reply = nobody.send(nobody.request(method.clone(), path)).await;
        assert_eq!(reply.status, 405, "{method} {path}: {}", reply.text);
        assert_eq!(reply.json(), json!({"detail": "Method Not Allowed"}));
        assert!(!reply.header("allow").is_empty(), "{method} {path} does not say what is allowed");
    }
}

async fn sent(caller: &Caller, path: &str, body: &'static str) -> Reply {
    let request = caller.request(Method::POST, path).header("content-type", "application/json").body(body);
    caller.send(request).await
}

#[tokio::test]
async fn bad_bodies_are_answered_with_the_place_of_the_problem() {
    let (_server, _provider, admin) = lab().await;
    let path = "/api/v1/auths/signin";
    for (body, kind, place) in [
        ("{\"email\": \"a@b.c\"}", "missing", json!(["body", "password"])),
        ("{\"email\": 1, \"password\": \"x\"}", "value_error", json!(["body", "email"])),
        ("", "missing", json!(["body"])),
        ("[]", "value_error", json!(["body"])),
    ] {
        let reply = sent(&admin, path, body).await;
        assert_eq!(reply.status, 422, "{body}: {}", reply.text);
        let problem = &reply.json()["detail"][0];
        assert_eq!((&problem["type"], &problem["loc"]), (&json!(kind), &place), "{body}: {problem}");
        assert!(problem["msg"].is_string(), "{problem}");
    }
    let broken = sent(&admin, path, "{\"email\": ").await;
    assert_eq!((broken.status, &broken.json()["detail"][0]["type"]), (422, &json!("json_invalid")));
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let server = plan().start().await;
    let nobody = Caller::nobody(&server);
    let (one, other) = (nobody.get("/health").await, nobody.get("/api/nothing").await);
    assert!(
        !one.header("x-request-id").is_empty() && one.header("x-request-id") != other.header("x-request-id")
    );
    let named = nobody.send(nobody.request(Method::GET, "/health").header("x-request-id", "abc-123")).await;
    assert_eq!(named.header("x-request-id"), "abc-123");
    assert!(!named.header("x-process-time").is_empty());
}

#[tokio::test]
async fn origins_are_checked_as_configured() {
    let server =
        plan().env("CORS_ALLOW_ORIGIN", "https://chat.example.com;https://other.example.com").start().await;
    let nobody = Caller::nobody(&server);
    let asked = |origin: &'static str| {
        let request = nobody.request(Method::OPTIONS, "/api/config").header("origin", origin);
        nobody.send(request.header("access-control-request-method", "GET"))
    };
    let friend = asked("https://other.example.com").await;
    assert_eq!(friend.header("access-control-allow-origin"), "https://other.example.com");
    assert_eq!(friend.header("access-control-allow-credentials"), "true");
    assert_eq!(asked("https://evil.example.com").await.header("access-control-allow-origin"), "");
    let socket = "/ws/socket.io/?EIO=4&transport=polling";
    let evil = raw(server.base(), "GET", socket, &["origin: https://evil.example.com"]).await;
    assert_eq!(evil.status, 403, "{}", evil.body);
    let friend = raw(server.base(), "GET", socket, &["origin: https://chat.example.com"]).await;
    assert_ne!(friend.status, 403, "{}", friend.body);

    let open = plan().env("CORS_ALLOW_ORIGIN", "*").start().await;
    let nobody = Caller::nobody(&open);
    let reply = nobody
        .send(nobody.request(Method::GET, "/api/config").header("origin", "https://any.example.com"))
        .await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    // A page that may be anybody's must not ride on the visitor's cookie.
    assert_eq!(reply.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn security_headers_are_sent_when_they_are_set() {
    let plan = plan().env("XFRAME_OPTIONS", "DENY").env("HSTS", "max-age=31536000");
    let server = plan.start().await;
    let reply = Caller::nobody(&server).get("/api/config").await;
    assert_eq!(reply.header("x-frame-options"), "DENY");
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(reply.header("permissions-policy"), "");
}

#[tokio::test]
async fn answers_are_compressed_but_streams_are_not() {
    let (server, _provider, admin) = lab().await;
    let bearer = format!("authorization: Bearer {}", admin.token);
    let headers = ["accept-encoding: gzip, br", bearer.as_str()];
    let document = raw(server.base(), "GET", "/openapi.json", &headers).await;
    assert!(document.head.to_lowercase().contains("content-encoding:"), "{}", document.head);

    let script = Script::paced(40, 25);
    let body =
        json!({"model": "words", "stream": true, "messages": [{"role": "user", "content": script.prompt()}]});
    let request = admin.request(Method::POST, "/api/chat/completions").header("accept-encoding", "gzip, br");
    let started = Instant::now();
    let response = request.json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().get("content-encoding").is_none(), "{:?}", response.headers());
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let mut stream = response.bytes_stream();
    let (mut first, mut all) = (None, Vec::new());
    while let Some(part) = stream.next().await {
        first.get_or_insert_with(|| started.elapsed());
        all.extend_from_slice(&part.unwrap());
    }
    // The first words must not wait for the last ones.
    assert!(
        first.unwrap() + Duration::from_millis(500) < started.elapsed(),
        "{first:?} of {:?}",
        started.elapsed()
    );
    assert_eq!(told(&String::from_utf8(all).unwrap()), script.text());
}

/// The text of an event stream of completion chunks.
fn told(stream: &str) -> String {
    let lines =
        stream.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|line| *line != "[DONE]");
    let chunks = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    chunks.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_string)).collect()
}

#[tokio::test]
async fn an_upstream_answer_that_is_no_success_keeps_its_status_and_body() {
    let (_server, _provider, admin) = lab().await;
    let body = json!({"model": "refuses", "messages": [{"role": "user", "content": "Hi"}]});
    let reply = admin.post("/api/chat/completions", &body).await;
    assert_eq!(reply.status, 429, "{}", reply.text);
    assert_eq!(reply.json()["error"]["message"], "Slow down, please.");
    let unknown = json!({"model": "nobody", "messages": []});
    let reply = admin.post("/api/chat/completions", &unknown).await;
    assert_eq!((reply.status, reply.detail().as_str()), (400, "Model not found"));
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let (_server, _provider, admin) = lab_of(plan().env("TRANSOM_MAX_BODY_SIZE", "100000")).await;
    let fits = json!({"chat": {"title": "x".repeat(90_000)}});
    assert_eq!(admin.post("/api/v1/chats/new", &fits).await.status, 200);
    let large = json!({"chat": {"title": "x".repeat(110_000)}});
    let reply = admin.post("/api/v1/chats/new", &large).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    assert!(reply.json()["detail"].is_string());
}

#[tokio::test]
async fn a_request_that_never_ends_its_head_loses_its_connection_and_no_other_does() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = plan().env("TRANSOM_REQUEST_HEAD_TIMEOUT", "1s").start().await;
    let host = server.base().trim_start_matches("http://").to_owned();
    let slow = async |start: &str| {
        let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        let began = Instant::now();
        let (mut reader, mut writer) = stream.split();
        let mut rest = Vec::new();
        // A byte now and then does not prolong it.
        let drip = async {
            while writer.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::select! {
            _ = reader.read_to_end(&mut rest) => {}
            () = drip => {}
            () = tokio::time::sleep(Duration::from_secs(20)) => panic!("still open: {start:?}"),
        }
        assert!(began.elapsed() >= Duration::from_millis(900), "closed too early: {start:?}");
    };
    tokio::join!(slow("GET /health HTTP/1.1\r\nhost: x\r\nx-slow: "), slow("GET /hea"), slow(""));

    // The limit is one for the head: a body may take longer.
    let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
    let body = "{\"email\": \"a@example.com\", \"password\": \"x\"}";
    let head = format!(
        "POST /api/v1/auths/signin HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}
