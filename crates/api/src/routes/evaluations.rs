//! Ratings of answers, and the arena in which models are compared.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::Caller;
use transom_store::{Feedback, FeedbackPatch, FeedbackQuery, NewFeedback, User};

use super::{
    answers,
    grants::not_found,
    pictures,
    shapes::{self, PAGE},
};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Path, Query, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

/// Who may rate may change the rating, and anybody may take an own one back.
const RATE: &str = "chat.rate_response";
const OWN: Rule = Rule::OwnerOrAdmin(Resource::Feedback, None);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/evaluations/config", Rule::Admin, "The arena's settings", config)
        .gives::<answers::Arena>()
        .post("/api/v1/evaluations/config", Rule::Admin, "Change the arena's settings", set_config)
        .gives::<answers::Arena>()
        .post("/api/v1/evaluations/feedback", Rule::Permission(RATE), "Rate an answer", create)
        .get("/api/v1/evaluations/feedback/{id}", OWN, "One rating", read)
        .post(
            "/api/v1/evaluations/feedback/{id}",
            Rule::OwnerOrAdmin(Resource::Feedback, Some(RATE)),
            "Change a rating",
            update,
        )
        .delete("/api/v1/evaluations/feedback/{id}", OWN, "Delete a rating", delete)
        .get("/api/v1/evaluations/feedbacks/user", Rule::Verified, "The caller's ratings", of_caller)
        .delete(
            "/api/v1/evaluations/feedbacks",
            Rule::Verified,
            "Delete the caller's ratings",
            delete_of_caller,
        )
        .get("/api/v1/evaluations/feedbacks/list", Rule::Admin, "A page of everybody's ratings", page)
        .gives::<answers::Ratings>()
        .get("/api/v1/evaluations/feedbacks/all", Rule::Admin, "Everybody's ratings", all)
        .delete("/api/v1/evaluations/feedbacks/all", Rule::Admin, "Delete everybody's ratings", delete_all)
        .get("/api/v1/evaluations/feedbacks/all/ids", Rule::Admin, "Ids of everybody's ratings", ids)
        .get(
            "/api/v1/evaluations/feedbacks/all/export",
            Rule::Admin,
            "Everybody's ratings with their chats",
            export,
        )
}

fn shown_config(app: &App) -> Value {
    json!({
        "ENABLE_EVALUATION_ARENA_MODELS": app.settings.get(&keys::ENABLE_EVALUATION_ARENA_MODELS),
        "EVALUATION_ARENA_MODELS": app.settings.get(&keys::EVALUATION_ARENA_MODELS),
    })
}

async fn config(State(app): State<App>, _: Admin) -> Json<Value> {
    Json(shown_config(&app))
}

#[allow(non_snake_case)]
#[derive(Deserialize, JsonSchema)]
struct ConfigForm {
    #[serde(default)]
    ENABLE_EVALUATION_ARENA_MODELS: Option<bool>,
    /// `{id, name, meta: {model_ids, filter_mode, access_control, ...}}` each.
    #[serde(default)]
    EVALUATION_ARENA_MODELS: Option<Vec<Map<String, Value>>>,
}

async fn set_config(State(app): State<App>, _: Admin, Body(form): Body<ConfigForm>) -> Result<Json<Value>> {
    if let Some(models) = form.EVALUATION_ARENA_MODELS {
        for model in &models {
            check_arena_model(model)?;
        }
        app.settings.set(&keys::EVALUATION_ARENA_MODELS, json!(models)).await?;
    }
    if let Some(on) = form.ENABLE_EVALUATION_ARENA_MODELS {
        app.settings.set(&keys::ENABLE_EVALUATION_ARENA_MODELS, on).await?;
    }
    Ok(Json(shown_config(&app)))
}

fn check_arena_model(model: &Map<String, Value>) -> Result<()> {
    if model.get("id").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(ApiError::bad_request("Every arena model needs an id."));
    }
    let picture = model.get("meta").and_then(|meta| meta.get("profile_image_url")).and_then(Value::as_str);
    pictures::checked(picture.unwrap_or_default().to_owned()).map(|_| ())
}

#[derive(Deserialize, JsonSchema)]
struct FeedbackForm {
    /// `rating`.
    r#type: String,
    /// `rating`, `model_id`, `sibling_model_ids`, `reason`, `comment` and whatever the client adds.
    #[serde(default)]
    data: Option<Map<String, Value>>,
    /// `arena`, `chat_id`, `message_id`, `tags` and so on.
    #[serde(default)]
    meta: Option<Map<String, Value>>,
    /// The chat as it is now.
    #[serde(default)]
    snapshot: Option<Map<String, Value>>,
}

