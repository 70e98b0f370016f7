//! Chat.

use super::spec::*;

settings! {
    "chat", "Chat";

    /// Rounds of tool calls in one answer at most.
    CHAT_RESPONSE_MAX_TOOL_CALL_RETRIES: i64 = int("30");

    /// Least number of deltas sent to the browser in one event.
    CHAT_RESPONSE_STREAM_DELTA_CHUNK_SIZE: i64 = int("1").acts();

    /// Longest line in bytes accepted from a model server; longer ones are dropped, empty means no limit.
    CHAT_STREAM_RESPONSE_CHUNK_MAX_BUFFER_SIZE: Option<i64> = optional_int("").acts();

    /// Stores inline base64 images of answers as files.
    ENABLE_CHAT_RESPONSE_BASE64_IMAGE_URL_CONVERSION: bool = flag(false);

    /// Uses generated search queries again inside one request.
    ENABLE_QUERIES_CACHE: bool = flag(false);

    /// Writes the answer to the stored chat on every streamed chunk.
    ENABLE_REALTIME_CHAT_SAVE: bool = flag(false).acts();
}
