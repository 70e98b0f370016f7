//! One account, as others see it.

use axum::{Json, extract::State, response::Response};
use serde_json::{Value, json};
use transom_identity::Caller;
use transom_store::{Group, User};

use crate::{
    ApiError, App, Result,
    extract::{Admin, Path, Verified},
    router::Routes,
    routes::{
        answers,
        pictures::{self, BuiltIn},
    },
    rule::Rule,
};

/// Seconds after which an account that does nothing counts as away.
const ACTIVE: i64 = 180;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/users/{user_id}", Rule::Verified, "An account as others see it", read)
        .gives::<answers::SeenUser>()
        .get("/api/v1/users/{user_id}/active", Rule::Verified, "Whether an account is active now", active)
        .gives::<answers::Active>()
        .get("/api/v1/users/{user_id}/groups", Rule::Admin, "The groups of an account", groups)
        .get(
            "/api/v1/users/{user_id}/oauth/sessions",
            Rule::Admin,
            "Provider sessions of an account",
            oauth_sessions,
        )
        .post(
            "/api/v1/users/{user_id}/sessions/revoke",
            Rule::Admin,
            "Sign an account out everywhere",
            revoke,
        )
        .get("/api/v1/users/{user_id}/profile/image", Rule::Verified, "The picture of an account", image)
        .gives_bytes("image/*")
}

fn missing() -> ApiError {
    ApiError::not_found("The account")
}

/// Whoever asks is active by asking, even before that is written down.
fn is_active(caller: &Caller, user: &User) -> bool {
    user.id == caller.user.id || user.last_active_at >= chrono::Utc::now().timestamp() - ACTIVE
}

/// The account with this id. Shared copies of chats belong to `shared-<id of the chat>`, which stands for the owner.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<User> {
    let owner = match id.strip_prefix("shared-") {
        Some(chat_id) => {
            let chat = app.store.chats.row(chat_id).await?;
            let visible = chat.filter(|chat| chat.share_id.is_some() || chat.user_id == caller.user.id);
            visible.ok_or_else(missing)?.user_id
        }
        None => id.to_owned(),
    };
    app.store.users.get(&owner).await?.ok_or_else(missing)
}

async fn read(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let user = find(&app, &caller, &id).await?;
    let groups = app.store.groups.of_user(&user.id).await?;
    let groups: Vec<Value> = groups.iter().map(|group| json!({"id": group.id, "name": group.name})).collect();
    Ok(Json(json!({
        "name": user.name,
        "profile_image_url": user.profile_image_url,
        "status_emoji": user.status_emoji,
        "status_message": user.status_message,
        "status_expires_at": user.status_expires_at,
        "groups": groups,
        "is_active": is_active(&caller, &user),
    })))
}

async fn active(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let user = app.store.users.get(&id).await?;
    Ok(Json(json!({"active": user.is_some_and(|user| is_active(&caller, &user))})))
}

async fn groups(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<Json<Vec<Group>>> {
    Ok(Json(app.store.groups.of_user(&id).await?))
}

/// Tokens of sign-in providers are not kept, so nobody has such a session.
async fn oauth_sessions(_: Admin, Path(_id): Path<String>) -> ApiError {
    ApiError::not_found("A provider session of this account")
}

async fn revoke(State(app): State<App>, _: Admin, Path(id): Path<String>) -> Result<Json<bool>> {
    if app.store.users.get(&id).await?.is_none() {
        return Err(missing());
    }
    app.identity.end_sessions(&id, None).await?;
    Ok(Json(true))
}

async fn image(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(id): Path<String>,
) -> Result<Response> {
    let user = find(&app, &caller, &id).await?;
    Ok(pictures::answer(&user.profile_image_url, BuiltIn::Person))
}
