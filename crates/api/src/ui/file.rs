//! One file as an answer: type, caching, conditions, ranges.

use std::{
    ops::Range,
    path::{Component, Path},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _, SeekFrom},
};
use tokio_util::io::ReaderStream;

/// Hashed names never change their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// The bytes of a file, and what tells one version from another.
pub enum Content {
    /// In memory.
    Bytes { bytes: Bytes, tag: String },
    /// On disk, read while it is sent.
    File { file: File, length: u64, tag: String },
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes { bytes, .. } => bytes.len() as u64,
            Self::File { length, .. } => *length,
        }
    }

    fn tag(&self) -> &str {
        match self {
            Self::Bytes { tag, .. } | Self::File { tag, .. } => tag,
        }
    }

    async fn body(self, part: Range<u64>) -> std::io::Result<Body> {
        match self {
            Self::Bytes { bytes, .. } => {
                let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
                Ok(Body::from(bytes.slice(at(part.start)..at(part.end))))
            }
            Self::File { mut file, .. } => {
                file.seek(SeekFrom::Start(part.start)).await?;
                Ok(Body::from_stream(ReaderStream::new(file.take(part.end - part.start))))
            }
        }
    }
}

/// A file that was found.
pub struct Served {
    /// Its name, which says its type.
    name: String,
    content: Content,
    /// How the bytes are packed.
    encoding: Option<&'static str>,
    /// What a page may do. Only our own has a policy: another front end may well rely on scripts in its page.
    policy: Option<&'static str>,
}

impl Served {
    pub fn new(name: &str, content: Content) -> Self {
        Self { name: name.to_string(), content, encoding: None, policy: None }
    }

    /// The same, packed.
    #[must_use]
    pub fn packed(mut self, encoding: &'static str) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The same, with a policy for the page.
    #[must_use]
    pub fn with_policy(mut self, policy: &'static str) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Whether it is a page of our own.
    pub fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// A file of a folder.
    pub async fn from_folder(folder: &Path, name: &str) -> Option<Self> {
        // The name has been checked; joined to a folder, one that begins at the root would replace it.
        if Path::new(name).components().any(|part| !matches!(part, Component::Normal(_))) {
            return None;
        }
        let file = File::open(folder.join(name)).await.ok()?;
        let about = file.metadata().await.ok().filter(std::fs::Metadata::is_file)?;
        let changed = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let changed = changed.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let tag = format!("{:x}-{changed:x}", about.len());
        Some(Self::new(name, Content::File { file, length: about.len(), tag }))
    }

    /// The answer to a request for it.
    pub async fn answer(self, method: &Method, asked: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", self.content.tag());
        let length = self.content.length();
        let mut headers = self.headers(&tag);
        if has_tag(asked, header::IF_NONE_MATCH, &tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let mut status = StatusCode::OK;
        let mut part = 0..length;
        // A part of what is packed would be of no use to anybody.
        let range = asked.get(header::RANGE).filter(|_| method == Method::GET && self.encoding.is_none());
        let same = asked.get(header::IF_RANGE).is_none_or(|seen| seen == tag.as_str());
        match range.filter(|_| same).map(|range| parse_range(range, length)) {
            Some(Wanted::Part(wanted)) => {
                status = StatusCode::PARTIAL_CONTENT;
                let range = format!("bytes {}-{}/{length}", wanted.start, wanted.end - 1);
                set(&mut headers, header::CONTENT_RANGE, &range);
                part = wanted;
            }
            Some(Wanted::Nothing) => {
                set(&mut headers, header::CONTENT_RANGE, &format!("bytes */{length}"));
                return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
            }
            Some(Wanted::Everything) | None => {}
        }
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
        if method == Method::HEAD {
            return (status, headers).into_response();
        }
        match self.content.body(part).await {
            Ok(body) => (status, headers, body).into_response(),
            Err(error) => {
                tracing::warn!(%error, "a file of the front end could not be read");
                StatusCode::NOT_FOUND.into_response()
            }
        }
    }

    fn headers(&self, tag: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let kind = mime_guess::from_path(&self.name).first_or_octet_stream();
        let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
        let cache = if self.name.contains("immutable/") { FOR_EVER } else { ASK_AGAIN };
        set(&mut headers, header::CONTENT_TYPE, &kind);
        set(&mut headers, header::CACHE_CONTROL, cache);
        set(&mut headers, header::ETAG, tag);
        set(&mut headers, header::VARY, "accept-encoding");
        set(&mut headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        match self.encoding {
            Some(encoding) => set(&mut headers, header::CONTENT_ENCODING, encoding),
            None => set(&mut headers, header::ACCEPT_RANGES, "bytes"),
        }
        if let Some(policy) = self.policy {
            set(&mut headers, header::CONTENT_SECURITY_POLICY, policy);
            set(&mut headers, header::REFERRER_POLICY, "same-origin");
        }
        headers
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Whether a header that is a list with weights names something, and not with weight 0.
pub fn lists(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|item| item.eq_ignore_ascii_case(wanted)) && !parts.any(|q| q == "q=0")
    })
}

/// Whether a condition names this version, or any.
fn has_tag(headers: &HeaderMap, name: HeaderName, tag: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|seen| seen == "*" || seen.strip_prefix("W/").unwrap_or(seen) == tag)
}

/// What a range asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Part(Range<u64>),
    /// Nothing of it is there.
    Nothing,
    /// Several parts, or nonsense: both are answered with the whole.
    Everything,
}

fn parse_range(range: &HeaderValue, length: u64) -> Wanted {
    let text = range.to_str().ok().and_then(|text| text.strip_prefix("bytes=")).map(str::trim);
    let Some((first, last)) = text.and_then(|text| text.split_once('-')) else { return Wanted::Everything };
    let part = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(count)) if first.is_empty() => length.saturating_sub(count)..length,
        _ => return Wanted::Everything,
    };
    if part.is_empty() { Wanted::Nothing } else { Wanted::Part(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let of = |text: &'static str| parse_range(&HeaderValue::from_static(text), 10);
        assert_eq!(of("bytes=0-3"), Wanted::Part(0..4));
        assert_eq!(of("bytes=4-"), Wanted::Part(4..10));
        assert_eq!(of("bytes=-3"), Wanted::Part(7..10));
        assert_eq!(of("bytes=-99"), Wanted::Part(0..10));
        assert_eq!(of("bytes=8-99"), Wanted::Part(8..10));
        for nothing in ["bytes=10-", "bytes=99-100", "bytes=-0"] {
            assert_eq!(of(nothing), Wanted::Nothing, "{nothing}");
        }
        for everything in ["bytes=3-1", "bytes=0-1,4-5", "items=0-1", "bytes=", "bytes=x-y", "bytes=-"] {
            assert_eq!(of(everything), Wanted::Everything, "{everything}");
        }
    }

    #[test]
    fn conditions_are_lists() {
        let of = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(text))]);
            has_tag(&headers, header::IF_NONE_MATCH, "\"b\"")
        };
        assert!(of("\"a\", W/\"b\"") && of("*") && of("\"b\""));
        assert!(!of("\"a\"") && !of("b"));
    }
}
