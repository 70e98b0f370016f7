//! A web that lives in this process: what lies at which address, and who asked for it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use transom_engine::EngineError;
use transom_engine::library::{Fetch, FetchReply, FetchRequest};

const PIECE: usize = 512;

/// What lies at an address, and how its server behaves.
#[derive(Clone)]
pub struct Page {
    pub body: Vec<u8>,
    pub status: StatusCode,
    pub kind: &'static str,
    pub etag: Option<&'static str>,
    /// Whether the server knows ranges.
    pub ranges: bool,
    /// After how many bytes the next answers break off.
    pub cuts: VecDeque<usize>,
    /// Whether the last of them breaks off as if it were the end.
    pub quiet: bool,
    /// The pause before each piece.
    pub pause: Duration,
    /// What `Authorization` has to be; without it the answer is 401 with this challenge.
    pub wants: Option<(&'static str, &'static str)>,
}

impl Page {
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            status: StatusCode::OK,
            kind: "application/octet-stream",
            etag: None,
            ranges: true,
            cuts: VecDeque::new(),
            quiet: false,
            pause: Duration::ZERO,
            wants: None,
        }
    }

    pub fn json(value: &serde_json::Value) -> Self {
        Self { kind: "application/vnd.pypi.simple.v1+json", ..Self::new(serde_json::to_vec(value).unwrap()) }
    }

    pub fn cut(mut self, after: &[usize]) -> Self {
        self.cuts.extend(after);
        self
    }
}

/// Clones are the same web.
#[derive(Clone, Default)]
pub struct Web {
    pages: Arc<Mutex<HashMap<String, Page>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    pub fn put(&self, url: &str, page: Page) {
        self.pages.lock().unwrap().insert(url.into(), page);
    }

    pub fn change(&self, url: &str, change: impl FnOnce(&mut Page)) {
        change(self.pages.lock().unwrap().get_mut(url).unwrap());
    }

    /// The addresses that were asked for since the last time, with `@N` where only the bytes after N were.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn answer(&self, request: &FetchRequest) -> FetchReply {
        let mut pages = self.pages.lock().unwrap();
        let Some(page) = pages.get_mut(request.url.as_str()) else {
            return reply(StatusCode::NOT_FOUND, HeaderMap::new(), Page::new("no such page"), 0, None);
        };
        let cut = page.cuts.pop_front();
        let page = page.clone();
        let sent = |name| request.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let mut headers = HeaderMap::new();
        if let Some((token, challenge)) = page.wants
            && sent(header::AUTHORIZATION) != Some(token)
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge.parse().unwrap());
            return reply(StatusCode::UNAUTHORIZED, headers, Page::new("who are you?"), 0, None);
        }
        if let Some(etag) = page.etag {
            headers.insert(header::ETAG, etag.parse().unwrap());
            if sent(header::IF_NONE_MATCH) == Some(etag) {
                return reply(StatusCode::NOT_MODIFIED, headers, Page::new(""), 0, None);
            }
        }
        headers.insert(header::CONTENT_TYPE, page.kind.parse().unwrap());
        let whole = page.body.len();
        let same = sent(header::IF_RANGE).is_none_or(|version| Some(version) == page.etag);
        match request.range_from.map(|from| usize::try_from(from).unwrap()) {
            Some(from) if page.ranges && same && from >= whole => {
                reply(StatusCode::RANGE_NOT_SATISFIABLE, headers, Page::new(""), 0, None)
            }
            Some(from) if page.ranges && same => {
                let range = format!("bytes {from}-{}/{whole}", whole - 1);
                headers.insert(header::CONTENT_RANGE, range.parse().unwrap());
                headers.insert(header::CONTENT_LENGTH, (whole - from).into());
                reply(StatusCode::PARTIAL_CONTENT, headers, page, from, cut)
            }
            _ => {
                headers.insert(header::CONTENT_LENGTH, whole.into());
                reply(page.status, headers, page, 0, cut)
            }
        }
    }
}

fn reply(status: StatusCode, headers: HeaderMap, page: Page, from: usize, cut: Option<usize>) -> FetchReply {
    let end = cut.map_or(page.body.len(), |cut| page.body.len().min(from + cut));
    let mut pieces: Vec<_> =
        page.body[from..end].chunks(PIECE).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    if cut.is_some() && !(page.quiet && page.cuts.is_empty()) {
        pieces.push(Err(EngineError::Unavailable("the connection was cut".into())));
    }
    let pause = page.pause;
    let body = stream::iter(pieces).then(move |piece| async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        piece
    });
    FetchReply { status, headers, body: body.boxed() }
}

#[async_trait]
impl Fetch for Web {
    async fn get(&self, request: FetchRequest) -> transom_engine::Result<FetchReply> {
        let from = request.range_from.map(|from| format!("@{from}")).unwrap_or_default();
        self.asked.lock().unwrap().push(format!("{}{from}", request.url));
        Ok(self.answer(&request))
    }
}
