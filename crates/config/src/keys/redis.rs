//! Redis and sockets.

use serde_json::Value;

use super::spec::*;

settings! {
    "redis", "Redis and sockets";

    /// Off: Socket.IO uses long polling only.
    ENABLE_WEBSOCKET_SUPPORT: bool = flag(true).acts();

    /// `REDIS_URL` names a cluster.
    REDIS_CLUSTER: bool = flag(false);

    /// Prefix of every Redis key.
    REDIS_KEY_PREFIX: String = text("open-webui");

    /// Sentinel hosts, separated by commas.
    REDIS_SENTINEL_HOSTS: Vec<String> = list(',', "");

    /// Retries while a sentinel switches over.
    REDIS_SENTINEL_MAX_RETRY_COUNT: i64 = int("2").bad_becomes_default();

    /// Port of the sentinels.
    REDIS_SENTINEL_PORT: i64 = int("26379").bad_becomes_default();

    /// Seconds to wait for a connection to Redis.
    REDIS_SOCKET_CONNECT_TIMEOUT: Option<f64> = optional_float("").bad_becomes_default();

    /// Redis that several nodes share: settings, revoked tokens, tasks, rate limits.
    REDIS_URL: String = url("").secret();

    /// `redis` shares Socket.IO events between nodes; empty is one node.
    WEBSOCKET_MANAGER: String = text("").allowed(&["", "redis"]);

    /// The Redis for Socket.IO is a cluster.
    WEBSOCKET_REDIS_CLUSTER: bool = flag(false).or("REDIS_CLUSTER");

    /// Seconds that the clean-up lock is held.
    WEBSOCKET_REDIS_LOCK_TIMEOUT: i64 = int("60").bad_becomes_default();

    /// Options for the Redis client of Socket.IO, as a JSON object.
    WEBSOCKET_REDIS_OPTIONS: Value = json_object().secret();

    /// Redis for Socket.IO events.
    WEBSOCKET_REDIS_URL: String = url("").or("REDIS_URL").secret();

    /// Sentinel hosts for Socket.IO, separated by commas.
    WEBSOCKET_SENTINEL_HOSTS: Vec<String> = list(',', "");

    /// Port of the sentinels for Socket.IO.
    WEBSOCKET_SENTINEL_PORT: i64 = int("26379").bad_becomes_default();

    /// Logs the traffic of Socket.IO.
    WEBSOCKET_SERVER_LOGGING: bool = flag(false).acts();

    /// Seconds between two pings to a browser.
    WEBSOCKET_SERVER_PING_INTERVAL: i64 = int("25").bad_becomes_default().acts();

    /// Seconds to wait for the answer to a ping.
    WEBSOCKET_SERVER_PING_TIMEOUT: i64 = int("20").bad_becomes_default().acts();
}
