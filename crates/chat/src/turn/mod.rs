//! A turn from start to end: it belongs to the server, not to the tab that asked for it.

mod loading;
mod out;
mod stream;

use serde_json::{Map, Value, json};
use transom_identity::Caller;
use transom_providers::{ProviderError, Upstream, UpstreamBody};

use crate::{
    Chat, ChatError, Inner, Result, attachments, background, direct,
    fold::Fold,
    journal::Journal,
    models::Resolved,
    prepare, reasoning,
    request::{TurnRequest, UiTarget},
    requester,
    tasks::Handle,
};

pub(crate) use out::Out;
use stream::Ended;

/// Everything a running turn holds.
struct Turn {
    chat: Chat,
    caller: Caller,
    request: TurnRequest,
    target: UiTarget,
    model: Resolved,
    out: Out,
    handle: Handle,
}

/// Registers a turn and runs it in the background; gives the id by which it can be stopped.
///
/// # Errors
/// When the turn could not be registered or the message could not be marked as running.
pub(crate) async fn start(
    chat: Chat,
    caller: Caller,
    request: TurnRequest,
    model: Resolved,
) -> Result<String> {
    let Some(target) = request.ui.clone() else {
        return Err(ChatError::Invalid("The request names no chat message to fill.".into()));
    };
    let inner = &chat.0;
    let handle = inner.tasks.add(&caller.user.id, &target.chat_id, &target.message_id).await?;
    let task_id = handle.task_id.clone();
    if !target.is_temporary() {
        let patch = opening(&request);
        let begun = async {
            inner.store.messages.upsert(&target.chat_id, &target.message_id, patch).await?;
            inner.store.messages.begin_turn(&target.chat_id, &target.message_id, &inner.node).await
        };
        if let Err(error) = begun.await {
            inner.tasks.remove(&task_id).await;
            return Err(error.into());
        }
        attachments::link(inner, &caller, &request, &target.chat_id).await;
    }
    let out = Out::new(inner.emitter.clone(), &caller.user.id, &target);
    let tracker = inner.running.clone();
    let turn = Turn { chat, caller, request, target, model, out, handle };
    tracker.spawn(async move {
        let (inner, task_id) = (turn.chat.0.clone(), turn.handle.task_id.clone());
        turn.run().await;
        inner.tasks.remove(&task_id).await;
    });
    Ok(task_id)
}

/// What the message is known to be before any text arrives.
fn opening(request: &TurnRequest) -> Map<String, Value> {
    let mut patch = Map::new();
    patch.insert("role".into(), json!("assistant"));
    if let Some(parent) = &request.parent_id {
        patch.insert("parentId".into(), json!(parent));
    }
    patch.insert("model".into(), json!(request.model));
    for stale in ["error", "interrupted", "done"] {
        patch.insert(stale.into(), Value::Null);
    }
    patch.retain(|key, value| !value.is_null() || matches!(key.as_str(), "error" | "interrupted" | "done"));
    patch
}

impl Turn {
    async fn run(mut self) {
        let mut journal = None;
        match self.answer(&mut journal).await {
            Ok((fold, ended)) => self.conclude(fold, ended, journal).await,
            Err(error) => self.fail(error_content(&error)).await,
        }
    }

    fn inner(&self) -> &Inner {
        &self.chat.0
    }

    /// Opens the stream and folds it.
    async fn answer(&mut self, journal: &mut Option<Journal>) -> Result<(Fold, Ended)> {
        let existing = self.existing().await?;
        let pairs = reasoning::pairs(self.request.params.get("reasoning_tags"));
        let mut fold = Fold::new(existing, pairs);
        let request = self.request.clone();
        let prepared = prepare::prepare(&self.chat.0, &self.caller, request, &self.model).await?;
        for (key, value) in &prepared.extra {
            self.out.completion(json!({key: value})).await;
        }
        let opened = tokio::select! {
            opened = self.open(prepared.body) => opened?,
            never = loading::tell(self) => match never {},
            () = self.handle.cancel.cancelled() => return Ok((fold, Ended::Stopped)),
            () = self.handle.interrupt.cancelled() => return Ok((fold, Ended::Interrupted)),
        };
        if !self.target.is_temporary() {
            let messages = self.inner().store.messages.clone();
            *journal = Some(Journal::new(messages, &self.target.chat_id, &self.target.message_id));
        }
        let ended = match opened.body {
            UpstreamBody::Stream(bytes) if opened.status < 400 => {
                let events = transom_providers::deltas(bytes);
                stream::follow(&mut self.out, &mut fold, journal.as_mut(), events, &mut self.handle).await
            }
            UpstreamBody::Json(body) if opened.status < 400 && body.get("error").is_none() => {
                self.whole(&mut fold, body).await
            }
            body => return Err(refusal(opened.status, body).await.into()),
        };
        Ok((fold, ended))
    }

    async fn open(&self, body: Map<String, Value>) -> Result<Upstream> {
        if let Some(model) = &self.request.direct {
            return direct::open(&self.chat.0, &self.caller, &self.target, model, body).await;
        }
        let chat_id = Some(self.target.chat_id.as_str());
        Ok(self.inner().providers.chat(&requester(&self.caller, chat_id), body).await?)
    }

