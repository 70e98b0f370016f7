//! What a model made of a memory.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "memory_vector")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub memory_id: String,
    pub user_id: String,
    pub model: String,
    /// The text that the vector is of: the memory may have been changed since.
    pub content: String,
    /// 32-bit numbers, little endian.
    pub vector: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
