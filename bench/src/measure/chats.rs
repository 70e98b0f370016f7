//! Stored chats, small and big: creating, reading, adding a message, changing one message by an event (the same write
//! without the whole chat as the reply), and saving the whole document as the UI does.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::Account;
use crate::client::{Conn, Endpoint, Reply};
use crate::context::Context;
use crate::error::within;
use crate::report::{Metric, Target};
use crate::stats::Latencies;
use crate::{BenchError, Result};

const SMALL: usize = 20;
const BIG: usize = 5_000;
const CALL_LIMIT: Duration = Duration::from_secs(60);

/// How often each call is made.
struct Rounds {
    create: usize,
    read: usize,
    append: usize,
    save: usize,
}

pub(super) async fn measure(context: &mut Context) -> Result<Vec<Metric>> {
    let user = context.users(1).await?[0].clone();
    let small = if context.quick { 20 } else { 200 };
    let big = if context.quick { 3 } else { 20 };
    let mut metrics = Vec::new();
    let rounds = Rounds { create: small, read: small, append: small, save: small };
    metrics.extend(size(&context.endpoint, &user, SMALL, &rounds).await?);
    let rounds = Rounds { create: big, read: big, append: small, save: big };
    metrics.extend(size(&context.endpoint, &user, BIG, &rounds).await?);
    Ok(metrics)
}

async fn size(endpoint: &Endpoint, user: &Account, messages: usize, rounds: &Rounds) -> Result<[Metric; 5]> {
    let mut caller = Caller { endpoint, token: &user.token, conn: None, reply: Vec::new() };
    let mut document = chat(messages);
    let body = json!({"chat": document}).to_string();

    let mut create = Calls::default();
    for _ in 0..rounds.create {
        caller.call("POST", "/api/v1/chats/new", Some(&body), &mut create).await?;
    }
    let id = serde_json::from_slice::<Value>(&caller.reply)?["id"].as_str().unwrap_or_default().to_owned();
    let path = format!("/api/v1/chats/{id}");
    let mut read = Calls::default();
    for _ in 0..rounds.read {
        caller.call("GET", &path, None, &mut read).await?;
    }
    check(&caller.reply, messages)?;
    let mut append = Calls::default();
    for round in 0..rounds.append {
        let path = format!("{path}/messages/{}", Uuid::new_v4());
        let body = json!({"content": format!("added message {round}")}).to_string();
        caller.call("POST", &path, Some(&body), &mut append).await?;
    }
    let mut write = Calls::default();
    let last = document["history"]["currentId"].as_str().unwrap_or_default();
    for round in 0..rounds.append {
        let path = format!("{path}/messages/{last}/event");
        let body = json!({"type": "replace", "data": {"content": format!("replaced {round}")}}).to_string();
        caller.call("POST", &path, Some(&body), &mut write).await?;
    }
    let mut save = Calls::default();
    for round in 0..rounds.save {
        extend(&mut document, messages + round);
        let body = json!({"chat": document}).to_string();
        caller.call("POST", &path, Some(&body), &mut save).await?;
    }
    let name = |call: &str| format!("chats.{messages}.{call}_p50");
    let judge =
        |metric: Metric, limit| if messages == BIG { metric.target(Target::at_most(limit)) } else { metric };
    Ok([
        create.metric(name("create")),
        judge(read.metric(name("read")), 60.0),
        judge(append.metric(name("append")), 5.0),
        judge(write.metric(name("write_one")), 5.0),
        save.metric(name("save_whole")),
    ])
}

/// The times of one kind of call.
#[derive(Default)]
struct Calls {
    first_byte: Latencies,
    total: Latencies,
    sent: u64,
    received: u64,
}

impl Calls {
    fn record(&mut self, reply: &Reply, total: Duration, sent: usize) {
        self.first_byte.record(reply.first_byte);
        self.total.record(total);
        self.sent += sent as u64;
        self.received += reply.bytes;
    }

    fn metric(mut self, name: String) -> Metric {
        let calls = self.total.len() as f64;
        Metric::new(name, "ms", self.total.p50())
            .with("p99_ms", self.total.p99())
            .with("first_byte_p50_ms", self.first_byte.p50())
            .with("sent_kb", self.sent as f64 / calls / 1024.0)
            .with("received_kb", self.received as f64 / calls / 1024.0)
            .with("calls", calls)
    }
}

