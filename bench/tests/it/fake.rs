//! A tiny server of the contract, just complete enough to be measured, with faults that can be switched on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::BytesMut;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::Message;
use transom_bench::client::{Conn, Endpoint};
use transom_bench::httpd::{Request, json_reply, read_request};
use transom_bench::upstream::{BIG_LIST, FAST_MODEL, PACED_MODEL, answer, tokens_asked};
use uuid::Uuid;

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Sends the snapshots of every answer in a wrong order.
    Swapped,
    /// Loses the last text of a streamed API answer.
    Shortened,
    /// Cannot read chats.
    NoChats,
}

struct State {
    fault: Fault,
    chats: Mutex<HashMap<String, Value>>,
    connections: Mutex<Vec<String>>,
    sockets: Mutex<HashMap<String, UnboundedSender<String>>>,
}

/// Starts a server and gives its address.
pub async fn start(fault: Fault) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let state = Arc::new(State {
        fault,
        chats: Mutex::default(),
        connections: Mutex::default(),
        sockets: Mutex::default(),
    });
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(connection(Arc::clone(&state), stream));
        }
    });
    url
}

async fn connection(state: Arc<State>, mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut start = [0; 7];
    if stream.peek(&mut start).await.is_ok() && &start == b"GET /ws" {
        return socket(state, stream).await;
    }
    let mut buf = BytesMut::new();
    while let Ok(Some(request)) = read_request(&mut stream, &mut buf).await {
        let reply = respond(&state, &request).await;
        if stream.write_all(&reply).await.is_err() {
            return;
        }
    }
}

