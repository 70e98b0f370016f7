//! Where the entries of a chat begin in SQLite's full-text index; `search::sqlite` explains it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_chat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub first: i64,
    pub chat_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
