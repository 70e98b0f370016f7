//! Folders of the caller's chats.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::Caller;
use transom_store::{ChatQuery, Folder, FolderPatch, NewFolder};

use super::answers;
use super::{
    grants::{keep_readable, not_found},
    shapes,
};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Query, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

const FOLDERS: Rule = Rule::Permission("features.folders");
const OWN: Rule = Rule::Owner(Resource::Folder, None);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/folders/", FOLDERS, "The caller's folders", list)
        .gives::<Vec<answers::FolderNameIdResponse>>()
        .post("/api/v1/folders/", FOLDERS, "Make a folder", create)
        .get("/api/v1/folders/{id}", OWN, "One folder", read)
        .post("/api/v1/folders/{id}/update", OWN, "Change name, data or picture", update)
        .post("/api/v1/folders/{id}/update/parent", OWN, "Move into another folder", set_parent)
        .post("/api/v1/folders/{id}/update/expanded", OWN, "Open or close in the list", set_expanded)
        .delete("/api/v1/folders/{id}", OWN, "Delete a folder, by default with its chats", delete)
}

/// Folders can be switched off for the server and for people.
async fn check_on(app: &App, caller: &Caller) -> Result<()> {
    let on = app.settings.get(&keys::ENABLE_FOLDERS);
    if on && app.identity.permits(&caller.user, "features.folders").await? {
        return Ok(());
    }
    Err(ApiError::forbidden("Folders are not available to you on this server."))
}

async fn own(app: &App, caller: &Caller, id: &str) -> Result<Folder> {
    check_on(app, caller).await?;
    app.store.folders.get(id, &caller.user.id).await?.ok_or_else(not_found)
}

/// Two folders at one place may not have the same name, in any case.
async fn check_name(
    app: &App,
    caller: &Caller,
    parent: Option<&str>,
    name: &str,
    except: Option<&str>,
) -> Result<()> {
    let wanted = name.to_lowercase();
    let folders = app.store.folders.of_user(&caller.user.id).await?;
    let taken = folders.iter().any(|folder| {
        folder.parent_id.as_deref() == parent
            && Some(folder.id.as_str()) != except
            && folder.name.to_lowercase() == wanted
    });
    if taken {
        return Err(ApiError::bad_request(
            "There is a folder with this name here already. Please choose another name.",
        ));
    }
    Ok(())
}

/// The name as it is kept.
fn clean(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ApiError::bad_request("A folder needs a name."));
    }
    shapes::name("The name of a folder", name.to_owned())
}

/// Leaves in `data` only the files that the caller may read.
async fn check_files(
    app: &App,
    caller: &Caller,
    data: &mut Map<String, Value>,
    before: &Value,
) -> Result<()> {
    if let Some(Value::Array(files)) = data.get_mut("files") {
        let before = before.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
        keep_readable(app, caller, files, &before).await?;
    }
    Ok(())
}

async fn list(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Value>>> {
    check_on(&app, &caller).await?;
    let folders = app.store.folders.of_user(&caller.user.id).await?;
    let exists = |id: &&String| folders.iter().any(|folder| folder.id == **id);
    let line = |folder: &Folder| {
        json!({
            "id": folder.id,
            "name": folder.name,
            "meta": folder.meta,
            // A folder whose parent is gone must not vanish from the tree.
            "parent_id": folder.parent_id.as_ref().filter(exists),
            "is_expanded": folder.is_expanded,
            "created_at": folder.created_at,
            "updated_at": folder.updated_at,
        })
    };
    Ok(Json(folders.iter().map(line).collect()))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "FolderForm")]
struct NewForm {
    name: String,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    meta: Option<Map<String, Value>>,
}

async fn create(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<NewForm>,
) -> Result<Json<Folder>> {
    check_on(&app, &caller).await?;
    let name = clean(&form.name)?;
    check_name(&app, &caller, None, &name, None).await?;
    let mut data = form.data;
    if let Some(data) = &mut data {
        check_files(&app, &caller, data, &Value::Null).await?;
    }
    let new = NewFolder {
        user_id: caller.user.id.clone(),
        name,
        data: data.map_or(Value::Null, Value::Object),
        meta: form.meta.map_or(Value::Null, Value::Object),
        ..NewFolder::default()
    };
    Ok(Json(app.store.folders.create(new).await?))
}

