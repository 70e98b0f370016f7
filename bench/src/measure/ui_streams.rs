//! Chat turns as the web UI makes them: one socket per user, the chat stored first, the answer coming as events.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{self, Account};
use crate::client::{Conn, Endpoint};
use crate::context::Context;
use crate::error::within;
use crate::report::{Metric, Target};
use crate::sio::{self, Answer, ChatEvent, Completion, Packet, SioClient};
use crate::stats::Latencies;
use crate::streams::{self, StreamPlan};
use crate::upstream::{PACED_MODEL, answer};
use crate::{BenchError, Result};

/// One load: users at the same time, turns of each.
type Level = (usize, usize);

const LEVELS: [Level; 4] = [(1, 4), (10, 3), (50, 3), (200, 3)];
const QUICK_LEVELS: [Level; 2] = [(1, 1), (20, 1)];
const TOKENS: usize = 200;
const QUICK_TOKENS: usize = 50;
/// The users begin evenly spread over this time, as the streams of the direct baseline do.
const SPREAD: Duration = Duration::from_millis(500);
/// Longest time for one turn.
const TURN_LIMIT: Duration = Duration::from_secs(120);
/// The level that has targets.
const JUDGED: usize = 200;

#[derive(Default)]
struct Outcome {
    first_token: Latencies,
    done: Latencies,
    events: u64,
    bytes: u64,
    failed: u64,
    reason: Option<String>,
}

pub(super) async fn measure(context: &mut Context) -> Result<Vec<Metric>> {
    let levels: &[Level] = if context.quick { &QUICK_LEVELS } else { &LEVELS };
    let tokens = if context.quick { QUICK_TOKENS } else { TOKENS };
    let mut metrics = Vec::new();
    let (mut failed, mut reason) = (0, None);
    for (count, turns) in levels.iter().copied() {
        let direct = streams::run(&StreamPlan {
            endpoint: Endpoint { addr: context.upstream.addr().to_string(), prefix: String::new() },
            path: "/v1/chat/completions",
            token: None,
            model: PACED_MODEL,
            tokens,
            streams: count,
            rounds: turns,
            spread: SPREAD,
        })
        .await?;
        let users = context.users(count).await?.to_vec();
        let mut outcome = load(&context.endpoint, users, turns, tokens).await?;
        failed += outcome.failed;
        reason = reason.or(outcome.reason.take());
        metrics.extend(compare(count, outcome, direct.total, answer(tokens).len()));
    }
    metrics.push(Metric::failures("ui_streams", failed, reason));
    Ok(metrics)
}

fn compare(users: usize, mut outcome: Outcome, mut direct: Latencies, answer_bytes: usize) -> [Metric; 2] {
    let (p50, p99) = (outcome.done.p50(), outcome.done.p99());
    let (direct_p50, direct_p99) = (direct.p50(), direct.p99());
    let turns = outcome.done.len() as f64;
    let done = Metric::new(format!("ui_streams.{users}.done_p99"), "x direct", p99 / direct_p99)
        .with("done_p50_ms", p50)
        .with("done_p99_ms", p99)
        .with("direct_p50_ms", direct_p50)
        .with("direct_p99_ms", direct_p99)
        .with("first_token_p50_ms", outcome.first_token.p50())
        .with("first_token_p99_ms", outcome.first_token.p99())
        .with("turns", turns)
        .with("failed", outcome.failed as f64);
    let weight = outcome.bytes as f64 / (turns * answer_bytes as f64);
    let bytes = Metric::new(format!("ui_streams.{users}.socket_bytes"), "per answer byte", weight)
        .with("events_per_turn", outcome.events as f64 / turns);
    [if users == JUDGED { done.target(Target::at_most(1.3)) } else { done }, bytes]
}

async fn load(endpoint: &Endpoint, users: Vec<Account>, turns: usize, tokens: usize) -> Result<Outcome> {
    let mut tabs = Vec::with_capacity(users.len());
    for user in users {
        tabs.push(Tab::open(endpoint, user, tokens).await?);
    }
    let count = tabs.len();
    let tasks: Vec<_> = tabs
        .into_iter()
        .enumerate()
        .map(|(index, mut tab)| {
            tokio::spawn(async move {
                tokio::time::sleep(SPREAD * index as u32 / count as u32).await;
                for _ in 0..turns {
                    tab.turn().await;
                }
                tab.outcome
            })
        })
        .collect();
    let mut sum = Outcome::default();
    for task in tasks {
        let one = task.await.map_err(|error| BenchError::Answer(error.to_string()))?;
        sum.first_token.merge(one.first_token);
        sum.done.merge(one.done);
        sum.events += one.events;
        sum.bytes += one.bytes;
        sum.failed += one.failed;
        sum.reason = sum.reason.or(one.reason);
    }
    Ok(sum)
}

/// One user's browser tab.
struct Tab {
    endpoint: Endpoint,
    user: Account,
    prompt: String,
    expected: Arc<str>,
    socket: SioClient,
    outcome: Outcome,
}

