//! The schema, built up step by step. Steps are only ever added, and run at start under a lock, so that several
//! servers may start on one database at once.

mod m0001_initial;
mod m0002_prompts_and_feedback;
mod m0003_channels_and_notes;
mod m0005_sessions;
mod m0006_files_and_memories;
mod m0007_search;
mod m0008_revision;
mod m0009_memory_vectors;
mod m0010_search_prefixes;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DynIden, TransactionTrait,
};
use sea_orm::{SqliteTransactionMode, TransactionOptions, sea_query::IntoIden};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::Result;

/// Any number; it names the lock among PostgreSQL's advisory locks.
const LOCK: i32 = 0x7472_616e;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_initial::Migration),
            Box::new(m0002_prompts_and_feedback::Migration),
            Box::new(m0003_channels_and_notes::Migration),
            Box::new(m0005_sessions::Migration),
            Box::new(m0006_files_and_memories::Migration),
            Box::new(m0007_search::Migration),
            Box::new(m0008_revision::Migration),
            Box::new(m0009_memory_vectors::Migration),
            Box::new(m0010_search_prefixes::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migration".into_iden()
    }
}

/// Runs the steps that this database has not seen, all or none.
pub(crate) async fn run(database: &DatabaseConnection) -> Result<()> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = database.begin_with_options(options).await?;
    lock(&transaction).await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await?;
    Ok(())
}

/// SQLite is locked by `BEGIN IMMEDIATE` already; PostgreSQL gets a lock per schema that ends with the transaction.
async fn lock(transaction: &DatabaseTransaction) -> Result<()> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction
            .execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK}, hashtext(current_schema()))"))
            .await?;
    }
    Ok(())
}
