//! Many workspace models at once: import, and sync with a list.

use std::collections::HashSet;

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_identity::Caller;
use transom_store::ModelRow;

use super::{
    MAY_MAKE,
    change::{ModelForm, changed_row, new_row},
};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Verified},
    router::Routes,
    routes::{grants::require, pictures},
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .post(
            "/api/v1/models/import",
            Rule::Permission("workspace.models_import"),
            "Add or change models",
            import,
        )
        .post("/api/v1/models/sync", Rule::Admin, "Have exactly these models", sync)
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ModelsImportForm")]
struct ImportForm {
    models: Vec<Map<String, Value>>,
}

#[derive(Deserialize, JsonSchema)]
struct SyncForm {
    #[serde(default)]
    models: Vec<Map<String, Value>>,
}

/// A row to write, and whether it is new.
struct Step {
    row: ModelRow,
    is_new: bool,
}

/// Checks every model before the first is written, so that a refused import changes nothing.
async fn plan(app: &App, caller: &Caller, models: Vec<Map<String, Value>>) -> Result<Vec<Step>> {
    let mut steps = Vec::with_capacity(models.len());
    let mut seen = HashSet::new();
    for fields in models {
        let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if id.is_empty() {
            return Err(ApiError::bad_request("Every model needs an id."));
        }
        if !seen.insert(id.clone()) {
            return Err(ApiError::bad_request(format!("The model {id} stands in the list twice.")));
        }
        let old = app.store.models.get(&id).await?;
        let form = form_of(fields, old.as_ref())
            .map_err(|error| ApiError::bad_request(format!("The model {id} cannot be read: {error}.")))?;
        let is_new = old.is_none();
        let row = match old {
            Some(old) => changed_row(app, caller, old, form).await?,
            None => new_row(app, caller, form).await?,
        };
        steps.push(Step { row, is_new });
    }
    Ok(steps)
}

/// The form of an imported model; what it leaves out stays as it was.
fn form_of(mut fields: Map<String, Value>, old: Option<&ModelRow>) -> serde_json::Result<ModelForm> {
    let before = old.map(serde_json::to_value).transpose()?;
    for (key, missing) in
        [("name", Value::Null), ("meta", json!({})), ("params", json!({})), ("base_model_id", Value::Null)]
    {
        if !fields.contains_key(key) {
            let kept = before.as_ref().and_then(|old| old.get(key)).cloned();
            fields.insert(key.to_owned(), kept.unwrap_or(missing));
        }
    }
    // Files of other servers may hold kinds of pictures that this one does not show: better none than no model.
    if let Some(Value::Object(meta)) = fields.get_mut("meta") {
        let unsafe_picture =
            |url: &Value| url.as_str().is_some_and(|url| pictures::checked(url.to_owned()).is_err());
        if meta.get("profile_image_url").is_some_and(unsafe_picture) {
            meta.shift_remove("profile_image_url");
        }
    }
    serde_json::from_value(Value::Object(fields))
}

async fn write(app: &App, steps: Vec<Step>) -> Result<()> {
    for step in steps {
        match step.is_new {
            true => app.store.models.create(step.row).await?,
            false => app.store.models.update(step.row).await?,
        };
    }
    app.providers.catalogue().invalidate_rows();
    Ok(())
}

async fn import(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<ImportForm>,
) -> Result<Json<bool>> {
    // An import makes and changes models as the routes for one model do.
    require(&app, &caller, MAY_MAKE).await?;
    let steps = plan(&app, &caller, form.models).await?;
    write(&app, steps).await?;
    Ok(Json(true))
}

async fn sync(
    State(app): State<App>,
    Admin(caller): Admin,
    Body(form): Body<SyncForm>,
) -> Result<Json<Vec<ModelRow>>> {
    let steps = plan(&app, &caller, form.models).await?;
    let wanted: HashSet<String> = steps.iter().map(|step| step.row.id.clone()).collect();
    write(&app, steps).await?;
    for row in app.store.models.all().await?.iter().filter(|row| !wanted.contains(&row.id)) {
        app.store.models.delete(&row.id).await?;
    }
    app.providers.catalogue().invalidate_rows();
    Ok(Json(app.store.models.all().await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_import_leaves_out_stays() {
        let old = ModelRow {
            id: "m".into(),
            user_id: "u".into(),
            base_model_id: Some("b".into()),
            name: "Old".into(),
            params: json!({"system": "S"}),
            meta: json!({"description": "D"}),
            access_control: Some(json!({})),
            is_active: false,
            created_at: 1,
            updated_at: 1,
        };
        let fields = json!({"id": "m", "name": "New"}).as_object().cloned().unwrap();
        let form = form_of(fields, Some(&old)).unwrap();
        assert_eq!((form.name.as_str(), form.base()), ("New", Some("b".into())));
        assert_eq!(form.params.get("system"), Some(&json!("S")));
        assert_eq!((form.access_control, form.is_active), (None, None));
        let fields = json!({"id": "n", "name": "N", "meta": {"profile_image_url": "data:text/html,x"}});
        let form = form_of(fields.as_object().cloned().unwrap(), None).unwrap();
        assert!(form.meta.is_empty() && form.base().is_none());
        assert!(
            form_of(json!({"id": "n"}).as_object().cloned().unwrap(), None).is_err(),
            "a new model needs a name"
        );
    }
}
