//! The connections and the few helpers that every repository uses.

use std::time::{SystemTime, UNIX_EPOCH};

use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use serde_json::Value;

use crate::Result;
use crate::long_chats::LongChats;

/// How many values one `IN (...)` list or one multi-row insert may bind; far below every engine's limit.
pub(crate) const BATCH: usize = 500;

/// Longest id, in bytes, that fits a key column on every engine.
pub(crate) const MAX_ID: usize = 255;

/// Connections of one database. SQLite has one connection that writes, so that writers queue in this process instead
/// of meeting "database is locked"; the other engines use one pool for both.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    long_chats: LongChats,
}

impl Db {
    pub(crate) fn new(reader: DatabaseConnection, writer: DatabaseConnection) -> Self {
        Self { reader, writer, long_chats: LongChats::default() }
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// What is kept of long chats in memory.
    pub(crate) fn long_chats(&self) -> &LongChats {
        &self.long_chats
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// A transaction that writes. On SQLite it takes the write lock at once, because a lock taken later cannot wait.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// A transaction in which several reads see one state of the database.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let options = match self.backend() {
            DbBackend::Sqlite => TransactionOptions::default(),
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        Ok(self.reader.begin_with_options(options).await?)
    }
}

/// Unix time in seconds.
pub(crate) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

/// Unix time in nanoseconds, as channels and notes count it.
pub(crate) fn now_ns() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
}

/// Stored JSON text as a value.
pub(crate) fn json(text: &str) -> Result<Value> {
    Ok(serde_json::from_str(text)?)
}

/// Stored JSON text that may be absent; `None` for SQL NULL.
pub(crate) fn optional_json(text: Option<&str>) -> Result<Option<Value>> {
    text.map(json).transpose()
}

/// A new random id (UUID version 4).
pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// Text without NUL characters, which PostgreSQL cannot hold.
pub(crate) fn without_nul(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() }
}

/// A LIKE pattern that finds `text` anywhere; use with [`LIKE_ESCAPE`].
pub(crate) fn contains_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | LIKE_ESCAPE) {
            pattern.push(LIKE_ESCAPE);
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// Escape character of [`contains_pattern`]; not a backslash, which MySQL treats specially in literals.
pub(crate) const LIKE_ESCAPE: char = '!';