async fn socket(state: Arc<State>, stream: TcpStream) {
    let ws = tokio_tungstenite::accept_async(stream).await.unwrap();
    let (mut sink, mut source) = ws.split();
    let sid = Uuid::new_v4().to_string();
    sink.send(Message::text(r#"0{"sid":"e","pingInterval":25000,"pingTimeout":20000,"upgrades":[]}"#))
        .await
        .unwrap();
    let hello = source.next().await.unwrap().unwrap();
    assert!(hello.to_text().unwrap().starts_with("40{\"token\":\""), "{hello}");
    // A ping before the welcome: a client must answer it whenever it comes.
    sink.send(Message::text("2")).await.unwrap();
    assert_eq!(source.next().await.unwrap().unwrap().to_text().unwrap(), "3");
    sink.send(Message::text(format!("40{}", json!({"sid": sid})))).await.unwrap();
    let (send, mut frames) = unbounded_channel();
    state.sockets.lock().unwrap().insert(sid, send);
    while let Some(frame) = frames.recv().await {
        if sink.send(Message::text(frame)).await.is_err() {
            return;
        }
    }
}

async fn respond(state: &State, request: &Request) -> Vec<u8> {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let ok = |value: Value| json_reply("200 OK", &value.to_string());
    match (request.method.as_str(), request.path()) {
        ("GET", "/health") => ok(json!({"status": true})),
        ("GET", "/api/version") => ok(json!({"version": "0.0.1-fake"})),
        ("GET", "/api/config") => ok(json!({"status": true, "name": "fake"})),
        ("POST", "/api/v1/auths/signin") => json_reply("400 Bad Request", r#"{"detail":"no such account"}"#),
        ("POST", "/api/v1/auths/signup") => ok(account("admin")),
        ("POST", "/api/v1/auths/add") => ok(account("user")),
        ("POST", "/openai/config/update") => {
            let urls = serde_json::from_value(body["OPENAI_API_BASE_URLS"].clone()).unwrap();
            *state.connections.lock().unwrap() = urls;
            ok(body)
        }
        ("GET", "/api/models") => ok(models(&state.connections.lock().unwrap())),
        ("POST", "/api/chat/completions") if body["session_id"].is_string() => {
            ui_turn(state, &body);
            ok(json!({"status": true, "task_id": "t"}))
        }
        ("POST", "/api/chat/completions") => api_stream(state, &request.body).await,
        (_, path) if path.starts_with("/api/v1/chats/") => chats(state, request, &body),
        _ => json_reply("404 Not Found", r#"{"detail":"Not Found"}"#),
    }
}

fn account(role: &str) -> Value {
    let id = Uuid::new_v4().to_string();
    json!({"id": id, "token": id, "role": role, "email": "x@example.com"})
}

fn models(connections: &[String]) -> Value {
    let mut ids = vec![FAST_MODEL.to_owned(), PACED_MODEL.to_owned()];
    if connections.iter().any(|url| url.contains("/big/")) {
        ids.extend((0..BIG_LIST).map(|n| format!("big-model-{n:04}")));
    }
    json!({"data": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()})
}

fn chats(state: &State, request: &Request, body: &Value) -> Vec<u8> {
    let mut chats = state.chats.lock().unwrap();
    let rest = request.path().trim_start_matches("/api/v1/chats/");
    let (id, message) =
        rest.split_once("/messages/").map_or((rest, None), |(id, message)| (id, Some(message)));
    let record = |id: &str, chat: &Value| json_reply("200 OK", &json!({"id": id, "chat": chat}).to_string());
    match (request.method.as_str(), id, message) {
        ("GET", "", _) => json_reply("200 OK", "[]"),
        ("GET", ..) if state.fault == Fault::NoChats => json_reply("500 Internal Server Error", "{}"),
        ("POST", "new", _) => {
            let id = Uuid::new_v4().to_string();
            let reply = record(&id, &body["chat"]);
            chats.insert(id, body["chat"].clone());
            reply
        }
        ("GET", id, None) if chats.contains_key(id) => record(id, &chats[id]),
        ("POST", id, None) if chats.contains_key(id) => {
            chats.insert(id.to_owned(), body["chat"].clone());
            record(id, &chats[id])
        }
        ("POST", id, Some(message)) if message.ends_with("/event") => {
            let message = message.trim_end_matches("/event");
            assert!(!chats[id]["history"]["messages"][message].is_null(), "events belong to stored messages");
            json_reply("200 OK", "true")
        }
        ("POST", id, Some(message)) if chats.contains_key(id) => {
            chats.get_mut(id).unwrap()["history"]["messages"][message] = json!({"id": message});
            record(id, &chats[id])
        }
        _ => json_reply("401 Unauthorized", r#"{"detail":"not found"}"#),
    }
}

/// Sends the answer alternately as a delta and as a snapshot.
fn ui_turn(state: &State, body: &Value) {
    let sockets = state.sockets.lock().unwrap();
    let socket = &sockets[body["session_id"].as_str().unwrap()];
    let tokens = tokens_asked(body["messages"][0]["content"].as_str().unwrap());
    assert!(
        state.chats.lock().unwrap().contains_key(body["chat_id"].as_str().unwrap()),
        "the chat comes first"
    );
    let mut events: Vec<Value> = Vec::new();
    for count in 1..=tokens {
        events.push(if count % 2 == 0 {
            json!({"content": answer(count)})
        } else {
            let (before, now) = (answer(count - 1), answer(count));
            json!({"choices": [{"delta": {"content": now[before.len()..]}}]})
        });
    }
    if state.fault == Fault::Swapped {
        events.swap(5, 9);
    }
    events.push(json!({"done": true, "content": answer(tokens), "title": "New Chat"}));
    for event in events {
        let frame = json!(["events", {"chat_id": body["chat_id"], "message_id": body["id"],
                                      "data": {"type": "chat:completion", "data": event}}]);
        socket.send(format!("42{frame}")).unwrap();
    }
}

async fn api_stream(state: &State, body: &[u8]) -> Vec<u8> {
    let url = state.connections.lock().unwrap()[0].clone();
    let provider = Endpoint::parse(&url).unwrap();
    let mut text = Vec::new();
    let request = provider.request("POST", "/chat/completions", None, Some(body));
    let mut conn = Conn::open(&provider).await.unwrap();
    conn.exchange(&request, |piece| text.extend_from_slice(piece)).await.unwrap();
    if state.fault == Fault::Shortened {
        text.truncate(text.len() / 2);
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    [head.into_bytes(), text].concat()
}
