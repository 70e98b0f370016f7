//! Conversations with Ollama models: in its own shape, in the OpenAI shape, and converted between both.

use futures::StreamExt;
use serde_json::{Map, Value, json};

use super::balance::{unknown, with_tag};
use super::convert::{Answer, StreamConverter, to_ollama, whole_answer, whole_text};
use super::{Ollama, Wording, document, lines, streams};
use crate::catalogue::Kind;
use crate::chat::{Target, model_id, row_params, take_variables};
use crate::connection::Connection;
use crate::error::{ProviderError, Result};
use crate::openai::limited;
use crate::params;
use crate::requester::Requester;
use crate::upstream::{ByteStream, Upstream, UpstreamBody, pieces};

impl Ollama {
    /// `POST /api/chat` with a base or workspace model, in Ollama's shape. No access check.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama chat", skip_all, fields(user = %who.id))]
    pub async fn chat(
        &self,
        who: &Requester,
        idx: Option<usize>,
        mut body: Map<String, Value>,
    ) -> Result<Upstream> {
        check_chat(&body)?;
        let (target, connection) = self.prepare(idx, &mut body).await?;
        let variables = take_variables(&mut body);
        if let Some(row) = target.and_then(|t| t.row) {
            params::apply_ollama(&row_params(&row), &mut body);
            self.core.put_system(&row, &variables, who, &mut body).await?;
        }
        let streamed = streams(&body);
        body.insert("stream".into(), json!(streamed));
        let response = self.post(who, &connection, "/api/chat", &body, Wording::Plain).await?;
        if streamed { Ok(lines(response)) } else { document(response).await }
    }

    /// `POST /v1/chat/completions`: an OpenAI body to Ollama's own `/v1`. No access check.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama v1 chat", skip_all, fields(user = %who.id))]
    pub async fn v1_chat(
        &self,
        who: &Requester,
        idx: Option<usize>,
        mut body: Map<String, Value>,
    ) -> Result<Upstream> {
        let (target, connection) = self.prepare(idx, &mut body).await?;
        let variables = take_variables(&mut body);
        if let Some(row) = target.and_then(|t| t.row) {
            params::apply_openai(&row_params(&row), &mut body);
            self.core.put_system(&row, &variables, who, &mut body).await?;
        }
        if connection.is_local() {
            // the engine speaks Ollama's own shape only
            let (id, streamed) = (model_id(&body)?, body.get("stream") == Some(&json!(true)));
            return self.as_openai(who, &connection, Answer::Message, to_ollama(body), &id, streamed).await;
        }
        let response = self.post(who, &connection, "/v1/chat/completions", &body, Wording::Plain).await?;
        Ok(limited(&self.core.conf, Upstream::read(response).await?))
    }

    /// `POST /v1/completions`: an OpenAI body to Ollama's own `/v1`. No access check.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "ollama v1 completions", skip_all, fields(user = %who.id))]
    pub async fn v1_completions(
        &self,
        who: &Requester,
        idx: Option<usize>,
        mut body: Map<String, Value>,
    ) -> Result<Upstream> {
        let (_, connection) = self.prepare(idx, &mut body).await?;
        take_variables(&mut body);
        if connection.is_local() {
            check_prompt(&body)?;
            let (id, streamed) = (model_id(&body)?, body.get("stream") == Some(&json!(true)));
            return self.as_openai(who, &connection, Answer::Text, to_ollama(body), &id, streamed).await;
        }
        let response = self.post(who, &connection, "/v1/completions", &body, Wording::Plain).await?;
        Upstream::read(response).await
    }

    /// Finds model and server, and writes the server's own name of the model into the request.
    async fn prepare(
        &self,
        idx: Option<usize>,
        body: &mut Map<String, Value>,
    ) -> Result<(Option<Target>, Connection)> {
        let id = model_id(body)?;
        params::one_model(body);
        let target = match self.core.resolve(&id).await {
            Ok(target) => Some(target),
            // a forced server may hold models that its list does not offer
            Err(ProviderError::ModelNotFound(_)) if idx.is_some() => None,
            Err(ProviderError::ModelNotFound(_)) => return Err(unknown(&id)),
            Err(e) => return Err(e),
        };
        let (connection, own) = match (&target, idx) {
            (Some(target), Some(idx)) => self.on(idx, &target.base.id)?,
            (Some(target), None) => match &target.base.kind {
                Kind::Ollama { urls } => self.one_of(urls, &target.base.id)?,
                _ => return Err(unknown(&id)),
            },
            (None, idx) => self.route(&id, idx).await?,
        };
        body.insert("model".into(), json!(with_tag(&own)));
        Ok((target, connection))
    }

