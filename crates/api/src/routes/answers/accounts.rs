//! Accounts and sessions.

use schemars::JsonSchema;
use serde::Serialize;

use super::Object;

/// What somebody says about how they are: an answer by itself, and a part of others.
#[derive(Serialize, JsonSchema)]
pub struct UserStatus {
    pub status_emoji: Option<String>,
    pub status_message: Option<String>,
    /// Unix seconds.
    pub status_expires_at: Option<i64>,
}

/// The session that asks, with the account behind it.
#[derive(JsonSchema)]
pub struct SessionUserInfoResponse {
    token: String,
    token_type: String,
    /// Unix seconds; null when it never ends.
    expires_at: Option<i64>,
    id: String,
    email: String,
    name: String,
    role: String,
    profile_image_url: String,
    bio: Option<String>,
    gender: Option<String>,
    date_of_birth: Option<String>,
    #[serde(flatten)]
    status: UserStatus,
    /// The permission tree.
    permissions: Object,
}

/// The account after a change of its profile.
#[derive(JsonSchema)]
#[schemars(rename = "UserProfileImageResponse")]
pub struct Profile {
    #[serde(flatten)]
    account: Owner,
    profile_image_url: String,
}

/// Whom to ask for an account.
#[derive(JsonSchema)]
pub struct AdminDetails {
    name: Option<String>,
    email: Option<String>,
}

/// Whether people may sign in through LDAP.
#[allow(non_snake_case)]
#[derive(JsonSchema)]
pub struct LdapEnabled {
    ENABLE_LDAP: bool,
}

/// An account as administrators see it.
#[derive(JsonSchema)]
pub struct UserModel {
    id: String,
    email: String,
    username: Option<String>,
    role: String,
    name: String,
    profile_image_url: String,
    bio: Option<String>,
    gender: Option<String>,
    date_of_birth: Option<String>,
    timezone: Option<String>,
    #[serde(flatten)]
    status: UserStatus,
    info: Option<Object>,
    /// Always null: settings may hold keys.
    settings: Option<Object>,
    oauth: Option<Object>,
    /// Unix seconds.
    last_active_at: i64,
    /// Unix seconds.
    updated_at: i64,
    /// Unix seconds.
    created_at: i64,
}

/// The same with the groups it is in.
#[derive(JsonSchema)]
pub struct UserGroupIdsModel {
    #[serde(flatten)]
    user: UserModel,
    group_ids: Vec<String>,
}

/// A page of accounts.
#[derive(JsonSchema)]
pub struct UserGroupIdsListResponse {
    users: Vec<UserGroupIdsModel>,
    /// Of all pages.
    total: u64,
}

/// An account as people pick it from a list.
#[derive(JsonSchema)]
pub struct UserInfoResponse {
    id: String,
    name: String,
    email: String,
    role: String,
    #[serde(flatten)]
    status: UserStatus,
}

/// Accounts in brief.
#[derive(JsonSchema)]
pub struct UserInfoListResponse {
    users: Vec<UserInfoResponse>,
    /// Of all pages.
    total: u64,
}

/// An account as others see it.
#[derive(JsonSchema)]
#[schemars(rename = "UserActiveResponse")]
pub struct SeenUser {
    name: String,
    profile_image_url: String,
    #[serde(flatten)]
    status: UserStatus,
    groups: Vec<GroupName>,
    is_active: bool,
}

/// A group in brief.
#[derive(JsonSchema)]
pub struct GroupName {
    id: String,
    name: String,
}

/// Whether an account is active now.
#[derive(JsonSchema)]
pub struct Active {
    active: bool,
}

/// Settings of the caller; those of the web client are below `ui`.
#[derive(JsonSchema)]
#[schemars(rename = "UserSettings")]
pub struct Settings {
    #[serde(default)]
    ui: Option<Object>,
    #[serde(flatten)]
    others: Object,
}

/// Whose something is.
#[derive(JsonSchema)]
#[schemars(rename = "UserResponse")]
pub struct Owner {
    id: String,
    name: String,
    role: String,
    email: String,
}
