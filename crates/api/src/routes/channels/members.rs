//! Who is in a channel.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use transom_store::{ChannelMember, User, UserQuery};

use super::{
    MANAGE, READ, audience,
    caller::{self, ChannelUser, Entered},
    change, events,
};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Query},
    router::Routes,
    routes::{
        answers,
        grants::not_found,
        shapes::{self, PAGE},
    },
    rule::{Resource, Rule},
};

/// Seconds for which somebody counts as active after their last sign of life.
const ACTIVE: i64 = 180;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/channels/{id}/members", READ, "A page of those who may read a channel", list)
        .gives::<answers::ChannelReaders>()
        .post(
            "/api/v1/channels/{id}/members/active",
            Rule::Owner(Resource::Membership, None),
            "Keep a channel in the caller's list or not",
            set_active,
        )
        .post("/api/v1/channels/{id}/update/members/add", MANAGE, "Add members", add)
        .post("/api/v1/channels/{id}/update/members/remove", MANAGE, "Remove members", remove)
}

/// Whoever gave a sign of life after this is active.
pub fn active_since() -> i64 {
    chrono::Utc::now().timestamp() - ACTIVE
}

#[derive(Deserialize, JsonSchema)]
struct ListQuery {
    query: Option<String>,
    order_by: Option<String>,
    direction: Option<String>,
    page: Option<u64>,
}

/// A member as the other members see it: nothing that is between the account and the server.
fn shown(user: &User) -> Value {
    let mut body = shapes::brief(user);
    body["username"] = json!(user.username);
    body["profile_image_url"] = json!(user.profile_image_url);
    body["bio"] = json!(user.bio);
    body["timezone"] = json!(user.timezone);
    body["last_active_at"] = json!(user.last_active_at);
    body["updated_at"] = json!(user.updated_at);
    body["created_at"] = json!(user.created_at);
    body["is_active"] = json!(user.last_active_at >= active_since());
    body
}

async fn list(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>> {
    let Entered { channel, .. } = caller::enter(&app, &caller, &id).await?;
    let query = UserQuery {
        query: query.query,
        audience: Some(audience(&channel)),
        order_by: query.order_by.or(Some("name".to_owned())),
        descending: query.direction.as_deref() == Some("desc"),
        offset: shapes::offset(query.page, PAGE),
        limit: Some(PAGE),
        ..UserQuery::default()
    };
    let (users, total) = app.store.users.list(query).await?;
    Ok(Json(json!({"users": users.iter().map(shown).collect::<Vec<_>>(), "total": total})))
}

#[derive(Deserialize, JsonSchema)]
struct ActiveForm {
    is_active: bool,
}

async fn set_active(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Body(form): Body<ActiveForm>,
) -> Result<Json<bool>> {
    if !app.store.channel_members.set_active(&id, &caller.user.id, form.is_active).await? {
        return Err(not_found());
    }
    events::recheck(&app, &id).await;
    Ok(Json(true))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChannelMembersAddForm")]
struct AddForm {
    #[serde(default)]
    user_ids: Vec<String>,
    #[serde(default)]
    group_ids: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChannelMembersRemoveForm")]
struct RemoveForm {
    #[serde(default)]
    user_ids: Vec<String>,
}

/// A channel whose members the caller may choose. Those of direct messages never change: others have others.
async fn chosen_by(app: &App, caller: &transom_identity::Caller, id: &str) -> Result<Entered> {
    let entered = caller::enter_to_manage(app, caller, id).await?;
    match entered.channel.has_members() && !entered.channel.is_direct() {
        true => Ok(entered),
        false => Err(ApiError::bad_request("Only a group's members can be added or removed.")),
    }
}

async fn add(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Body(form): Body<AddForm>,
) -> Result<Json<Vec<ChannelMember>>> {
    let Entered { channel, .. } = chosen_by(&app, &caller, &id).await?;
    let wanted = change::accounts(&app, form.user_ids, &form.group_ids).await?;
    let added = app.store.channel_members.add(&channel.id, &wanted, &caller.user.id).await?;
    events::welcome(&app, &channel, &super::ids(&added)).await;
    Ok(Json(added))
}

async fn remove(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Body(form): Body<RemoveForm>,
) -> Result<Json<u64>> {
    let Entered { channel, .. } = chosen_by(&app, &caller, &id).await?;
    let removed = app.store.channel_members.remove(&channel.id, &form.user_ids).await?;
    events::recheck(&app, &channel.id).await;
    Ok(Json(removed))
}