    /// A completion in the OpenAI shape.
    pub(crate) async fn complete(
        &self,
        who: &Requester,
        urls: &[usize],
        target: &Target,
        mut body: Map<String, Value>,
    ) -> Result<Upstream> {
        params::one_model(&mut body);
        let variables = take_variables(&mut body);
        let streamed = body.get("stream").and_then(Value::as_bool).unwrap_or(false);
        let mut request = to_ollama(body);
        if let Some(row) = &target.row {
            params::apply_ollama(&row_params(row), &mut request);
            self.core.put_system(row, &variables, who, &mut request).await?;
        }
        let (connection, own) = self.one_of(urls, &target.base.id)?;
        request.insert("model".into(), json!(own));
        self.as_openai(who, &connection, Answer::Message, request, &target.base.id, streamed).await
    }

    /// Sends a request in Ollama's shape and answers in the OpenAI shape, with `id` as the model's name.
    async fn as_openai(
        &self,
        who: &Requester,
        connection: &Connection,
        answer: Answer,
        request: Map<String, Value>,
        id: &str,
        streamed: bool,
    ) -> Result<Upstream> {
        let path = match answer {
            Answer::Message => "/api/chat",
            Answer::Text => "/api/generate",
        };
        let response = self.post(who, connection, path, &request, Wording::Plain).await?;
        if streamed {
            let max = self.core.conf.max_stream_line();
            return Ok(Upstream::stream("text/event-stream", converted(pieces(response), answer, id, max)));
        }
        match document(response).await?.body {
            UpstreamBody::Json(document) => Ok(Upstream::json(
                200,
                match answer {
                    Answer::Message => whole_answer(&document, id),
                    Answer::Text => whole_text(&document, id),
                },
            )),
            _ => Err(ProviderError::Broken("the answer is not the JSON it should be".into())),
        }
    }
}

/// Lines of JSON in, server-sent events out.
fn converted(stream: ByteStream, answer: Answer, model: &str, max_line: Option<usize>) -> ByteStream {
    let state = (stream, StreamConverter::new(answer, model, max_line), false);
    futures::stream::unfold(state, |(mut stream, mut converter, ended)| async move {
        if ended {
            return None;
        }
        loop {
            let (out, ended) = match stream.next().await {
                Some(Ok(piece)) => (converter.push(&piece), false),
                Some(Err(e)) => return Some((Err(e), (stream, converter, true))),
                None => (converter.finish(), true),
            };
            if ended || !out.is_empty() {
                return Some((Ok(out), (stream, converter, ended)));
            }
        }
    })
    .boxed()
}

/// The engine goes on from one text; lists of tokens and of prompts are for servers that batch.
fn check_prompt(body: &Map<String, Value>) -> Result<()> {
    match body.get("prompt") {
        Some(Value::String(_)) => Ok(()),
        _ => Err(ProviderError::Invalid("prompt: a text is needed".into())),
    }
}

/// What Ollama would refuse without a reason is refused with one.
fn check_chat(body: &Map<String, Value>) -> Result<()> {
    model_id(body)?;
    let Some(messages) = body.get("messages").and_then(Value::as_array) else {
        return Err(ProviderError::Invalid("messages: a list is needed".into()));
    };
    for (i, message) in messages.iter().enumerate() {
        if !message["role"].is_string() {
            return Err(ProviderError::Invalid(format!("messages.{i}.role: a text is needed")));
        }
        if message["content"].is_null() && !message["tool_calls"].is_array() {
            return Err(ProviderError::Invalid(format!("messages.{i}: content or tool_calls is needed")));
        }
    }
    Ok(())
}
