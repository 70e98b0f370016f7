//! Embeddings in the OpenAI shape, whoever makes them.

use serde_json::{Map, Value, json};

use crate::Providers;
use crate::catalogue::Kind;
use crate::chat::model_id;
use crate::error::{ProviderError, Result};
use crate::params;
use crate::requester::Requester;
use crate::upstream::{Call, Upstream, UpstreamBody};

impl Providers {
    /// Sends `{model, input, ...}` to the server that owns the model. An id that is in no list goes to the first
    /// OpenAI connection.
    ///
    /// # Errors
    /// See [`ProviderError`].
    #[tracing::instrument(name = "embeddings", skip_all, fields(user = %who.id))]
    pub async fn embeddings(&self, who: &Requester, mut body: Map<String, Value>) -> Result<Upstream> {
        let id = model_id(&body)?;
        let (idx, own_model) = match self.core().resolve(&id).await {
            Ok(target) => match &target.base.kind {
                Kind::Ollama { .. } => return self.ollama_embeddings(who, &target.base.id, &id, &body).await,
                Kind::OpenAi { idx } => (*idx, target.base.id.clone()),
                Kind::Arena | Kind::Custom { .. } => (0, id),
            },
            Err(ProviderError::ModelNotFound(_)) => (0, id),
            Err(e) => return Err(e),
        };
        let connection = self.core().conf.openai_at(idx)?;
        params::one_model(&mut body);
        body.insert("model".into(), json!(connection.own_id(&own_model)));
        let call = Call::post(self.core(), &connection, "/embeddings", who, &body)?;
        Upstream::read_ok(self.core().send(call).await?).await
    }

    async fn ollama_embeddings(
        &self,
        who: &Requester,
        model: &str,
        shown: &str,
        body: &Map<String, Value>,
    ) -> Result<Upstream> {
        let mut request = Map::new();
        request.insert("model".into(), json!(model));
        request.insert("input".into(), texts(body.get("input")));
        for name in ["options", "truncate", "keep_alive", "dimensions"] {
            if let Some(value) = body.get(name) {
                request.insert(name.into(), value.clone());
            }
        }
        let answer = self.ollama.embed(who, None, request).await?;
        let UpstreamBody::Json(answer) = answer.body else {
            return Err(ProviderError::Broken("the answer holds no embeddings".into()));
        };
        Ok(Upstream::json(200, openai_embeddings(&answer, shown)?))
    }
}

fn texts(input: Option<&Value>) -> Value {
    match input {
        Some(Value::Array(items)) => Value::Array(items.clone()),
        Some(one) => json!([one]),
        None => json!([]),
    }
}

fn openai_embeddings(answer: &Value, model: &str) -> Result<Value> {
    let vectors = match (&answer["embeddings"], &answer["embedding"]) {
        (Value::Array(list), _) => list.clone(),
        (_, one @ Value::Array(_)) => vec![one.clone()],
        _ => return Err(ProviderError::Broken("the answer holds no embeddings".into())),
    };
    let entry =
        |(i, vector): (usize, Value)| json!({ "object": "embedding", "embedding": vector, "index": i });
    let data: Vec<Value> = vectors.into_iter().enumerate().map(entry).collect();
    let tokens = answer["prompt_eval_count"].as_u64().unwrap_or(0);
    Ok(json!({
        "object": "list", "data": data, "model": model,
        "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
    }))
}
