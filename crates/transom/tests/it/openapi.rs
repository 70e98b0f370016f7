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
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{}", name(&route));
        assert_eq!(operation["security"].is_array(), route.rule != Rule::Public, "{}", name(&route));
        assert_eq!(operation["x-transom-rule"], route.rule.to_string(), "{}", name(&route));
        let id = operation["operationId"].as_str().unwrap().to_string();
        assert!(operations.insert(id.clone()), "two operations are called {id}");
    }
    check_references(&document, &document);
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
