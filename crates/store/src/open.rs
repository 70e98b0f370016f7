//! Opening a database: connections, schema, the [`Store`].

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use crate::db::{Db, new_id};
use crate::{
    ApiKeys, ChannelMembers, ChannelMessages, Channels, Chats, Credentials, Feedbacks, Files, Folders,
    Groups, Memories, Messages, Models, Notes, Prompts, Result, RevokedTokens, SavedSettings, StoreError,
    Tags, Users, migration,
};

/// How long a statement waits for another process that holds SQLite's write lock.
const SQLITE_BUSY: Duration = Duration::from_secs(30);
/// Connections that read, per SQLite database.
const SQLITE_READERS: u32 = 6;
/// Prepared statements kept per SQLite connection.
const SQLITE_STATEMENTS: usize = 256;
/// Rows that SQLite's thread may be ahead of the reader: with fewer, long results spend their time on waking threads.
const SQLITE_ROWS_AHEAD: usize = 1024;

/// Pages that a connection keeps, as SQLite's `cache_size` (negative: KiB): a long chat fits, which the default does not
/// hold. Only what was read takes memory.
const SQLITE_CACHE: &str = "-8192";
/// Connections of the PostgreSQL pool when the options name no number.
const POOL_SIZE: u32 = 15;
/// A PostgreSQL connection idle for longer is tested before use, because a proxy may have closed it.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(30);

/// Where the database is and how many connections it may have.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// `sqlite:///absolute/path`, `sqlite://relative/path` or `postgresql://user:password@host:port/name`.
    pub url: String,
    /// Connections of the pool (SQLite: of the readers); `None` for the default.
    pub pool_size: Option<u32>,
    /// How long a caller waits for a free connection before it is told `Unavailable`.
    pub acquire_timeout: Duration,
    /// PostgreSQL schema that holds the tables; created when missing. `None` for the user's default.
    pub schema: Option<String>,
}

impl OpenOptions {
    /// Options with the defaults for this address.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), pool_size: None, acquire_timeout: Duration::from_secs(30), schema: None }
    }
}

/// Everything that is kept in SQL. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// Accounts.
    pub users: Users,
    /// Passwords.
    pub credentials: Credentials,
    /// API keys.
    pub api_keys: ApiKeys,
    /// Settings changed at run time.
    pub settings: SavedSettings,
    /// Groups of users.
    pub groups: Groups,
    /// Chats.
    pub chats: Chats,
    /// Messages of chats.
    pub messages: Messages,
    /// Channels.
    pub channels: Channels,
    /// Members of channels.
    pub channel_members: ChannelMembers,
    /// Messages in channels.
    pub channel_messages: ChannelMessages,
    /// Notes.
    pub notes: Notes,
    /// Folders of chats.
    pub folders: Folders,
    /// Tags of chats.
    pub tags: Tags,
    /// Workspace models.
    pub models: Models,
    /// Saved prompts.
    pub prompts: Prompts,
    /// Ratings of answers.
    pub feedbacks: Feedbacks,
    /// Uploaded files.
    pub files: Files,
    /// Memories of users.
    pub memories: Memories,
    /// Session tokens that were signed out before they expired.
    pub revoked: RevokedTokens,
    db: Db,
    /// The file of an SQLite database.
    file: Option<PathBuf>,
}

impl Store {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// `Invalid` for an address of no known form, `Unavailable` when the database cannot be reached or opened.
    pub async fn open(options: &OpenOptions) -> Result<Self> {
        let file = sqlite_path(&options.url);
        let db = if let Some(path) = &file {
            retry_busy(|| open_sqlite(path, options)).await?
        } else if let Some(url) = postgres_url(&options.url) {
            open_postgres(url, options).await?
        } else {
            let scheme = options.url.split("://").next().unwrap_or_default();
            return Err(StoreError::Invalid(format!(
                "a database address begins with sqlite:// or postgresql://, not with \"{scheme}\""
            )));
        };
        Ok(Self::with(db, file))
    }

    fn with(db: Db, file: Option<PathBuf>) -> Self {
        Self {
            users: Users { db: db.clone() },
            credentials: Credentials { db: db.clone() },
            api_keys: ApiKeys { db: db.clone() },
            settings: SavedSettings { db: db.clone() },
            groups: Groups { db: db.clone() },
            chats: Chats { db: db.clone() },
            messages: Messages { db: db.clone() },
            channels: Channels { db: db.clone() },
            channel_members: ChannelMembers { db: db.clone() },
            channel_messages: ChannelMessages { db: db.clone() },
            notes: Notes { db: db.clone() },
            folders: Folders { db: db.clone() },
            tags: Tags { db: db.clone() },
            models: Models { db: db.clone() },
            prompts: Prompts { db: db.clone() },
            feedbacks: Feedbacks { db: db.clone() },
            files: Files { db: db.clone() },
            memories: Memories { db: db.clone() },
            revoked: RevokedTokens { db: db.clone() },
            db,
            file,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Whatever kept it from answering.
    pub async fn ping(&self) -> Result<()> {
        self.db.reader().execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Writes a copy of an SQLite database into a new file of the folder, while others read and write; `None` for other
    /// engines. The caller removes the file.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub async fn copy_file(&self, folder: &Path) -> Result<Option<PathBuf>> {
        let Some(path) = &self.file else { return Ok(None) };
        let copy = folder.join(format!(".copy-{}.db", new_id()));
        let file = SqliteConnectOptions::new().filename(path).busy_timeout(SQLITE_BUSY);
        // A connection of its own: the one that writes must not wait for this.
        let connection = connect_sqlite(file, 1, SQLITE_BUSY).await?;
        let target = copy.to_string_lossy().into_owned();
        let into = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [target.into()]);
        let done = connection.execute_raw(into).await;
        connection.close().await?;
        done?;
        Ok(Some(copy))
    }

    /// Waits for running statements and closes all connections.
    pub async fn close(&self) {
        for connection in [self.db.reader().clone(), self.db.writer().clone()] {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "closing the database");
            }
        }
    }
}

