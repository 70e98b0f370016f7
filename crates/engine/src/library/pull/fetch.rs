//! The way out: this crate asks, the server's guarded client fetches.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::{EngineError, Result};

/// A `GET`.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    /// What is fetched.
    pub url: Url,
    /// Sent as they are; `Authorization` must not follow a redirect to another host.
    pub headers: HeaderMap,
    /// Only what comes after so many bytes: `Range: bytes=N-`.
    pub range_from: Option<u64>,
}

/// What came back after redirects, whatever its status.
pub struct FetchReply {
    /// The status of the last answer.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as it was sent.
    pub body: BoxStream<'static, Result<Bytes>>,
}

/// A client of HTTP that follows redirects and knows where it may go.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Fetches; an answer with a bad status is an answer.
    ///
    /// # Errors
    /// `Unavailable` when there is no answer or it may not be asked for.
    async fn get(&self, request: FetchRequest) -> Result<FetchReply>;
}

/// A whole answer that is small.
pub(super) struct Document {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

const LONGEST_DOCUMENT: usize = 32 * 1024 * 1024;

const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Fetches a document that has to fit in memory.
pub(super) async fn document(fetch: &dyn Fetch, url: Url, headers: HeaderMap) -> Result<Document> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let fetching = async {
        let reply = fetch.get(FetchRequest { url, headers, range_from: None }).await?;
        let mut bytes = Vec::new();
        let mut body = reply.body;
        while let Some(piece) = body.next().await {
            bytes.extend_from_slice(&piece?);
            if bytes.len() > LONGEST_DOCUMENT {
                return Err(EngineError::Corrupt(format!("the answer of {host} is far too large")));
            }
        }
        Ok(Document { status: reply.status, headers: reply.headers, bytes })
    };
    let silent = || EngineError::Unavailable(format!("{host} does not answer in time"));
    tokio::time::timeout(LONGEST_WAIT, fetching).await.map_err(|_| silent())?
}
