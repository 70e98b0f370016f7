//! From the answers of the servers and the rows of the model table to the list that people see.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_store::ModelRow;

use super::arena;
use super::model::{Kind, Model, ModelList, without_tag};
use crate::conf::Conf;
use crate::connection::{Connection, Family};

/// Settings that shape the list.
pub(super) fn choices(conf: &Conf) -> Value {
    json!({
        "arena": conf.get(&keys::ENABLE_EVALUATION_ARENA_MODELS),
        "arena_models": conf.get(&keys::EVALUATION_ARENA_MODELS),
        "order": conf.get(&keys::MODEL_ORDER_LIST),
    })
}

/// A connection and the entries it answered with.
pub(super) type Source = (Connection, Arc<Vec<Value>>);

/// The whole list.
pub(super) fn merge(sources: &[Source], rows: &[ModelRow], choices: &Value) -> ModelList {
    let now = chrono::Utc::now().timestamp();
    let ollama = ollama_tags(sources);
    let mut base = openai_models(sources);
    base.extend(ollama.iter().filter_map(|tag| ollama_model(tag, now)));
    let base: Vec<Arc<Model>> = first_of_each(base).into_iter().map(Arc::new).collect();
    let mut models: Vec<Model> = base.iter().map(|m| Model::clone(m)).collect();
    if !models.is_empty() {
        models.extend(arena::models(choices, now));
        apply_rows(&mut models, rows);
    }
    models.retain(|m| m.json["pipeline"]["type"] != "filter");
    models.iter_mut().for_each(finish);
    sort(&mut models, &choices["order"]);
    let texts = models.iter().map(|m| m.json.to_string()).collect();
    let models: Vec<Arc<Model>> = models.into_iter().map(Arc::new).collect();
    ModelList { by_id: by_id(&models), models, texts, base_by_id: by_id(&base), base, ollama }
}

fn by_id(models: &[Arc<Model>]) -> HashMap<String, Arc<Model>> {
    models.iter().map(|m| (m.id.clone(), m.clone())).collect()
}

fn first_of_each(models: Vec<Model>) -> Vec<Model> {
    let mut seen = HashSet::new();
    models.into_iter().filter(|m| seen.insert(m.id.clone())).collect()
}

fn openai_models(sources: &[Source]) -> Vec<Model> {
    let ours = sources.iter().filter(|(connection, _)| connection.family == Family::OpenAi);
    ours.flat_map(|(connection, entries)| entries.iter().filter_map(|e| openai_model(connection, e)))
        .collect()
}

fn openai_model(connection: &Connection, entry: &Value) -> Option<Model> {
    let own_id = entry["id"].as_str()?;
    let id = connection.public_id(own_id);
    let mut given = entry.as_object()?.clone();
    given.insert("id".into(), json!(id));
    let tags = connection.tags();
    if !tags.is_empty() {
        given.insert("tags".into(), Value::Array(tags));
    }
    given.insert("connection_type".into(), json!(connection.connection_type()));
    let name = given.get("name").filter(|n| n.is_string()).cloned().unwrap_or_else(|| json!(id));
    let mut shown = given.clone();
    shown.insert("name".into(), name);
    shown.insert("owned_by".into(), json!("openai"));
    shown.insert("openai".into(), Value::Object(given));
    shown.insert("urlIdx".into(), json!(connection.idx));
    Some(Model { id, json: Value::Object(shown), kind: Kind::OpenAi { idx: connection.idx }, access: None })
}

/// The models of all Ollama servers, each name once, with the numbers of the servers that hold it.
fn ollama_tags(sources: &[Source]) -> Vec<Value> {
    let mut merged: IndexMap<String, Value> = IndexMap::new();
    for (connection, entries) in sources.iter().filter(|(c, _)| c.family == Family::Ollama) {
        for entry in entries.iter() {
            merge_tag(&mut merged, connection, entry);
        }
    }
    merged.into_values().collect()
}

/// Adds one entry of one server to a list of Ollama models.
pub(crate) fn merge_tag(merged: &mut IndexMap<String, Value>, connection: &Connection, entry: &Value) {
    let Some(own) = entry["model"].as_str() else { return };
    let id = connection.public_id(own);
    if let Some(known) = merged.get_mut(&id) {
        if let Some(urls) = known["urls"].as_array_mut() {
            urls.push(json!(connection.idx));
        }
        if known["expires_at"].as_i64() < entry["expires_at"].as_i64() {
            known["expires_at"] = entry["expires_at"].clone();
        }
        return;
    }
    let mut entry = entry.clone();
    entry["model"] = json!(id);
    let tags = connection.tags();
    if !tags.is_empty() {
        entry["tags"] = Value::Array(tags);
    }
    entry["connection_type"] = json!(connection.connection_type());
    entry["urls"] = json!([connection.idx]);
    merged.insert(id, entry);
}

