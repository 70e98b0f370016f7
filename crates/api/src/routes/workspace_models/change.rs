//! Making, changing, switching and deleting workspace models.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_identity::{Caller, access::Action};
use transom_store::{ModelRow, StoreError};

use super::{
    Id,
    base::{self, Base},
    find, may_edit,
};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Query, Verified},
    router::Routes,
    routes::{
        grants::{Sharing, keep_readable, prohibited, settled},
        pictures, shapes,
        shapes::given,
    },
    rule::{Resource, Rule},
};

const WRITE: Rule = Rule::OwnerOrGrant(Resource::Model, Action::Write);
/// The permissions to make something that others may use.
const SHARING: Sharing = Sharing { some: "sharing.models", everybody: "sharing.public_models" };
/// Longest id, in bytes.
const LONGEST: usize = 255;
/// The picture of a model that has none, as clients of the contract know it.
const NO_PICTURE: &str = "/static/favicon.png";

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .post("/api/v1/models/create", Rule::Permission("workspace.models"), "Make a model", create)
        .post("/api/v1/models/model/update", WRITE, "Change a model", update)
        .post("/api/v1/models/model/toggle", WRITE, "Switch a model on or off", toggle)
        .post("/api/v1/models/model/delete", WRITE, "Delete a model", delete)
        .delete("/api/v1/models/delete/all", Rule::Admin, "Delete all models", delete_all)
}

/// A model as clients send it. Owner and times are never taken from it.
#[derive(Deserialize, JsonSchema)]
pub struct ModelForm {
    /// Id.
    pub id: String,
    /// The model it is made of; `null` for settings on the server's model with the same id.
    #[serde(default)]
    pub base_model_id: Option<String>,
    /// Name.
    pub name: String,
    /// Description, picture, capabilities and so on.
    pub meta: Map<String, Value>,
    /// Parameters.
    pub params: Map<String, Value>,
    /// `null` for everyone; left out of a change, it stays as it is.
    #[serde(default, deserialize_with = "given")]
    pub access_control: Option<Value>,
    /// Whether it can be used; left out of a change, it stays as it is.
    #[serde(default)]
    pub is_active: Option<bool>,
}

impl ModelForm {
    /// The base, where an empty text is none as well.
    pub fn base(&self) -> Option<String> {
        self.base_model_id.clone().filter(|base| !base.is_empty())
    }
}

fn checked_meta(mut meta: Map<String, Value>) -> Result<Map<String, Value>> {
    if let Some(Value::String(url)) = meta.get("profile_image_url") {
        pictures::checked(url.clone())?;
    }
    for (key, missing) in [
        ("profile_image_url", json!(NO_PICTURE)),
        ("description", json!(null)),
        ("capabilities", json!(null)),
    ] {
        meta.entry(key).or_insert(missing);
    }
    Ok(meta)
}

/// Leaves in `meta` only the files that the caller may read.
async fn check_knowledge(
    app: &App,
    caller: &Caller,
    meta: &mut Map<String, Value>,
    before: &Value,
) -> Result<()> {
    if let Some(Value::Array(knowledge)) = meta.get_mut("knowledge") {
        let before = before.get("knowledge").and_then(Value::as_array).cloned().unwrap_or_default();
        keep_readable(app, caller, knowledge, &before).await?;
    }
    Ok(())
}

fn taken() -> ApiError {
    ApiError::bad_request("A model with this id exists already. Please choose another id.")
}

