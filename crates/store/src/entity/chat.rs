//! Chats without their messages; `document.rs` explains the columns from `current_id` to `flat`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub title: String,
    pub title_key: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub share_id: Option<String>,
    pub archived: bool,
    pub pinned: bool,
    pub folder_id: Option<String>,
    pub meta: String,
    pub current_id: Option<String>,
    pub has_messages: bool,
    pub flat_derived: bool,
    pub document: String,
    pub history: Option<String>,
    pub flat: Option<String>,
    /// Rises with each change of a message.
    pub revision: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
