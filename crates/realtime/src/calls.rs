//! Asking one tab and waiting for its acknowledgement, on whichever node it is connected.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Realtime, RealtimeError, Result, session};

const TOPIC: &str = "realtime-calls";

#[derive(Serialize, Deserialize)]
struct Call {
    id: String,
    sid: String,
    event: String,
    data: Value,
    wait_ms: u64,
}

/// Starts answering calls for sockets of this node.
pub(crate) async fn start(realtime: &Realtime) -> Result<()> {
    let mut calls = realtime.shared().bus.subscribe(TOPIC).await?;
    let realtime = realtime.clone();
    tokio::spawn(async move {
        while let Some(message) = calls.next().await {
            if realtime.shared().is_closing() {
                return;
            }
            let Ok(call) = serde_json::from_slice::<Call>(&message) else { continue };
            let socket = call.sid.parse().ok().and_then(|sid| realtime.io().get_socket(sid));
            if let Some(socket) = socket {
                let bus = realtime.shared().bus.clone();
                tokio::spawn(async move {
                    let wait = Duration::from_millis(call.wait_ms);
                    let Ok(answer) = socket.timeout(wait).emit_with_ack::<_, Value>(&call.event, &call.data)
                    else {
                        return;
                    };
                    if let Ok(answer) = answer.await {
                        // The acknowledgement is the list of its arguments; the contract's clients give one.
                        let answer = match answer {
                            Value::Array(mut items) if items.len() == 1 => items.remove(0),
                            other => other,
                        };
                        let bytes = serde_json::to_vec(&answer).unwrap_or_default();
                        let _ = bus.publish(&reply_topic(&call.id), Bytes::from(bytes)).await;
                    }
                });
            }
        }
    });
    Ok(())
}

fn reply_topic(id: &str) -> String {
    format!("{TOPIC}:{id}")
}

pub(crate) async fn call(
    realtime: &Realtime,
    user_id: &str,
    sid: &str,
    event: &str,
    data: Value,
    wait: Duration,
) -> Result<Value> {
    let bus = &realtime.shared().bus;
    if session::owner(bus, sid).await?.as_deref() != Some(user_id) {
        return Err(RealtimeError::NoSession);
    }
    let call = Call {
        id: uuid::Uuid::new_v4().to_string(),
        sid: sid.to_string(),
        event: event.to_string(),
        data,
        wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
    };
    let mut replies = bus.subscribe(&reply_topic(&call.id)).await?;
    bus.publish(TOPIC, Bytes::from(serde_json::to_vec(&call)?)).await?;
    let reply = tokio::time::timeout(wait, replies.next()).await.ok().flatten();
    Ok(serde_json::from_slice(&reply.ok_or(RealtimeError::NoAnswer)?)?)
}
