//! Helper tasks: title, tags, follow-ups and their kin, on request and after a turn.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use transom_config::{Setting, keys, prompts as built_in};
use transom_identity::Caller;
use transom_providers::{Model, Upstream, UpstreamBody};

use crate::{
    ChatError, Inner, Result, models, prepare,
    prompts::{self, Material},
    request::TurnRequest,
    requester,
    turn::Out,
};

/// A helper task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A short title for a chat.
    Title,
    /// Topics of a chat.
    Tags,
    /// What the user may ask next.
    FollowUps,
    /// A description to draw.
    ImagePrompt,
    /// Search queries for a question.
    Queries,
    /// The rest of a half-typed text.
    Autocomplete,
    /// One emoji for a mood.
    Emoji,
    /// One answer out of several.
    Merge,
}

impl Task {
    fn template(self) -> (Option<&'static Setting<String>>, &'static str) {
        match self {
            Task::Title => (Some(&keys::TITLE_GENERATION_PROMPT_TEMPLATE), built_in::TITLE),
            Task::Tags => (Some(&keys::TAGS_GENERATION_PROMPT_TEMPLATE), built_in::TAGS),
            Task::FollowUps => (Some(&keys::FOLLOW_UP_GENERATION_PROMPT_TEMPLATE), built_in::FOLLOW_UPS),
            Task::ImagePrompt => {
                (Some(&keys::IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE), built_in::IMAGE_PROMPT)
            }
            Task::Queries => (Some(&keys::QUERY_GENERATION_PROMPT_TEMPLATE), built_in::QUERIES),
            Task::Autocomplete => {
                (Some(&keys::AUTOCOMPLETE_GENERATION_PROMPT_TEMPLATE), built_in::AUTOCOMPLETE)
            }
            Task::Emoji => (None, built_in::EMOJI),
            Task::Merge => (None, built_in::MERGE),
        }
    }

    /// Refuses a task that is switched off or asked too much.
    fn check(self, inner: &Inner, body: &Map<String, Value>) -> Result<()> {
        let settings = &inner.settings;
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
        let (on, name) = match self {
            Task::Title => (settings.get(&keys::ENABLE_TITLE_GENERATION), "Title"),
            Task::Tags => (settings.get(&keys::ENABLE_TAGS_GENERATION), "Tags"),
            Task::FollowUps => (settings.get(&keys::ENABLE_FOLLOW_UP_GENERATION), "Follow-up"),
            Task::Autocomplete => (settings.get(&keys::ENABLE_AUTOCOMPLETE_GENERATION), "Autocompletion"),
            Task::Queries if text("type") == "web_search" => {
                (settings.get(&keys::ENABLE_SEARCH_QUERY_GENERATION), "Search query")
            }
            Task::Queries => (settings.get(&keys::ENABLE_RETRIEVAL_QUERY_GENERATION), "Query"),
            _ => (true, ""),
        };
        if !on {
            return Err(ChatError::Disabled(name));
        }
        let limit = settings.get(&keys::AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH);
        let length = i64::try_from(text("prompt").chars().count()).unwrap_or(i64::MAX);
        if self == Task::Autocomplete && limit > 0 && length > limit {
            let message =
                format!("The text is too long to complete: at most {limit} characters are allowed.");
            return Err(ChatError::Invalid(message));
        }
        Ok(())
    }
}

/// Runs a task for a request of its own.
pub(crate) async fn run(
    inner: &Inner,
    caller: &Caller,
    task: Task,
    body: Map<String, Value>,
) -> Result<Upstream> {
    task.check(inner, &body)?;
    let id = body.get("model").and_then(Value::as_str).ok_or(ChatError::ModelNotFound)?;
    let model = models::find(inner, caller, id).await?;
    let none = Vec::new();
    let messages = body.get("messages").and_then(Value::as_array).unwrap_or(&none);
    let responses: Vec<String> = body
        .get("responses")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).map(str::to_string).collect())
        .unwrap_or_default();
    let kind = match body.get("type").and_then(Value::as_str) {
        Some("search query") => "Search Query",
        _ => "General",
    };
    let material = Material {
        messages,
        prompt: body.get("prompt").and_then(Value::as_str),
        kind,
        responses: &responses,
    };
    let stream = task == Task::Merge && body.get("stream").and_then(Value::as_bool).unwrap_or(false);
    send(inner, caller, task, &model, &material, stream).await
}

