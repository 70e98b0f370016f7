//! Tags of chats.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use transom_identity::Caller;
use transom_store::{ChatQuery, ChatRow, ChatSummary, Tag, Tags};

use super::{chats::own, shapes};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

const OWN: Rule = Rule::Owner(Resource::Chat, None);
const OWN_LIST: Rule = Rule::Verified;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/chats/all/tags", OWN_LIST, "All tags of the caller's chats", all)
        .post("/api/v1/chats/tags", OWN_LIST, "Chats with a tag", tagged)
        .get("/api/v1/chats/{id}/tags", OWN, "Tags of a chat", tags)
        .post("/api/v1/chats/{id}/tags", OWN, "Tag a chat", add)
        .delete("/api/v1/chats/{id}/tags", OWN, "Take a tag off a chat", remove)
        .delete("/api/v1/chats/{id}/tags/all", OWN, "Take all tags off a chat", remove_all)
}

/// The tag ids a chat carries.
pub fn ids_of(row: &ChatRow) -> Vec<String> {
    let tags = row.meta.get("tags").and_then(Value::as_array);
    tags.into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
}

async fn set_ids(app: &App, row: &ChatRow, ids: &[String]) -> Result<()> {
    let mut meta = row.meta.as_object().cloned().unwrap_or_default();
    meta.insert("tags".into(), json!(ids));
    app.store.chats.set_meta(&row.id, &Value::Object(meta)).await?;
    Ok(())
}

async fn shown(app: &App, caller: &Caller, ids: &[String]) -> Result<Json<Vec<Tag>>> {
    let all = app.store.tags.of_user(&caller.user.id).await?;
    Ok(Json(all.into_iter().filter(|tag| ids.contains(&tag.id)).collect()))
}

async fn all(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Tag>>> {
    Ok(Json(app.store.tags.of_user(&caller.user.id).await?))
}

#[derive(Deserialize, JsonSchema)]
struct TaggedForm {
    name: String,
    #[serde(default)]
    skip: Option<u64>,
    #[serde(default)]
    limit: Option<u64>,
}

async fn tagged(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<TaggedForm>,
) -> Result<Json<Vec<ChatSummary>>> {
    let wanted = ChatQuery {
        user_id: caller.user.id.clone(),
        archived: Some(false),
        tag: Some(Tags::id_of(&form.name)),
        offset: shapes::countable(form.skip.unwrap_or(0)),
        limit: Some(shapes::countable(form.limit.unwrap_or(50))),
        ..ChatQuery::default()
    };
    let chats = app.store.chats.list(wanted).await?;
    if chats.is_empty() {
        app.store.tags.delete_unused(&caller.user.id).await?;
    }
    Ok(Json(chats))
}

async fn tags(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Vec<Tag>>> {
    let row = own(&app, &caller, &id).await?;
    shown(&app, &caller, &ids_of(&row)).await
}

#[derive(Deserialize, JsonSchema)]
struct TagForm {
    name: String,
}

async fn add(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<TagForm>,
) -> Result<Json<Vec<Tag>>> {
    let row = own(&app, &caller, &id).await?;
    if Tags::id_of(&form.name) == "none" {
        return Err(ApiError::bad_request(
            "A tag cannot be called \"none\": that word finds chats without a tag.",
        ));
    }
    let name = shapes::name("A tag", form.name)?;
    let tag = app.store.tags.ensure(&caller.user.id, &name).await?;
    let mut ids = ids_of(&row);
    if !ids.contains(&tag.id) {
        ids.push(tag.id);
        set_ids(&app, &row, &ids).await?;
    }
    shown(&app, &caller, &ids).await
}

async fn remove(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<TagForm>,
) -> Result<Json<Vec<Tag>>> {
    let row = own(&app, &caller, &id).await?;
    let gone = Tags::id_of(&form.name);
    let ids: Vec<String> = ids_of(&row).into_iter().filter(|tag| *tag != gone).collect();
    set_ids(&app, &row, &ids).await?;
    app.store.tags.delete_unused(&caller.user.id).await?;
    shown(&app, &caller, &ids).await
}

async fn remove_all(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    let row = own(&app, &caller, &id).await?;
    set_ids(&app, &row, &[]).await?;
    app.store.tags.delete_unused(&caller.user.id).await?;
    Ok(Json(true))
}