/// The file of an SQLite address, `None` for other addresses. Four slashes, as some tools write an absolute path, mean
/// the same as three.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite://")?;
    let path = rest.split('?').next().unwrap_or(rest);
    Some(match path.strip_prefix("//") {
        Some(absolute) => Path::new("/").join(absolute),
        None => PathBuf::from(path),
    })
}

/// The address in the driver's words, `None` for other engines. Driver names as in `postgresql+psycopg2://` are dropped.
fn postgres_url(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let engine = scheme.split('+').next().unwrap_or(scheme);
    matches!(engine, "postgres" | "postgresql").then(|| format!("postgresql://{rest}"))
}

/// Runs `open` again while another process that opens the same new file is in the way: switching a file to WAL does
/// not wait for locks by itself.
async fn retry_busy<F, Fut>(open: F) -> Result<Db>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Db>>,
{
    let deadline = Instant::now() + SQLITE_BUSY;
    loop {
        match open().await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            result => return result,
        }
    }
}

fn is_busy(error: &StoreError) -> bool {
    let text = error.to_string();
    text.contains("database is locked")
        || text.contains("database table is locked")
        || text.contains("(code: 5)")
}

async fn open_sqlite(path: &Path, options: &OpenOptions) -> Result<Db> {
    if path.as_os_str().is_empty() {
        return Err(StoreError::Invalid("an SQLite address needs the path of a file".to_owned()));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", folder.display())))?;
    }
    let file = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY)
        .statement_cache_capacity(SQLITE_STATEMENTS)
        .row_buffer_size(SQLITE_ROWS_AHEAD)
        .pragma("cache_size", SQLITE_CACHE);
    let writer = connect_sqlite(file.clone(), 1, options.acquire_timeout).await?;
    migration::run(&writer).await?;
    // `query_only` turns a write that took the wrong connection into an error instead of a lock fight.
    let readers = options.pool_size.unwrap_or(SQLITE_READERS).max(1);
    let reader = connect_sqlite(file.pragma("query_only", "ON"), readers, options.acquire_timeout).await?;
    Ok(Db::new(reader, writer))
}

async fn connect_sqlite(
    file: SqliteConnectOptions,
    connections: u32,
    acquire_timeout: Duration,
) -> Result<DatabaseConnection> {
    let mut connect = ConnectOptions::new("sqlite://");
    connect
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(acquire_timeout)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| file.clone());
    Ok(Database::connect(connect).await?)
}

async fn open_postgres(url: String, options: &OpenOptions) -> Result<Db> {
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(options.pool_size.unwrap_or(POOL_SIZE).max(1))
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(TEST_AFTER_IDLE)
        .set_application_name("transom")
        .sqlx_logging(false);
    if let Some(schema) = &options.schema {
        connect.set_schema_search_path(quote_identifier(schema)?);
    }
    let pool = Database::connect(connect).await?;
    if let Some(schema) = &options.schema {
        create_schema(&pool, schema).await?;
    }
    migration::run(&pool).await?;
    Ok(Db::new(pool.clone(), pool))
}

fn quote_identifier(name: &str) -> Result<String> {
    if name.is_empty() || name.contains(['"', '\0']) {
        return Err(StoreError::Invalid(format!("\"{name}\" cannot be the name of a schema")));
    }
    Ok(format!("\"{name}\""))
}

/// Two servers that start at once may both try; `IF NOT EXISTS` alone does not keep the second from failing.
async fn create_schema(pool: &DatabaseConnection, schema: &str) -> Result<()> {
    debug_assert_eq!(pool.get_database_backend(), DbBackend::Postgres);
    let created =
        pool.execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS {}", quote_identifier(schema)?)).await;
    match created.map_err(StoreError::from) {
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{postgres_url, sqlite_path};
    use std::path::PathBuf;

    #[test]
    fn addresses_are_understood() {
        assert_eq!(sqlite_path("sqlite:///data/a b.db"), Some(PathBuf::from("/data/a b.db")));
        assert_eq!(sqlite_path("sqlite:////data/t.db"), Some(PathBuf::from("/data/t.db")));
        assert_eq!(sqlite_path("sqlite://data/t.db?mode=rwc"), Some(PathBuf::from("data/t.db")));
        assert_eq!(sqlite_path("postgresql://h/t"), None);
        assert_eq!(postgres_url("postgres://h/t").as_deref(), Some("postgresql://h/t"));
        assert_eq!(postgres_url("postgresql+psycopg2://u@h/t").as_deref(), Some("postgresql://u@h/t"));
        assert_eq!(postgres_url("mysql://h/t"), None);
    }
}
