//! `POST /api/chat`.

use std::time::Instant;

use http::StatusCode;

use super::prompt::{Chat, messages_of};
use super::reply::{Reply, json_reply};
use super::request::{ChatRequest, parse};
use super::writing::{Shape, Writing, nothing_written};
use super::{Local, file_of};
use crate::Result;
use crate::answer::Reader;
use crate::llama::{KeepAlive, Purpose};

impl Local {
    pub(super) async fn chat(&self, body: &[u8]) -> Result<Reply> {
        let begun = Instant::now();
        let request: ChatRequest = parse(body)?;
        let common = &request.common;
        let name = common.model()?.to_owned();
        let stored = self.stored(&name).await?;
        let keep_alive = common.keep_alive()?;
        if request.messages.is_empty() && keep_alive.is_some_and(is_now) {
            self.runtime.unload(&file_of(&stored));
            return Ok(json_reply(StatusCode::OK, &nothing_written(&name, Shape::Chat, "unload")));
        }
        let (form, think, streams) = (common.form()?, common.think(), common.streams());
        let messages = messages_of(&stored, request.messages)?;
        let (lease, options) =
            self.lease(&stored, Purpose::Generate, request.common.options.as_ref(), keep_alive).await?;
        let load_time = begun.elapsed();
        if messages.len() == stored_count(&stored) {
            return Ok(json_reply(StatusCode::OK, &nothing_written(&name, Shape::Chat, "load")));
        }
        let chat = Chat { messages, tools: request.tools.as_ref(), think, template: None, suffix: "" };
        let prompt = chat.prompt(&stored, &lease, &options)?;
        // a form leaves no room for thoughts or calls
        let free = form.is_none();
        let reader = Reader::new(prompt.tools && free, prompt.think && free, prompt.thinking);
        let events = lease.generate(prompt.tokens, options, form)?;
        let writing =
            Writing { model: name, shape: Shape::Chat, reader, events, _lease: lease, begun, load_time };
        Ok(writing.reply(streams).await)
    }
}

/// How many messages a model begins every chat with.
fn stored_count(stored: &crate::library::Stored) -> usize {
    stored.messages.len() + usize::from(stored.system.as_deref().is_some_and(|text| !text.is_empty()))
}

/// A model that shall leave at once.
pub(super) fn is_now(keep_alive: KeepAlive) -> bool {
    keep_alive == KeepAlive::For(std::time::Duration::ZERO)
}
