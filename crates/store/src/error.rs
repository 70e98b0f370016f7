//! The one error of this crate.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Result of every call of this crate.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why something could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row that was to be changed does not exist.
    #[error("not found")]
    NotFound,
    /// A unique value is in use; the text names which ("email", "id", ...).
    #[error("{0} is already taken")]
    Conflict(String),
    /// The database or the bus cannot be reached, or no connection became free in time.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database refused a statement, or what it holds cannot be read.
    #[error("database error: {0}")]
    Database(#[source] DbErr),
    /// The caller gave something that can never be kept.
    #[error("{0}")]
    Invalid(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(what)) => return Self::Conflict(taken(&what)),
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Self::NotFound,
            _ => {}
        }
        match error {
            DbErr::RecordNotFound(_) | DbErr::RecordNotUpdated => Self::NotFound,
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error.to_string()),
            DbErr::Exec(RuntimeErr::SqlxError(ref cause))
            | DbErr::Query(RuntimeErr::SqlxError(ref cause))
                if connection_is_gone(cause) =>
            {
                Self::Unavailable(error.to_string())
            }
            error => Self::Database(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    /// Only stored text is parsed in this crate, so a parse error means that the database holds something broken.
    fn from(error: serde_json::Error) -> Self {
        Self::Database(DbErr::Json(error.to_string()))
    }
}

fn connection_is_gone(cause: &sea_orm::sqlx::Error) -> bool {
    use sea_orm::sqlx::Error;
    matches!(
        cause,
        Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Tls(_)
    )
}

/// The engines name the broken constraint in different words; callers want one short word.
fn taken(message: &str) -> String {
    for (sign, word) in [("email", "email"), ("identity", "oauth"), ("hash", "key"), ("share_id", "share_id")]
    {
        if message.contains(sign) {
            return word.to_owned();
        }
    }
    "id".to_owned()
}
