//! What is kept: SQL behind typed repositories, and the bus that connections and nodes share.
//!
//! Nothing outside this crate knows SQL. [`Store::open`] connects, brings the schema up to date and hands out one
//! repository per group of tables. Chats are kept as a row per chat and a row per message; the nested document of the
//! HTTP contract is put together on reading and taken apart on writing (see `document.rs`).

mod api_keys;
mod blobs;
pub mod bus;
mod channel_members;
mod channel_messages;
mod channels;
mod chat_list;
mod chat_merge;
mod chats;
mod credentials;
mod db;
mod document;
mod entity;
mod error;
mod feedback;
mod files;
mod folders;
mod foreign;
mod groups;
mod long_chats;
mod memories;
mod messages;
mod migration;
mod models;
mod notes;
mod open;
mod parts;
mod prompts;
mod revoked;
mod search;
mod settings;
mod tags;
mod turns;
mod user_list;
mod users;

pub use api_keys::{ApiKey, ApiKeys};
pub use blobs::{Blobs, Stored, Upload, sha256_hex};
pub use channel_members::{ChannelMember, ChannelMembers};
pub use channel_messages::{
    ChannelMessage, ChannelMessagePatch, ChannelMessages, NewChannelMessage, Reaction, Replies,
};
pub use channels::{Channel, ChannelPatch, Channels, NewChannel};
pub use chat_list::{ChatQuery, ChatSummary, Hit};
pub use chats::{Chat, ChatRow, Chats, NewChat};
pub use credentials::{Credential, Credentials, Sessions};
pub use error::{Result, StoreError};
pub use feedback::{Feedback, FeedbackPatch, FeedbackQuery, Feedbacks, NewFeedback};
pub use files::{FilePatch, FileRow, Files, Text};
pub use folders::{Folder, FolderPatch, Folders, NewFolder};
pub use foreign::is_foreign_database;
pub use groups::{Group, GroupPatch, Groups, NewGroup};
pub use memories::{Memories, Memory};
pub use messages::Messages;
pub use models::{ModelRow, Models};
pub use notes::{NewNote, Note, NoteAccess, NotePatch, NoteQuery, Notes, Ownership};
pub use open::{OpenOptions, Store};
pub use prompts::{Prompt, PromptPatch, Prompts};
pub use revoked::RevokedTokens;
pub use search::words::terms as search_terms;
pub use settings::SavedSettings;
pub use tags::{Tag, Tags};
pub use user_list::{Audience, UserQuery};
pub use users::{NewUser, Role, RoleChoice, User, UserPatch, Users};
