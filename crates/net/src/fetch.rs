//! Requests to user-influenced addresses: every hop checked, everything limited.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::time::Instant;
use url::{Host, Url};

use crate::error::{NetError, Result, chain};
use crate::policy::Policy;
use crate::resolve::{CheckedResolver, Lookup};
use crate::{NetOptions, base, proxy};

/// Bounds of one request. The default suits a web page.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest body in bytes, counted after decompression; none for streams the caller bounds in another way.
    pub max_bytes: Option<u64>,
    /// Total time of the request with all hops and the whole body; none for large downloads.
    pub timeout: Option<Duration>,
    /// How many redirects are followed. 0: a redirect is an answer like any other.
    pub redirects: u8,
    /// Accepted content types by prefix (`image/`); empty: any.
    pub content_types: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_bytes: Some(20 << 20),
            timeout: Some(Duration::from_secs(30)),
            redirects: 0,
            content_types: Vec::new(),
        }
    }
}

/// A request to send.
#[derive(Clone, Debug)]
pub struct GuardedRequest {
    /// HTTP method.
    pub method: Method,
    /// Address as the user gave it.
    pub url: String,
    /// Extra headers. Credentials among them do not follow a redirect to another origin.
    pub headers: HeaderMap,
    /// Body, if any.
    pub body: Option<Bytes>,
}

impl GuardedRequest {
    /// A GET without extra headers.
    pub fn get(url: impl Into<String>) -> Self {
        GuardedRequest { method: Method::GET, url: url.into(), headers: HeaderMap::new(), body: None }
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Fetched {
    /// Status of the last hop.
    pub status: StatusCode,
    /// Headers of the last hop.
    pub headers: HeaderMap,
    /// Address of the last hop.
    pub url: Url,
    /// Decompressed body.
    pub body: Bytes,
}

/// An answer whose body is still to come; the limits go on holding while it is read.
pub struct Opened {
    /// Status of the last hop.
    pub status: StatusCode,
    /// Headers of the last hop.
    pub headers: HeaderMap,
    /// Address of the last hop.
    pub url: Url,
    /// Decompressed body in pieces; ends with an error when a limit is passed.
    pub body: BoxStream<'static, Result<Bytes>>,
}

/// The client for user-influenced addresses.
#[derive(Clone)]
pub struct Guarded {
    client: reqwest::Client,
    policy: Arc<Policy>,
    lookup: Arc<dyn Lookup>,
    through_proxy: bool,
}

impl Guarded {
    pub(crate) fn new(options: &NetOptions) -> Result<Self> {
        let policy = Arc::new(options.policy.clone());
        let through_proxy = options.guard_through_proxy && !options.proxy_variables.is_empty();
        let builder = if through_proxy {
            proxy::follow(base(options), &options.proxy_variables)?
        } else {
            base(options)
                .dns_resolver(CheckedResolver { policy: policy.clone(), lookup: options.lookup.clone() })
        };
        let client = builder.build().map_err(|e| NetError::Build(chain(&e)))?;
        Ok(Guarded { client, policy, lookup: options.lookup.clone(), through_proxy })
    }

    /// Reads an address, judges it and resolves its name, without sending anything.
    ///
    /// # Errors
    /// [`NetError::InvalidUrl`], [`NetError::Blocked`], or [`NetError::Unreachable`] for a name without address.
    pub async fn check(&self, url: &str) -> Result<Url> {
        let url = self.policy.check(url)?;
        self.check_names(&url).await?;
        Ok(url)
    }

    /// GET with the whole body.
    ///
    /// # Errors
    /// Any [`NetError`]; an HTTP error status is an answer, not an error.
    pub async fn get(&self, url: &str, limits: &Limits) -> Result<Fetched> {
        self.send(GuardedRequest::get(url), limits).await
    }

    /// Sends a request and reads the whole body.
    ///
    /// # Errors
    /// As [`Guarded::get`].
    pub async fn send(&self, request: GuardedRequest, limits: &Limits) -> Result<Fetched> {
        let mut opened = self.open(request, limits).await?;
        let mut body = BytesMut::new();
        while let Some(piece) = opened.body.next().await {
            body.extend_from_slice(&piece?);
        }
        Ok(Fetched { status: opened.status, headers: opened.headers, url: opened.url, body: body.freeze() })
    }

    /// Sends a request and hands the body over as it comes.
    ///
    /// # Errors
    /// As [`Guarded::get`]; the stream carries errors too.
    #[tracing::instrument(name = "guarded request", skip_all, fields(method = %request.method))]
    pub async fn open(&self, mut request: GuardedRequest, limits: &Limits) -> Result<Opened> {
        let deadline = limits.timeout.map(|t| Instant::now() + t);
        let mut url = self.policy.check(&request.url)?;
        let mut hops = 0;
        loop {
            let response = self.one_hop(&request, url.clone(), deadline).await?;
            let target = redirect_target(&response);
            let Some(target) = target.filter(|_| limits.redirects > 0) else {
                return finish(response, url, limits, deadline);
            };
            hops += 1;
            if hops > limits.redirects {
                return Err(NetError::TooManyRedirects);
            }
            let next = url.join(&target).map_err(|e| NetError::InvalidUrl(e.to_string()))?;
            self.policy.check_url(&next)?;
            prepare_next_hop(&mut request, &url, &next, response.status());
            url = next;
        }
    }

    async fn one_hop(
        &self,
        request: &GuardedRequest,
        url: Url,
        deadline: Option<Instant>,
    ) -> Result<reqwest::Response> {
        if self.through_proxy {
            self.check_names(&url).await?;
        }
        let mut builder = self.client.request(request.method.clone(), url).headers(request.headers.clone());
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        Ok(within(deadline, builder.send()).await??)
    }

    /// Resolves here what the connection itself would not check. Behind a proxy a name may be unknown here and known
    /// there, so that only known names can be refused.
    async fn check_names(&self, url: &Url) -> Result<()> {
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        match self.lookup.lookup(name.to_owned()).await {
            Ok(ips) => ips.into_iter().try_for_each(|ip| self.policy.check_address(ip)),
            Err(_) if self.through_proxy => Ok(()),
            Err(e) => Err(NetError::Unreachable(e.to_string())),
        }
    }
}

async fn within<F: Future>(deadline: Option<Instant>, work: F) -> Result<F::Output> {
    match deadline {
        Some(end) => tokio::time::timeout_at(end, work).await.map_err(|_| NetError::Timeout),
        None => Ok(work.await),
    }
}

fn redirect_target(response: &reqwest::Response) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| redirects)?;
    Some(std::str::from_utf8(location.as_bytes()).ok()?.to_owned())
}

