//! Models that only the browser reaches: the tab makes the request and relays what it hears.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::{Map, Value, json};
use transom_identity::Caller;
use transom_providers::{ProviderError, Upstream};

use crate::{Inner, Result, request::UiTarget};

/// How long a tab may take to begin, and to say the next thing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks the tab for a completion.
///
/// # Errors
/// `Broken` when the tab is gone or refuses.
pub(crate) async fn open(
    inner: &Inner,
    caller: &Caller,
    target: &UiTarget,
    model: &Value,
    body: Map<String, Value>,
) -> Result<Upstream> {
    let user_id = &caller.user.id;
    let channel = format!("{user_id}:{}:{}", target.session_id, uuid::Uuid::new_v4());
    let streams = body.get("stream").and_then(Value::as_bool).unwrap_or(false);
    let lines = inner.emitter.channel(&channel).await.map_err(broken)?;
    let envelope = json!({"chat_id": target.chat_id, "message_id": target.message_id, "data": {
        "type": "request:chat:completion",
        "data": {"form_data": body, "model": model, "channel": channel, "session_id": target.session_id},
    }});
    let answer = inner.emitter.call(user_id, &target.session_id, envelope, PATIENCE).await.map_err(broken)?;
    if !streams {
        return Ok(Upstream::json(200, answer));
    }
    if answer.get("status").and_then(Value::as_bool) != Some(true) {
        return Err(ProviderError::Status { status: 400, body: answer }.into());
    }
    Ok(Upstream::stream("text/event-stream", relay(lines).boxed()))
}

fn broken(error: crate::CallFailed) -> ProviderError {
    ProviderError::Broken(error.to_string())
}

/// What the tab sends, as server-sent events, until it says that it is done.
fn relay(
    lines: stream::BoxStream<'static, Value>,
) -> impl stream::Stream<Item = std::result::Result<Bytes, ProviderError>> {
    stream::unfold(Some(lines), |lines| async {
        let mut lines = lines?;
        match tokio::time::timeout(PATIENCE, lines.next()).await {
            Ok(Some(line)) if line.get("done").and_then(Value::as_bool) == Some(true) => None,
            Ok(Some(line)) => Some((Ok(sse_line(line)), Some(lines))),
            Ok(None) => None,
            Err(_) => {
                let gone = "The browser tab stopped sending the answer.".to_string();
                Some((Err(ProviderError::Broken(gone)), None))
            }
        }
    })
}

fn sse_line(line: Value) -> Bytes {
    let text = match line {
        Value::String(text) if text.trim_start().starts_with("data:") => text,
        Value::String(text) => format!("data: {text}"),
        other => format!("data: {other}"),
    };
    Bytes::from(format!("{}\n\n", text.trim_end()))
}
