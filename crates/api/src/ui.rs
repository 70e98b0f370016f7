//! The web UI: embedded and pre-compressed, or another one from `FRONTEND_BUILD_DIR`, with its page for every path of the
//! app, and the pictures and hooks below `/static` that front ends of the contract name.

mod file;

use std::{
    path::{Component, Path},
    sync::LazyLock,
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};
use transom_config::keys;

use crate::{ApiError, App};
use file::{Content, Served};

/// Our own front end.
#[derive(RustEmbed)]
#[folder = "$TRANSOM_UI_FOLDER"]
struct Embedded;

/// What a front end of the contract finds below `/static`, unless it or the operator brings something better.
#[derive(RustEmbed)]
#[folder = "assets/static"]
struct Defaults;

/// The page that every path of the app begins with.
const PAGE: &str = "index.html";
/// The frame in which pages that models wrote are run.
const SANDBOX: &str = "sandbox.html";
/// It has no origin, so that it reaches nothing of ours, and no network, so that what a model wrote cannot tell anybody what
/// is in it. Its own script comes from here.
const SANDBOX_POLICY: &str = "sandbox allow-scripts allow-modals; default-src 'unsafe-inline' 'unsafe-eval' data: blob:; \
                              script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; \
                              base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// The same for whom the person who looks at it opened the network: by this query, which no link leads to.
const OPEN_SANDBOX: &str = "network";
const OPEN_SANDBOX_POLICY: &str = "sandbox allow-scripts allow-modals; default-src 'unsafe-inline' 'unsafe-eval' data: \
                                   blob: https:; script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: https:; \
                                   object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// Paths below these are never pages of the app.
const API_PREFIXES: [&str; 6] = ["/api", "/openai", "/ollama", "/ws", "/oauth", "/cache"];
/// The folder of what does not belong to a build.
const STATIC: &str = "static/";

/// Answers whatever no route answered.
pub async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    let below = |prefix: &str| path == prefix || path.starts_with(&format!("{prefix}/"));
    if API_PREFIXES.iter().any(|prefix| below(prefix)) {
        return missing();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").into_response();
    }
    let Some(name) = file_name(path) else { return missing() };
    let headers = request.headers();
    let found = match find(&app, &name, headers).await {
        None if is_page(&name, headers) => find(&app, PAGE, headers).await,
        Some(found)
            if name == SANDBOX && found.has_policy() && request.uri().query() == Some(OPEN_SANDBOX) =>
        {
            Some(found.with_policy(OPEN_SANDBOX_POLICY))
        }
        found => found,
    };
    match found {
        Some(found) => found.answer(request.method(), headers).await,
        None => missing(),
    }
}

fn missing() -> Response {
    ApiError::new(StatusCode::NOT_FOUND, "Not Found").into_response()
}

/// The file a path names, without any way out of the folder: every part is a name, and nothing is empty.
fn file_name(path: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    let name = decoded.trim_start_matches('/');
    let odd = name.contains(['\\', '\0']);
    let mut parts = Vec::new();
    for part in Path::new(name).components() {
        let Component::Normal(part) = part else { return None };
        parts.push(part.to_str()?);
    }
    // Put together anew: `static//x` must not become `/x` when its first part is taken off.
    (!odd).then(|| if parts.is_empty() { PAGE.to_string() } else { parts.join("/") })
}

/// Whether something that is no file is a page of the app, rather than a file that is missing. What looks like a file
/// is a page all the same when a browser opens it as one: ids may hold dots.
fn is_page(name: &str, headers: &HeaderMap) -> bool {
    if name.starts_with("_app/") || name.starts_with(STATIC) {
        return false;
    }
    let looks_like_a_file = Path::new(name).extension().is_some_and(|ending| ending.len() < 6);
    !looks_like_a_file || file::lists(headers, header::ACCEPT, "text/html")
}

async fn find(app: &App, name: &str, headers: &HeaderMap) -> Option<Served> {
    let setting = |folder: String| Some(folder).filter(|folder| !folder.is_empty());
    let front_end = setting(app.settings.get(&keys::FRONTEND_BUILD_DIR));
    let short = name.strip_prefix(STATIC);
    if let (Some(folder), Some(short)) = (setting(app.settings.get(&keys::STATIC_DIR)), short)
        && let Some(found) = Served::from_folder(Path::new(&folder), short).await
    {
        return Some(found);
    }
    let found = match &front_end {
        Some(folder) => from_front_end(Path::new(folder), name).await,
        None => embedded(name, headers),
    };
    found.or_else(|| {
        let file = Defaults::get(short.unwrap_or(name))?;
        Some(Served::new(name, content(file)))
    })
}

/// A file of another front end. The contract serves some files below `/static` that a build keeps at its root, and
/// front ends name some at the root that a build keeps below `static`.
async fn from_front_end(folder: &Path, name: &str) -> Option<Served> {
    if let Some(found) = Served::from_folder(folder, name).await {
        return Some(found);
    }
    match name.strip_prefix(STATIC) {
        Some(short) => Served::from_folder(folder, short).await,
        None if Defaults::get(name).is_some() => {
            Served::from_folder(folder, &format!("{STATIC}{name}")).await
        }
        None => None,
    }
}

fn embedded(name: &str, headers: &HeaderMap) -> Option<Served> {
    let plain = Embedded::get(name)?;
    let packed = [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(|(encoding, ending)| {
        let wanted = file::lists(headers, header::ACCEPT_ENCODING, encoding);
        Some((encoding, Embedded::get(&format!("{name}{ending}")).filter(|_| wanted)?))
    });
    let served = match packed {
        Some((encoding, file)) => Served::new(name, content(file)).packed(encoding),
        None => Served::new(name, content(plain)),
    };
    let policy: &str = if name == SANDBOX { SANDBOX_POLICY } else { &POLICY };
    Some(if name.ends_with(".html") { served.with_policy(policy) } else { served })
}

fn content(file: EmbeddedFile) -> Content {
    let tag = STANDARD.encode(file.metadata.sha256_hash());
    let bytes = match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    };
    Content::Bytes { bytes, tag: tag[..22].to_owned() }
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
        assert_eq!(file_name("/static//etc/passwd"), Some("static/etc/passwd".into()));
        assert_eq!(file_name("/static/%2fetc/passwd"), Some("static/etc/passwd".into()));
        for bad in ["/../x", "/a/%2e%2e/%2e%2e/x", "/a\\..\\b", "//etc/../x", "/%00"] {
            assert_eq!(file_name(bad), None, "{bad}");
        }
    }

    #[test]
    fn ids_with_dots_are_pages_when_a_browser_opens_them() {
        let browser = HeaderMap::from_iter([(header::ACCEPT, "text/html,*/*;q=0.8".parse().unwrap())]);
        let script = HeaderMap::from_iter([(header::ACCEPT, "*/*".parse().unwrap())]);
        assert!(is_page("c/1.2", &browser) && !is_page("c/1.2", &script));
        assert!(is_page("workspace/models", &script) && is_page("c/a.very-long-end", &script));
        assert!(!is_page("_app/immutable/x.js", &browser) && !is_page("static/x.png", &browser));
    }

    #[test]
    fn inline_scripts_are_found() {
        let page = "<script src=\"a.js\"></script><script>one()</script><p><script type=\"x\">two</script>";
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["one()", "two"]);
    }
}
