//! Vectors of memories.

use sea_orm::DbErr;
use sea_orm::sea_query::{ColumnDef, IndexOrder};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::m0001_initial::{cascade, id, index, table, text};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0009_memory_vectors"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let vector = ColumnDef::new("vector").binary().not_null().to_owned();
        let columns = [id("memory_id"), id("user_id"), text("model"), text("content"), vector];
        let mut memory_vector = table("memory_vector", columns, &["memory_id"]);
        cascade(&mut memory_vector, ("memory_vector", "memory_id"), "memory");
        manager.create_table(memory_vector).await?;
        index(manager, "memory_vector_user", "memory_vector", &[("user_id", IndexOrder::Asc)], false).await
    }
}
