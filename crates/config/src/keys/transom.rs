//! Settings that only Transom has.

use super::spec::*;

settings! {
    "transom", "Settings that only Transom has";

    /// Version that `/api/version` and `/api/config` report to clients, which decide by it what they may
    /// use.
    TRANSOM_ADVERTISED_VERSION: String = text("0.6.43").acts();

    /// Form of the log: lines to read, or one JSON object a line.
    TRANSOM_LOG_FORMAT: String = text("text").allowed(&["text", "json"]).acts();

    /// Bytes that the body of a request may have at most.
    TRANSOM_MAX_BODY_SIZE: i64 = int("104857600").acts();

    /// How long running answers may still finish when the server stops, such as `10s`; `-1` or `0` waits
    /// for all of them.
    TRANSOM_SHUTDOWN_GRACE: String = duration("10s").acts();
}
