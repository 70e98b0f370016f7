//! The bytes of a file. What users uploaded never runs as a page of this origin: types that browsers only ever show may
//! stand in a page, all else is a download, and every answer is in a sandbox.

use std::ops::Range;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use transom_identity::access::Action;
use transom_store::{FileRow, Role, Text};

use super::{super::grants, find};
use crate::{
    ApiError, App, Result,
    extract::{Path, Query, Verified},
    router::Routes,
    rule::Rule,
};

/// What a name in a header keeps as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');
/// Types that may be seen in a page; they cannot hold a program.
const SEEN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/files/{id}/content", super::READ, "The bytes of a file", content)
        .gives_bytes("*/*")
        .get("/api/v1/files/{id}/content/html", Rule::Verified, "A page that an administrator uploaded", html)
        .gives_bytes("text/html")
        .get("/api/v1/files/{id}/content/{file_name}", super::READ, "The bytes of a file, to be saved", named)
        .gives_bytes("*/*")
}

#[derive(Deserialize, JsonSchema)]
struct ContentQuery {
    /// Whether the browser shall save it in any case.
    attachment: Option<bool>,
}

async fn content(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Query(query): Query<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let file = find(&app, &caller, &id, Action::Read, Text::Without).await?;
    let kind = kind_of(&file);
    let shown = match kind.as_str() {
        _ if query.attachment.unwrap_or(false) => Shown::Saved,
        "text/plain" => Shown::AsItIs,
        "application/pdf" => Shown::Inline,
        kind if SEEN.contains(&kind) || kind.starts_with("audio/") || kind.starts_with("video/") => {
            Shown::Inline
        }
        _ => Shown::Saved,
    };
    send(&app, &file, shown, &headers).await
}

async fn named(
    State(app): State<App>,
    Verified(caller): Verified,
    Path((id, _file_name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let file = find(&app, &caller, &id, Action::Read, Text::Without).await?;
    send(&app, &file, Shown::Saved, &headers).await
}

/// Pages of administrators may be looked at, in an origin of their own.
async fn html(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let file = find(&app, &caller, &id, Action::Read, Text::Without).await?;
    let owner = app.store.users.get(&file.user_id).await?;
    if !owner.is_some_and(|owner| owner.role == Role::Admin) {
        return Err(grants::not_found());
    }
    let shown = if kind_of(&file) == "text/html" { Shown::Page } else { Shown::Saved };
    send(&app, &file, shown, &headers).await
}

/// What a browser does with the bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    AsItIs,
    Inline,
    Saved,
    Page,
}

fn kind_of(file: &FileRow) -> String {
    let kind = file.meta.get("content_type").and_then(Value::as_str).unwrap_or("application/octet-stream");
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn send(app: &App, file: &FileRow, shown: Shown, asked: &HeaderMap) -> Result<Response> {
    let missing = || ApiError::not_found("The content of the file");
    let path = file.path.as_deref().ok_or_else(missing)?;
    let size = app.blobs.size(path).await?.ok_or_else(missing)?;
    let tag = format!("\"{path}\"");
    let mut response = if asked.get(header::IF_NONE_MATCH).is_some_and(|seen| *seen == *tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match range(asked, size) {
            None => body(app, path, 0..size).await?,
            Some(Ok(part)) => {
                let place = format!("bytes {}-{}/{size}", part.start, part.end - 1);
                let mut response = body(app, path, part).await?;
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                set(&mut response, header::CONTENT_RANGE, &place);
                response
            }
            Some(Err(())) => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                set(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
                return Ok(response);
            }
        }
    };
    describe(&mut response, file, shown, &tag);
    Ok(response)
}

fn describe(response: &mut Response, file: &FileRow, shown: Shown, tag: &str) {
    let name = utf8_percent_encode(&file.filename, PLAIN);
    let place = match shown {
        Shown::AsItIs | Shown::Page => None,
        Shown::Inline => Some("inline"),
        Shown::Saved => Some("attachment"),
    };
    if let Some(place) = place {
        set(response, header::CONTENT_DISPOSITION, &format!("{place}; filename*=UTF-8''{name}"));
    }
    let kind = kind_of(file);
    // Chromium shows no PDF inside a sandbox, and a PDF has no access to the origin it came from.
    let policy = match shown {
        Shown::Page => "sandbox allow-scripts; default-src 'unsafe-inline' data: blob:; base-uri 'none'",
        _ if kind == "application/pdf" => "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'",
        _ => "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'",
    };
    for (header, value) in [
        (header::CONTENT_TYPE, kind.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, policy),
        // It may stop being the caller's to see: ask each time.
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::ETAG, tag),
        (header::ACCEPT_RANGES, "bytes"),
    ] {
        set(response, header, value);
    }
}

async fn body(app: &App, path: &str, part: Range<u64>) -> Result<Response> {
    let length = part.end - part.start;
    let stream = app.blobs.read(path, part).await?;
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The one range a client asks for, as players do. Several at once, or what is no range, are answered with the whole.
fn range(asked: &HeaderMap, size: u64) -> Option<std::result::Result<Range<u64>, ()>> {
    let (first, last) = asked.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let part = if first.is_empty() {
        let tail: u64 = last.parse().ok()?;
        size.saturating_sub(tail)..size
    } else {
        let last = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
        first.parse().ok()?..last.saturating_add(1).min(size)
    };
    Some(if part.start < part.end { Ok(part) } else { Err(()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(range).unwrap())])
    }

    #[test]
    fn ranges() {
        let of = |text: &str| range(&asked(text), 10);
        assert_eq!(of("bytes=0-3"), Some(Ok(0..4)));
        assert_eq!(of("bytes=4-"), Some(Ok(4..10)));
        assert_eq!(of("bytes=-3"), Some(Ok(7..10)));
        assert_eq!(of("bytes=5-99"), Some(Ok(5..10)));
        assert_eq!(of("bytes=10-"), Some(Err(())));
        assert_eq!(of("bytes=0-1,3-4"), None);
        assert_eq!(of("lines=0-1"), None);
        assert_eq!(range(&HeaderMap::new(), 10), None);
    }
}
