//! OpenAI-compatible servers and models.

use serde_json::Value;

use super::spec::*;

settings! {
    "openai", "OpenAI-compatible servers and models";

    /// Keeps the list of base models in memory.
    ENABLE_BASE_MODELS_CACHE: bool = flag(false).saved("models.base_models_cache").acts();

    /// Uses the first default model when the base of a custom model is missing.
    ENABLE_CUSTOM_MODEL_FALLBACK: bool = flag(false).acts();

    /// Lets users add connections of their own in the browser.
    ENABLE_DIRECT_CONNECTIONS: bool = flag(false).saved("direct.enable").acts();

    /// Uses the OpenAI-compatible servers.
    ENABLE_OPENAI_API: bool = flag(true).saved("openai.enable").acts();

    /// Address that Gemini image calls use unless they have their own.
    GEMINI_API_BASE_URL: String = url("");

    /// Key that Gemini image calls use unless they have their own.
    GEMINI_API_KEY: String = text("").secret();

    /// Seconds that the list of models is kept; empty keeps it for good.
    MODELS_CACHE_TTL: Option<i64> = optional_int("1").bad_becomes_default().acts();

    /// Address of one OpenAI-compatible server, used when the list is empty.
    OPENAI_API_BASE_URL: String = url("").acts();

    /// Addresses of the OpenAI-compatible servers (`;` list or JSON array); an empty item is the OpenAI
    /// service.
    OPENAI_API_BASE_URLS: Vec<String> = list(';', "").keep_empty().saved("openai.api_base_urls").acts();

    /// Options of each OpenAI-compatible server, a JSON object keyed by the position of its address.
    OPENAI_API_CONFIGS: Value = json_object().saved("openai.api_configs").secret().acts();

    /// Key of one OpenAI-compatible server, used when the list is empty.
    OPENAI_API_KEY: String = text("").secret().acts();

    /// Keys of the OpenAI-compatible servers (`;` list or JSON array), in the order of the addresses.
    OPENAI_API_KEYS: Vec<String> = list(';', "").keep_empty().saved("openai.api_keys").secret().acts();

    /// OpenAPI and MCP tool servers, as a JSON list.
    TOOL_SERVER_CONNECTIONS: Value = json_list().saved("tool_server.connections").secret();
}
