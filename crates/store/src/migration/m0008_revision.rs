//! How often the messages of a chat were changed, so that a copy in memory is known to be the newest.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0008_revision"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = "ALTER TABLE chat ADD COLUMN revision bigint NOT NULL DEFAULT 0";
        manager.get_connection().execute_unprepared(column).await?;
        Ok(())
    }
}
