//! Saved prompts and ratings of answers.

use sea_orm::DbErr;
use sea_orm::sea_query::IndexOrder;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::m0001_initial::{id, index, number, optional_number, optional_text, table, text};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0002_prompts_and_feedback"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use IndexOrder::Asc;
        let columns = [
            id("command"),
            id("user_id"),
            text("title"),
            text("content"),
            optional_text("access_control"),
            number("updated_at"),
        ];
        manager.create_table(table("prompt", columns, &["command"])).await?;

        // The snapshot of the chat can be large and stands last: lists do not read it.
        let columns = [
            id("id"),
            id("user_id"),
            number("version"),
            text("kind"),
            optional_text("model_id"),
            optional_number("rating"),
            number("created_at"),
            number("updated_at"),
            text("data"),
            text("meta"),
            text("snapshot"),
        ];
        manager.create_table(table("feedback", columns, &["id"])).await?;
        index(manager, "feedback_user", "feedback", &[("user_id", Asc)], false).await?;
        index(manager, "feedback_time", "feedback", &[("updated_at", Asc)], false).await
    }
}
