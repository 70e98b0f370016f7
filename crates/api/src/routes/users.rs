//! Accounts: lists, and what administrators do with them.

mod one;
mod own;

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::permissions;
use transom_store::{Role, Text, User, UserPatch, UserQuery};

use super::answers;
use super::{
    pictures,
    shapes::{self, PAGE},
};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Path, Query, Verified},
    router::Routes,
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/users/", Rule::Admin, "A page of accounts with their groups", list)
        .gives::<answers::UserGroupIdsListResponse>()
        .get("/api/v1/users/all", Rule::Admin, "All accounts", all)
        .gives::<answers::UserInfoListResponse>()
        .get("/api/v1/users/search", Rule::Verified, "Find accounts by name or e-mail", search)
        .gives::<answers::UserInfoListResponse>()
        .get("/api/v1/users/default/permissions", Rule::Admin, "What everybody may do", default_permissions)
        .gives::<Permissions>()
        .post(
            "/api/v1/users/default/permissions",
            Rule::Admin,
            "Change what everybody may do",
            set_default_permissions,
        )
        .gives::<Permissions>()
        .post("/api/v1/users/{user_id}/update", Rule::Admin, "Change an account", update)
        .gives::<answers::UserModel>()
        .delete("/api/v1/users/{user_id}", Rule::Admin, "Delete an account with its chats", delete)
        .merge(own::routes())
        .merge(one::routes())
}

#[derive(Deserialize, JsonSchema)]
struct ListQuery {
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    order_by: Option<String>,
    #[serde(default)]
    direction: Option<String>,
    #[serde(default)]
    page: Option<u64>,
}

impl From<ListQuery> for UserQuery {
    fn from(query: ListQuery) -> Self {
        Self {
            query: query.query,
            order_by: query.order_by,
            descending: shapes::descending(query.direction.as_deref()),
            offset: shapes::offset(query.page, PAGE),
            limit: Some(PAGE),
            ..Self::default()
        }
    }
}

/// An account as administrators see it. Its settings stay out: they may hold keys of its own connections.
fn shown(user: &User) -> Value {
    let mut body = serde_json::to_value(user).unwrap_or_default();
    body["settings"] = Value::Null;
    body
}

async fn list(State(app): State<App>, _: Admin, Query(query): Query<ListQuery>) -> Result<Json<Value>> {
    let (users, total) = app.store.users.list(query.into()).await?;
    let mut page = Vec::with_capacity(users.len());
    for user in &users {
        let mut line = shown(user);
        line["group_ids"] = json!(*app.identity.group_ids(&user.id).await?);
        page.push(line);
    }
    Ok(Json(json!({"users": page, "total": total})))
}

async fn all(State(app): State<App>, _: Admin) -> Result<Json<Value>> {
    let (users, total) = app.store.users.list(UserQuery::default()).await?;
    Ok(Json(json!({"users": users.iter().map(shapes::brief).collect::<Vec<_>>(), "total": total})))
}

async fn search(State(app): State<App>, _: Verified, Query(query): Query<ListQuery>) -> Result<Json<Value>> {
    let (users, total) = app.store.users.list(query.into()).await?;
    Ok(Json(json!({"users": users.iter().map(shapes::brief).collect::<Vec<_>>(), "total": total})))
}

/// The tree of permissions; keys that are left out keep the server's own default.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "UserPermissions")]
struct Permissions {
    workspace: Map<String, Value>,
    sharing: Map<String, Value>,
    chat: Map<String, Value>,
    features: Map<String, Value>,
}

async fn default_permissions(State(app): State<App>, _: Admin) -> Json<Value> {
    Json(permissions::defaults(&app.settings))
}

async fn set_default_permissions(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<Permissions>,
) -> Result<Json<Value>> {
    let tree = json!(form);
    for (section, key, value) in tree.as_object().into_iter().flatten().flat_map(|(section, keys)| {
        keys.as_object().into_iter().flatten().map(move |(key, value)| (section, key, value))
    }) {
        if !value.is_boolean() {
            let place = vec![json!("body"), json!(section), json!(key)];
            return Err(ApiError::invalid("bool_type", place, "Input should be a valid boolean"));
        }
    }
    app.settings.set(&keys::USER_PERMISSIONS, tree).await?;
    app.identity.groups_changed().await?;
    Ok(Json(permissions::defaults(&app.settings)))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "UserUpdateForm")]
struct UpdateForm {
    /// `pending`, `user` or `admin`.
    role: String,
    name: String,
    email: String,
    profile_image_url: String,
    #[serde(default)]
    password: Option<String>,
}

async fn update(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<String>,
    Body(form): Body<UpdateForm>,
) -> Result<Json<Value>> {
    let role: Role = form.role.parse().map_err(|_| {
        let place = vec![json!("body"), json!("role")];
        ApiError::invalid("enum", place, "Input should be 'pending', 'user' or 'admin'")
    })?;
    let user = app.store.users.get(&id).await?.ok_or_else(|| ApiError::not_found("The account"))?;
    if is_first_admin(&app, &id).await? && (caller.user.id != id || role != Role::Admin) {
        return Err(first_admin_is_protected());
    }
    let email = form.email.trim().to_lowercase();
    check_email(&app, &user, &email).await?;
    let profile_image_url = Some(pictures::checked(form.profile_image_url)?);
    if let Some(password) = form.password.filter(|password| !password.is_empty()) {
        app.identity.set_password(&id, &password).await?;
    }
    let patch = UserPatch {
        role: Some(role),
        name: Some(shapes::name("A name", form.name)?),
        email: Some(email),
        profile_image_url,
        ..UserPatch::default()
    };
    Ok(Json(shown(&app.identity.update_user(&id, patch).await?)))
}

async fn check_email(app: &App, user: &User, email: &str) -> Result<()> {
    let looks_right = email.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !email.contains(char::is_whitespace);
    if !looks_right {
        return Err(ApiError::bad_request("This is not a valid e-mail address. Please check it."));
    }
    match app.store.users.by_email(email).await? {
        Some(other) if other.id != user.id => Err(ApiError::bad_request(
            "This e-mail address belongs to another account. Please use another one.",
        )),
        _ => Ok(()),
    }
}

async fn is_first_admin(app: &App, id: &str) -> Result<bool> {
    Ok(app.store.users.first_admin().await?.is_some_and(|first| first.id == id))
}

fn first_admin_is_protected() -> ApiError {
    ApiError::forbidden(
        "The first administrator can only be changed by itself, and always stays an administrator.",
    )
}

async fn delete(State(app): State<App>, Admin(caller): Admin, Path(id): Path<String>) -> Result<Json<bool>> {
    if is_first_admin(&app, &id).await? {
        return Err(first_admin_is_protected());
    }
    if caller.user.id == id {
        return Err(ApiError::forbidden(
            "You cannot delete your own account. Ask another administrator to do it.",
        ));
    }
    let files = app.store.files.list(Some(&id), Text::Without).await?;
    if !app.store.users.delete(&id).await? {
        return Err(ApiError::not_found("The account"));
    }
    app.identity.user_changed(&id).await?;
    super::files::remove_blobs(&app, files).await?;
    Ok(Json(true))
}