async fn send(
    inner: &Inner,
    caller: &Caller,
    task: Task,
    chat_model: &Arc<Model>,
    material: &Material<'_>,
    stream: bool,
) -> Result<Upstream> {
    // The merged answer is written by the chat's own model; the rest by the task model.
    let model = if task == Task::Merge { chat_model.clone() } else { task_model(inner, chat_model).await };
    let (setting, built_in) = task.template();
    let saved = setting.map(|s| inner.settings.get(s)).filter(|text| !text.trim().is_empty());
    let template = saved.as_deref().unwrap_or(built_in);
    let prompt = prompts::fill(template, material, &prepare::template_user(caller));
    let mut body = Map::new();
    body.insert("model".into(), json!(model.id));
    body.insert("messages".into(), json!([{"role": "user", "content": prompt}]));
    body.insert("stream".into(), json!(stream));
    let limit = match task {
        Task::Title => Some(
            model
                .access
                .as_ref()
                .and_then(|row| row.params.get("max_tokens"))
                .and_then(Value::as_i64)
                .unwrap_or(1000),
        ),
        Task::Emoji => Some(4),
        _ => None,
    };
    if let Some(limit) = limit {
        let ollama = model.json.get("owned_by").and_then(Value::as_str) == Some("ollama");
        body.insert(if ollama { "max_tokens" } else { "max_completion_tokens" }.into(), json!(limit));
    }
    Ok(inner.providers.chat(&requester(caller, None), body).await?)
}

/// The model that does the small work for a chat's model.
async fn task_model(inner: &Inner, chat_model: &Arc<Model>) -> Arc<Model> {
    let local = chat_model.json.get("connection_type").and_then(Value::as_str) == Some("local");
    let id = inner.settings.get(if local { &keys::TASK_MODEL } else { &keys::TASK_MODEL_EXTERNAL });
    let list = inner.providers.catalogue().list(false).await;
    list.by_id.get(&id).cloned().unwrap_or_else(|| chat_model.clone())
}

/// The text a task model answered, reasoning included when there is nothing else.
fn answer_text(upstream: &Upstream) -> Option<String> {
    let UpstreamBody::Json(body) = &upstream.body else { return None };
    let message = body.pointer("/choices/0/message").filter(|_| upstream.status < 400)?;
    let text = |key: &str| message.get(key).and_then(Value::as_str).filter(|t| !t.trim().is_empty());
    text("content").or_else(|| text("reasoning_content")).map(str::to_string)
}

/// A list of texts under a key of the JSON a model answered.
fn texts(answer: Option<&str>, key: &str) -> Vec<String> {
    let found = answer.and_then(prompts::json_in).and_then(|mut map| map.remove(key));
    match found {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_string).collect(),
        _ => Vec::new(),
    }
}

/// The tasks a finished turn asked for: follow-ups, title, tags, in this order.
pub(crate) async fn after_turn(
    inner: &Inner,
    caller: &Caller,
    request: &TurnRequest,
    out: &mut Out,
    answer: &str,
) {
    let Some(after) = After::new(inner, caller, request, answer).await else { return };
    let steps = [after.follow_ups(out).await, after.title(out).await, after.tags(out).await];
    for error in steps.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "a task after an answer failed");
    }
}

/// What the tasks after a turn share.
struct After<'a> {
    inner: &'a Inner,
    caller: &'a Caller,
    request: &'a TurnRequest,
    model: Arc<Model>,
    messages: Vec<Value>,
    /// The stored chat, absent for temporary ones.
    chat_id: Option<&'a str>,
    message_id: &'a str,
}

