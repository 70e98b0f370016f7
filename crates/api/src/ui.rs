//! The web UI: embedded and pre-compressed, or from `FRONTEND_BUILD_DIR`, with its page for every unknown path.

use std::{
    path::{Component, Path, PathBuf},
    sync::LazyLock,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use transom_config::keys;

use crate::{ApiError, App};

#[derive(RustEmbed)]
#[folder = "$TRANSOM_UI_FOLDER"]
struct Embedded;

/// The page that every path of the app begins with.
const PAGE: &str = "index.html";
/// The frame in which pages that models wrote are run.
const SANDBOX: &str = "sandbox.html";
/// It has no origin, so that it reaches nothing of ours; the page around it narrows further what it may load.
const SANDBOX_POLICY: &str = "sandbox allow-scripts allow-modals; default-src 'self' 'unsafe-inline' 'unsafe-eval' \
                              data: blob: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// Paths below these are never pages of the app.
const API_PREFIXES: [&str; 6] = ["/api", "/openai", "/ollama", "/ws", "/oauth", "/cache"];
/// Hashed names never change their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Answers whatever no route answered.
pub async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    let below = |prefix: &str| path == prefix || path.starts_with(&format!("{prefix}/"));
    if API_PREFIXES.iter().any(|prefix| below(prefix)) {
        return ApiError::new(StatusCode::NOT_FOUND, "Not Found").into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").into_response();
    }
    let Some(name) = file_name(path) else {
        return ApiError::new(StatusCode::NOT_FOUND, "Not Found").into_response();
    };
    let folder = app.settings.get(&keys::FRONTEND_BUILD_DIR);
    if folder.is_empty() {
        return embedded(&name, request.headers());
    }
    from_folder(Path::new(&folder), &name, request.headers()).await
}

/// The file a path names, without any way out of the folder.
fn file_name(path: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    let name = decoded.trim_start_matches('/');
    let safe = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let odd = name.contains(['\\', '\0']);
    (safe && !odd).then(|| if name.is_empty() { PAGE.to_string() } else { name.to_string() })
}

/// Whether a missing file is a file that is missing, rather than a page of the app.
fn is_file(name: &str) -> bool {
    name.starts_with("_app/")
        || name.starts_with("static/")
        || Path::new(name).extension().is_some_and(|e| e.len() < 6)
}

fn embedded(name: &str, headers: &HeaderMap) -> Response {
    let name = match Embedded::get(name) {
        Some(_) => name,
        None if is_file(name) => return ApiError::new(StatusCode::NOT_FOUND, "Not Found").into_response(),
        None => PAGE,
    };
    for (encoding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(headers, encoding)
            && let Some(file) = Embedded::get(&format!("{name}{ending}"))
        {
            return answer(name, file.data.into_owned(), Some(encoding), headers, true);
        }
    }
    match Embedded::get(name) {
        Some(file) => answer(name, file.data.into_owned(), None, headers, true),
        None => ApiError::new(StatusCode::NOT_FOUND, "The web UI is not part of this build.").into_response(),
    }
}

async fn from_folder(folder: &Path, name: &str, headers: &HeaderMap) -> Response {
    let mut name = name;
    let mut file = read(folder.join(name)).await;
    if file.is_none() && !is_file(name) {
        name = PAGE;
        file = read(folder.join(PAGE)).await;
    }
    if file.is_none() && name.starts_with("static/") {
        // The contract serves these under `/static` although the built front end keeps some of them at its root.
        file = read(folder.join(name.trim_start_matches("static/"))).await;
    }
    match file {
        Some(data) => answer(name, data, None, headers, false),
        None => ApiError::new(StatusCode::NOT_FOUND, "Not Found").into_response(),
    }
}

async fn read(path: PathBuf) -> Option<Vec<u8>> {
    tokio::fs::read(path).await.ok()
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next() == Some(encoding) && !parts.any(|q| q == "q=0")
    })
}

fn answer(name: &str, data: Vec<u8>, encoding: Option<&str>, headers: &HeaderMap, own: bool) -> Response {
    let tag = format!("\"{}\"", &STANDARD.encode(Sha256::digest(&data))[..22]);
    let cache = if name.contains("immutable/") { FOR_EVER } else { ASK_AGAIN };
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen == tag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(data))
    };
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let mime = if mime.type_() == "text" { format!("{mime}; charset=utf-8") } else { mime.to_string() };
    let out = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &mime);
    set(header::CACHE_CONTROL, cache);
    set(header::ETAG, &tag);
    set(header::VARY, "accept-encoding");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(encoding) = encoding {
        set(header::CONTENT_ENCODING, encoding);
    }
    if own && name.ends_with(".html") {
        let policy: &str = if name == SANDBOX { SANDBOX_POLICY } else { &POLICY };
        set(header::CONTENT_SECURITY_POLICY, policy);
        set(header::REFERRER_POLICY, "same-origin");
    }
    response
}

/// What our own page may do: no script but its own, no connection but to its own server.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let page =
        Embedded::get(PAGE).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
    let hashes =
        inline_scripts(&page).map(|text| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text))));
    let scripts: String = hashes.collect();
    format!(
        "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: \
         https:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' \
         blob:; frame-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
});

/// The texts of the page's inline scripts.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        if tag.contains("src=") { None } else { rest.split_once("</script>").map(|(text, _)| text) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        assert_eq!(file_name("/"), Some("index.html".into()));
        assert_eq!(file_name("/a/b%20c.js"), Some("a/b c.js".into()));
        for bad in ["/../x", "/a/%2e%2e/%2e%2e/x", "/a\\..\\b", "//etc/../x", "/%00"] {
            assert_eq!(file_name(bad), None, "{bad}");
        }
    }

    #[test]
    fn inline_scripts_are_found() {
        let page = "<script src=\"a.js\"></script><script>one()</script><p><script type=\"x\">two</script>";
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["one()", "two"]);
    }
}