/// The row of a new model; the caller owns it. Over a model that nobody was given yet it starts switched off, until an
/// administrator switches it on.
///
/// # Errors
/// 400 for bad or taken ids and pictures, 401 when the caller may not build on the base.
pub async fn new_row(app: &App, caller: &Caller, form: ModelForm) -> Result<ModelRow> {
    if form.id.trim().is_empty() || form.id.len() > LONGEST {
        return Err(ApiError::bad_request("The id of a model needs between 1 and 255 letters."));
    }
    let base_model_id = form.base();
    let base = base::check(app, caller, base_model_id.as_deref()).await?;
    // Taking the place of a server's model is for administrators.
    if !caller.is_admin() && app.providers.catalogue().current().await.base_by_id.contains_key(&form.id) {
        return Err(taken());
    }
    let mut meta = checked_meta(form.meta)?;
    check_knowledge(app, caller, &mut meta, &Value::Null).await?;
    Ok(ModelRow {
        name: shapes::name("The name of a model", form.name)?,
        id: form.id,
        user_id: caller.user.id.clone(),
        base_model_id,
        params: Value::Object(form.params),
        meta: Value::Object(meta),
        access_control: settled(app, caller, form.access_control, Some(&json!({})), SHARING).await?,
        is_active: base == Base::Open && form.is_active.unwrap_or(true),
        created_at: 0,
        updated_at: 0,
    })
}

/// The row after a change of a model that exists.
///
/// # Errors
/// 401 when the caller may not change it, or may not build on its new base; 400 for bad pictures.
pub async fn changed_row(app: &App, caller: &Caller, row: ModelRow, form: ModelForm) -> Result<ModelRow> {
    if !may_edit(app, caller, &row).await? {
        return Err(prohibited());
    }
    let base_model_id = form.base();
    let mut is_active = form.is_active.unwrap_or(row.is_active);
    if base_model_id != row.base_model_id {
        let base = base::check(app, caller, base_model_id.as_deref()).await?;
        is_active = is_active && base == Base::Open;
    }
    let mut meta = checked_meta(form.meta)?;
    check_knowledge(app, caller, &mut meta, &row.meta).await?;
    let access_control = match form.access_control {
        Some(wanted) => settled(app, caller, Some(wanted), row.access_control.as_ref(), SHARING).await?,
        None => row.access_control.clone(),
    };
    let switched_on = is_active && !row.is_active;
    let changed = ModelRow {
        base_model_id,
        name: shapes::name("The name of a model", form.name)?,
        params: Value::Object(form.params),
        meta: Value::Object(meta),
        access_control,
        is_active,
        ..row
    };
    if switched_on {
        base::check_switching_on(app, caller, &changed).await?;
    }
    Ok(changed)
}

async fn create(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<ModelForm>,
) -> Result<Json<ModelRow>> {
    let row = new_row(&app, &caller, form).await?;
    let made = app.store.models.create(row).await.map_err(|error| match error {
        StoreError::Conflict(_) => taken(),
        error => error.into(),
    })?;
    app.providers.catalogue().invalidate_rows();
    Ok(Json(made))
}

async fn update(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<ModelForm>,
) -> Result<Json<ModelRow>> {
    let row = find(&app, &form.id).await?;
    let changed = changed_row(&app, &caller, row, form).await?;
    let changed = app.store.models.update(changed).await?;
    app.providers.catalogue().invalidate_rows();
    Ok(Json(changed))
}

/// The model, if the caller may change it.
async fn changeable(app: &App, caller: &Caller, id: &str) -> Result<ModelRow> {
    let row = find(app, id).await?;
    if may_edit(app, caller, &row).await? { Ok(row) } else { Err(prohibited()) }
}

async fn toggle(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<Id>,
) -> Result<Json<ModelRow>> {
    let row = changeable(&app, &caller, &query.id).await?;
    if !row.is_active {
        base::check_switching_on(&app, &caller, &row).await?;
    }
    let row = app.store.models.toggle(&query.id).await?;
    app.providers.catalogue().invalidate_rows();
    Ok(Json(row))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ModelIdForm")]
struct IdForm {
    id: String,
}

async fn delete(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<IdForm>,
) -> Result<Json<bool>> {
    changeable(&app, &caller, &form.id).await?;
    app.store.models.delete(&form.id).await?;
    app.providers.catalogue().invalidate_rows();
    Ok(Json(true))
}

async fn delete_all(State(app): State<App>, _: Admin) -> Result<Json<bool>> {
    app.store.models.delete_all().await?;
    app.providers.catalogue().invalidate_rows();
    Ok(Json(true))
}