impl<'a> After<'a> {
    async fn new(
        inner: &'a Inner,
        caller: &'a Caller,
        request: &'a TurnRequest,
        answer: &str,
    ) -> Option<Self> {
        let target = request.ui.as_ref().filter(|_| !request.background.is_empty())?;
        let id = request.extra.get("selected_model_id").and_then(Value::as_str).unwrap_or(&request.model);
        let model = inner.providers.catalogue().find(id).await?;
        let chat_id = (!target.is_temporary()).then_some(target.chat_id.as_str());
        let stored = match chat_id {
            Some(chat_id) => inner.store.messages.branch(chat_id, &target.message_id).await.ok(),
            None => None,
        };
        let messages = match stored {
            Some(branch) => branch.into_iter().map(Value::Object).collect(),
            None => {
                let sent =
                    request.body.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
                let sent = sent.into_iter().filter(|m| m.get("role") != Some(&json!("system")));
                sent.chain([json!({"role": "assistant", "content": answer})]).collect()
            }
        };
        Some(Self { inner, caller, request, model, messages, chat_id, message_id: &target.message_id })
    }

    /// What the request says about a task: wanted, not wanted, or nothing.
    fn wanted(&self, key: &str) -> Option<bool> {
        self.request.background.get(key).and_then(Value::as_bool)
    }

    async fn ask(&self, task: Task) -> Result<Option<String>> {
        let material = Material { messages: &self.messages, kind: "General", ..Material::default() };
        let upstream = send(self.inner, self.caller, task, &self.model, &material, false).await?;
        Ok(answer_text(&upstream))
    }

    async fn follow_ups(&self, out: &Out) -> Result<()> {
        let on = self.inner.settings.get(&keys::ENABLE_FOLLOW_UP_GENERATION);
        if !on || self.wanted("follow_up_generation") != Some(true) {
            return Ok(());
        }
        let follow_ups = texts(self.ask(Task::FollowUps).await?.as_deref(), "follow_ups");
        if follow_ups.is_empty() {
            return Ok(());
        }
        if let Some(chat_id) = self.chat_id {
            let patch = Map::from_iter([("followUps".to_string(), json!(follow_ups))]);
            self.inner.store.messages.upsert(chat_id, self.message_id, patch).await?;
        }
        out.plain(json!({"type": "chat:message:follow_ups", "data": {"follow_ups": follow_ups}})).await;
        Ok(())
    }

    async fn title(&self, out: &Out) -> Result<()> {
        let Some(chat_id) = self.chat_id else { return Ok(()) };
        let first = self.messages.first().map(prompts::plain_text).unwrap_or_default();
        let title = match self.wanted("title_generation") {
            Some(true) if self.inner.settings.get(&keys::ENABLE_TITLE_GENERATION) => {
                let answer = self.ask(Task::Title).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "no title was generated; the first message stands in");
                    None
                });
                let found =
                    answer.as_deref().and_then(prompts::json_in).and_then(|mut map| map.remove("title"));
                found
                    .and_then(|t| t.as_str().map(str::to_string))
                    .filter(|t| !t.trim().is_empty())
                    .unwrap_or(first)
            }
            Some(_) if self.messages.len() == 2 => first,
            _ => return Ok(()),
        };
        if title.is_empty() {
            return Ok(());
        }
        self.inner.store.chats.set_title(chat_id, &title).await?;
        out.plain(json!({"type": "chat:title", "data": title})).await;
        Ok(())
    }

    async fn tags(&self, out: &Out) -> Result<()> {
        let Some(chat_id) = self.chat_id else { return Ok(()) };
        let on = self.inner.settings.get(&keys::ENABLE_TAGS_GENERATION);
        if !on || self.wanted("tags_generation") != Some(true) {
            return Ok(());
        }
        let tags = texts(self.ask(Task::Tags).await?.as_deref(), "tags");
        let mut ids = Vec::new();
        for name in tags.iter().filter(|name| !name.eq_ignore_ascii_case("none")) {
            let tag = self.inner.store.tags.ensure(&self.caller.user.id, name).await?;
            if !ids.contains(&tag.id) {
                ids.push(tag.id);
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        let Some(row) = self.inner.store.chats.row(chat_id).await? else { return Ok(()) };
        let mut meta = row.meta.as_object().cloned().unwrap_or_default();
        meta.insert("tags".into(), json!(ids));
        self.inner.store.chats.set_meta(chat_id, &Value::Object(meta)).await?;
        out.plain(json!({"type": "chat:tags", "data": tags})).await;
        Ok(())
    }
}
