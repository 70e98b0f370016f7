//! Recognising a database that another server made.

use std::path::Path;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement};

use crate::{Result, StoreError};

/// First bytes of every SQLite file.
const HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Whether `path` is an SQLite database of the server that Transom replaces (it keeps a table `alembic_version` or
/// `migratehistory`). A missing file, an empty file and a file of another kind answer `false`. The file is only read.
///
/// # Errors
/// `Unavailable` when the file exists but cannot be read.
pub async fn is_foreign_database(path: &Path) -> Result<bool> {
    if !has_sqlite_header(path)? {
        return Ok(false);
    }
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let wal_in_use = std::fs::metadata(&wal).is_ok_and(|file| file.len() > 0);
    // Without a log the file is complete by itself, and `immutable` keeps SQLite from making files beside it.
    let file = SqliteConnectOptions::new().filename(path).read_only(true).immutable(!wal_in_use);
    let mut connect = ConnectOptions::new("sqlite://");
    connect.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |_| file.clone());
    let database = Database::connect(connect).await?;
    let tables = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('alembic_version', 'migratehistory')",
    );
    let found = database.query_one_raw(tables).await;
    database.close().await?;
    Ok(found?.is_some())
}

fn has_sqlite_header(path: &Path) -> Result<bool> {
    use std::io::{ErrorKind, Read};
    let unreadable = |error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unreadable(error)),
    };
    let mut start = [0; HEADER.len()];
    match file.read_exact(&mut start) {
        Ok(()) => Ok(&start == HEADER),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(unreadable(error)),
    }
}
