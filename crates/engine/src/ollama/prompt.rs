//! From a request to the tokens that a model continues.

use serde_json::{Map, Value, json};

use crate::library::Stored;
use crate::llama::{Lease, Options, Special};
use crate::template::{Filling, Template};
use crate::{EngineError, Result};

/// Tokens that are left for an answer when the oldest messages are dropped, unless a shorter one is asked for.
const ROOM_FOR_ANSWER: usize = 512;

/// The prompt of a chat.
pub(super) struct Prompt {
    pub tokens: Vec<crate::llama::Token>,
    /// Calls of tools are looked for in the answer.
    pub tools: bool,
    /// Thoughts are told apart in the answer.
    pub think: bool,
    /// The prompt ends inside a thought.
    pub thinking: bool,
}

/// A chat to answer.
pub(super) struct Chat<'a> {
    pub messages: Vec<Value>,
    pub tools: Option<&'a Value>,
    pub think: Option<bool>,
    /// Another template than the model's.
    pub template: Option<&'a str>,
    /// What stands behind the gap that the answer fills.
    pub suffix: &'a str,
}

impl Chat<'_> {
    /// The prompt. When it does not fit into the context, the oldest messages behind the system prompt are left out.
    ///
    /// # Errors
    /// `Invalid` when the template refuses the messages or the last message alone is too long.
    pub(super) fn prompt(mut self, stored: &Stored, lease: &Lease, options: &Options) -> Result<Prompt> {
        let template = self.template(stored, lease)?;
        let tools = self.tools.filter(|tools| tools.as_array().is_some_and(|list| !list.is_empty()));
        if tools.is_some() && !template.knows_tools() {
            return Err(EngineError::Invalid(format!("{} does not support tools", stored.name)));
        }
        let think = template.thinks();
        if self.think == Some(true) && !think {
            return Err(EngineError::Invalid(format!("{} does not support thinking", stored.name)));
        }
        if !self.suffix.is_empty() && !template.knows_suffix() {
            return Err(EngineError::Invalid(format!("{} does not support insert", stored.name)));
        }
        let answer =
            usize::try_from(options.num_predict).unwrap_or(ROOM_FOR_ANSWER).clamp(1, ROOM_FOR_ANSWER);
        let room = lease.num_ctx().saturating_sub(answer.min(lease.num_ctx() / 4));
        loop {
            let filling = Filling {
                messages: &self.messages,
                tools,
                begin: lease.special(Special::Begin),
                end: lease.special(Special::End),
                think: self.think,
                suffix: self.suffix,
            };
            let text = template.fill(&filling)?;
            let begin = lease.begins() && !text.starts_with(&filling.begin);
            let tokens = lease.tokens(&text, begin);
            if tokens.len() < room || !drop_oldest(&mut self.messages) {
                let thinking = text.trim_end().ends_with("<think>");
                return Ok(Prompt { tokens, tools: tools.is_some(), think, thinking });
            }
        }
    }

    /// The template of the request, of the Modelfile, or of the model file, in this order.
    fn template(&self, stored: &Stored, lease: &Lease) -> Result<Template> {
        if self.template.is_some() {
            return Template::new(self.template);
        }
        let own = lease.template();
        match (stored.template.as_deref().map(|text| Template::new(Some(text))), own) {
            (Some(Err(error)), Some(own)) => {
                tracing::warn!(model = %stored.name, %error, "the model file's own chat template is used instead");
                Template::new(Some(&own))
            }
            (Some(given), _) => given,
            (None, own) => Template::new(own.as_deref()),
        }
    }
}

/// Drops the first message that is neither the system prompt nor the last; `false` when there is none.
fn drop_oldest(messages: &mut Vec<Value>) -> bool {
    let last = messages.len().saturating_sub(1);
    let oldest = messages.iter().position(|message| message["role"] != "system").filter(|at| *at < last);
    let Some(at) = oldest else { return false };
    messages.remove(at);
    // a tool's answer without its call means nothing
    while messages.get(at).is_some_and(|message| message["role"] == "tool") && at + 1 < messages.len() {
        messages.remove(at);
    }
    true
}

/// The messages of a request behind what the model begins every chat with, in the form that templates expect.
///
/// # Errors
/// `Invalid` for messages without a role, and for pictures: this engine cannot see yet.
pub(super) fn messages_of(stored: &Stored, messages: Vec<Map<String, Value>>) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let has_system = messages.iter().any(|message| message.get("role") == Some(&json!("system")));
    if let Some(system) = stored.system.as_deref().filter(|text| !has_system && !text.is_empty()) {
        all.push(json!({"role": "system", "content": system}));
    }
    all.extend(stored.messages.iter().map(|message| json!(message)));
    for (at, message) in messages.into_iter().enumerate() {
        all.push(Value::Object(checked(at, message)?));
    }
    Ok(all)
}

fn checked(at: usize, mut message: Map<String, Value>) -> Result<Map<String, Value>> {
    let wrong = |what: &str| EngineError::Invalid(format!("messages.{at}: {what}"));
    let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
    if !["system", "user", "assistant", "tool"].contains(&role) {
        return Err(wrong("\"role\" is system, user, assistant or tool"));
    }
    if message.get("images").and_then(Value::as_array).is_some_and(|images| !images.is_empty()) {
        return Err(wrong("this model cannot see pictures"));
    }
    message.shift_remove("images");
    match message.get("content") {
        None | Some(Value::Null) => drop(message.insert("content".to_owned(), json!(""))),
        Some(Value::String(_)) => {}
        Some(_) => return Err(wrong("\"content\" is a text")),
    }
    if let Some(name) = message.shift_remove("tool_name") {
        message.entry("name").or_insert(name);
    }
    if let Some(thoughts) = message.shift_remove("thinking") {
        message.insert("reasoning_content".to_owned(), thoughts);
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_the_system_prompt_stays() {
        let message = |role: &str, content: &str| json!({"role": role, "content": content});
        let mut messages = vec![
            message("system", "s"),
            message("user", "1"),
            message("assistant", "2"),
            message("tool", "3"),
            message("user", "4"),
        ];
        assert!(drop_oldest(&mut messages));
        assert_eq!(messages[1], message("assistant", "2"));
        assert!(drop_oldest(&mut messages));
        assert_eq!(messages, [message("system", "s"), message("user", "4")]);
        assert!(!drop_oldest(&mut messages));
    }

    #[test]
    fn messages_are_checked() {
        let check = |value: Value| checked(0, value.as_object().unwrap().clone());
        assert_eq!(check(json!({"role": "user"})).unwrap()["content"], "");
        assert_eq!(check(json!({"role": "tool", "tool_name": "f"})).unwrap()["name"], "f");
        assert!(check(json!({"role": "user", "images": []})).is_ok());
        for wrong in [
            json!({}),
            json!({"role": "robot"}),
            json!({"role": "user", "content": []}),
            json!({"role": "user", "images": ["aa"]}),
        ] {
            assert!(check(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