    /// The text the message holds already: a continued answer is added to it.
    async fn existing(&self) -> Result<String> {
        if self.target.is_temporary() {
            return Ok(String::new());
        }
        let message = self.inner().store.messages.get(&self.target.chat_id, &self.target.message_id).await?;
        let content = message.as_ref().and_then(|m| m.get("content")).and_then(Value::as_str);
        Ok(content.unwrap_or_default().to_string())
    }

    /// An answer that came in one piece.
    async fn whole(&mut self, fold: &mut Fold, body: Value) -> Ended {
        let message = body.pointer("/choices/0/message");
        if let Some(text) = message.and_then(|m| m.get("reasoning_content")).and_then(Value::as_str) {
            fold.reasoning(text);
        }
        if let Some(text) = message.and_then(|m| m.get("content")).and_then(Value::as_str) {
            fold.content(text);
        }
        let usage = body.get("usage").filter(|u| !u.is_null()).cloned();
        self.out.completion(body).await;
        Ended::Complete { usage, error: None, selected: None }
    }

    async fn conclude(mut self, mut fold: Fold, ended: Ended, journal: Option<Journal>) {
        fold.finish();
        let content = fold.stored();
        if let Some(mut journal) = journal {
            journal.settle().await;
        }
        let mut patch = Map::new();
        patch.insert("content".into(), json!(content));
        patch.insert("done".into(), json!(true));
        match ended {
            Ended::Complete { usage, error, selected } => {
                let selected =
                    selected.map(Value::String).or(self.request.extra.get("selected_model_id").cloned());
                for (key, value) in [("usage", usage), ("selectedModelId", selected)] {
                    value.and_then(|value| patch.insert(key.into(), value));
                }
                if let Some(error) = error.filter(|_| content.is_empty()) {
                    patch.insert("error".into(), json!({"content": error}));
                }
                self.store(patch).await;
                let title = self.title().await;
                self.out.end(json!({"done": true, "content": content, "title": title})).await;
                background::after_turn(&self.chat.0, &self.caller, &self.request, &mut self.out, &content)
                    .await;
            }
            Ended::Stopped => {
                self.store(patch).await;
                self.out.end(json!({"content": content})).await;
                self.out.plain(json!({"type": "chat:tasks:cancel"})).await;
            }
            Ended::Interrupted => {
                patch.insert("interrupted".into(), json!(true));
                self.store(patch).await;
                self.out.end(json!({"content": content})).await;
                self.out.plain(json!({"type": "chat:tasks:cancel"})).await;
            }
            Ended::Broken(error) => {
                let error = json!({"content": error.to_string()});
                patch.insert("error".into(), error.clone());
                self.store(patch).await;
                self.out.end(json!({"content": content})).await;
                self.out.plain(json!({"type": "chat:message:error", "data": {"error": error}})).await;
                self.out.plain(json!({"type": "chat:tasks:cancel"})).await;
            }
        }
    }

    /// Nothing could be answered: the message says why.
    async fn fail(self, content: Value) {
        let error = json!({"content": content});
        let mut patch = Map::new();
        patch.insert("error".into(), error.clone());
        patch.insert("done".into(), json!(true));
        self.store(patch).await;
        self.out.plain(json!({"type": "chat:message:error", "data": {"error": error}})).await;
        self.out.plain(json!({"type": "chat:tasks:cancel"})).await;
    }

    async fn store(&self, patch: Map<String, Value>) {
        if self.target.is_temporary() {
            return;
        }
        let (chat_id, message_id) = (&self.target.chat_id, &self.target.message_id);
        if let Err(error) = self.inner().store.messages.end_turn(chat_id, message_id, patch).await {
            tracing::error!(%error, chat_id, message_id, "an answer could not be saved");
        }
    }

    async fn title(&self) -> Option<String> {
        if self.target.is_temporary() {
            return None;
        }
        self.inner().store.chats.row(&self.target.chat_id).await.ok().flatten().map(|row| row.title)
    }
}

/// What a message keeps of an error: the provider's own object when there is one.
fn error_content(error: &ChatError) -> Value {
    match error {
        ChatError::Provider(ProviderError::Status { body, .. }) => {
            let inner = body.get("error").or_else(|| body.get("detail")).unwrap_or(body);
            if inner.is_null() { json!(error.to_string()) } else { inner.clone() }
        }
        other => json!(other.to_string()),
    }
}

/// A refused request as an error, whatever form its body has.
async fn refusal(status: u16, body: UpstreamBody) -> ProviderError {
    use futures::StreamExt;
    let bytes = match body {
        UpstreamBody::Json(body) => return ProviderError::Status { status, body },
        UpstreamBody::Bytes(bytes) => bytes.to_vec(),
        UpstreamBody::Stream(mut stream) => {
            let mut all = Vec::new();
            // An error body is short; what is longer is not worth keeping.
            while let (Some(Ok(part)), true) = (stream.next().await, all.len() < 64 * 1024) {
                all.extend_from_slice(&part);
            }
            all
        }
    };
    let text = String::from_utf8_lossy(&bytes).trim().to_string();
    let body = serde_json::from_str(&text).unwrap_or_else(|_| json!({"error": text}));
    ProviderError::Status { status, body }
}
