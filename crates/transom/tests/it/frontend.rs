//! The web UI: our own, and another front end from a folder.

use std::fs;

use transom_testkit::{Caller, Plan, raw};

use crate::plan;

/// A plan with a small foreign front end beside a file that must stay out of reach.
fn with_front_end() -> Plan {
    let plan = plan();
    let site = plan.folder().join("site");
    for (name, text) in [
        ("index.html", "<!doctype html><title>Foreign</title>"),
        ("favicon.png", "icon"),
        ("static/logo.svg", "<svg/>"),
        ("_app/immutable/entry.abc123.js", "export {}"),
        ("_app/version.json", "{}"),
        ("manifest.webmanifest", "{}"),
    ] {
        fs::create_dir_all(site.join(name).parent().unwrap()).unwrap();
        fs::write(site.join(name), text).unwrap();
    }
    fs::write(plan.folder().join("secret.txt"), "top secret").unwrap();
    fs::write(plan.folder().join("site-secret.txt"), "top secret").unwrap();
    let folder = site.display().to_string();
    plan.env("FRONTEND_BUILD_DIR", folder)
}

#[tokio::test]
async fn another_front_end_is_served_with_its_deep_links() {
    let server = with_front_end().start().await;
    let nobody = Caller::nobody(&server);
    for page in ["/", "/index.html", "/c/0b1e", "/admin/settings/general", "/workspace/models?tab=1", "/auth"]
    {
        let reply = nobody.get(page).await;
        assert_eq!((reply.status, reply.text.contains("Foreign")), (200, true), "{page}");
        assert!(reply.header("content-type").starts_with("text/html"), "{page}: {:?}", reply.headers);
        assert_eq!(reply.header("cache-control"), "no-cache", "{page}");
        assert!(reply.header("content-security-policy").is_empty(), "a foreign page got our policy");
    }
    for (path, kind, text) in [
        ("/_app/immutable/entry.abc123.js", "text/javascript", "export {}"),
        ("/static/logo.svg", "image/svg+xml", "<svg/>"),
        ("/favicon.png", "image/png", "icon"),
        // The contract names it below /static also where the front end keeps it at its root.
        ("/static/favicon.png", "image/png", "icon"),
    ] {
        let reply = nobody.get(path).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, text), "{path}");
        assert!(reply.header("content-type").starts_with(kind), "{path}: {}", reply.header("content-type"));
    }
    let hashed = nobody.get("/_app/immutable/entry.abc123.js").await;
    assert!(hashed.header("cache-control").contains("immutable"));
    let tag = hashed.header("etag").to_string();
    let again =
        nobody.request(http::Method::GET, "/_app/immutable/entry.abc123.js").header("if-none-match", tag);
    let again = nobody.send(again).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    for missing in ["/_app/immutable/gone.js", "/static/gone.png", "/gone.css", "/robots.txt"] {
        let reply = nobody.get(missing).await;
        assert_eq!(reply.status, 404, "{missing}: {}", reply.text);
        assert!(!reply.text.contains("Foreign"), "{missing} was answered with the page");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_front_end() {
    let server = with_front_end().start().await;
    for path in [
        "/../secret.txt",
        "/static/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/static/%2e%2e/%2e%2e/secret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/etc/passwd%00.png",
        "/../site-secret.txt",
        "/./../secret.txt",
        "/cache/../../secret.txt",
        "/cache/%2e%2e/secret.txt",
    ] {
        let reply = raw(server.base(), "GET", path, &[]).await;
        assert!(
            !reply.body.contains("top secret") && !reply.body.contains("root:"),
            "{path}: {}",
            reply.body
        );
        assert!(reply.status != 500, "{path}: {}", reply.body);
    }
}

#[tokio::test]
async fn our_own_page_is_served_for_every_path_of_the_app() {
    let server = plan().start().await;
    let nobody = Caller::nobody(&server);
    let home = nobody.get("/").await;
    assert!(home.status == 200 && home.header("content-type").starts_with("text/html"), "{:?}", home.headers);
    assert!(home.header("content-security-policy").contains("default-src 'self'"));
    let deep = nobody.get("/c/some-chat").await;
    assert_eq!((deep.status, &deep.text), (200, &home.text));
    assert_eq!(nobody.get("/_app/immutable/gone.js").await.status, 404);
    let head = nobody.send(nobody.request(http::Method::HEAD, "/")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

#[tokio::test]
async fn the_frame_for_pages_of_models_reaches_nothing_unless_it_is_opened() {
    let server = plan().start().await;
    let nobody = Caller::nobody(&server);
    let policy = async |path: &str| {
        let reply = nobody.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        reply.header("content-security-policy").to_owned()
    };
    let closed = policy("/sandbox.html").await;
    let sources = closed.split(';').find(|part| part.trim().starts_with("default-src")).unwrap();
    assert_eq!(sources.trim(), "default-src 'unsafe-inline' 'unsafe-eval' data: blob:");
    assert!(!closed.contains("http"), "{closed}");
    assert_eq!(policy("/sandbox.html?network=1").await, closed);
    let open = policy("/sandbox.html?network").await;
    assert!(open.contains("https:") && !open.contains("http:"), "{open}");
    for policy in [&closed, &open] {
        assert!(policy.starts_with("sandbox allow-scripts allow-modals;"), "{policy}");
        assert!(
            !policy.contains("allow-same-origin") && policy.contains("frame-ancestors 'self'"),
            "{policy}"
        );
    }
    // No other page changes by the query.
    assert_eq!(policy("/?network").await, policy("/").await);
}

/// The page of a front end of the contract, as one is built: scripts in the page, files with hashes, hooks of the operator.
const BUILT: &str = r#"<!doctype html><html><head><link rel="icon" href="/static/favicon.png"/>
<link rel="manifest" href="/manifest.json"/><link rel="stylesheet" href="/static/custom.css"/>
<script src="/static/loader.js" defer></script><script>window.inline = 1</script></head>
<body><img src="/static/splash.png" onload="inline"/></body></html>"#;

/// Writes files below a folder.
fn write(folder: &std::path::Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[tokio::test]
async fn a_front_end_of_the_contract_works_unmodified() {
    let plan = plan();
    let (site, own) = (plan.folder().join("site"), plan.folder().join("own"));
    write(
        &site,
        &[("index.html", BUILT), ("static/splash.png", "their splash"), ("user.png", "their person")],
    );
    write(&own, &[("custom.css", "body{color:red}"), ("logo.png", "our logo")]);
    fs::write(plan.folder().join("secret.txt"), "top secret").unwrap();
    let plan = plan.env("FRONTEND_BUILD_DIR", site.display().to_string());
    let server = plan.env("STATIC_DIR", own.display().to_string()).start().await;
    let nobody = Caller::nobody(&server);
    for page in [
        "/",
        "/c/5f0c",
        "/auth?redirect=%2F",
        "/s/share",
        "/admin/users/overview",
        "/workspace/models/edit?id=a.b",
        "/channels/x",
        "/notes/1",
    ] {
        let reply = nobody.get(page).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, BUILT), "{page}");
        assert_eq!(reply.header("content-security-policy"), "", "{page}: scripts in the page would not run");
    }
    // What the build does not bring: the operator's own, then what this server has.
    for (path, kind, text) in [
        ("/static/custom.css", "text/css", Some("body{color:red}")),
        ("/static/logo.png", "image/png", Some("our logo")),
        ("/static/splash.png", "image/png", Some("their splash")),
        ("/user.png", "image/png", Some("their person")),
        ("/static/user.png", "image/png", Some("their person")),
        ("/static/loader.js", "text/javascript", Some("")),
        ("/static/favicon.png", "image/png", None),
        ("/static/favicon.ico", "image/", None),
        ("/static/favicon.svg", "image/svg+xml", None),
        ("/static/favicon-96x96.png", "image/png", None),
        ("/static/favicon-dark.png", "image/png", None),
        ("/static/apple-touch-icon.png", "image/png", None),
        ("/static/splash-dark.png", "image/png", None),
        ("/favicon.png", "image/png", None),
        ("/manifest.json", "application/json", None),
        ("/opensearch.xml", "application/xml", None),
    ] {
        let reply = nobody.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        assert!(reply.header("content-type").starts_with(kind), "{path}: {}", reply.header("content-type"));
        assert!(text.is_none_or(|text| text == reply.text), "{path}: {}", reply.text);
        assert!(text.is_some() || !reply.text.is_empty(), "{path} is empty");
    }
    // Every icon that the manifest names is there.
    let manifest = nobody.get("/manifest.json").await.ok();
    for icon in manifest["icons"].as_array().unwrap() {
        let path = icon["src"].as_str().unwrap();
        assert_eq!(nobody.get(path).await.status, 200, "{path}");
    }
    for path in [
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/..%2fsecret.txt",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/_app//etc/passwd",
    ] {
        let reply = raw(server.base(), "GET", path, &[]).await;
        assert!(
            !reply.body.contains("top secret") && !reply.body.contains("root:"),
            "{path}: {}",
            reply.body
        );
    }
}

#[tokio::test]
async fn files_are_asked_for_in_every_way_that_http_has() {
    let plan = plan();
    let site = plan.folder().join("site");
    write(&site, &[("index.html", BUILT), ("clip.webm", "0123456789"), ("c.d/app.abc123.js", "export {}")]);
    let server = plan.env("FRONTEND_BUILD_DIR", site.display().to_string()).start().await;
    let nobody = Caller::nobody(&server);
    let ask = async |method: http::Method, path: &str, headers: &[(&str, &str)]| {
        let request = nobody.request(method, path).header("accept-encoding", "identity");
        nobody
            .send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
            .await
    };
    let get = http::Method::GET;
    let whole = ask(get.clone(), "/clip.webm", &[]).await;
    assert_eq!(
        (whole.status, whole.text.as_str(), whole.header("accept-ranges")),
        (200, "0123456789", "bytes")
    );
    let tag = whole.header("etag").to_string();

    let head = ask(http::Method::HEAD, "/clip.webm", &[]).await;
    assert_eq!((head.status, head.text.as_str(), head.header("content-length")), (200, "", "10"));
    assert_eq!(head.header("etag"), tag);
    let page = ask(http::Method::HEAD, "/c/1", &[]).await;
    assert_eq!((page.status, page.header("content-length")), (200, BUILT.len().to_string().as_str()));

    for (range, status, text, told) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=0-1,4-5", 200, "0123456789", ""),
    ] {
        let reply = ask(get.clone(), "/clip.webm", &[("range", range)]).await;
        assert_eq!(
            (reply.status, reply.text.as_str(), reply.header("content-range")),
            (status, text, told),
            "{range}"
        );
    }
    let stale = ask(get.clone(), "/clip.webm", &[("range", "bytes=2-4"), ("if-range", "\"old\"")]).await;
    assert_eq!((stale.status, stale.text.as_str()), (200, "0123456789"));
    let fresh = ask(get.clone(), "/clip.webm", &[("range", "bytes=2-4"), ("if-range", &tag)]).await;
    assert_eq!(fresh.status, 206);
    let list = format!("\"other\", W/{tag}");
    for known in [tag.as_str(), list.as_str(), "*"] {
        let reply = ask(get.clone(), "/clip.webm", &[("if-none-match", known)]).await;
        assert_eq!(
            (reply.status, reply.text.as_str(), reply.header("etag")),
            (304, "", tag.as_str()),
            "{known}"
        );
    }
    fs::write(site.join("clip.webm"), "another one").unwrap();
    let changed = ask(get.clone(), "/clip.webm", &[("if-none-match", &tag)]).await;
    assert_eq!((changed.status, changed.text.as_str()), (200, "another one"));

    // Ids may hold dots; what a page loads is no page.
    let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    assert_eq!(ask(get.clone(), "/c/1.2", &[browser]).await.text, BUILT);
    assert_eq!(ask(get.clone(), "/gone.js", &[("accept", "*/*")]).await.status, 404);
    assert_eq!(ask(get.clone(), "/_app/immutable/gone.js", &[browser]).await.status, 404);
    // Unknown paths of the API are answered as the API answers, whoever asks.
    for path in
        ["/api/nothing", "/api/v1/nothing/at.all", "/ollama/x/y", "/oauth/a/b/c/d", "/ws/x", "/api", "/cache"]
    {
        let reply = ask(get.clone(), path, &[browser]).await;
        assert!(matches!(reply.status, 400..=405), "{path}: {} {}", reply.status, reply.text);
        assert!(!reply.text.contains("<html"), "{path}");
    }
    for method in [http::Method::POST, http::Method::PUT, http::Method::DELETE] {
        let reply = ask(method.clone(), "/c/1", &[]).await;
        assert_eq!((reply.status, reply.json()["detail"].is_string()), (405, true), "{method}");
    }
}

#[tokio::test]
async fn our_own_front_end_has_its_files_below_static_too() {
    let server = plan().start().await;
    let nobody = Caller::nobody(&server);
    for path in [
        "/static/favicon.png",
        "/user.png",
        "/static/loader.js",
        "/static/custom.css",
        "/static/icon-512.png",
    ] {
        let reply = nobody.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        assert!(
            !reply.header("etag").is_empty() && reply.header("x-content-type-options") == "nosniff",
            "{path}"
        );
    }
    assert_eq!(nobody.get("/static/gone.png").await.status, 404);
}
