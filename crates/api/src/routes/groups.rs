//! Groups of accounts.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use transom_store::{Group, GroupPatch, NewGroup};

use super::{grants::not_found, shapes};
use crate::{
    App, Result,
    extract::{Admin, Body, Path, Query, Verified},
    router::Routes,
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/groups/", Rule::Verified, "Groups; administrators see all, others their own", list)
        .post("/api/v1/groups/create", Rule::Admin, "Make a group", create)
        .get("/api/v1/groups/id/{id}", Rule::Admin, "One group", read)
        .get("/api/v1/groups/id/{id}/export", Rule::Admin, "One group with its members", export)
        .post("/api/v1/groups/id/{id}/update", Rule::Admin, "Change a group", update)
        .delete("/api/v1/groups/id/{id}/delete", Rule::Admin, "Delete a group", delete)
        .post("/api/v1/groups/id/{id}/users", Rule::Admin, "The members of a group", members)
        .post("/api/v1/groups/id/{id}/users/add", Rule::Admin, "Add members", add_members)
        .post("/api/v1/groups/id/{id}/users/remove", Rule::Admin, "Remove members", remove_members)
}

/// A group as it is shown.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GroupResponse")]
struct Shown {
    #[serde(flatten)]
    group: Group,
    /// How many members it has.
    member_count: u64,
}

/// A group to take along.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GroupExportResponse")]
struct Exported {
    #[serde(flatten)]
    shown: Shown,
    /// Its members.
    user_ids: Vec<String>,
}

async fn shown(app: &App, group: Group) -> Result<Shown> {
    Ok(Shown { member_count: app.store.groups.member_count(&group.id).await?, group })
}

async fn find(app: &App, id: &str) -> Result<Group> {
    app.store.groups.get(id).await?.ok_or_else(not_found)
}

#[derive(Deserialize, JsonSchema)]
struct ListQuery {
    /// Only groups that things may be shared with, or only the others.
    #[serde(default)]
    share: Option<bool>,
}

/// Whether things may be shared with the group; so unless somebody switched it off.
fn may_be_shared_with(group: &Group) -> bool {
    group.data.pointer("/config/share").and_then(Value::as_bool).unwrap_or(true)
}

async fn list(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<Shown>>> {
    let groups = match caller.is_admin() {
        true => app.store.groups.all().await?,
        false => app.store.groups.of_user(&caller.user.id).await?,
    };
    let mut body = Vec::with_capacity(groups.len());
    let wanted = |group: &Group| query.share.is_none_or(|share| may_be_shared_with(group) == share);
    for group in groups.into_iter().filter(wanted) {
        body.push(shown(&app, group).await?);
    }
    Ok(Json(body))
}

#[derive(Deserialize, JsonSchema)]
struct GroupForm {
    name: String,
    description: String,
    /// Part of the tree of permissions: what members may do besides.
    #[serde(default)]
    permissions: Option<Map<String, Value>>,
    #[serde(default)]
    data: Option<Map<String, Value>>,
}

async fn create(
    State(app): State<App>,
    Admin(caller): Admin,
    Body(form): Body<GroupForm>,
) -> Result<Json<Shown>> {
    let new = NewGroup {
        user_id: caller.user.id.clone(),
        name: shapes::name("The name of a group", form.name)?,
        description: shapes::text("The description", form.description)?,
        permissions: form.permissions.map_or(Value::Null, Value::Object),
        data: form.data.map_or(Value::Null, Value::Object),
        ..NewGroup::default()
    };
    let group = app.store.groups.create(new).await?;
    Ok(Json(shown(&app, group).await?))
}

async fn read(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<Json<Shown>> {
    Ok(Json(shown(&app, find(&app, &id).await?).await?))
}

async fn export(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<Json<Exported>> {
    let shown = shown(&app, find(&app, &id).await?).await?;
    Ok(Json(Exported { user_ids: app.store.groups.member_ids(&id).await?, shown }))
}

async fn update(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
    Body(form): Body<GroupForm>,
) -> Result<Json<Shown>> {
    find(&app, &id).await?;
    let patch = GroupPatch {
        name: Some(shapes::name("The name of a group", form.name)?),
        description: Some(shapes::text("The description", form.description)?),
        permissions: form.permissions.map(Value::Object),
        data: form.data.map(Value::Object),
        ..GroupPatch::default()
    };
    let group = app.store.groups.update(&id, patch).await?;
    app.identity.groups_changed().await?;
    Ok(Json(shown(&app, group).await?))
}

async fn delete(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<Json<bool>> {
    if !app.store.groups.delete(&id).await? {
        return Err(not_found());
    }
    app.identity.groups_changed().await?;
    Ok(Json(true))
}

async fn members(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<Json<Vec<Value>>> {
    find(&app, &id).await?;
    let ids = app.store.groups.member_ids(&id).await?;
    let users = shapes::owners(&app, ids.iter().map(String::as_str)).await?;
    Ok(Json(ids.iter().filter_map(|id| users.get(id)).map(shapes::brief).collect()))
}

#[derive(Deserialize, JsonSchema)]
struct MembersForm {
    #[serde(default)]
    user_ids: Option<Vec<String>>,
}

async fn add_members(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
    Body(form): Body<MembersForm>,
) -> Result<Json<Shown>> {
    let group = find(&app, &id).await?;
    app.store.groups.add_members(&id, &form.user_ids.unwrap_or_default()).await?;
    app.identity.groups_changed().await?;
    Ok(Json(shown(&app, group).await?))
}

async fn remove_members(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
    Body(form): Body<MembersForm>,
) -> Result<Json<Shown>> {
    let group = find(&app, &id).await?;
    app.store.groups.remove_members(&id, &form.user_ids.unwrap_or_default()).await?;
    app.identity.groups_changed().await?;
    Ok(Json(shown(&app, group).await?))
}
