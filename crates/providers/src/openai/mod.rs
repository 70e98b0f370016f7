//! OpenAI-compatible servers and Azure OpenAI.

mod azure;
mod body;
mod config;
mod proxy;
mod speech;

use std::sync::Arc;

use serde_json::{Map, Value, json};

pub use config::OpenAiConfig;
pub(crate) use speech::hex;

use crate::Core;
use crate::catalogue::Kind;
use crate::chat::{Target, model_id, row_params, take_variables};
use crate::conf::Conf;
use crate::connection::{Connection, Family};
use crate::error::{ProviderError, Result};
use crate::params;
use crate::requester::Requester;
use crate::sse::limit_lines;
use crate::upstream::{Call, Upstream, UpstreamBody};

/// The functions behind `/openai/*`.
pub struct OpenAi {
    core: Arc<Core>,
}

impl OpenAi {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        OpenAi { core }
    }

    /// A completion with a model of an OpenAI-compatible server (base or workspace model). No access check.
    ///
    /// # Errors
    /// [`ProviderError::ModelNotFound`] for models of other servers; see [`ProviderError`].
    #[tracing::instrument(name = "openai completion", skip_all, fields(user = %who.id))]
    pub async fn chat(&self, who: &Requester, body: Map<String, Value>) -> Result<Upstream> {
        let id = model_id(&body)?;
        let target = self.core.resolve(&id).await?;
        match &target.base.kind {
            Kind::OpenAi { idx } => self.complete(who, *idx, &target, body).await,
            _ => Err(ProviderError::ModelNotFound(id)),
        }
    }

    /// Sends a completion to connection `idx`.
    pub(crate) async fn complete(
        &self,
        who: &Requester,
        idx: usize,
        target: &Target,
        mut body: Map<String, Value>,
    ) -> Result<Upstream> {
        let connection = self.core.conf.openai_at(idx)?;
        params::one_model(&mut body);
        let variables = take_variables(&mut body);
        if let Some(row) = &target.row {
            params::apply_openai(&row_params(row), &mut body);
            self.core.put_system(row, &variables, who, &mut body).await?;
        }
        body.insert("model".into(), json!(connection.own_id(&target.base.id)));
        if target.base.json.get("pipeline").is_some() {
            let user = json!({ "name": who.name, "id": who.id, "email": who.email, "role": who.role });
            body.insert("user".into(), user);
        }
        body::repair(&connection, &mut body);
        let path = if connection.is_azure() {
            azure::reduce(&connection, &mut body);
            azure::path(&connection, &body, "chat/completions")
        } else {
            "/chat/completions".to_owned()
        };
        let call = Call::post(&self.core, &connection, &path, who, &body)?;
        let mut answer = Upstream::read_ok(self.core.send(call).await?).await?;
        if let UpstreamBody::Bytes(text) = &answer.body {
            answer.body = UpstreamBody::Json(Value::String(String::from_utf8_lossy(text).into_owned()));
        }
        Ok(limited(&self.core.conf, answer))
    }

    /// The model list of one connection, as its server gives it.
    ///
    /// # Errors
    /// Status 500 when the server cannot be asked.
    #[tracing::instrument(name = "openai models", skip_all, fields(idx))]
    pub async fn models(&self, who: &Requester, idx: usize) -> Result<Value> {
        let connection = self.core.conf.openai_at(idx)?;
        if connection.is_azure() {
            return Ok(json!({ "data": connection.model_ids(), "object": "list" }));
        }
        let response = self.core.send(Call::get(&self.core, &connection, "/models", who)).await?;
        let status = response.status().as_u16();
        let mut list = crate::upstream::whole(response).await?;
        if status >= 400 {
            return Err(ProviderError::detail(
                500,
                format!("Unexpected error: the server answered with status {status}"),
            ));
        }
        if connection.is_public_openai()
            && let Some(entries) = list["data"].as_array_mut()
        {
            entries.retain(|e| !crate::catalogue::is_hidden(e["id"].as_str().unwrap_or_default()));
        }
        Ok(list)
    }

    /// Tries an address and a key that are not saved yet. The server's status and body come back whatever they are.
    ///
    /// # Errors
    /// [`ProviderError::Unreachable`] and its kin.
    #[tracing::instrument(name = "openai verify", skip_all)]
    pub async fn verify(
        &self,
        who: &Requester,
        url: &str,
        key: &str,
        config: Map<String, Value>,
    ) -> Result<Upstream> {
        let connection = Connection {
            family: Family::OpenAi,
            idx: 0,
            url: url.trim().trim_end_matches('/').to_owned(),
            key: key.to_owned(),
            config,
        };
        let path = if connection.is_azure() {
            format!("/openai/models?api-version={}", connection.api_version())
        } else {
            "/models".to_owned()
        };
        Upstream::read(self.core.send(Call::get(&self.core, &connection, &path, who)).await?).await
    }
}

/// Drops over-long lines of a stream when the operator set a limit.
pub(crate) fn limited(conf: &Conf, mut answer: Upstream) -> Upstream {
    if let Some(max) = conf.max_stream_line()
        && let UpstreamBody::Stream(stream) = answer.body
    {
        answer.body = UpstreamBody::Stream(limit_lines(stream, max));
    }
    answer
}
