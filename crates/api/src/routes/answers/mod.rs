//! The shapes of answers that are put together as JSON, for the description of the API. Nothing is made of most; a test
//! that sends requests by that description sees whether they are true.

#![allow(dead_code, reason = "only their shape is of use")]

mod accounts;
mod channels;
mod system;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value};
use transom_store::ChatSummary;

pub use accounts::*;
pub use channels::*;
pub use system::*;

/// Any fields.
pub type Object = Map<String, Value>;

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

/// Figures of the caller's chats.
#[derive(JsonSchema)]
#[schemars(rename = "ChatUsageStatsListResponse")]
pub struct ChatsFigures {
    items: Vec<ChatFigures>,
    /// Of all pages.
    total: u64,
}

/// Figures of one chat.
#[derive(JsonSchema)]
#[schemars(rename = "ChatUsageStatsResponse")]
pub struct ChatFigures {
    id: String,
    /// Answers of the current branch by model.
    models: BTreeMap<String, u64>,
    /// Messages of the current branch.
    message_count: u64,
    /// Answers of all branches by model.
    history_models: BTreeMap<String, u64>,
    history_message_count: u64,
    history_user_message_count: u64,
    history_assistant_message_count: u64,
    /// Seconds.
    average_response_time: f64,
    /// Letters.
    average_user_message_content_length: f64,
    /// Letters.
    average_assistant_message_content_length: f64,
    tags: Value,
    /// Unix seconds, as the client gave them.
    last_message_at: Value,
    /// Unix seconds.
    updated_at: i64,
    /// Unix seconds.
    created_at: i64,
}