async fn read(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Folder>> {
    Ok(Json(own(&app, &caller, &id).await?))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "FolderUpdateForm")]
struct ChangeForm {
    #[serde(default)]
    name: Option<String>,
    /// Fields that change; the others stay.
    #[serde(default)]
    data: Option<Map<String, Value>>,
    /// Fields that change; the others stay.
    #[serde(default)]
    meta: Option<Map<String, Value>>,
}

/// `patch` laid over `kept`, field by field of the first level.
fn merged(kept: &Value, patch: Map<String, Value>) -> Value {
    let mut fields = kept.as_object().cloned().unwrap_or_default();
    fields.extend(patch);
    Value::Object(fields)
}

async fn update(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<ChangeForm>,
) -> Result<Json<Folder>> {
    let folder = own(&app, &caller, &id).await?;
    let name = form.name.as_deref().map(clean).transpose()?;
    if let Some(name) = &name {
        check_name(&app, &caller, folder.parent_id.as_deref(), name, Some(&id)).await?;
    }
    let mut data = form.data;
    if let Some(data) = &mut data {
        check_files(&app, &caller, data, &folder.data).await?;
    }
    let patch = FolderPatch {
        name,
        data: data.map(|data| merged(&folder.data, data)),
        meta: form.meta.map(|meta| merged(&folder.meta, meta)),
        ..FolderPatch::default()
    };
    Ok(Json(app.store.folders.update(&id, &caller.user.id, patch).await?))
}

#[derive(Deserialize, JsonSchema)]
struct ParentForm {
    /// `null` for none.
    #[serde(default)]
    parent_id: Option<String>,
}

async fn set_parent(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<ParentForm>,
) -> Result<Json<Folder>> {
    let folder = own(&app, &caller, &id).await?;
    if let Some(parent) = &form.parent_id {
        own(&app, &caller, parent).await?;
        let below = app.store.folders.children(&id, &caller.user.id).await?;
        if *parent == id || below.contains(parent) {
            return Err(ApiError::bad_request("A folder cannot lie in itself or in one of its own folders."));
        }
    }
    check_name(&app, &caller, form.parent_id.as_deref(), &folder.name, Some(&id)).await?;
    let patch = FolderPatch { parent_id: Some(form.parent_id), ..FolderPatch::default() };
    Ok(Json(app.store.folders.update(&id, &caller.user.id, patch).await?))
}

#[derive(Deserialize, JsonSchema)]
struct ExpandedForm {
    is_expanded: bool,
}

async fn set_expanded(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<ExpandedForm>,
) -> Result<Json<Folder>> {
    own(&app, &caller, &id).await?;
    let patch = FolderPatch { is_expanded: Some(form.is_expanded), ..FolderPatch::default() };
    Ok(Json(app.store.folders.update(&id, &caller.user.id, patch).await?))
}

#[derive(Deserialize, JsonSchema)]
struct DeleteQuery {
    #[serde(default = "yes")]
    delete_contents: bool,
}

fn yes() -> bool {
    true
}

async fn delete(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Query(query): Query<DeleteQuery>,
) -> Result<Json<bool>> {
    own(&app, &caller, &id).await?;
    let user_id = &caller.user.id;
    if query.delete_contents {
        let mut ids = app.store.folders.children(&id, user_id).await?;
        ids.push(id.clone());
        let inside = ChatQuery { user_id: user_id.clone(), in_folders: ids.clone(), ..ChatQuery::default() };
        if app.store.chats.count(inside).await? > 0 {
            if !app.identity.permits(&caller.user, "chat.delete").await? {
                return Err(ApiError::forbidden(
                    "You may not delete chats, and there are some in this folder.",
                ));
            }
            app.store.chats.delete_in_folders(user_id, &ids).await?;
            app.store.tags.delete_unused(user_id).await?;
        }
    }
    app.store.folders.delete(&id, user_id).await?;
    Ok(Json(true))
}
