//! Requests per second and latency of the routes that every page load needs, over kept connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::api;
use crate::client::{Conn, Endpoint};
use crate::context::Context;
use crate::error::within;
use crate::process::free_port;
use crate::report::{Metric, Target};
use crate::stats::{Latencies, millis};
use crate::upstream::BIG_LIST;
use crate::{BenchError, Result};

const CONNECTIONS: usize = 10;
/// Chats of the user whose list is read.
const LISTED_CHATS: usize = 200;
/// Longest time for one request. Slow replies must be measured, not cut off: the reference waits 10 s for a provider.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// A load on one route, or on several in turn.
pub(super) struct Load {
    pub endpoint: Endpoint,
    pub requests: Vec<Vec<u8>>,
    /// Pause between the requests of one connection.
    pub pause: Duration,
    pub warm_up: Duration,
    pub duration: Duration,
}

#[derive(Default)]
pub(super) struct Outcome {
    pub latencies: Latencies,
    failed: u64,
    bytes: u64,
    reason: Option<String>,
}

pub(super) async fn measure(context: &mut Context) -> Result<Vec<Metric>> {
    let user = context.users(1).await?[0].clone();
    eprintln!("creating {LISTED_CHATS} chats");
    let chats = (0..LISTED_CHATS).map(|n| {
        json!({"chat": {"title": format!("Chat {n}"), "models": ["bench-0ms"],
        "history": {"currentId": null, "messages": {}}, "messages": []}})
    });
    api::post_all(&context.endpoint, "/api/v1/chats/new", &user.token, chats.collect()).await?;

    let token = Some(user.token.as_str());
    let fast = Target::at_least(5_000.0);
    let mut metrics = vec![
        throughput(context, "http.health", "/health", None, None).await?,
        throughput(context, "http.config", "/api/config", token, Some(fast)).await?,
        throughput(context, "http.models", "/api/models", token, None).await?,
        throughput(context, "http.chats_page", "/api/v1/chats/?page=1", token, Some(fast)).await?,
    ];
    let broken = bad_connections(context, &user.token).await;
    context.set_connections(&[context.upstream.url("/v1")]).await?;
    metrics.extend(broken?);
    Ok(metrics)
}

async fn throughput(
    context: &Context,
    name: &str,
    path: &str,
    token: Option<&str>,
    target: Option<Target>,
) -> Result<Metric> {
    let load = Load {
        endpoint: context.endpoint.clone(),
        requests: vec![context.endpoint.request("GET", path, token, None)],
        pause: Duration::ZERO,
        warm_up: Duration::from_millis(if context.quick { 200 } else { 1_000 }),
        duration: Duration::from_secs(if context.quick { 1 } else { 5 }),
    };
    let (outcome, elapsed) = run(load).await?;
    let rate = outcome.latencies.len() as f64 / elapsed.as_secs_f64();
    let metric = describe(Metric::new(name, "req/s", rate), outcome);
    Ok(match target {
        Some(target) => metric.target(target),
        None => metric,
    })
}

/// The model list while one provider refuses, one never answers and one has very many models. The requests come at a
/// steady pace: at full speed the values would only tell how long the client's own queue is.
async fn bad_connections(context: &Context, token: &str) -> Result<Vec<Metric>> {
    let upstream = &context.upstream;
    let refused = format!("http://127.0.0.1:{}/v1", free_port().await?);
    let urls = [upstream.url("/v1"), refused, upstream.url("/hole/v1"), upstream.url("/big/v1")];
    context.set_connections(&urls).await?;
    let changed = Instant::now();
    context.wait_for_model(&format!("big-model-{:04}", BIG_LIST - 1)).await?;
    let listed = changed.elapsed();
    let load = Load {
        endpoint: context.endpoint.clone(),
        requests: vec![context.endpoint.request("GET", "/api/models", Some(token), None)],
        pause: Duration::from_millis(100),
        warm_up: Duration::from_millis(200),
        duration: Duration::from_secs(if context.quick { 3 } else { 10 }),
    };
    let (mut outcome, _) = run(load).await?;
    let p99 = outcome.latencies.p99();
    let metric = Metric::new("http.models_bad_connections_p99", "ms", p99).target(Target::at_most(50.0));
    Ok(vec![describe(metric, outcome), Metric::new("http.models_listed_after_change", "ms", millis(listed))])
}

pub(super) fn describe(mut metric: Metric, mut outcome: Outcome) -> Metric {
    let answered = outcome.latencies.len() as f64;
    metric.reason = outcome.reason;
    metric
        .with("p50_ms", outcome.latencies.p50())
        .with("p99_ms", outcome.latencies.p99())
        .with("requests", answered)
        .with("failed", outcome.failed as f64)
        .with("bytes_each", outcome.bytes as f64 / answered)
}

/// Runs a load and gives what was answered and how long it took.
pub(super) async fn run(load: Load) -> Result<(Outcome, Duration)> {
    let load = Arc::new(load);
    for request in &load.requests {
        let mut conn = Conn::open(&load.endpoint).await?;
        let probe = within("a request", REQUEST_LIMIT, conn.exchange(request, |_| {})).await?;
        if probe.status != 200 {
            let line = String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned();
            return Err(BenchError::Target(format!("{line} answered {}", probe.status)));
        }
    }
    let begin = Instant::now() + load.warm_up;
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|index| {
            let load = Arc::clone(&load);
            tokio::spawn(async move {
                tokio::time::sleep(load.pause * index as u32 / CONNECTIONS as u32).await;
                hammer(&load, index, begin).await
            })
        })
        .collect();
    let mut sum = Outcome::default();
    for task in tasks {
        let one = task.await.map_err(|error| BenchError::Target(error.to_string()))?;
        sum.latencies.merge(one.latencies);
        sum.failed += one.failed;
        sum.bytes += one.bytes;
        sum.reason = sum.reason.or(one.reason);
    }
    Ok((sum, begin.elapsed()))
}

/// The loop of one connection. A request that is under way at the end is still waited for.
async fn hammer(load: &Load, first: usize, begin: Instant) -> Outcome {
    let end = begin + load.duration;
    let mut outcome = Outcome::default();
    let mut conn = None;
    // The connections begin at different requests, so that unlike ones are under way at the same time.
    let mut requests = load.requests.iter().cycle().skip(first % load.requests.len().max(1));
    while Instant::now() < end {
        let Some(request) = requests.next() else { break };
        let asked = Instant::now();
        match within("a request", REQUEST_LIMIT, ask(load, request, &mut conn)).await {
            Ok(bytes) if asked >= begin => {
                outcome.latencies.record(asked.elapsed());
                outcome.bytes += bytes;
            }
            Ok(_) => {}
            Err(error) => {
                conn = None;
                outcome.failed += 1;
                outcome.reason.get_or_insert_with(|| error.to_string());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        if !load.pause.is_zero() {
            tokio::time::sleep(load.pause).await;
        }
    }
    outcome
}

/// One request; gives the length of the body.
async fn ask(load: &Load, request: &[u8], kept: &mut Option<Conn>) -> Result<u64> {
    let mut conn = match kept.take() {
        Some(conn) => conn,
        None => Conn::open(&load.endpoint).await?,
    };
    let reply = conn.exchange(request, |_| {}).await?;
    if reply.status != 200 {
        return Err(BenchError::Answer(format!("status {}", reply.status)));
    }
    *kept = reply.keep_alive.then_some(conn);
    Ok(reply.bytes)
}
