//! Database.

use super::spec::*;

settings! {
    "db", "Database";

    /// Write-ahead log for SQLite.
    DATABASE_ENABLE_SQLITE_WAL: bool = flag(true);

    /// Host of the database, when the address is built from parts.
    DATABASE_HOST: String = text("").acts();

    /// Name of the database, when the address is built from parts.
    DATABASE_NAME: String = text("").acts();

    /// Password of the database, when the address is built from parts; also the key of an encrypted SQLite
    /// file.
    DATABASE_PASSWORD: String = text("").secret().acts();

    /// Connections above the pool size in a rush.
    DATABASE_POOL_MAX_OVERFLOW: i64 = int("0").bad_becomes_default().acts();

    /// Seconds after which a connection is replaced.
    DATABASE_POOL_RECYCLE: i64 = int("3600").bad_becomes_default().acts();

    /// Connections kept open; unset leaves it to the driver, 0 keeps none.
    DATABASE_POOL_SIZE: Option<i64> = optional_int("").bad_becomes_default().acts();

    /// Seconds to wait for a free connection.
    DATABASE_POOL_TIMEOUT: i64 = int("30").bad_becomes_default().acts();

    /// Port of the database, when the address is built from parts.
    DATABASE_PORT: String = text("").acts();

    /// PostgreSQL schema of all tables.
    DATABASE_SCHEMA: String = text("").acts();

    /// Kind of database (`sqlite`, `postgresql`, `mysql`, `sqlite+sqlcipher`), when the address is built
    /// from parts.
    DATABASE_TYPE: String = text("").acts();

    /// Address of the database; wins over the parts when it is set.
    DATABASE_URL: String = url("sqlite:///{DATA_DIR}/webui.db").secret().acts();

    /// User of the database, when the address is built from parts.
    DATABASE_USER: String = text("").acts();

    /// Least seconds between two writes of the moment a user was last active.
    DATABASE_USER_ACTIVE_STATUS_UPDATE_INTERVAL: Option<f64> = optional_float("")
        .bad_becomes_default().acts();
}