async fn create(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<FeedbackForm>,
) -> Result<Json<Feedback>> {
    let object = |fields: Option<Map<String, Value>>| fields.map_or(Value::Null, Value::Object);
    let new = NewFeedback {
        user_id: caller.user.id.clone(),
        r#type: shapes::name("A type", form.r#type)?,
        data: object(form.data),
        meta: object(form.meta),
        snapshot: object(form.snapshot),
    };
    Ok(Json(app.store.feedbacks.create(new).await?))
}

/// A rating that is the caller's, or any for an administrator.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<Feedback> {
    let feedback = app.store.feedbacks.get(id).await?;
    feedback.filter(|f| caller.is_admin() || f.user_id == caller.user.id).ok_or_else(not_found)
}

async fn read(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Feedback>> {
    Ok(Json(find(&app, &caller, &id).await?))
}

async fn update(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
    Body(form): Body<FeedbackForm>,
) -> Result<Json<Feedback>> {
    find(&app, &caller, &id).await?;
    let patch = FeedbackPatch {
        data: form.data.map(Value::Object),
        meta: form.meta.map(Value::Object),
        snapshot: form.snapshot.map(Value::Object),
    };
    Ok(Json(app.store.feedbacks.update(&id, patch).await?))
}

async fn delete(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    find(&app, &caller, &id).await?;
    Ok(Json(app.store.feedbacks.delete(&id).await?))
}

async fn of_caller(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Feedback>>> {
    let own =
        FeedbackQuery { user_id: Some(caller.user.id.clone()), descending: true, ..FeedbackQuery::default() };
    Ok(Json(app.store.feedbacks.list(own).await?.0))
}

async fn delete_of_caller(State(app): State<App>, Verified(caller): Verified) -> Result<Json<bool>> {
    app.store.feedbacks.delete_of_user(&caller.user.id).await?;
    Ok(Json(true))
}

#[derive(Deserialize, JsonSchema)]
struct PageQuery {
    #[serde(default)]
    order_by: Option<String>,
    #[serde(default)]
    direction: Option<String>,
    #[serde(default)]
    page: Option<u64>,
}

/// Who rated, as administrators see it.
fn rater(user: &User) -> Value {
    let mut body = shapes::owner(user);
    body["last_active_at"] = json!(user.last_active_at);
    body["updated_at"] = json!(user.updated_at);
    body["created_at"] = json!(user.created_at);
    body
}

async fn page(State(app): State<App>, _: Admin, Query(query): Query<PageQuery>) -> Result<Json<Value>> {
    let wanted = FeedbackQuery {
        user_id: None,
        order_by: query.order_by,
        descending: shapes::descending(query.direction.as_deref()),
        offset: shapes::offset(query.page, PAGE),
        limit: Some(PAGE),
    };
    let (items, total) = app.store.feedbacks.list(wanted).await?;
    let raters = shapes::owners(&app, items.iter().map(|item| item.user_id.as_str())).await?;
    let line = |item: &Feedback| {
        let mut line = serde_json::to_value(item).unwrap_or_default();
        line["user"] = raters.get(&item.user_id).map_or(Value::Null, rater);
        line
    };
    Ok(Json(json!({"items": items.iter().map(line).collect::<Vec<_>>(), "total": total})))
}

async fn everybodys(app: &App) -> Result<Vec<Feedback>> {
    Ok(app.store.feedbacks.list(FeedbackQuery { descending: true, ..FeedbackQuery::default() }).await?.0)
}

async fn all(State(app): State<App>, _: Admin) -> Result<Json<Vec<Feedback>>> {
    Ok(Json(everybodys(&app).await?))
}

async fn ids(State(app): State<App>, _: Admin) -> Result<Json<Vec<Value>>> {
    let line = |f: &Feedback| json!({"id": f.id, "user_id": f.user_id, "created_at": f.created_at, "updated_at": f.updated_at});
    Ok(Json(everybodys(&app).await?.iter().map(line).collect()))
}

async fn export(State(app): State<App>, _: Admin) -> Result<Json<Vec<Feedback>>> {
    Ok(Json(app.store.feedbacks.export().await?))
}

async fn delete_all(State(app): State<App>, _: Admin) -> Result<Json<bool>> {
    app.store.feedbacks.delete_all().await?;
    Ok(Json(true))
}
