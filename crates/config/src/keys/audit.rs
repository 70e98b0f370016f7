//! Audit log.

use super::spec::*;

settings! {
    "audit", "Audit log";

    /// Parts of paths that are left out of the audit log, separated by commas.
    AUDIT_EXCLUDED_PATHS: Vec<String> = list(',', "/chats,/chat,/folders").keep_empty();

    /// File of the audit log.
    AUDIT_LOGS_FILE_PATH: String = path("{DATA_DIR}/audit.log");

    /// Size at which the audit log starts a new file.
    AUDIT_LOG_FILE_ROTATION_SIZE: String = text("10MB");

    /// How much of each request the audit log records.
    AUDIT_LOG_LEVEL: String = text("NONE").allowed(&["NONE", "METADATA", "REQUEST", "REQUEST_RESPONSE"]);

    /// Loggers copied into the audit log, separated by commas.
    AUDIT_UVICORN_LOGGER_NAMES: Vec<String> = list(',', "uvicorn.access").keep_empty();

    /// Bytes of a body that the audit log keeps at most.
    MAX_BODY_LOG_SIZE: i64 = int("2048");
}
