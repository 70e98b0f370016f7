//! What a person sees while a model of this server is loaded: a status of the answer that counts up.

use std::convert::Infallible;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::Turn;

/// Between two looks at how far it is.
const PACE: Duration = Duration::from_millis(500);

/// Tells it until the caller stops waiting; says nothing when the model is there already.
pub(super) async fn tell(turn: &Turn) -> Infallible {
    let Some(model) = turn.model.base_id() else { return std::future::pending().await };
    let mut told = None;
    loop {
        sleep(PACE).await;
        let now = turn.inner().providers.loading(model);
        if now != told {
            turn.out.plain(json!({"type": "status", "data": status(model, now)})).await;
            told = now;
        }
    }
}

/// A line that the next one takes the place of; without a share the model is there, and the line goes.
fn status(model: &str, percent: Option<u8>) -> Value {
    let done = percent.is_none();
    let percent = percent.unwrap_or(100);
    json!({
        "action": "model_loading", "description": format!("Loading {model} ({percent} %)"),
        "model": model, "percent": percent, "done": done, "hidden": done,
    })
}
