//! How long a server with an existing database takes to answer, and how much memory it holds while idle.

use std::time::Duration;

use crate::Result;
use crate::context::Context;
use crate::report::{Metric, Target};
use crate::stats::{Latencies, millis};

/// Time for a fresh server to come to rest before its memory is read.
const SETTLE: Duration = Duration::from_secs(3);

/// Restarts the server a few times; without a server of our own there is nothing to measure.
pub(super) async fn measure(context: &mut Context) -> Result<Vec<Metric>> {
    let runs = if context.quick { 3 } else { 5 };
    let Some(server) = &mut context.server else {
        eprintln!("start: skipped, it needs --target-cmd");
        return Ok(Vec::new());
    };
    let mut times = Latencies::default();
    let mut metric = Vec::new();
    for _ in 0..runs {
        server.stop().await?;
        let took = server.start().await?;
        metric.push(millis(took));
        times.record(took);
    }
    tokio::time::sleep(SETTLE).await;
    let idle = server.memory_mb();
    let mut first = Metric::new("start.first_200", "ms", times.p50()).target(Target::at_most(150.0));
    for (run, took) in metric.into_iter().enumerate() {
        first = first.with(&format!("run_{}", run + 1), took);
    }
    Ok(vec![first, Metric::new("memory.idle", "MB", idle).target(Target::at_most(50.0))])
}
