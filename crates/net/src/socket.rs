//! Outgoing WebSockets: a request that the other side turns into a two-way connection.

use reqwest::{RequestBuilder, StatusCode, Upgraded, header};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

pub use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::{NetError, Result};

/// An open connection: a stream of messages, and a sink for them.
pub type WebSocket = WebSocketStream<Upgraded>;

impl From<tokio_tungstenite::tungstenite::Error> for NetError {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        NetError::Unreachable(error.to_string())
    }
}

/// Opens a WebSocket. The request must come from [`Net::upgradable`](crate::Net::upgradable) and have an `http` or
/// `https` address; messages of the other side may have `limit` bytes.
///
/// # Errors
/// [`NetError`] when there is no connection or the other side does not want one.
pub async fn open_websocket(request: RequestBuilder, limit: usize) -> Result<WebSocket> {
    let key = generate_key();
    let answer = request
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .send()
        .await?;
    let accepted = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT);
    let ours = derive_accept_key(key.as_bytes());
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS
        || accepted.is_none_or(|theirs| theirs != ours.as_str())
    {
        return Err(NetError::Unreachable(format!("no WebSocket, but HTTP {}", answer.status().as_u16())));
    }
    let connection = answer.upgrade().await?;
    let config = WebSocketConfig::default().max_message_size(Some(limit)).max_frame_size(Some(limit));
    Ok(WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await)
}
