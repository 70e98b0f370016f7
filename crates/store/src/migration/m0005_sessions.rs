//! What ends the sessions of an account: a stamp that its tokens carry, and the one session that outlives the last change.

use sea_orm::DbErr;
use sea_orm::sea_query::Table;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::m0001_initial::optional_text;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0005_sessions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in ["session_stamp", "kept_session"] {
            let add = Table::alter().table("credential").add_column(optional_text(column)).to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }
}
