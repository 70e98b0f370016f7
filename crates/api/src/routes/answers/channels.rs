//! Channels, notes and ratings.

use schemars::JsonSchema;
use transom_store::{Channel, Feedback, ModelRow, Note};

use super::Object;
use super::accounts::{Owner, UserStatus};

/// A member of a channel in brief.
#[derive(JsonSchema)]
#[schemars(rename = "UserIdNameStatusResponse")]
pub struct Member {
    id: String,
    name: String,
    #[serde(flatten)]
    status: UserStatus,
    is_active: bool,
}

/// A channel in the caller's list.
#[derive(JsonSchema)]
#[schemars(rename = "ChannelListItemResponse")]
pub struct ChannelItem {
    #[serde(flatten)]
    channel: Channel,
    /// Unix nanoseconds.
    last_message_at: Option<i64>,
    unread_count: u64,
    /// Of direct messages only.
    user_ids: Option<Vec<String>>,
    /// Of direct messages only.
    users: Option<Vec<Member>>,
}

/// A channel with what the caller may do in it.
#[derive(JsonSchema)]
#[schemars(rename = "ChannelFullResponse")]
pub struct ChannelFull {
    #[serde(flatten)]
    channel: Channel,
    is_manager: bool,
    write_access: bool,
    /// Unix nanoseconds.
    last_read_at: Option<i64>,
    unread_count: u64,
    /// How many accounts may read it.
    user_count: u64,
    /// Of a channel with members.
    user_ids: Option<Vec<String>>,
    /// Of a channel with members.
    users: Option<Vec<Member>>,
}

/// One who may read a channel, as the others see it.
#[derive(JsonSchema)]
pub struct ChannelReader {
    id: String,
    name: String,
    email: String,
    role: String,
    username: Option<String>,
    profile_image_url: String,
    bio: Option<String>,
    timezone: Option<String>,
    #[serde(flatten)]
    status: UserStatus,
    is_active: bool,
    /// Unix seconds.
    last_active_at: i64,
    /// Unix seconds.
    updated_at: i64,
    /// Unix seconds.
    created_at: i64,
}

/// A page of those who may read a channel.
#[derive(JsonSchema)]
#[schemars(rename = "UserListResponse")]
pub struct ChannelReaders {
    users: Vec<ChannelReader>,
    /// Of all pages.
    total: u64,
}

/// The author of a message.
#[derive(JsonSchema)]
#[schemars(rename = "UserNameResponse")]
pub struct Author {
    id: String,
    name: String,
    role: String,
}

/// A message without what belongs to it.
#[derive(JsonSchema)]
#[schemars(rename = "MessageUserSlimResponse")]
pub struct QuotedMessage {
    id: String,
    user_id: String,
    channel_id: String,
    reply_to_id: Option<String>,
    parent_id: Option<String>,
    is_pinned: bool,
    pinned_by: Option<String>,
    /// Unix nanoseconds.
    pinned_at: Option<i64>,
    content: String,
    /// Whether there are files and so on.
    data: bool,
    meta: Option<Object>,
    /// Unix nanoseconds.
    created_at: i64,
    /// Unix nanoseconds.
    updated_at: i64,
    /// Null when the account is gone.
    user: Option<Author>,
}

/// Those who reacted in the same way.
#[derive(JsonSchema)]
pub struct Reactions {
    /// Short name of an emoji.
    name: String,
    users: Vec<Reacting>,
    count: u64,
}

/// One who reacted.
#[derive(JsonSchema)]
pub struct Reacting {
    id: String,
    name: String,
}

/// What belongs to a message.
#[derive(JsonSchema)]
struct Around {
    reply_to_message: Option<QuotedMessage>,
    /// Unix nanoseconds.
    latest_reply_at: Option<i64>,
    reply_count: u64,
    reactions: Vec<Reactions>,
}

/// A message of a page, without the content of its files.
#[derive(JsonSchema)]
#[schemars(rename = "MessageUserResponse")]
pub struct BriefMessage {
    #[serde(flatten)]
    message: QuotedMessage,
    #[serde(flatten)]
    around: Around,
}

/// A message with everything.
#[derive(JsonSchema)]
#[schemars(rename = "MessageResponse")]
pub struct WholeMessage {
    #[serde(flatten)]
    message: transom_store::ChannelMessage,
    /// Null when the account is gone.
    user: Option<Author>,
    #[serde(flatten)]
    around: Around,
}

/// A note with its owner.
#[derive(JsonSchema)]
#[schemars(rename = "NoteUserResponse")]
pub struct NoteWithOwner {
    #[serde(flatten)]
    note: Note,
    /// Null when the account is gone.
    user: Option<Owner>,
}

/// A page of notes.
#[derive(JsonSchema)]
#[schemars(rename = "NoteListResponse")]
pub struct Notes {
    items: Vec<NoteWithOwner>,
    /// Of all pages.
    total: u64,
}

/// A note with what the caller may do with it.
#[derive(JsonSchema)]
#[schemars(rename = "NoteResponse")]
pub struct NoteWithAccess {
    #[serde(flatten)]
    note: Note,
    write_access: bool,
}

/// Who rated.
#[derive(JsonSchema)]
pub struct Rater {
    #[serde(flatten)]
    account: Owner,
    /// Unix seconds.
    last_active_at: i64,
    /// Unix seconds.
    updated_at: i64,
    /// Unix seconds.
    created_at: i64,
}

/// A rating and who gave it.
#[derive(JsonSchema)]
#[schemars(rename = "FeedbackUserResponse")]
pub struct Rating {
    #[serde(flatten)]
    rating: Feedback,
    /// Null when the account is gone.
    user: Option<Rater>,
}

/// A page of ratings.
#[derive(JsonSchema)]
#[schemars(rename = "FeedbackListResponse")]
pub struct Ratings {
    items: Vec<Rating>,
    /// Of all pages.
    total: u64,
}

/// The arena's settings.
#[allow(non_snake_case)]
#[derive(JsonSchema)]
pub struct Arena {
    ENABLE_EVALUATION_ARENA_MODELS: bool,
    EVALUATION_ARENA_MODELS: Vec<Object>,
}

/// A workspace model and its owner.
#[derive(JsonSchema)]
#[schemars(rename = "ModelUserResponse")]
pub struct ModelWithOwner {
    #[serde(flatten)]
    model: ModelRow,
    /// Null when the account is gone.
    user: Option<Owner>,
}

/// A page of workspace models.
#[derive(JsonSchema)]
#[schemars(rename = "ModelListResponse")]
pub struct WorkspaceModels {
    items: Vec<ModelWithOwner>,
    /// Of all pages.
    total: u64,
}
