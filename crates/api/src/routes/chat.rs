//! Completions: as a plain API, or as turns that run on the server; running tasks and how to stop them.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use transom_chat::{Reply, StopOutcome};
use transom_identity::access::Action;

use super::answers;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Path, Verified},
    proxy,
    router::Routes,
    rule::{Resource, Rule},
};

/// The body names a model, and perhaps a chat, which has to be the caller's.
const MODEL: Rule = Rule::OwnerOrGrant(Resource::Model, Action::Read);
const TURN: Rule = Rule::OwnerOrAdmin(Resource::Turn, None);

/// Everything in this module.
pub fn routes() -> Routes {
    let summary = "Answer a conversation: as a plain API, or as a turn that fills a chat message";
    Routes::default()
        .post("/api/chat/completions", MODEL, summary, completions)
        .or_gives("text/event-stream")
        .post("/api/v1/chat/completions", MODEL, summary, completions)
        .or_gives("text/event-stream")
        .post("/api/chat/completed", MODEL, "Run the filters on a finished answer", completed)
        .post("/api/chat/actions/{action_id}", Rule::Verified, "Run an action on a message", action)
        .get("/api/tasks", Rule::Admin, "Running turns of everybody", tasks)
        .gives::<answers::Tasks>()
        .get("/api/tasks/chat/{chat_id}", TURN, "Running turns of a chat", tasks_of_chat)
        .gives::<answers::TaskIds>()
        .post("/api/tasks/stop/{task_id}", TURN, "Stop a running turn", stop)
        .gives::<answers::Stopped>()
}

async fn completions(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(body): Body<Map<String, Value>>,
) -> Result<Response> {
    match app.chat.complete(&caller, body).await? {
        Reply::Started { task_id } => Ok(Json(json!({"status": true, "task_id": task_id})).into_response()),
        Reply::Passed { upstream, extra } => Ok(proxy::pass_with(*upstream, extra)),
    }
}

async fn completed(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(body): Body<Map<String, Value>>,
) -> Result<Json<Map<String, Value>>> {
    Ok(Json(app.chat.completed(&caller, body).await?))
}

/// Actions are plugins; this server has none yet, so that every name is unknown.
async fn action(_: Verified, Path(action_id): Path<String>) -> ApiError {
    ApiError::bad_request(format!("Action not found: {action_id}"))
}

async fn tasks(State(app): State<App>, _: Admin) -> Result<Json<Value>> {
    Ok(Json(json!({"tasks": app.chat.tasks().await?})))
}

async fn tasks_of_chat(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(chat_id): Path<String>,
) -> Result<Json<Value>> {
    Ok(Json(json!({"task_ids": app.chat.tasks_of_chat(&caller, &chat_id).await?})))
}

async fn stop(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(task_id): Path<String>,
) -> Result<Json<Value>> {
    let answer = match app.chat.stop(&caller, &task_id).await? {
        StopOutcome::Stopped => {
            json!({"status": true, "message": format!("Task {task_id} was told to stop.")})
        }
        StopOutcome::Unknown => {
            json!({"status": false, "message": format!("Task with ID {task_id} not found.")})
        }
    };
    Ok(Json(answer))
}
