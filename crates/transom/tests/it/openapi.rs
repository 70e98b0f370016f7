//! The table of routes against the running server: every route is described, and nothing breaks one. That the rules hold
//! is seen in `access`.

use std::collections::HashSet;

use http::Method;
use serde_json::{Value, json};
use transom_api::{RouteInfo, Rule, table};
use transom_testkit::{Caller, Reply};

use crate::{lab, plan};

/// The path with something in place of its parameters.
fn path_of(route: &RouteInfo) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn call(caller: &Caller, route: &RouteInfo) -> Reply {
    let mut request = caller.request(route.method.clone(), &path_of(route));
    if route.method != Method::GET {
        request = request.json(&json!({}));
    }
    caller.send(request).await
}

fn name(route: &RouteInfo) -> String {
    format!("{} {}", route.method, route.path)
}

#[tokio::test]
async fn no_read_of_an_administrator_fails() {
    let (server, _provider, admin) = lab().await;
    for route in table().iter().filter(|route| route.method == Method::GET && !route.path.contains("signout"))
    {
        let reply = call(&admin, route).await;
        assert!(reply.status < 500, "{}: {} {}", name(route), reply.status, reply.text);
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[tokio::test]
async fn bodies_that_make_no_sense_never_break_the_server() {
    let (server, _provider, admin) = lab().await;
    let kept = ["/api/v1/auths/signin", "/api/v1/auths/signup"];
    let bodies = [
        json!(null),
        json!([]),
        json!("text"),
        json!({"id": {"a": [1]}, "name": 7, "chat": [], "model": {}}),
    ];
    for route in table().iter().filter(|r| r.method == Method::POST && !kept.contains(&r.path)) {
        for body in &bodies {
            let reply = admin.post(&path_of(route), body).await;
            // 500 with a sentence is the contract's answer when a model server is not there; a panic is not.
            assert!(
                reply.status < 500 || reply.json()["detail"].is_string(),
                "{} {body}: {}",
                name(route),
                reply.text
            );
        }
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert_eq!(admin.get("/health/db").await.status, 200);
}

#[tokio::test]
async fn the_document_describes_every_route_once() {
    let server = plan().start().await;
    let document = Caller::nobody(&server).get("/openapi.json").await.ok();
    let mut names = HashSet::new();
    let mut operations = HashSet::new();
    for route in table() {
        assert!(names.insert(name(&route)), "{} is declared twice", name(&route));
        let operation =
            &document["paths"][route.path.replace("{*", "{")][route.method.as_str().to_lowercase()];
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{}", name(&route));
        assert_eq!(operation["security"].is_array(), route.rule != Rule::Public, "{}", name(&route));
        assert_eq!(operation["x-transom-rule"], route.rule.to_string(), "{}", name(&route));
        let id = operation["operationId"].as_str().unwrap().to_string();
        assert!(operations.insert(id.clone()), "two operations are called {id}");
    }
    check_references(&document, &document);
    for schema in document["components"]["schemas"].as_object().unwrap().keys() {
        let numbered = schema.ends_with(|letter: char| letter.is_ascii_digit());
        assert!(!numbered, "two shapes want the name {schema}: give one of them a name of its own");
    }
}

/// The document in the repository, from which the web UI takes its types.
const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");

#[tokio::test]
async fn the_document_is_the_one_in_the_repository() {
    let output = plan().command(&["openapi"]).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    if plan_updates() {
        std::fs::write(CHECKED_IN, &told).unwrap();
    }
    let kept = std::fs::read_to_string(CHECKED_IN).unwrap();
    let same = told == kept;
    let first =
        told.lines().zip(kept.lines()).position(|(told, kept)| told != kept).map_or(0, |line| line + 1);
    assert!(
        same,
        "web/openapi.json differs from line {first} on. If the change is meant: \
         `UPDATE_OPENAPI=1 cargo nextest run -p transom openapi`, then `npm run generate` in web."
    );
}

#[allow(clippy::disallowed_methods, reason = "how the test is run is no setting of Transom")]
fn plan_updates() -> bool {
    std::env::var_os("UPDATE_OPENAPI").is_some()
}

#[tokio::test]
async fn the_page_of_the_document_needs_nobody_else() {
    let server = plan().start().await;
    let nobody = Caller::nobody(&server);
    let page = nobody.get("/docs").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    for (file, kind) in [("style.css", "text/css"), ("script.js", "text/javascript")] {
        assert!(page.text.contains(&format!("\"/docs/{file}\"")), "{file} is not used");
        let reply = nobody.get(&format!("/docs/{file}")).await;
        assert!(reply.status == 200 && reply.header("content-type").starts_with(kind), "{file}");
        assert!(!reply.text.contains("://"), "{file} names another host");
    }
    assert!(!page.text.contains("://") && !page.text.contains("<script>") && !page.text.contains("onclick"));
    assert_eq!(nobody.get("/docs/other.js").await.status, 404);

    let hidden = plan().env("ENV", "prod").start().await;
    for path in ["/docs", "/docs/script.js", "/openapi.json"] {
        assert_eq!(Caller::nobody(&hidden).get(path).await.status, 404, "{path}");
    }
}

/// Every `$ref` leads somewhere.
fn check_references(part: &Value, document: &Value) {
    match part {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                let pointer = reference.trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            map.values().for_each(|value| check_references(value, document));
        }
        Value::Array(items) => items.iter().for_each(|value| check_references(value, document)),
        _ => {}
    }
}
