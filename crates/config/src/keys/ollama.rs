//! Ollama servers.

use serde_json::Value;

use super::spec::*;

settings! {
    "ollama", "Ollama servers";

    /// Uses the Ollama servers.
    ENABLE_OLLAMA_API: bool = flag(true).saved("ollama.enable").acts();

    /// Not empty, with `ENV=prod`: uses the Ollama service of the cluster.
    K8S_FLAG: String = text("").acts();

    /// Old way to name an Ollama server; a trailing `/api` is dropped.
    OLLAMA_API_BASE_URL: String = url("http://localhost:11434/api").acts();

    /// Options of each Ollama server, a JSON object keyed by the position of its address.
    OLLAMA_API_CONFIGS: Value = json_object().saved("ollama.api_configs").secret().acts();

    /// Address of one Ollama server; `/ollama` is a marker of the container image.
    OLLAMA_BASE_URL: String = url("").acts();

    /// Addresses of the Ollama servers (`;` list or JSON array); win over `OLLAMA_BASE_URL`.
    OLLAMA_BASE_URLS: Vec<String> = list(';', "").keep_empty().saved("ollama.base_urls").acts();

    /// The container holds an Ollama server, so `/ollama` means `http://localhost:11434`.
    USE_OLLAMA_DOCKER: bool = flag(false).acts();
}
