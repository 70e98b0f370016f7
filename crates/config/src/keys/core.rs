//! Core.

use serde_json::Value;

use super::spec::*;

settings! {
    "core", "Core";

    /// URL schemes allowed as an origin besides http and https, separated by `;`.
    CORS_ALLOW_CUSTOM_SCHEME: Vec<String> = list(';', "").acts();

    /// Origins that may call the API from a browser, separated by `;`; `*` allows every one.
    CORS_ALLOW_ORIGIN: Vec<String> = list(';', "*").acts();

    /// Folder of everything the server keeps: database, uploads, cache, vector store.
    DATA_DIR: String = path("data").acts();

    /// Free label of the deployment.
    DEPLOYMENT_ID: String = text("");

    /// Marks a run in a container.
    DOCKER: bool = flag(false);

    /// Compresses responses.
    ENABLE_COMPRESSION_MIDDLEWARE: bool = flag(true).acts();

    /// Off: saved settings are ignored at start (saving still writes them).
    ENABLE_PERSISTENT_CONFIG: bool = flag(true).acts();

    /// Keeps the OAuth handshake session in Redis instead of a cookie.
    ENABLE_STAR_SESSIONS_MIDDLEWARE: bool = flag(false);

    /// Looks for newer versions.
    ENABLE_VERSION_UPDATE_CHECK: bool = flag(true).acts();

    /// `prod` hides `/docs` and `/openapi.json` and changes how Ollama addresses are chosen.
    ENV: String = text("dev").allowed(&["dev", "test", "prod"]).bad_becomes_default().acts();

    /// Folder of the fonts for PDF export; empty uses the built-in ones.
    FONTS_DIR: String = path("");

    /// Marker of the original start script; accepted and without meaning here.
    FROM_INIT_PY: bool = flag(false);

    /// Folder of a built web UI; empty serves the one built in.
    FRONTEND_BUILD_DIR: String = path("").acts();

    /// Least severe messages that are logged; an unknown name counts as INFO.
    GLOBAL_LOG_LEVEL: String = text("")
        .allowed(&["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"]).bad_becomes("INFO").acts();

    /// Address to listen on.
    HOST: String = text("0.0.0.0").acts();

    /// Name of this process among several; empty draws a random one.
    INSTANCE_ID: String = text("").acts();

    /// Search path of the system loader, used by it alone.
    LD_LIBRARY_PATH: String = text("").acts();

    /// Offline licence file of the original; not supported.
    LICENSE_BLOB_PATH: String = path("{DATA_DIR}/l.data");

    /// Enterprise licence of the original; not supported.
    LICENSE_KEY: String = text("").secret();

    /// Verifies licences of the original; not supported.
    LICENSE_PUBLIC_KEY: String = text("");

    /// No version check and no downloads of models.
    OFFLINE_MODE: bool = flag(false).acts();

    /// Extra options for pip when a function asks for packages.
    PIP_OPTIONS: Vec<String> = words("");

    /// Package index options for pip.
    PIP_PACKAGE_INDEX_OPTIONS: Vec<String> = words("");

    /// Port to listen on.
    PORT: i64 = int("8080").acts();

    /// Deletes the saved settings at start.
    RESET_CONFIG_ON_START: bool = flag(false).acts();

    /// Starts with all functions deactivated.
    SAFE_MODE: bool = flag(false);

    /// Runtime of local embedding models.
    SENTENCE_TRANSFORMERS_BACKEND: String = text("").allowed(&["torch", "onnx", "openvino"]);

    /// Runtime of the local reranker.
    SENTENCE_TRANSFORMERS_CROSS_ENCODER_BACKEND: String = text("");

    /// Options for the local reranker, as a JSON object.
    SENTENCE_TRANSFORMERS_CROSS_ENCODER_MODEL_KWARGS: Value = json_object();

    /// Cache folder of embedding models.
    SENTENCE_TRANSFORMERS_HOME: String = path("").acts();

    /// Options for the local embedding model, as a JSON object.
    SENTENCE_TRANSFORMERS_MODEL_KWARGS: Value = json_object();

    /// Folder whose files are served under `/static` before those of the front end and those built in.
    STATIC_DIR: String = path("").acts();

    /// Size of the pool of worker threads; empty leaves it to the runtime.
    THREAD_POOL_SIZE: Option<i64> = optional_int("");

    /// Uses an NVIDIA GPU for local models, the CPU when there is none.
    USE_CUDA_DOCKER: bool = flag(false).acts();

    /// Worker processes of the original; one process serves all cores here.
    UVICORN_WORKERS: i64 = int("1").bad_becomes_default();

    /// Build id shown with the version.
    WEBUI_BUILD_HASH: String = text("dev-build").acts();
}
