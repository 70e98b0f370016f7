//! One file per table. JSON is kept as text: `jsonb` would reorder keys, and the engines differ.

pub(crate) mod api_key;
pub(crate) mod channel;
pub(crate) mod channel_member;
pub(crate) mod channel_message;
pub(crate) mod channel_reaction;
pub(crate) mod chat;
pub(crate) mod chat_file;
pub(crate) mod chat_tag;
pub(crate) mod credential;
pub(crate) mod feedback;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod group;
pub(crate) mod group_member;
pub(crate) mod identity;
pub(crate) mod message;
pub(crate) mod model;
pub(crate) mod note;
pub(crate) mod note_grant;
pub(crate) mod prompt;
pub(crate) mod revoked_token;
pub(crate) mod setting;
pub(crate) mod tag;
pub(crate) mod user;
pub(crate) mod user_guard;
