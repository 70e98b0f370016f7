//! What the section `chat` of an account's permissions leaves of its request.
//!
//! What would be refused anyway by a person who reads the answer is refused; what clients send along out of habit (saved
//! parameters, a saved system prompt) is left out.

use serde_json::{Map, Value};
use transom_identity::{Caller, IdentityError};
use transom_store::Role;

use crate::{
    Inner, Result,
    request::{TurnRequest, UiTarget},
    tasks::Place,
};

/// Fields beside `params` that say how a model is to answer.
const PARAMETERS: [&str; 22] = [
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "frequency_penalty",
    "presence_penalty",
    "repeat_penalty",
    "repetition_penalty",
    "max_tokens",
    "max_completion_tokens",
    "n",
    "seed",
    "stop",
    "logit_bias",
    "logprobs",
    "reasoning",
    "reasoning_effort",
    "verbosity",
    "options",
    "keep_alive",
    "format",
    "think",
];

/// The permissions of one caller.
struct Permissions<'a> {
    inner: &'a Inner,
    caller: &'a Caller,
}

impl Permissions<'_> {
    async fn have(&self, key: &str) -> Result<bool> {
        Ok(self.inner.identity.permits(&self.caller.user, key).await?)
    }

    async fn need(&self, key: &str) -> Result<()> {
        if self.have(key).await? { Ok(()) } else { Err(IdentityError::Forbidden.into()) }
    }
}

/// Refuses a request that the caller's permissions do not allow, and takes out of it what they leave out. What depends on
/// other turns of the chat comes with a place, to be kept until the turn is registered.
///
/// # Errors
/// `Forbidden`.
pub(crate) async fn check(
    inner: &Inner,
    caller: &Caller,
    request: &mut TurnRequest,
) -> Result<Option<Place>> {
    if caller.user.role == Role::Admin {
        return Ok(None);
    }
    let permissions = Permissions { inner, caller };
    if request.names_tool_servers {
        permissions.need("features.direct_tool_servers").await?;
    }
    let controls = permissions.have("chat.controls").await?;
    if !(controls && permissions.have("chat.params").await?) {
        request.params.clear();
        PARAMETERS.iter().for_each(|name| drop(request.body.shift_remove(*name)));
    }
    if !(controls && permissions.have("chat.system_prompt").await?) {
        drop_system_prompts(&mut request.body);
    }
    let Some(target) = &request.ui else { return Ok(None) };
    if target.is_temporary() || permissions.have("chat.multiple_models").await? {
        check_target(&permissions, request, target).await?;
        return Ok(None);
    }
    // Two requests at once must not both find that nothing runs.
    let place = inner.tasks.enter(&target.chat_id).await?;
    match check_target(&permissions, request, target).await {
        Ok(()) => Ok(Some(place)),
        Err(error) => {
            place.leave().await;
            Err(error)
        }
    }
}

fn drop_system_prompts(body: &mut Map<String, Value>) {
    if let Some(Value::Array(messages)) = body.get_mut("messages") {
        let role = |message: &Value| message.get("role").and_then(Value::as_str).map(str::to_owned);
        messages.retain(|message| !matches!(role(message).as_deref(), Some("system" | "developer")));
    }
}

async fn check_target(permissions: &Permissions<'_>, request: &TurnRequest, target: &UiTarget) -> Result<()> {
    if target.is_temporary() {
        return permissions.need("chat.temporary").await;
    }
    if permissions.have("chat.temporary_enforced").await? {
        return Err(IdentityError::Forbidden.into());
    }
    let messages = &permissions.inner.store.messages;
    let own = messages.get(&target.chat_id, &target.message_id).await?.unwrap_or_default();
    if has_text(&own) {
        permissions.need("chat.continue_response").await?;
    }
    let may_repeat = permissions.have("chat.regenerate_response").await?;
    let may_ask_several = permissions.have("chat.multiple_models").await?;
    if may_repeat && may_ask_several {
        return Ok(());
    }
    let Some(parent) = &request.parent_id else { return Ok(()) };
    let question = messages.get(&target.chat_id, parent).await?.unwrap_or_default();
    let answers = question.get("childrenIds").and_then(Value::as_array).cloned().unwrap_or_default();
    let running = permissions.inner.tasks.all().await?;
    for id in answers.iter().filter_map(Value::as_str).filter(|id| *id != target.message_id) {
        let runs = running.iter().any(|(_, turn)| turn.chat_id == target.chat_id && turn.message_id == id);
        let answer = messages.get(&target.chat_id, id).await?.unwrap_or_default();
        let same_column = answer.get("modelIdx").and_then(Value::as_u64).unwrap_or(0)
            == own.get("modelIdx").and_then(Value::as_u64).unwrap_or(0);
        if runs && !may_ask_several || same_column && !runs && has_text(&answer) && !may_repeat {
            return Err(IdentityError::Forbidden.into());
        }
    }
    Ok(())
}

fn has_text(message: &Map<String, Value>) -> bool {
    message.get("content").and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_prompts_of_the_caller_go() {
        let body = json!({"messages": [
            {"role": "system", "content": "a"}, {"role": "user", "content": "b"}, {"role": "developer", "content": "c"},
        ]});
        let mut body = body.as_object().cloned().unwrap();
        drop_system_prompts(&mut body);
        assert_eq!(body["messages"], json!([{"role": "user", "content": "b"}]));
    }
}
