//! Calls to other servers.

use super::spec::*;

settings! {
    "http_client", "Calls to other servers";

    /// Checks TLS certificates of model servers.
    AIOHTTP_CLIENT_SESSION_SSL: bool = flag(true).acts();

    /// Checks TLS certificates of tool servers.
    AIOHTTP_CLIENT_SESSION_TOOL_SERVER_SSL: bool = flag(true);

    /// Seconds that a call to a model server may take in all; empty means no limit, a bad value 300.
    AIOHTTP_CLIENT_TIMEOUT: Option<i64> = optional_int("").bad_becomes("300").acts();

    /// Seconds that reading a list of models may take; empty means no limit.
    AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST: Option<i64> = optional_int("10")
        .aliases(&["AIOHTTP_CLIENT_TIMEOUT_OPENAI_MODEL_LIST"]).bad_becomes_default().acts();

    /// Old name of `AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST`, read when that one is unset.
    AIOHTTP_CLIENT_TIMEOUT_OPENAI_MODEL_LIST: Option<i64> = optional_int("10").bad_becomes_default().acts();

    /// Seconds that reading the description of a tool server may take; empty means no limit.
    AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER_DATA: Option<i64> = optional_int("10").bad_becomes_default();
}
