//! The OpenAPI document, made from the table of routes.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{router::RouteInfo, routes, rule::Rule};

/// Describes every route this server answers.
pub fn openapi(version: &str) -> Value {
    let settings = SchemaSettings::openapi3();
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in routes::table() {
        let operation = operation(&route, &mut generator);
        let item = paths.entry(route.path.to_string()).or_insert_with(|| json!({}));
        item[route.method.as_str().to_lowercase()] = operation;
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Transom", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "token"},
            },
        },
    })
}

fn operation(route: &RouteInfo, generator: &mut SchemaGenerator) -> Value {
    let parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let name = name.trim_start_matches('*');
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
        })
        .collect();
    let answer = route.gives.map_or(json!({}), |make| json!(make(generator)));
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "parameters": parameters,
        "responses": {"200": {"description": "The answer", "content": {"application/json": {"schema": answer}}}},
    });
    if let Some(make) = route.takes {
        let schema = json!(make(generator));
        operation["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    operation["x-transom-rule"] = json!(route.rule.to_string());
    let permissions = route.rule.permissions();
    if !permissions.is_empty() {
        operation["x-transom-permissions"] = json!(permissions);
    }
    if route.rule != Rule::Public {
        operation["security"] = json!([{"bearer": []}, {"apiKey": []}, {"cookie": []}]);
    }
    operation
}

fn operation_id(route: &RouteInfo) -> String {
    let path = route.path.trim_matches('/').replace(['/', '-'], "_").replace(['{', '}', '*', '.'], "");
    format!("{}_{path}", route.method.as_str().to_lowercase())
}
