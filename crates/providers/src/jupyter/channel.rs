//! One execution over the channels of a kernel.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::time::timeout;
use transom_net::{Message, NetError, Utf8Bytes, WebSocket};

use super::{Failure, Output, message};

/// The most that code may put out: it is held in memory and sent in one answer.
const MAX_OUTPUT: usize = 32 << 20;

/// Sends the code and gathers what comes back, until the kernel is idle again.
pub(super) async fn execute(
    mut socket: WebSocket,
    code: &str,
    wait: Duration,
    output: &mut Output,
) -> Result<(), Failure> {
    let (id, request) = message::request(code);
    socket.send(Message::text(request.to_string())).await.map_err(NetError::from)?;
    loop {
        let received =
            timeout(wait, next(&mut socket)).await.map_err(|_| Failure::Timeout(wait.as_secs()))??;
        let received: Value = serde_json::from_str(&received).map_err(|_| Failure::Unreadable)?;
        if message::take(&received, &id, output) {
            return Ok(());
        }
        if output.stdout.len() + output.stderr.len() + output.result.len() > MAX_OUTPUT {
            return Err(Failure::TooMuch(MAX_OUTPUT >> 20));
        }
    }
}

/// The next message of the kernel. Pings are answered by the socket itself, and are no sign of the kernel; what is
/// binary belongs to widgets.
async fn next(socket: &mut WebSocket) -> Result<Utf8Bytes, Failure> {
    while let Some(received) = socket.next().await {
        match received.map_err(NetError::from)? {
            Message::Text(text) => return Ok(text),
            Message::Close(_) => break,
            _ => {}
        }
    }
    Err(Failure::Ended)
}
