//! Asking a model outside of a chat: one question, one whole answer.

use serde_json::{Map, Value, json};
use transom_identity::Caller;
use transom_providers::{Model, ProviderError, Upstream, UpstreamBody};

use crate::{Chat, ChatError, Result, models, prepare, request::TurnRequest, requester};

impl Chat {
    /// The name of a model, if the caller may use it.
    ///
    /// # Errors
    /// `ModelNotFound` for unknown and for forbidden models alike.
    pub async fn model_name(&self, caller: &Caller, model: &str) -> Result<String> {
        Ok(name_of(&*models::find(&self.0, caller, model).await?))
    }

    /// Asks a model without streaming and gives the text of its answer.
    ///
    /// # Errors
    /// As for a completion; also when the answer holds no text.
    pub async fn ask(&self, caller: &Caller, model: &str, messages: Vec<Value>) -> Result<String> {
        let body = Map::from_iter([
            ("model".to_string(), json!(model)),
            ("messages".to_string(), Value::Array(messages)),
        ]);
        let mut request = TurnRequest::parse(body)?;
        let model = models::resolve(&self.0, caller, &mut request).await?;
        let mut body = prepare::prepare(&self.0, caller, request, &model).await?.body;
        // A model's own parameters may ask for a stream; here nobody would read one.
        body.insert("stream".into(), json!(false));
        let upstream = self.0.providers.chat(&requester(caller, None), body).await?;
        text_of(upstream)
    }

    /// Lets work that asks models go on in the background; a graceful stop waits for it.
    pub fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.running.spawn(work);
    }
}

fn name_of(model: &Model) -> String {
    model.json.get("name").and_then(Value::as_str).unwrap_or(&model.id).to_string()
}

fn text_of(upstream: Upstream) -> Result<String> {
    let UpstreamBody::Json(body) = upstream.body else {
        return Err(ChatError::Provider(ProviderError::Broken("The model did not answer with JSON.".into())));
    };
    if upstream.status >= 400 || body.get("error").is_some_and(|error| !error.is_null()) {
        return Err(ChatError::Provider(ProviderError::Status { status: upstream.status, body }));
    }
    let text = body.pointer("/choices/0/message/content").and_then(Value::as_str);
    let text = text.ok_or_else(|| ProviderError::Broken("The model's answer holds no text.".into()))?;
    Ok(text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: Value) -> Result<String> {
        text_of(Upstream::json(status, body))
    }

    #[test]
    fn only_text_is_an_answer() {
        let good = json!({"choices": [{"message": {"role": "assistant", "content": "hi"}}], "error": null});
        assert_eq!(answer(200, good.clone()).unwrap(), "hi");
        assert!(answer(500, good).is_err());
        assert!(answer(200, json!({"error": {"message": "no"}})).is_err());
        assert!(answer(200, json!({"choices": [{"message": {"content": null}}]})).is_err());
    }
}
