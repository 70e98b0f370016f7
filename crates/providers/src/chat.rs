//! One completion: from the id of a model in the list to the server that owns it, and back in the OpenAI shape.

use std::sync::Arc;

use serde_json::{Map, Value};
use transom_store::ModelRow;

use crate::catalogue::{Kind, Model, ModelList};
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::template::{TemplateUser, fill_system};
use crate::upstream::Upstream;
use crate::{Core, Providers, params};

/// A model of the list, taken apart: whose server it is, and the row that changes the request.
pub(crate) struct Target {
    /// The model as its server knows it.
    pub base: Arc<Model>,
    /// The workspace model's row, or the settings saved on the base model.
    pub row: Option<ModelRow>,
}

impl Core {
    /// Finds the base model and the row behind a public id.
    pub async fn resolve(&self, id: &str) -> Result<Target> {
        let list = self.catalogue.current().await;
        let not_found = || ProviderError::ModelNotFound(id.to_owned());
        let model =
            list.by_id.get(id).or_else(|| list.by_id.get(&format!("{id}:latest"))).ok_or_else(not_found)?;
        let base = match &model.kind {
            Kind::Custom { base: Some(base) } => list.base_model(base).cloned(),
            Kind::Custom { base: None } => self.fallback(&list),
            Kind::Arena => {
                return Err(ProviderError::Invalid(
                    "An arena model stands for others: pick one of them first".into(),
                ));
            }
            Kind::OpenAi { .. } | Kind::Ollama { .. } => list.base_model(&model.id).cloned(),
        };
        Ok(Target { base: base.ok_or_else(not_found)?, row: model.access.clone() })
    }

    /// The stand-in for a missing base model, when the operator wants one.
    fn fallback(&self, list: &ModelList) -> Option<Arc<Model>> {
        self.conf.fallback_models().iter().find_map(|id| list.base_model(id).cloned())
    }

    /// Puts the system prompt of a row before the request's own, with its variables filled.
    pub async fn put_system(
        &self,
        row: &ModelRow,
        variables: &Map<String, Value>,
        who: &Requester,
        body: &mut Map<String, Value>,
    ) -> Result<()> {
        let Some(text) = row.params["system"].as_str().filter(|text| !text.is_empty()) else { return Ok(()) };
        let user = if text.contains("{{") { self.template_user(who).await? } else { TemplateUser::default() };
        params::put_before_system(&fill_system(text, variables, &user), body);
        Ok(())
    }

    async fn template_user(&self, who: &Requester) -> Result<TemplateUser> {
        let user = self.store.users.get(&who.id).await.map_err(|e| ProviderError::Local(e.to_string()))?;
        Ok(user.as_ref().map(TemplateUser::from).unwrap_or_default())
    }
}

/// Removes `metadata` from a request; what it says about template variables is used.
pub(crate) fn take_variables(body: &mut Map<String, Value>) -> Map<String, Value> {
    match body.shift_remove("metadata") {
        Some(Value::Object(mut metadata)) => match metadata.remove("variables") {
            Some(Value::Object(variables)) => variables,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}

/// The `params` of a row as an object.
pub(crate) fn row_params(row: &ModelRow) -> Map<String, Value> {
    row.params.as_object().cloned().unwrap_or_default()
}

/// The `model` of a request.
pub(crate) fn model_id(body: &Map<String, Value>) -> Result<String> {
    let id = body.get("model").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.map(str::to_owned).ok_or_else(|| ProviderError::Invalid("The request names no model".into()))
}

impl Providers {
    /// Sends a completion to the server that owns `body.model`: workspace models are replaced by their base, their
    /// parameters and system prompt applied (`body.metadata.variables` fill the prompt), and answers of Ollama come
    /// back in the OpenAI shape. Who may use the model has been decided before.
    ///
    /// # Errors
    /// [`ProviderError::Status`] holds the status and body of a server that refused; see [`ProviderError`].
    #[tracing::instrument(name = "completion", skip_all, fields(user = %who.id))]
    pub async fn chat(&self, who: &Requester, body: Map<String, Value>) -> Result<Upstream> {
        let target = self.core().resolve(&model_id(&body)?).await?;
        match &target.base.kind {
            Kind::OpenAi { idx } => self.openai.complete(who, *idx, &target, body).await,
            Kind::Ollama { urls } => self.ollama.complete(who, urls, &target, body).await,
            Kind::Arena | Kind::Custom { .. } => Err(ProviderError::ModelNotFound(target.base.id.clone())),
        }
    }
}