impl Tab {
    async fn open(endpoint: &Endpoint, user: Account, tokens: usize) -> Result<Self> {
        let connect = SioClient::connect(endpoint, &user.token);
        let socket = within("a socket", Duration::from_secs(30), connect).await?;
        Ok(Self {
            endpoint: endpoint.clone(),
            user,
            prompt: format!("Please answer with tokens={tokens}"),
            expected: answer(tokens).into(),
            socket,
            outcome: Outcome::default(),
        })
    }

    async fn turn(&mut self) {
        if let Err(error) = within("a chat turn", TURN_LIMIT, self.try_turn()).await {
            self.outcome.failed += 1;
            self.outcome.reason.get_or_insert_with(|| error.to_string());
        }
    }

    async fn try_turn(&mut self) -> Result<()> {
        let (question, reply) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let document = chat_document(&question, &reply, &self.prompt);
        let token = Some(self.user.token.as_str());
        let chat = api::call(&self.endpoint, "POST", "/api/v1/chats/new", token, Some(&document)).await?;
        let chat_id = chat["id"].as_str().unwrap_or_default().to_owned();
        let body = turn_body(self.socket.sid(), &chat_id, &question, &reply, &self.prompt).to_string();
        let request = self.endpoint.request("POST", "/api/chat/completions", token, Some(body.as_bytes()));
        let mut conn = Conn::open(&self.endpoint).await?;

        let bytes_before = self.socket.bytes();
        let sent = Instant::now();
        // Events may come before the reply, so both are waited for at once.
        let post = async {
            let reply = conn.exchange(&request, |_| {}).await?;
            if reply.status == 200 {
                Ok(())
            } else {
                Err(BenchError::Answer(format!("status {}", reply.status)))
            }
        };
        let heard = hear(&mut self.socket, &reply, &self.expected, sent);
        let ((), heard) = tokio::try_join!(post, heard)?;
        self.outcome.first_token.record(heard.first_token);
        self.outcome.done.record(heard.done);
        self.outcome.events += heard.events;
        self.outcome.bytes += self.socket.bytes() - bytes_before;
        Ok(())
    }
}

struct Heard {
    first_token: Duration,
    done: Duration,
    events: u64,
}

/// Listens until the answer of one message is complete.
async fn hear(socket: &mut SioClient, message_id: &str, expected: &str, sent: Instant) -> Result<Heard> {
    let mut answer = Answer::new(expected);
    let (mut first_token, mut events) = (None, 0);
    loop {
        let frame = socket.next_event().await?;
        let Packet::Event(json) = sio::parse_packet(&frame) else { continue };
        let sio::Event(name, Some(argument)) = serde_json::from_str(json)? else { continue };
        if name != "events" {
            continue;
        }
        let event: ChatEvent = serde_json::from_str(argument.get())?;
        if event.message_id.as_deref() != Some(message_id) {
            continue;
        }
        let data = event.data.data.map_or("null", |data| data.get());
        match event.data.kind.as_ref() {
            "chat:completion" => {
                events += 1;
                let complete = answer.apply(&serde_json::from_str::<Completion>(data)?)?;
                if answer.started() {
                    first_token.get_or_insert_with(|| sent.elapsed());
                }
                if complete {
                    let done = sent.elapsed();
                    return Ok(Heard { first_token: first_token.unwrap_or(done), done, events });
                }
            }
            "chat:message:error" => return Err(BenchError::Answer(data.to_owned())),
            _ => {}
        }
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs())
}

/// The new chat as the UI stores it before it asks: the question and an empty answer.
fn chat_document(question: &str, reply: &str, prompt: &str) -> Value {
    let asked = json!({"id": question, "parentId": null, "childrenIds": [reply], "role": "user", "content": prompt,
                       "timestamp": seconds(), "models": [PACED_MODEL]});
    let empty = json!({"id": reply, "parentId": question, "childrenIds": [], "role": "assistant", "content": "",
                       "model": PACED_MODEL, "modelName": PACED_MODEL, "modelIdx": 0, "timestamp": seconds()});
    json!({"chat": {"id": "", "title": "New Chat", "models": [PACED_MODEL], "params": {}, "files": [], "tags": [],
        "timestamp": seconds() * 1000, "messages": [asked.clone(), empty.clone()],
        "history": {"currentId": reply, "messages": {question: asked, reply: empty}}}})
}

fn turn_body(sid: &str, chat_id: &str, question: &str, reply: &str, prompt: &str) -> Value {
    json!({
        "model": PACED_MODEL, "stream": true, "messages": [{"role": "user", "content": prompt}],
        "params": {}, "tool_servers": [], "variables": {}, "background_tasks": {},
        "features": {"voice": false, "image_generation": false, "code_interpreter": false, "web_search": false},
        "model_item": {"id": PACED_MODEL, "name": PACED_MODEL},
        "session_id": sid, "chat_id": chat_id, "id": reply, "parent_id": question,
        "parent_message": {"id": question, "parentId": null, "role": "user", "content": prompt},
    })
}
