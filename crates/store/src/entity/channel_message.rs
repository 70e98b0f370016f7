//! Messages in channels.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub channel_id: String,
    pub user_id: String,
    pub parent_id: Option<String>,
    pub reply_to_id: Option<String>,
    pub is_pinned: bool,
    pub pinned_by: Option<String>,
    pub pinned_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    pub content: String,
    pub data: String,
    pub meta: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