fn ollama_model(tag: &Value, now: i64) -> Option<Model> {
    let id = tag["model"].as_str()?.to_owned();
    let urls =
        tag["urls"].as_array()?.iter().filter_map(Value::as_u64).filter_map(|n| usize::try_from(n).ok());
    let json = json!({
        "id": id, "name": tag["name"].as_str().unwrap_or(&id), "object": "model", "created": now,
        "owned_by": "ollama", "ollama": tag, "connection_type": tag["connection_type"],
        "tags": tag["tags"].as_array().cloned().unwrap_or_default(),
    });
    Some(Model { kind: Kind::Ollama { urls: urls.collect() }, id, json, access: None })
}

/// Settings on base models, then workspace models.
fn apply_rows(models: &mut Vec<Model>, rows: &[ModelRow]) {
    let (custom, settings): (Vec<_>, Vec<_>) = rows.iter().partition(|r| r.base_model_id.is_some());
    for row in settings {
        models.retain_mut(|model| !matches_row(model, row) || apply_settings(model, row));
    }
    let base_count = models.len();
    let mut taken: HashSet<String> = models.iter().map(|m| m.id.clone()).collect();
    for row in custom.into_iter().filter(|r| r.is_active) {
        if taken.insert(row.id.clone()) {
            let model = custom_model(&models[..base_count], row);
            models.push(model);
        }
    }
}

fn matches_row(model: &Model, row: &ModelRow) -> bool {
    model.id == row.id || matches!(model.kind, Kind::Ollama { .. }) && without_tag(&model.id) == row.id
}

/// False: the model is switched off and disappears.
fn apply_settings(model: &mut Model, row: &ModelRow) -> bool {
    model.json["name"] = json!(row.name);
    model.json["info"] = info(row);
    model.access = Some(row.clone());
    row.is_active
}

fn custom_model(models: &[Model], row: &ModelRow) -> Model {
    let base_id = row.base_model_id.as_deref().unwrap_or_default();
    let exact = models.iter().find(|m| m.id == base_id);
    let base = exact.or_else(|| models.iter().find(|m| without_tag(&m.id) == base_id));
    let mut json = json!({
        "id": row.id, "name": row.name, "object": "model", "created": row.created_at,
        "owned_by": base.map_or("openai", Model::owned_by),
        "connection_type": base.map_or(Value::Null, |b| b.json["connection_type"].clone()),
        "preset": true,
    });
    if let Some(pipe) = base.and_then(|b| b.json.get("pipe")) {
        json["pipe"] = pipe.clone();
    }
    json["info"] = info(row);
    let kind = Kind::Custom { base: base.map(|b| b.id.clone()) };
    Model { id: row.id.clone(), json, kind, access: Some(row.clone()) }
}

/// A row as everybody may see it: without parameters, and without the image, which can be large.
fn info(row: &ModelRow) -> Value {
    let mut meta = row.meta.clone();
    if let Some(meta) = meta.as_object_mut() {
        meta.shift_remove("profile_image_url");
    }
    json!({
        "id": row.id, "user_id": row.user_id, "base_model_id": row.base_model_id, "name": row.name, "meta": meta,
        "access_control": row.access_control, "is_active": row.is_active, "updated_at": row.updated_at,
        "created_at": row.created_at,
    })
}

/// The lists at the end of each entry. Actions and filters come from functions, which are added elsewhere.
fn finish(model: &mut Model) {
    let Some(json) = model.json.as_object_mut() else { return };
    let tags = all_tags(json);
    json.shift_remove("tags");
    json.insert("actions".into(), json!([]));
    json.insert("filters".into(), json!([]));
    json.insert("tags".into(), tags);
}

fn all_tags(json: &Map<String, Value>) -> Value {
    let own = json.get("info").and_then(|info| info["meta"]["tags"].as_array());
    let inherited = json.get("tags").and_then(Value::as_array);
    let mut seen = HashSet::new();
    let names =
        own.into_iter().chain(inherited).flatten().filter_map(|tag| tag["name"].as_str().or(tag.as_str()));
    names.filter(|name| seen.insert(*name)).map(|name| json!({ "name": name })).collect()
}

/// Listed models first in the order of the list, the others after them by name. Without a list nothing moves.
fn sort(models: &mut [Model], order: &Value) {
    let Some(order) = order.as_array().filter(|list| !list.is_empty()) else { return };
    let place: HashMap<&str, usize> =
        order.iter().enumerate().filter_map(|(i, id)| Some((id.as_str()?, i))).collect();
    models.sort_by_cached_key(|m| {
        (place.get(m.id.as_str()).copied().unwrap_or(usize::MAX), m.name().to_owned())
    });
}
