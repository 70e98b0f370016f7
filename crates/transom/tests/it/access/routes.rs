//! How the routes of the table are called.

use std::collections::HashMap;

use http::Method;
use serde_json::{Value, json};
use transom_api::{Resource, RouteInfo};

/// What stands for a thing that nobody has.
const NOTHING: &str = "nothing";

/// `METHOD path`, as failed checks name a route.
pub fn name(route: &RouteInfo) -> String {
    format!("{} {}", route.method, route.path)
}

/// What a request names: path parameters by their name, and ids that stand in queries and bodies.
pub type Names = HashMap<&'static str, String>;

/// The path with names in place of its parameters.
pub fn path_of(route: &RouteInfo, names: &Names) -> String {
    let parts = route.path.split('/').map(|part| {
        let Some(parameter) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            return part.to_string();
        };
        match (names.get(parameter), parameter) {
            (Some(value), _) => value.clone(),
            (None, "url_idx") => "0".to_string(),
            (None, _) => NOTHING.to_string(),
        }
    });
    let path = parts.collect::<Vec<_>>().join("/");
    let by_query = ["/api/v1/models/model", "/api/v1/models/model/toggle"].contains(&route.path);
    match names.get("model") {
        Some(id) if by_query => format!("{path}?id={id}"),
        _ => path,
    }
}

/// A body that the route accepts when it is called by somebody who may.
pub fn body_of(route: &RouteInfo, names: &Names) -> Option<Value> {
    if route.method == Method::GET || route.method == Method::HEAD {
        return None;
    }
    let model = names.get("model").map_or(NOTHING, String::as_str);
    let messages = json!([{"role": "user", "content": "Hello"}]);
    let body = match route.path {
        "/api/v1/channels/create" => json!({"name": "matrix", "type": "group"}),
        "/api/v1/channels/{id}/update" => json!({"name": "changed"}),
        "/api/v1/channels/{id}/update/members/add" | "/api/v1/channels/{id}/update/members/remove" => {
            json!({"user_ids": []})
        }
        "/api/v1/channels/{id}/members/active" => json!({"is_active": true}),
        "/api/v1/channels/{id}/messages/post"
        | "/api/v1/channels/{id}/messages/{message_id}/update"
        | "/api/v1/chats/{id}/messages/{message_id}"
        | "/api/v1/files/{id}/data/content/update"
        | "/api/v1/memories/{memory_id}/update" => json!({"content": "changed"}),
        "/api/v1/channels/{id}/messages/{message_id}/pin" => json!({"is_pinned": true}),
        path if path.contains("/reactions/") => json!({"name": "smile"}),
        "/api/v1/chats/{id}" | "/api/v1/chats/new" => json!({"chat": {"title": "changed"}}),
        "/api/v1/chats/{id}/messages/{message_id}/event" => {
            json!({"type": "status", "data": {"description": "changed"}})
        }
        "/api/v1/chats/{id}/folder" => json!({"folder_id": null}),
        path if path.starts_with("/api/v1/chats/") && path.ends_with("tags") => json!({"name": "matrix"}),
        "/api/v1/evaluations/feedback" | "/api/v1/evaluations/feedback/{id}" => {
            json!({"type": "rating", "data": {"rating": 1}})
        }
        "/api/v1/folders/{id}/update" | "/api/v1/folders/" => {
            json!({"name": uuid::Uuid::new_v4().to_string()})
        }
        "/api/v1/folders/{id}/update/parent" => json!({"parent_id": null}),
        "/api/v1/folders/{id}/update/expanded" => json!({"is_expanded": true}),
        "/api/v1/models/create" => {
            json!({"id": uuid::Uuid::new_v4().to_string(), "name": "New", "base_model_id": "thinker", "meta": {}, "params": {}})
        }
        "/api/v1/models/model/update" => {
            json!({"id": model, "name": "changed", "base_model_id": "thinker", "meta": {}, "params": {}})
        }
        "/api/v1/models/model/delete" => json!({"id": model}),
        "/api/v1/models/import" => json!({"models": []}),
        "/api/v1/notes/create" | "/api/v1/notes/{id}/update" => json!({"title": "changed"}),
        "/api/v1/prompts/create" => {
            json!({"command": uuid::Uuid::new_v4().to_string(), "title": "New", "content": "x"})
        }
        "/api/v1/prompts/command/{command}/update" => {
            json!({"command": "x", "title": "changed", "content": "changed"})
        }
        _ if route.rule.resource() == Some(Resource::Model) => json!({
            "model": model, "messages": messages, "prompt": "Hello", "input": "Hello", "stream": false,
            "responses": ["One", "Two"],
        }),
        _ => json!({}),
    };
    Some(body)
}
