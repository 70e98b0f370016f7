//! Helper tasks (title, tags, follow-ups, ...) and their settings.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_chat::{ChatError, Task};
use transom_config::{Settings, keys};
use transom_identity::{Caller, access::Action};

use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Verified},
    proxy,
    router::Routes,
    rule::{Resource, Rule},
};

type Form = Map<String, Value>;

/// The body names a model.
const MODEL: Rule = Rule::OwnerOrGrant(Resource::Model, Action::Read);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/tasks/config", Rule::Verified, "Settings of the helper tasks", config)
        .post("/api/v1/tasks/config/update", Rule::Admin, "Change the helper tasks", set_config)
        .post("/api/v1/tasks/title/completions", MODEL, "A title for a conversation", title)
        .post("/api/v1/tasks/tags/completions", MODEL, "Topics of a conversation", tags)
        .post("/api/v1/tasks/follow_up/completions", MODEL, "Questions that may follow", follow_up)
        .post("/api/v1/tasks/image_prompt/completions", MODEL, "A description to draw", image_prompt)
        .post("/api/v1/tasks/queries/completions", MODEL, "Search queries for a question", queries)
        .post("/api/v1/tasks/auto/completions", MODEL, "The rest of a half-typed text", auto)
        .post("/api/v1/tasks/emoji/completions", MODEL, "An emoji for a mood", emoji)
        .post("/api/v1/tasks/moa/completions", MODEL, "One answer out of several", moa)
        .or_gives("text/event-stream")
}

async fn run(app: &App, caller: &Caller, task: Task, form: Form) -> Result<Response> {
    match app.chat.run_task(caller, task, form).await {
        Ok(upstream) => Ok(proxy::pass(upstream)),
        Err(error @ ChatError::Disabled(_)) if matches!(task, Task::Title | Task::Tags | Task::FollowUps) => {
            Ok(Json(json!({"detail": error.to_string()})).into_response())
        }
        Err(error @ ChatError::ModelNotFound) => {
            Err(ApiError::from(error).with_status(StatusCode::NOT_FOUND))
        }
        Err(error) => Err(error.into()),
    }
}

macro_rules! task_route {
    ($name:ident, $task:expr) => {
        async fn $name(
            State(app): State<App>,
            Verified(caller): Verified,
            Body(form): Body<Form>,
        ) -> Result<Response> {
            run(&app, &caller, $task, form).await
        }
    };
}

task_route!(title, Task::Title);
task_route!(tags, Task::Tags);
task_route!(follow_up, Task::FollowUps);
task_route!(image_prompt, Task::ImagePrompt);
task_route!(queries, Task::Queries);
task_route!(auto, Task::Autocomplete);
task_route!(emoji, Task::Emoji);
task_route!(moa, Task::Merge);

#[allow(non_snake_case)]
#[derive(Serialize, Deserialize, JsonSchema)]
struct TaskConfig {
    TASK_MODEL: Option<String>,
    TASK_MODEL_EXTERNAL: Option<String>,
    ENABLE_TITLE_GENERATION: bool,
    TITLE_GENERATION_PROMPT_TEMPLATE: String,
    IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE: String,
    ENABLE_AUTOCOMPLETE_GENERATION: bool,
    AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH: i64,
    TAGS_GENERATION_PROMPT_TEMPLATE: String,
    FOLLOW_UP_GENERATION_PROMPT_TEMPLATE: String,
    ENABLE_FOLLOW_UP_GENERATION: bool,
    ENABLE_TAGS_GENERATION: bool,
    ENABLE_SEARCH_QUERY_GENERATION: bool,
    ENABLE_RETRIEVAL_QUERY_GENERATION: bool,
    QUERY_GENERATION_PROMPT_TEMPLATE: String,
    TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE: String,
    VOICE_MODE_PROMPT_TEMPLATE: Option<String>,
}

fn read(s: &Settings) -> TaskConfig {
    TaskConfig {
        TASK_MODEL: Some(s.get(&keys::TASK_MODEL)),
        TASK_MODEL_EXTERNAL: Some(s.get(&keys::TASK_MODEL_EXTERNAL)),
        ENABLE_TITLE_GENERATION: s.get(&keys::ENABLE_TITLE_GENERATION),
        TITLE_GENERATION_PROMPT_TEMPLATE: s.get(&keys::TITLE_GENERATION_PROMPT_TEMPLATE),
        IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE: s.get(&keys::IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE),
        ENABLE_AUTOCOMPLETE_GENERATION: s.get(&keys::ENABLE_AUTOCOMPLETE_GENERATION),
        AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH: s.get(&keys::AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH),
        TAGS_GENERATION_PROMPT_TEMPLATE: s.get(&keys::TAGS_GENERATION_PROMPT_TEMPLATE),
        FOLLOW_UP_GENERATION_PROMPT_TEMPLATE: s.get(&keys::FOLLOW_UP_GENERATION_PROMPT_TEMPLATE),
        ENABLE_FOLLOW_UP_GENERATION: s.get(&keys::ENABLE_FOLLOW_UP_GENERATION),
        ENABLE_TAGS_GENERATION: s.get(&keys::ENABLE_TAGS_GENERATION),
        ENABLE_SEARCH_QUERY_GENERATION: s.get(&keys::ENABLE_SEARCH_QUERY_GENERATION),
        ENABLE_RETRIEVAL_QUERY_GENERATION: s.get(&keys::ENABLE_RETRIEVAL_QUERY_GENERATION),
        QUERY_GENERATION_PROMPT_TEMPLATE: s.get(&keys::QUERY_GENERATION_PROMPT_TEMPLATE),
        TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE: s.get(&keys::TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE),
        VOICE_MODE_PROMPT_TEMPLATE: Some(s.get(&keys::VOICE_MODE_PROMPT_TEMPLATE)),
    }
}

async fn config(State(app): State<App>, _: Verified) -> Json<TaskConfig> {
    Json(read(&app.settings))
}

async fn set_config(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<TaskConfig>,
) -> Result<Json<TaskConfig>> {
    // Every field of the form is a setting of the same name.
    let fields = serde_json::to_value(&form).unwrap_or_default();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let value = if value.is_null() { json!("") } else { value.clone() };
        app.settings.set_json(name, value).await?;
    }
    Ok(Json(read(&app.settings)))
}
