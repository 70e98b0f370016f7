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