/// One user's calls, over a kept connection.
struct Caller<'a> {
    endpoint: &'a Endpoint,
    token: &'a str,
    conn: Option<Conn>,
    /// Body of the last reply. One buffer for all: fresh memory for megabytes would be measured too.
    reply: Vec<u8>,
}

impl Caller<'_> {
    /// Makes one timed call.
    async fn call(
        &mut self,
        method: &'static str,
        path: &str,
        body: Option<&str>,
        calls: &mut Calls,
    ) -> Result<()> {
        let request = self.endpoint.request(method, path, Some(self.token), body.map(str::as_bytes));
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => Conn::open(self.endpoint).await?,
        };
        let text = &mut self.reply;
        text.clear();
        let asked = Instant::now();
        let exchange = conn.exchange(&request, |piece| text.extend_from_slice(piece));
        let reply = within("a call", CALL_LIMIT, exchange).await?;
        let total = asked.elapsed();
        if reply.status != 200 {
            let body = String::from_utf8_lossy(&self.reply).chars().take(300).collect();
            return Err(BenchError::Status { method, path: path.to_owned(), status: reply.status, body });
        }
        calls.record(&reply, total, request.len());
        self.conn = reply.keep_alive.then_some(conn);
        Ok(())
    }
}

/// Whether a read chat holds all its messages: a fast reply without them would be worth nothing.
fn check(reply: &[u8], messages: usize) -> Result<()> {
    let chat: Value = serde_json::from_slice(reply)?;
    let stored = chat["chat"]["history"]["messages"].as_object().map_or(0, Map::len);
    if stored == messages {
        return Ok(());
    }
    Err(BenchError::Answer(format!("the chat holds {stored} of {messages} messages")))
}

/// A chat of so many messages, in one line of questions and answers.
fn chat(messages: usize) -> Value {
    let mut document = json!({"id": "", "title": format!("{messages} messages"), "models": ["bench-0ms"], "params": {},
        "files": [], "tags": [], "timestamp": 1_700_000_000_000_u64, "messages": [],
        "history": {"currentId": null, "messages": {}}});
    for index in 0..messages {
        extend(&mut document, index);
    }
    document
}

/// Adds message number `index` below the current one, in the tree and in the flat list.
fn extend(document: &mut Value, index: usize) {
    let id = Uuid::new_v4().to_string();
    let history = &mut document["history"];
    let parent = std::mem::replace(&mut history["currentId"], json!(id));
    if let Some(parent) = parent.as_str() {
        history["messages"][parent]["childrenIds"] = json!([id]);
    }
    let content = format!("Message {index}. {}", "Some words of a usual length. ".repeat(6));
    let mut message = json!({"id": id, "parentId": parent, "childrenIds": [], "content": content,
                             "timestamp": 1_700_000_000 + index});
    if index.is_multiple_of(2) {
        message["role"] = json!("user");
        message["models"] = json!(["bench-0ms"]);
    } else {
        message["role"] = json!("assistant");
        message["model"] = json!("bench-0ms");
        message["modelName"] = json!("bench-0ms");
        message["modelIdx"] = json!(0);
        message["done"] = json!(true);
    }
    history["messages"][&id] = message.clone();
    if let Some(list) = document["messages"].as_array_mut() {
        if let Some(last) = list.last_mut() {
            last["childrenIds"] = json!([id]);
        }
        list.push(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_one_line_of_messages() {
        let document = chat(5);
        let messages = document["history"]["messages"].as_object().unwrap();
        assert_eq!((messages.len(), document["messages"].as_array().unwrap().len()), (5, 5));
        let (mut id, mut depth) = (document["history"]["currentId"].clone(), 0);
        while let Some(message) = id.as_str().and_then(|id| messages.get(id)) {
            assert_eq!(message["role"], if depth % 2 == 0 { "user" } else { "assistant" });
            assert_eq!(message["childrenIds"].as_array().unwrap().len(), usize::from(depth > 0));
            id = message["parentId"].clone();
            depth += 1;
        }
        assert_eq!(depth, 5);
        assert_eq!(document["messages"][3]["childrenIds"][0], document["messages"][4]["id"]);
    }

    #[test]
    fn a_chat_that_lost_messages_is_noticed() {
        let reply = json!({"chat": chat(4)}).to_string();
        assert!(check(reply.as_bytes(), 4).is_ok());
        assert!(check(reply.as_bytes(), 5).is_err());
    }
}
