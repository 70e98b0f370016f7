//! Accounts: sign up, sign in, sign out, session, profile, password, API keys.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use transom_config::keys;
use transom_identity::{Identity, NewAccount, SignedIn};
use transom_store::{Role, UserPatch};

use super::answers;
use super::{pictures, shapes};
use crate::{
    ApiError, App, Result, cookies,
    extract::{Admin, Body, From, SignedIn as AnyAccount, Verified},
    router::Routes,
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/auths/", Rule::SignedIn, "The current session; renews its cookie", session)
        .gives::<answers::SessionUserInfoResponse>()
        .post(
            "/api/v1/auths/signup",
            Rule::Public,
            "Make an account; the first one is the administrator",
            sign_up,
        )
        .gives::<Session>()
        .post("/api/v1/auths/signin", Rule::Public, "Sign in with a password", sign_in)
        .gives::<Session>()
        .post("/api/v1/auths/ldap", Rule::Public, "Sign in through a directory", ldap)
        .gives::<Session>()
        .get("/api/v1/auths/signout", Rule::Public, "End the session", sign_out)
        .gives::<answers::Status>()
        .post("/api/v1/auths/add", Rule::Admin, "Make an account for somebody", add)
        .post("/api/v1/auths/update/profile", Rule::Verified, "Change one's own profile", update_profile)
        .gives::<answers::Profile>()
        .post("/api/v1/auths/update/password", Rule::Session, "Change one's own password", update_password)
        .get("/api/v1/auths/api_key", Rule::SignedIn, "One's own API key", api_key)
        .post(
            "/api/v1/auths/api_key",
            Rule::Session,
            "Make a new API key in place of the old one",
            new_api_key,
        )
        // A key must not be able to replace itself: whoever holds it could lock the owner out.
        .delete("/api/v1/auths/api_key", Rule::Session, "Delete one's own API key", delete_api_key)
}

/// A session as the contract shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionUserResponse")]
struct Session {
    token: String,
    token_type: &'static str,
    /// Unix seconds; absent when it never ends.
    expires_at: Option<i64>,
    id: String,
    email: String,
    name: String,
    role: String,
    profile_image_url: String,
    /// The permission tree.
    permissions: Value,
}

async fn session_of(app: &App, signed_in: &SignedIn) -> Result<Session> {
    let user = &signed_in.user;
    Ok(Session {
        token: signed_in.session.token.clone(),
        token_type: "Bearer",
        expires_at: signed_in.session.expires_at,
        id: user.id.clone(),
        email: user.email.clone(),
        name: user.name.clone(),
        role: user.role.as_str().to_string(),
        profile_image_url: user.profile_image_url.clone(),
        permissions: (*app.identity.permission_tree(&user.id).await?).clone(),
    })
}

