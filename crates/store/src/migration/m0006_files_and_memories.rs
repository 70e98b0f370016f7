//! Text of files, files of channels, memories.

use sea_orm::DbErr;
use sea_orm::sea_query::IndexOrder;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::m0001_initial::{cascade, id, index, number, table, text};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0006_files_and_memories"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use IndexOrder::{Asc, Desc};
        let mut file_text = table("file_text", [id("file_id"), text("content")], &["file_id"]);
        cascade(&mut file_text, ("file_text", "file_id"), "file");
        manager.create_table(file_text).await?;
        let by_time = [("user_id", Asc), ("created_at", Desc), ("id", Asc)];
        index(manager, "file_user_time", "file", &by_time, false).await?;

        let columns = [id("channel_id"), id("file_id")];
        let mut channel_file = table("channel_file", columns, &["channel_id", "file_id"]);
        cascade(&mut channel_file, ("channel_file", "channel_id"), "channel");
        cascade(&mut channel_file, ("channel_file", "file_id"), "file");
        manager.create_table(channel_file).await?;
        index(manager, "channel_file_file", "channel_file", &[("file_id", Asc)], false).await?;

        let columns = [id("id"), id("user_id"), text("content"), number("created_at"), number("updated_at")];
        let mut memory = table("memory", columns, &["id"]);
        cascade(&mut memory, ("memory", "user_id"), "user");
        manager.create_table(memory).await?;
        let by_time = [("user_id", Asc), ("created_at", Asc)];
        index(manager, "memory_user", "memory", &by_time, false).await
    }
}
