//! `POST /api/generate`.

use std::time::Instant;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::chat::is_now;
use super::prompt::{Chat, messages_of};
use super::reply::{Reply, json_reply};
use super::request::{GenerateRequest, parse};
use super::writing::{Shape, Writing, nothing_written};
use super::{Local, file_of};
use crate::answer::Reader;
use crate::llama::Purpose;
use crate::{EngineError, Result};

impl Local {
    pub(super) async fn generate(&self, body: &[u8]) -> Result<Reply> {
        let begun = Instant::now();
        let request: GenerateRequest = parse(body)?;
        let common = &request.common;
        let name = common.model()?.to_owned();
        let stored = self.stored(&name).await?;
        let keep_alive = common.keep_alive()?;
        if request.images.as_ref().is_some_and(|images| !images.is_empty()) {
            return Err(EngineError::Invalid("this model cannot see pictures".to_owned()));
        }
        if request.prompt.is_empty() && keep_alive.is_some_and(is_now) {
            self.runtime.unload(&file_of(&stored));
            return Ok(json_reply(StatusCode::OK, &nothing_written(&name, Shape::Generate, "unload")));
        }
        let (form, think, streams) = (common.form()?, common.think(), common.streams());
        let (lease, options) =
            self.lease(&stored, Purpose::Generate, common.options.as_ref(), keep_alive).await?;
        let load_time = begun.elapsed();
        if request.prompt.is_empty() {
            return Ok(json_reply(StatusCode::OK, &nothing_written(&name, Shape::Generate, "load")));
        }
        let free = form.is_none();
        let (tokens, reader) = if request.raw {
            let begin = lease.begins();
            (lease.tokens(&request.prompt, begin), Reader::new(false, false, false))
        } else {
            let messages = messages_of(&stored, said(&request))?;
            let template = request.template.as_deref().filter(|text| !text.is_empty());
            let chat = Chat { messages, tools: None, think, template, suffix: &request.suffix };
            let prompt = chat.prompt(&stored, &lease, &options)?;
            (prompt.tokens, Reader::new(false, prompt.think && free, prompt.thinking))
        };
        let events = lease.generate(tokens, options, form)?;
        let writing =
            Writing { model: name, shape: Shape::Generate, reader, events, _lease: lease, begun, load_time };
        Ok(writing.reply(streams).await)
    }
}

/// The request as messages.
fn said(request: &GenerateRequest) -> Vec<Map<String, Value>> {
    let message = |role: &str, content: &str| {
        Map::from_iter([("role".to_owned(), json!(role)), ("content".to_owned(), json!(content))])
    };
    let system = request.system.as_deref().filter(|text| !text.is_empty());
    system.map(|text| message("system", text)).into_iter().chain([message("user", &request.prompt)]).collect()
}