async fn open(app: &App, signed_in: SignedIn) -> Result<Response> {
    let body = session_of(app, &signed_in).await?;
    let cookie = cookies::session(&app.settings, &body.token, body.expires_at);
    Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SignupForm")]
struct SignUpForm {
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    profile_image_url: Option<String>,
}

async fn sign_up(
    State(app): State<App>,
    From(address): From,
    Body(form): Body<SignUpForm>,
) -> Result<Response> {
    let account = NewAccount {
        name: shapes::name("A name", form.name)?,
        email: form.email,
        password: form.password,
        profile_image_url: pictures::checked(form.profile_image_url.unwrap_or_default())?,
    };
    let signed_in = app.identity.sign_up(account, address).await?;
    open(&app, signed_in).await
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SigninForm")]
struct SignInForm {
    email: String,
    password: String,
}

async fn sign_in(
    State(app): State<App>,
    From(address): From,
    Body(form): Body<SignInForm>,
) -> Result<Response> {
    let signed_in = app.identity.sign_in(&form.email, &form.password, address).await?;
    open(&app, signed_in).await
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct LdapForm {
    user: String,
    password: String,
}

/// Directories come with the rest of identity; until then the switch cannot be on.
async fn ldap(Body(_form): Body<LdapForm>) -> ApiError {
    ApiError::bad_request("Signing in through a directory (LDAP) is not enabled on this server.")
}

async fn session(State(app): State<App>, AnyAccount(caller): AnyAccount) -> Result<Response> {
    let user = &caller.user;
    let (token, expires_at) =
        (caller.token().unwrap_or_default().to_string(), Identity::session_end(&caller));
    let body = json!({
        "token": token,
        "token_type": "Bearer",
        "expires_at": expires_at,
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "profile_image_url": user.profile_image_url,
        "bio": user.bio,
        "gender": user.gender,
        "date_of_birth": user.date_of_birth,
        "status_emoji": user.status_emoji,
        "status_message": user.status_message,
        "status_expires_at": user.status_expires_at,
        "permissions": *app.identity.permission_tree(&user.id).await?,
    });
    if token.is_empty() {
        return Ok(Json(body).into_response());
    }
    let cookie = cookies::session(&app.settings, &token, expires_at);
    Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|text| text.strip_prefix("Bearer "));
    for token in bearer.into_iter().chain(cookies::read(&headers, cookies::TOKEN)) {
        app.identity.sign_out(token.trim()).await?;
    }
    let removals = cookies::SESSION_COOKIES
        .into_iter()
        .filter(|name| *name != "oauth_session_id" || cookies::read(&headers, name).is_some())
        .map(|name| (header::SET_COOKIE, cookies::removal(name)));
    let mut body = json!({"status": true});
    let redirect = app.settings.get(&keys::WEBUI_AUTH_SIGNOUT_REDIRECT_URL);
    if !redirect.is_empty() {
        body["redirect_url"] = json!(redirect);
    }
    Ok((AppendHeaders(removals.collect::<Vec<_>>()), Json(body)).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "AddUserForm")]
struct AddForm {
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    profile_image_url: Option<String>,
    /// `pending`, `user` or `admin`.
    #[serde(default)]
    role: Option<String>,
}

async fn add(State(app): State<App>, _: Admin, Body(form): Body<AddForm>) -> Result<Json<Session>> {
    let role = form.role.unwrap_or_else(|| "pending".into());
    let role: Role =
        role.parse().map_err(|_| ApiError::bad_request("The role must be pending, user or admin."))?;
    let account = NewAccount {
        name: shapes::name("A name", form.name)?,
        email: form.email,
        password: form.password,
        profile_image_url: pictures::checked(form.profile_image_url.unwrap_or_default())?,
    };
    let signed_in = app.identity.add_user(account, role).await?;
    Ok(Json(session_of(&app, &signed_in).await?))
}

#[derive(Deserialize, JsonSchema)]
struct ProfileForm {
    profile_image_url: String,
    name: String,
    #[serde(default)]
    bio: Option<String>,
    #[serde(default)]
    gender: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "date")]
    date_of_birth: Option<String>,
}

fn date<'de, D: Deserializer<'de>>(reader: D) -> std::result::Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(reader)?.filter(|text| !text.is_empty());
    match &text {
        Some(day) if chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() => {
            Err(serde::de::Error::custom("Input should be a valid date as YYYY-MM-DD"))
        }
        _ => Ok(text),
    }
}

async fn update_profile(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<ProfileForm>,
) -> Result<Json<Value>> {
    let patch = UserPatch {
        name: Some(shapes::name("A name", form.name)?),
        profile_image_url: Some(pictures::checked(form.profile_image_url)?),
        bio: form.bio.map(|bio| shapes::text("What you say about yourself", bio)).transpose()?.map(Some),
        gender: form.gender.map(|gender| shapes::name("The gender", gender)).transpose()?.map(Some),
        date_of_birth: form.date_of_birth.map(Some),
        ..UserPatch::default()
    };
    let user = app.identity.update_user(&caller.user.id, patch).await?;
    Ok(Json(json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "profile_image_url": user.profile_image_url,
    })))
}

#[derive(Deserialize, JsonSchema)]
struct PasswordForm {
    password: String,
    new_password: String,
}

async fn update_password(
    State(app): State<App>,
    AnyAccount(caller): AnyAccount,
    Body(form): Body<PasswordForm>,
) -> Result<Json<bool>> {
    if !app.settings.get(&keys::WEBUI_AUTH_TRUSTED_EMAIL_HEADER).is_empty() {
        return Err(ApiError::bad_request(
            "Passwords are not used on this server: the proxy signs people in.",
        ));
    }
    app.identity.change_password(&caller, &form.password, &form.new_password).await?;
    Ok(Json(true))
}

#[derive(Serialize, JsonSchema)]
struct ApiKey {
    api_key: String,
}

async fn api_key(State(app): State<App>, AnyAccount(caller): AnyAccount) -> Result<Json<ApiKey>> {
    let key = app.store.api_keys.get(&caller.user.id).await?;
    let key = key.ok_or_else(|| ApiError::not_found("The API key"))?;
    Ok(Json(ApiKey { api_key: key.key }))
}

async fn new_api_key(State(app): State<App>, AnyAccount(caller): AnyAccount) -> Result<Json<ApiKey>> {
    Ok(Json(ApiKey { api_key: app.identity.new_api_key(&caller).await? }))
}

async fn delete_api_key(State(app): State<App>, AnyAccount(caller): AnyAccount) -> Result<Json<bool>> {
    app.store.api_keys.delete(&caller.user.id).await?;
    Ok(Json(true))
}
