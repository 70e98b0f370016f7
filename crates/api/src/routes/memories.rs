//! What models shall remember of a user.

use axum::{Json, extract::State, http::StatusCode};
use chrono::DateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use transom_store::{Memory, StoreError};

use super::retrieval::{TextVector, vector_of};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

/// Memories that a question may ask for.
const MOST: usize = 100;

const ONE: Rule = Rule::Owner(Resource::Memory, None);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/memories/", Rule::Verified, "The caller's memories", list)
        .post("/api/v1/memories/add", Rule::Verified, "Remember something", add)
        .get("/api/v1/memories/ef", Rule::Verified, "The vector of a greeting, where ENV is dev", greeting)
        .post("/api/v1/memories/query", Rule::Verified, "The memories nearest to a text", query)
        .post("/api/v1/memories/reset", Rule::Verified, "Prepare all memories for questions again", reset)
        .delete("/api/v1/memories/delete/user", Rule::Verified, "Forget everything", delete_all)
        .delete("/api/v1/memories/{memory_id}", ONE, "Forget something", delete)
        .post("/api/v1/memories/{memory_id}/update", ONE, "Change a memory", update)
}

/// A memory as clients see it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MemoryModel")]
struct MemoryShape {
    id: String,
    user_id: String,
    content: String,
    /// Unix seconds.
    updated_at: i64,
    /// Unix seconds.
    created_at: i64,
}

impl From<Memory> for MemoryShape {
    fn from(memory: Memory) -> Self {
        let Memory { id, user_id, content, updated_at, created_at } = memory;
        Self { id, user_id, content, updated_at, created_at }
    }
}

async fn list(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<MemoryShape>>> {
    let memories = app.store.memories.of_user(&caller.user.id).await?;
    Ok(Json(memories.into_iter().map(MemoryShape::from).collect()))
}

/// Shows that vectors can be computed.
async fn greeting(State(app): State<App>, Verified(caller): Verified) -> Result<Json<TextVector>> {
    vector_of(&app, &caller, "hello world".to_owned()).await
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "AddMemoryForm")]
struct NewMemory {
    content: String,
}

async fn add(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<NewMemory>,
) -> Result<Json<MemoryShape>> {
    let memory = app.store.memories.create(&caller.user.id, &form.content).await?;
    app.chat.learn(&caller, vec![memory.clone()]).await;
    Ok(Json(memory.into()))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "QueryMemoryForm")]
struct Question {
    content: String,
    /// How many at most.
    #[serde(default)]
    k: Option<u32>,
}

/// Lists in a list: the answers to one question.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FoundMemories")]
struct Found {
    ids: [Vec<String>; 1],
    documents: [Vec<String>; 1],
    metadatas: [Vec<Value>; 1],
    /// From 0 (nothing in common) to 1 (the same).
    distances: [Vec<f64>; 1],
}

async fn query(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<Question>,
) -> Result<Json<Found>> {
    let most = form.k.map_or(1, |k| usize::try_from(k).unwrap_or(MOST)).clamp(1, MOST);
    let memories = app.chat.recall(&caller, &form.content, most).await?;
    if memories.is_empty() {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "No memories found for user"));
    }
    let mut found = Found { ids: [vec![]], documents: [vec![]], metadatas: [vec![]], distances: [vec![]] };
    for (memory, near) in memories {
        let date =
            DateTime::from_timestamp(memory.created_at, 0).map(|date| date.format("%Y-%m-%d").to_string());
        found.ids[0].push(memory.id);
        found.documents[0].push(memory.content);
        found.metadatas[0].push(json!({"created_at": memory.created_at, "date": date}));
        found.distances[0].push(near);
    }
    Ok(Json(found))
}

/// Computes the vectors of all memories anew.
async fn reset(State(app): State<App>, Verified(caller): Verified) -> Result<Json<bool>> {
    let memories = app.store.memories.of_user(&caller.user.id).await?;
    app.chat.learn(&caller, memories).await;
    Ok(Json(true))
}

async fn delete_all(State(app): State<App>, Verified(caller): Verified) -> Result<Json<bool>> {
    Ok(Json(app.store.memories.delete_all(&caller.user.id).await? > 0))
}

async fn delete(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    if app.store.memories.delete(&id, &caller.user.id).await? { Ok(Json(true)) } else { Err(not_found()) }
}

fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "Memory not found")
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "MemoryUpdateModel")]
struct Change {
    #[serde(default)]
    content: Option<String>,
}

async fn update(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<Change>,
) -> Result<Json<MemoryShape>> {
    let missing = |error| match error {
        StoreError::NotFound => not_found(),
        other => other.into(),
    };
    let memories = &app.store.memories;
    let memory = match form.content {
        Some(content) => {
            let memory = memories.update(&id, &caller.user.id, &content).await.map_err(missing)?;
            app.chat.learn(&caller, vec![memory.clone()]).await;
            memory
        }
        None => {
            let all = memories.of_user(&caller.user.id).await?;
            all.into_iter().find(|memory| memory.id == id).ok_or_else(|| missing(StoreError::NotFound))?
        }
    };
    Ok(Json(memory.into()))
}
