//! The shapes of answers that are put together as JSON, for the description of the API. Nothing is made of them; a test
//! that sends requests by that description sees whether they are true.

#![allow(dead_code, reason = "only their shape is of use")]

use schemars::JsonSchema;
use serde_json::{Map, Value};
use transom_store::ChatSummary;

type Object = Map<String, Value>;

/// A chat with its document.
#[derive(JsonSchema)]
pub struct ChatResponse {
    id: String,
    user_id: String,
    title: String,
    /// The document.
    chat: Object,
    /// Unix seconds.
    updated_at: i64,
    /// Unix seconds.
    created_at: i64,
    share_id: Option<String>,
    archived: bool,
    pinned: bool,
    meta: Object,
    folder_id: Option<String>,
}

/// A page of the list of chats.
pub type Chats = Vec<ChatSummary>;

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
    status_emoji: Option<String>,
    status_message: Option<String>,
    /// Unix seconds.
    status_expires_at: Option<i64>,
    /// The permission tree.
    permissions: Object,
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
    status_emoji: Option<String>,
    status_message: Option<String>,
    /// Unix seconds.
    status_expires_at: Option<i64>,
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
    status_emoji: Option<String>,
    status_message: Option<String>,
    /// Unix seconds.
    status_expires_at: Option<i64>,
}

/// Accounts in brief.
#[derive(JsonSchema)]
pub struct UserInfoListResponse {
    users: Vec<UserInfoResponse>,
    /// Of all pages.
    total: u64,
}

/// A folder as the list shows it.
#[derive(JsonSchema)]
pub struct FolderNameIdResponse {
    id: String,
    name: String,
    meta: Option<Object>,
    parent_id: Option<String>,
    is_expanded: bool,
    /// Unix seconds.
    created_at: i64,
    /// Unix seconds.
    updated_at: i64,
}

/// The models the caller may use.
#[derive(JsonSchema)]
pub struct ModelList {
    data: Vec<Object>,
}

/// Ids of running turns.
#[derive(JsonSchema)]
pub struct TaskIds {
    task_ids: Vec<String>,
}

/// Whether something was done.
#[derive(JsonSchema)]
pub struct Status {
    status: bool,
}
