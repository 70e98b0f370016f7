//! Many streamed completions at once, by the same code against the provider and against the server under test.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Conn, Endpoint};
use crate::error::within;
use crate::sse::AnswerStream;
use crate::stats::Latencies;
use crate::upstream::answer;
use crate::{BenchError, Result};

/// Longest time for one stream.
const STREAM_LIMIT: Duration = Duration::from_secs(120);

/// A load of streams.
#[derive(Debug, Clone)]
pub struct StreamPlan {
    /// Where to ask.
    pub endpoint: Endpoint,
    /// Path of the completions route.
    pub path: &'static str,
    /// Bearer token, if the route needs one.
    pub token: Option<String>,
    /// Model to ask.
    pub model: &'static str,
    /// Length of each answer.
    pub tokens: usize,
    /// Streams at the same time.
    pub streams: usize,
    /// Answers per stream, one after the other on the same connection.
    pub rounds: usize,
    /// The streams begin evenly spread over this time.
    pub spread: Duration,
}

/// What a load of streams gave.
#[derive(Debug, Default)]
pub struct StreamLoad {
    /// From the request to the first token.
    pub first_token: Latencies,
    /// From the request to the end.
    pub total: Latencies,
    /// Tokens of all right answers.
    pub tokens: u64,
    /// Answers that were wrong or broken.
    pub failed: u64,
    /// One of the reasons.
    pub reason: Option<String>,
    /// From the first request to the last end.
    pub wall: Duration,
}

impl StreamLoad {
    /// Delivered tokens in a second.
    #[must_use]
    pub fn tokens_per_second(&self) -> f64 {
        self.tokens as f64 / self.wall.as_secs_f64()
    }

    fn add(&mut self, other: Self) {
        self.first_token.merge(other.first_token);
        self.total.merge(other.total);
        self.tokens += other.tokens;
        self.failed += other.failed;
        self.reason = self.reason.take().or(other.reason);
    }

    fn fail(&mut self, error: &BenchError) {
        self.failed += 1;
        self.reason.get_or_insert_with(|| error.to_string());
    }
}

/// Runs the load. Single failures are counted; only a load that cannot start is an error.
///
/// # Errors
/// When a connection cannot be opened.
pub async fn run(plan: &StreamPlan) -> Result<StreamLoad> {
    let prompt = format!("tokens={}", plan.tokens);
    let body =
        json!({"model": plan.model, "stream": true, "messages": [{"role": "user", "content": prompt}]});
    let body = body.to_string();
    let request = plan.endpoint.request("POST", plan.path, plan.token.as_deref(), Some(body.as_bytes()));
    let (request, expected) = (Arc::new(request), Arc::new(answer(plan.tokens)));

    let mut conns = Vec::with_capacity(plan.streams);
    for _ in 0..plan.streams {
        conns.push(Conn::open(&plan.endpoint).await?);
    }
    let start = Instant::now();
    let tasks: Vec<_> = conns
        .into_iter()
        .enumerate()
        .map(|(index, conn)| {
            let (plan, request, expected) = (plan.clone(), Arc::clone(&request), Arc::clone(&expected));
            let wait = plan.spread * index as u32 / plan.streams as u32;
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                one_after_another(&plan, conn, &request, &expected).await
            })
        })
        .collect();
    let mut load = StreamLoad::default();
    for task in tasks {
        match task.await {
            Ok(one) => load.add(one),
            Err(error) => load.fail(&BenchError::Answer(error.to_string())),
        }
    }
    load.wall = start.elapsed();
    Ok(load)
}

async fn one_after_another(plan: &StreamPlan, conn: Conn, request: &[u8], expected: &str) -> StreamLoad {
    let mut load = StreamLoad::default();
    let mut conn = Some(conn);
    for _ in 0..plan.rounds {
        let mut open = match conn.take() {
            Some(conn) => conn,
            None => match Conn::open(&plan.endpoint).await {
                Ok(conn) => conn,
                Err(error) => {
                    load.fail(&error);
                    continue;
                }
            },
        };
        match within("a stream", STREAM_LIMIT, one(&mut open, request, expected, &mut load)).await {
            Ok(keep_alive) => conn = keep_alive.then_some(open),
            Err(error) => load.fail(&error),
        }
    }
    load
}

/// One answer; tells whether the connection can be used again.
async fn one(conn: &mut Conn, request: &[u8], expected: &str, load: &mut StreamLoad) -> Result<bool> {
    let mut text = AnswerStream::default();
    let mut first = None;
    let sent = Instant::now();
    let reply = conn
        .exchange(request, |piece| {
            text.push(piece);
            if first.is_none() && text.tokens() > 0 {
                first = Some(sent.elapsed());
            }
        })
        .await?;
    if reply.status != 200 {
        return Err(BenchError::Answer(format!("status {}", reply.status)));
    }
    text.check(expected)?;
    load.first_token.record(first.unwrap_or(reply.total));
    load.total.record(reply.total);
    load.tokens += text.tokens();
    Ok(reply.keep_alive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::{FAST_MODEL, PACED_MODEL, Upstream};

    fn plan(upstream: &Upstream, model: &'static str) -> StreamPlan {
        StreamPlan {
            endpoint: Endpoint::parse(&upstream.url("")).unwrap(),
            path: "/v1/chat/completions",
            token: None,
            model,
            tokens: 20,
            streams: 5,
            rounds: 2,
            spread: Duration::ZERO,
        }
    }

    #[tokio::test]
    async fn the_provider_streams_whole_answers_at_its_pace() {
        let upstream = Upstream::start(0).unwrap();
        let mut paced = run(&plan(&upstream, PACED_MODEL)).await.unwrap();
        assert_eq!((paced.failed, paced.tokens, paced.total.len()), (0, 200, 10), "{:?}", paced.reason);
        assert!(paced.total.percentile(0.0) >= 189.0, "19 pauses of 10 ms: {:?}", paced.total);
        assert!(paced.first_token.p50() < 100.0);
        let fast = run(&plan(&upstream, FAST_MODEL)).await.unwrap();
        assert_eq!((fast.failed, fast.tokens), (0, 200), "{:?}", fast.reason);
        assert!(fast.wall < paced.wall);
    }

    #[tokio::test]
    async fn a_failing_route_is_counted() {
        let upstream = Upstream::start(0).unwrap();
        let load = run(&StreamPlan { path: "/nowhere", ..plan(&upstream, FAST_MODEL) }).await.unwrap();
        assert_eq!((load.failed, load.tokens), (10, 0));
        assert_eq!(load.reason.as_deref(), Some("wrong answer: status 404"));
    }
}
