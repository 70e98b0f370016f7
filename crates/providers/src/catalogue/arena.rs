//! Arena models: entries that stand for one of several models, picked at random per request.

use std::sync::Arc;

use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::model::{Kind, Model, ModelList};

/// The entries of the list.
pub(super) fn models(choices: &Value, now: i64) -> Vec<Model> {
    if choices["arena"] != Value::Bool(true) {
        return Vec::new();
    }
    let configured = choices["arena_models"].as_array().filter(|list| !list.is_empty());
    match configured {
        Some(list) => list.iter().filter_map(|entry| model(entry, now)).collect(),
        None => model(&default_entry(), now).into_iter().collect(),
    }
}

fn default_entry() -> Value {
    json!({
        "id": "arena-model",
        "name": "Arena Model",
        "meta": {
            "profile_image_url": "/favicon.png",
            "description": "Answers with one of the other models, picked at random, so that you can rate without knowing which.",
            "model_ids": null,
        },
    })
}

fn model(entry: &Value, now: i64) -> Option<Model> {
    let id = entry["id"].as_str()?.to_owned();
    let mut meta = entry["meta"].clone();
    if let Some(meta) = meta.as_object_mut() {
        meta.shift_remove("profile_image_url");
    }
    let json = json!({
        "id": id, "name": entry["name"], "info": { "meta": meta }, "object": "model", "created": now,
        "owned_by": "arena", "arena": true, "actions": [], "filters": [], "tags": [],
    });
    Some(Model { id, json, kind: Kind::Arena, access: None })
}

/// One of the models an arena entry names, or of all others when it names none.
pub(super) fn pick(list: &ModelList, arena: &Model) -> Option<Arc<Model>> {
    let meta = &arena.json["info"]["meta"];
    let named: Vec<&str> =
        meta["model_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let exclude = meta["filter_mode"] == "exclude";
    let wanted = |m: &&Arc<Model>| {
        m.kind != Kind::Arena && (named.is_empty() || named.contains(&m.id.as_str()) != exclude)
    };
    let choices: Vec<_> = list.models.iter().filter(wanted).collect();
    choices.choose(&mut rand::rng()).map(|m| Arc::clone(m))
}
