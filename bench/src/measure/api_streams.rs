//! Streams over the OpenAI-compatible API, compared with the same streams taken from the provider directly.

use std::time::Duration;

use crate::Result;
use crate::client::Endpoint;
use crate::context::Context;
use crate::report::{Metric, Target};
use crate::streams::{self, StreamLoad, StreamPlan};
use crate::upstream::{FAST_MODEL, PACED_MODEL};

/// One load: streams at the same time, model, answers per stream, length of an answer.
type Level = (usize, &'static str, usize, usize);

const LEVELS: [Level; 8] = [
    (1, PACED_MODEL, 10, 100),
    (20, PACED_MODEL, 5, 100),
    (50, PACED_MODEL, 4, 100),
    (200, PACED_MODEL, 4, 100),
    (1, FAST_MODEL, 50, 1_000),
    (20, FAST_MODEL, 10, 1_000),
    (50, FAST_MODEL, 5, 1_000),
    (200, FAST_MODEL, 3, 1_000),
];
const QUICK_LEVELS: [Level; 3] =
    [(1, PACED_MODEL, 2, 50), (200, PACED_MODEL, 2, 50), (20, FAST_MODEL, 2, 200)];

/// The arrival of paced streams is spread over this time. People do not press a key in the same microsecond; what
/// matters is what a stream costs while all the others run.
const SPREAD: Duration = Duration::from_millis(500);

/// The level that has targets.
const JUDGED: usize = 200;

pub(super) async fn measure(context: &mut Context) -> Result<Vec<Metric>> {
    let levels: &[Level] = if context.quick { &QUICK_LEVELS } else { &LEVELS };
    let provider = Endpoint { addr: context.upstream.addr().to_string(), prefix: String::new() };
    let mut metrics = Vec::new();
    let (mut failed, mut reason) = (0, None);
    for (streams, model, rounds, tokens) in levels.iter().copied() {
        let direct = StreamPlan {
            endpoint: provider.clone(),
            path: "/v1/chat/completions",
            token: None,
            model,
            tokens,
            streams,
            rounds,
            spread: if model == PACED_MODEL { SPREAD } else { Duration::ZERO },
        };
        let through = StreamPlan {
            endpoint: context.endpoint.clone(),
            path: "/api/chat/completions",
            token: Some(context.admin.token.clone()),
            ..direct.clone()
        };
        let baseline = streams::run(&direct).await?;
        let mut load = streams::run(&through).await?;
        failed += load.failed + baseline.failed;
        reason = reason.or(load.reason.take());
        metrics.extend(compare(
            &format!("api_streams.{streams}x{}", &model["bench-".len()..]),
            load,
            baseline,
        ));
    }
    metrics.push(Metric::failures("api_streams", failed, reason));
    Ok(metrics)
}

fn compare(name: &str, mut load: StreamLoad, mut direct: StreamLoad) -> [Metric; 2] {
    let ratio = load.tokens_per_second() / direct.tokens_per_second();
    let rate = Metric::new(format!("{name}.ratio"), "x direct", ratio)
        .with("tokens_per_s", load.tokens_per_second())
        .with("direct_tokens_per_s", direct.tokens_per_second())
        .with("failed", load.failed as f64);
    let (p50, p99) = (load.first_token.p50(), load.first_token.p99());
    let (direct_p50, direct_p99) = (direct.first_token.p50(), direct.first_token.p99());
    let added = Metric::new(format!("{name}.added_ttft_p99"), "ms", p99 - direct_p99)
        .with("ttft_p50_ms", p50)
        .with("ttft_p99_ms", p99)
        .with("direct_p50_ms", direct_p50)
        .with("direct_p99_ms", direct_p99)
        .with("samples", load.first_token.len() as f64);
    if name == format!("api_streams.{JUDGED}x10ms") {
        return [rate.target(Target::at_least(0.8)), added.target(Target::at_most(25.0))];
    }
    [rate, added]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(ttft_ms: u64, tokens: u64) -> StreamLoad {
        let mut load = StreamLoad { tokens, wall: Duration::from_secs(2), ..StreamLoad::default() };
        load.first_token.record(Duration::from_millis(ttft_ms));
        load
    }

    #[test]
    fn only_the_big_paced_load_is_judged() {
        let [rate, added] = compare("api_streams.200x10ms", load(31, 700), load(1, 1_000));
        assert_eq!((rate.value, rate.pass), (0.7, Some(false)));
        assert_eq!((added.value, added.pass), (30.0, Some(false)));
        assert_eq!(rate.values["direct_tokens_per_s"], 500.0);
        let [rate, added] = compare("api_streams.20x10ms", load(31, 700), load(1, 1_000));
        assert_eq!((rate.pass, added.pass), (None, None));
    }
}