/// Credentials belong to the origin they were meant for, and a changed method carries no body.
fn prepare_next_hop(request: &mut GuardedRequest, from: &Url, to: &Url, status: StatusCode) {
    if from.origin() != to.origin() {
        for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
            request.headers.remove(name);
        }
        for name in ["x-api-key", "api-key"] {
            request.headers.remove(HeaderName::from_static(name));
        }
    }
    let keeps_method = matches!(status.as_u16(), 307 | 308);
    if !keeps_method && request.method != Method::GET && request.method != Method::HEAD {
        request.method = Method::GET;
        request.body = None;
        request.headers.remove(CONTENT_TYPE);
        request.headers.remove(CONTENT_LENGTH);
    }
}

fn finish(
    response: reqwest::Response,
    url: Url,
    limits: &Limits,
    deadline: Option<Instant>,
) -> Result<Opened> {
    let headers = response.headers().clone();
    check_content_type(headers.get(CONTENT_TYPE), &limits.content_types)?;
    let limit = limits.max_bytes;
    if let (Some(limit), Some(length)) = (limit, response.content_length())
        && length > limit
    {
        return Err(NetError::TooLarge { limit });
    }
    let status = response.status();
    let body = futures::stream::try_unfold((response, 0_u64), move |(mut response, read)| async move {
        let Some(piece) = within(deadline, response.chunk()).await?? else { return Ok(None) };
        let read = read + piece.len() as u64;
        match limit {
            Some(limit) if read > limit => Err(NetError::TooLarge { limit }),
            _ => Ok(Some((piece, (response, read)))),
        }
    });
    Ok(Opened { status, headers, url, body: body.boxed() })
}

fn check_content_type(header: Option<&HeaderValue>, accepted: &[String]) -> Result<()> {
    if accepted.is_empty() {
        return Ok(());
    }
    let kind = header.and_then(|h| h.to_str().ok()).unwrap_or("unknown").to_ascii_lowercase();
    if accepted.iter().any(|prefix| kind.starts_with(prefix.as_str())) {
        Ok(())
    } else {
        Err(NetError::ContentType(kind))
    }
}
