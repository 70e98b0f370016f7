//! A small model that runs in the server itself: its speed, alone, with eight answers at once, and beside llama.cpp's own
//! server; and what the rest of the server feels of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{self, Load};
use crate::cli::ModelArgs;
use crate::client::Endpoint;
use crate::context::Context;
use crate::process::Server;
use crate::report::{Metric, Target};
use crate::{BenchError, Result, api};

/// How many answers are written at once.
const PARALLEL: usize = 8;
/// Of how many tries the fastest counts.
const ROUNDS: usize = 3;
const PROMPT: &str = "Write a long story about a lighthouse keeper and the sea.";

pub(super) async fn measure(context: &mut Context, model: &ModelArgs) -> Result<Vec<Metric>> {
    let Some(name) = model.local_model.as_deref() else {
        return Err(BenchError::Target("--local-model is needed".to_owned()));
    };
    context.wait_for_model(name).await?;
    let tokens = if context.quick { 48 } else { 192 };
    let writer = Writer { endpoint: &context.endpoint, token: &context.admin.token, name, tokens };
    // the first answer loads the model
    writer.answers(1).await?;
    let loaded = context.server.as_ref().map(Server::memory_mb);
    let mut metrics = Vec::new();

    let (one, many) = (writer.fastest(1).await?, writer.fastest(PARALLEL).await?);
    metrics.push(Metric::new("local_models.1", "tokens/s", one));
    if let Some(command) = &model.llama_server {
        let theirs = llama_server(command, tokens).await?;
        if theirs <= 0.0 {
            return Err(BenchError::Target("llama.cpp's own server has told no speed".to_owned()));
        }
        let ratio = Metric::new("local_models.llama_server_ratio", "", one / theirs);
        metrics.push(ratio.target(Target::at_least(0.9)).with("llama_server", theirs));
    }
    metrics.push(Metric::new("local_models.8", "tokens/s", many));
    let gain = Metric::new("local_models.8_over_1", "", many / one);
    metrics.push(gain.target(Target::at_least(2.0)));

    let idle = health(context).await?;
    let writing = async {
        let begin = Instant::now();
        while begin.elapsed() < busy_time(context) + Duration::from_secs(1) {
            writer.answers(PARALLEL).await?;
        }
        Ok::<_, BenchError>(())
    };
    let (busy, written) = tokio::join!(health(context), writing);
    written?;
    let busy = busy?;
    let delay = Metric::new("local_models.health_p99_ratio", "", busy / idle).target(Target::at_most(2.0));
    metrics.push(delay.with("idle_ms", idle).with("busy_ms", busy));

    unload(context, name).await?;
    if let (Some(server), Some(loaded)) = (&context.server, loaded) {
        metrics
            .push(Metric::new("local_models.unloaded", "MB", server.memory_mb()).with("loaded_mb", loaded));
    }
    Ok(metrics)
}

async fn unload(context: &Context, name: &str) -> Result<()> {
    context.as_admin("POST", "/ollama/api/unload", Some(&json!({"model": name}))).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(())
}

/// Has the model write answers of one length.
struct Writer<'a> {
    endpoint: &'a Endpoint,
    token: &'a str,
    name: &'a str,
    tokens: u32,
}

impl Writer<'_> {
    async fn fastest(&self, streams: usize) -> Result<f64> {
        let mut fastest: f64 = 0.0;
        for _ in 0..ROUNDS {
            fastest = fastest.max(self.answers(streams).await?);
        }
        Ok(fastest)
    }

    /// Tokens per second of so many answers at once. One alone is counted without the reading of the prompt, as
    /// llama.cpp's server does; several over the time until the last one ends.
    async fn answers(&self, streams: usize) -> Result<f64> {
        let begin = Instant::now();
        let replies = futures::future::try_join_all((0..streams).map(|n| self.one(n))).await?;
        let all = begin.elapsed().as_secs_f64();
        let number = |reply: &Value, name: &str| reply[name].as_f64().unwrap_or_default();
        let written: f64 = replies.iter().map(|reply| number(reply, "eval_count")).sum();
        if written < 1.0 {
            return Err(BenchError::Answer("the model wrote nothing".to_owned()));
        }
        match replies.as_slice() {
            [one] => Ok(written / (number(one, "eval_duration") / 1e9)),
            _ => Ok(written / all),
        }
    }

    async fn one(&self, number: usize) -> Result<Value> {
        let form = json!({"model": self.name, "prompt": format!("{PROMPT} Number {number}."), "stream": false,
            "options": {"temperature": 0, "num_predict": self.tokens, "seed": number}});
        api::call(self.endpoint, "POST", "/ollama/api/generate", Some(self.token), Some(&form)).await
    }
}

/// Tokens per second of llama.cpp's own server with the same file and as many threads.
async fn llama_server(command: &str, tokens: u32) -> Result<f64> {
    let mut server = Server::prepare(command, "", &[]).await?;
    server.start().await?;
    let form = json!({"prompt": PROMPT, "n_predict": tokens, "temperature": 0, "cache_prompt": false,
        "ignore_eos": true});
    let mut fastest: f64 = 0.0;
    for _ in 0..ROUNDS {
        let reply = api::call(server.endpoint(), "POST", "/completion", None, Some(&form)).await?;
        fastest = fastest.max(reply["timings"]["predicted_per_second"].as_f64().unwrap_or_default());
    }
    server.stop().await?;
    Ok(fastest)
}

fn busy_time(context: &Context) -> Duration {
    Duration::from_secs(if context.quick { 2 } else { 10 })
}

/// The 99th percentile of `/health` in milliseconds at 100 requests a second.
async fn health(context: &Context) -> Result<f64> {
    let load = Load {
        endpoint: context.endpoint.clone(),
        requests: vec![context.endpoint.request("GET", "/health", None, None)],
        pause: Duration::from_millis(100),
        warm_up: Duration::from_millis(500),
        duration: busy_time(context),
    };
    Ok(http::run(load).await?.0.latencies.p99())
}
