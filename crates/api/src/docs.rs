//! The OpenAPI document, made from the table of routes.

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{describe::Shape, router::RouteInfo, routes, rule::Rule};

/// Describes every route this server answers.
pub fn openapi(version: &str) -> Value {
    // The dialect of OpenAPI 3.1 is that of JSON Schema 2020-12.
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in routes::table() {
        let operation = operation(&route, &mut generator);
        let item = paths.entry(path(route.path)).or_insert_with(|| json!({}));
        item[route.method.as_str().to_lowercase()] = operation;
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Error".to_owned(), error());
    schemas.sort_keys();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Transom", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    });
    drop_null_defaults(&mut document);
    document
}

/// A field that may be left out is no field that becomes null: makers of client code would ask for it.
fn drop_null_defaults(part: &mut Value) {
    match part {
        Value::Object(fields) => {
            if fields.get("default") == Some(&Value::Null) {
                fields.shift_remove("default");
            }
            fields.values_mut().for_each(drop_null_defaults);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_null_defaults),
        _ => {}
    }
}

/// The path in OpenAPI's spelling, which knows no wildcards.
fn path(path: &str) -> String {
    path.replace("{*", "{")
}

/// A sentence, or for bodies and queries that cannot be read a list of what is wrong where.
fn error() -> Value {
    let problem = json!({
        "type": "object",
        "required": ["type", "loc", "msg"],
        "properties": {"type": {"type": "string"}, "loc": {"type": "array", "items": {}}, "msg": {"type": "string"}},
    });
    json!({
        "type": "object",
        "required": ["detail"],
        "properties": {"detail": {"anyOf": [{"type": "string"}, {"type": "array", "items": problem}]}},
    })
}

fn operation(route: &RouteInfo, generator: &mut SchemaGenerator) -> Value {
    let Shape { asks, takes, takes_kind, gives, gives_kind, or_gives, passes } = &route.shape;
    let mut parameters = path_parameters(route);
    if let Some(make) = asks {
        parameters.extend(query_parameters(&make(generator)));
    }
    let answer = match gives {
        _ if *gives_kind != crate::describe::JSON => json!({}),
        Some(make) => json!(make(generator)),
        None => json!({}),
    };
    let mut content = json!({*gives_kind: {"schema": answer}});
    if let Some(kind) = or_gives {
        content[*kind] = json!({"schema": {}});
    }
    let refused = if *passes { json!({}) } else { json!({"$ref": "#/components/schemas/Error"}) };
    let refusal = json!({"description": "A refusal", "content": {"application/json": {"schema": refused}}});
    let mut operation = json!({
        "summary": route.summary,
        "description": format!("For: {}.", route.rule),
        "x-transom-rule": route.rule.to_string(),
        "operationId": operation_id(route),
        "tags": [tag(route.path)],
        "parameters": parameters,
        "responses": {
            "200": {"description": "The answer", "content": content},
            "4XX": refusal,
        },
    });
    if let Some(make) = takes {
        let schema = json!(make(generator));
        operation["requestBody"] = json!({"required": true, "content": {*takes_kind: {"schema": schema}}});
    }
    if route.rule != Rule::Public {
        operation["security"] = json!([{"bearer": []}]);
    }
    operation
}

fn path_parameters(route: &RouteInfo) -> Vec<Value> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let name = name.trim_start_matches('*');
            let kind = if name == "url_idx" { "integer" } else { "string" };
            json!({"name": name, "in": "path", "required": true, "schema": {"type": kind}})
        })
        .collect()
}

/// One parameter for each field of the query's type.
fn query_parameters(query: &Schema) -> Vec<Value> {
    let fields = query.get("properties").and_then(Value::as_object);
    let required = query.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let mut parameter = json!({"name": name, "in": "query", "required": required.contains(&json!(name))});
        if let Some(description) = schema.as_object_mut().and_then(|schema| schema.remove("description")) {
            parameter["description"] = description;
        }
        without_null(&mut schema);
        parameter["schema"] = schema;
        parameter
    };
    fields.into_iter().flatten().map(parameter).collect()
}

/// A query has no way to say null: what may be null may be left out.
fn without_null(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
}

/// The area of a route: the part of the path that names it.
fn tag(path: &str) -> &str {
    let mut parts = path.trim_matches('/').split('/').filter(|part| !matches!(*part, "api" | "v1"));
    parts.next().filter(|part| !part.starts_with('{')).unwrap_or("server")
}

fn operation_id(route: &RouteInfo) -> String {
    // A path with a slash at its end is another one.
    let end = if route.path.len() > 1 && route.path.ends_with('/') { "_" } else { "" };
    let path = route.path.trim_matches('/').replace(['/', '-'], "_").replace(['{', '}', '*', '.'], "");
    format!("{}_{path}{end}", route.method.as_str().to_lowercase())
}
