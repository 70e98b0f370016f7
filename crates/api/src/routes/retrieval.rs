//! Settings of documents, retrieval and web search.

use axum::{Json, extract::State, http::StatusCode};
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_config::{Settings, keys};
use transom_identity::Caller;
use transom_providers::TextKind;

use super::pages::Page;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Path, Verified},
    proxy::requester,
    router::Routes,
    rule::Rule,
};

/// The settings page about documents.
pub const DOCUMENTS: Page = Page {
    fields: &[
        "RAG_TEMPLATE",
        "TOP_K",
        "BYPASS_EMBEDDING_AND_RETRIEVAL",
        "RAG_FULL_CONTEXT",
        "ENABLE_RAG_HYBRID_SEARCH",
        "ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS",
        "TOP_K_RERANKER",
        "RELEVANCE_THRESHOLD",
        "HYBRID_BM25_WEIGHT",
        "CONTENT_EXTRACTION_ENGINE",
        "PDF_EXTRACT_IMAGES",
        "DATALAB_MARKER_API_KEY",
        "DATALAB_MARKER_API_BASE_URL",
        "DATALAB_MARKER_ADDITIONAL_CONFIG",
        "DATALAB_MARKER_SKIP_CACHE",
        "DATALAB_MARKER_FORCE_OCR",
        "DATALAB_MARKER_PAGINATE",
        "DATALAB_MARKER_STRIP_EXISTING_OCR",
        "DATALAB_MARKER_DISABLE_IMAGE_EXTRACTION",
        "DATALAB_MARKER_FORMAT_LINES",
        "DATALAB_MARKER_USE_LLM",
        "DATALAB_MARKER_OUTPUT_FORMAT",
        "EXTERNAL_DOCUMENT_LOADER_URL",
        "EXTERNAL_DOCUMENT_LOADER_API_KEY",
        "TIKA_SERVER_URL",
        "DOCLING_SERVER_URL",
        "DOCLING_API_KEY",
        "DOCLING_PARAMS",
        "DOCUMENT_INTELLIGENCE_ENDPOINT",
        "DOCUMENT_INTELLIGENCE_KEY",
        "DOCUMENT_INTELLIGENCE_MODEL",
        "MISTRAL_OCR_API_BASE_URL",
        "MISTRAL_OCR_API_KEY",
        "MINERU_API_MODE",
        "MINERU_API_URL",
        "MINERU_API_KEY",
        "MINERU_API_TIMEOUT",
        "MINERU_PARAMS",
        "RAG_RERANKING_MODEL",
        "RAG_RERANKING_ENGINE",
        "RAG_EXTERNAL_RERANKER_URL",
        "RAG_EXTERNAL_RERANKER_API_KEY",
        "RAG_EXTERNAL_RERANKER_TIMEOUT",
        "TEXT_SPLITTER",
        "CHUNK_SIZE",
        "CHUNK_OVERLAP",
        "FILE_MAX_SIZE",
        "FILE_MAX_COUNT",
        "FILE_IMAGE_COMPRESSION_WIDTH",
        "FILE_IMAGE_COMPRESSION_HEIGHT",
        "ALLOWED_FILE_EXTENSIONS",
        "ENABLE_GOOGLE_DRIVE_INTEGRATION",
        "ENABLE_ONEDRIVE_INTEGRATION",
    ],
    as_text: &["MINERU_API_TIMEOUT"],
};

/// Its part about web search.
pub const WEB: Page = Page {
    fields: &[
        "ENABLE_WEB_SEARCH",
        "WEB_SEARCH_ENGINE",
        "WEB_SEARCH_TRUST_ENV",
        "WEB_SEARCH_RESULT_COUNT",
        "WEB_SEARCH_CONCURRENT_REQUESTS",
        "WEB_LOADER_CONCURRENT_REQUESTS",
        "WEB_SEARCH_DOMAIN_FILTER_LIST",
        "BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL",
        "BYPASS_WEB_SEARCH_WEB_LOADER",
        "OLLAMA_CLOUD_WEB_SEARCH_API_KEY",
        "SEARXNG_QUERY_URL",
        "SEARXNG_LANGUAGE",
        "YACY_QUERY_URL",
        "YACY_USERNAME",
        "YACY_PASSWORD",
        "GOOGLE_PSE_API_KEY",
        "GOOGLE_PSE_ENGINE_ID",
        "BRAVE_SEARCH_API_KEY",
        "KAGI_SEARCH_API_KEY",
        "MOJEEK_SEARCH_API_KEY",
        "BOCHA_SEARCH_API_KEY",
        "SERPSTACK_API_KEY",
        "SERPSTACK_HTTPS",
        "SERPER_API_KEY",
        "SERPLY_API_KEY",
        "TAVILY_API_KEY",
        "SEARCHAPI_API_KEY",
        "SEARCHAPI_ENGINE",
        "SERPAPI_API_KEY",
        "SERPAPI_ENGINE",
        "JINA_API_KEY",
        "BING_SEARCH_V7_ENDPOINT",
        "BING_SEARCH_V7_SUBSCRIPTION_KEY",
        "EXA_API_KEY",
        "PERPLEXITY_API_KEY",
        "PERPLEXITY_MODEL",
        "PERPLEXITY_SEARCH_CONTEXT_USAGE",
        "PERPLEXITY_SEARCH_API_URL",
        "SOUGOU_API_SID",
        "SOUGOU_API_SK",
        "WEB_LOADER_ENGINE",
        "WEB_LOADER_TIMEOUT",
        "ENABLE_WEB_LOADER_SSL_VERIFICATION",
        "PLAYWRIGHT_WS_URL",
        "PLAYWRIGHT_TIMEOUT",
        "FIRECRAWL_API_KEY",
        "FIRECRAWL_API_BASE_URL",
        "TAVILY_EXTRACT_DEPTH",
        "EXTERNAL_WEB_SEARCH_URL",
        "EXTERNAL_WEB_SEARCH_API_KEY",
        "EXTERNAL_WEB_LOADER_URL",
        "EXTERNAL_WEB_LOADER_API_KEY",
        "YOUTUBE_LOADER_LANGUAGE",
        "YOUTUBE_LOADER_PROXY_URL",
    ],
    as_text: &[],
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/retrieval/", Rule::Public, "How documents are prepared", status)
        .get("/api/v1/retrieval/config", Rule::Admin, "Settings of documents and web search", config)
        .gives_with(|_| schema())
        .post("/api/v1/retrieval/config/update", Rule::Admin, "Change documents and web search", set_config)
        .takes_with(|_| schema())
        .gives_with(|_| schema())
        .get("/api/v1/retrieval/embedding", Rule::Admin, "Settings of embeddings", embedding)
        .post("/api/v1/retrieval/embedding/update", Rule::Admin, "Change embeddings", set_embedding)
        .get(
            "/api/v1/retrieval/ef/{text}",
            Rule::Verified,
            "The vector of a text, where ENV is dev",
            text_vector,
        )
}

/// The vector of a text.
#[derive(Serialize, JsonSchema)]
pub(super) struct TextVector {
    result: Vec<f32>,
}

/// For trying out a model. The contract has it public in development, where our servers stand until they are told
/// otherwise: so that nobody computes on a stranger's machine, it wants an account.
pub(super) async fn vector_of(app: &App, caller: &Caller, text: String) -> Result<Json<TextVector>> {
    if app.settings.get(&keys::ENV) != "dev" {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "Not Found"));
    }
    let who = requester(caller, None);
    let mut vectors = app.providers.embedder.embed(&who, vec![text], TextKind::Query).await?;
    Ok(Json(TextVector { result: vectors.pop().unwrap_or_default() }))
}

async fn text_vector(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(text): Path<String>,
) -> Result<Json<TextVector>> {
    vector_of(&app, &caller, text).await
}

fn schema() -> Schema {
    let mut page = DOCUMENTS.schema();
    if let Some(fields) = page.get_mut("properties").and_then(Value::as_object_mut) {
        fields.insert("web".into(), json!(WEB.schema()));
    }
    page
}

async fn status(State(app): State<App>) -> Json<Value> {
    let value = |name| app.settings.value(name);
    Json(json!({
        "status": true,
        "CHUNK_SIZE": value("CHUNK_SIZE"),
        "CHUNK_OVERLAP": value("CHUNK_OVERLAP"),
        "RAG_TEMPLATE": value("RAG_TEMPLATE"),
        "RAG_EMBEDDING_ENGINE": value("RAG_EMBEDDING_ENGINE"),
        "RAG_EMBEDDING_MODEL": value("RAG_EMBEDDING_MODEL"),
        "RAG_RERANKING_MODEL": value("RAG_RERANKING_MODEL"),
        "RAG_EMBEDDING_BATCH_SIZE": value("RAG_EMBEDDING_BATCH_SIZE"),
        "ENABLE_ASYNC_EMBEDDING": value("ENABLE_ASYNC_EMBEDDING"),
    }))
}

fn read(settings: &Settings) -> Map<String, Value> {
    let mut page = Map::from_iter([("status".to_owned(), json!(true))]);
    page.extend(DOCUMENTS.read(settings));
    page.insert("web".to_owned(), Value::Object(WEB.read(settings)));
    page
}

async fn config(State(app): State<App>, _: Admin) -> Json<Map<String, Value>> {
    Json(read(&app.settings))
}

async fn set_config(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<Map<String, Value>>,
) -> Result<Json<Map<String, Value>>> {
    let web = match form.get("web") {
        None | Some(Value::Null) => None,
        Some(Value::Object(web)) => Some(web),
        Some(_) => {
            let place = vec![json!("body"), json!("web")];
            return Err(ApiError::invalid("value_error", place, "web must be an object"));
        }
    };
    if let Some(web) = web {
        WEB.change(&app.settings, web, &["web"]).await?;
    }
    DOCUMENTS.change(&app.settings, &form, &[]).await?;
    Ok(Json(read(&app.settings)))
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "EmbeddingEngine")]
struct Engine {
    url: String,
    key: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct AzureEngine {
    url: String,
    key: String,
    version: String,
}

#[allow(non_snake_case)]
#[derive(Serialize, JsonSchema)]
struct Embedding {
    status: bool,
    RAG_EMBEDDING_ENGINE: String,
    RAG_EMBEDDING_MODEL: String,
    RAG_EMBEDDING_BATCH_SIZE: i64,
    ENABLE_ASYNC_EMBEDDING: bool,
    openai_config: Engine,
    ollama_config: Engine,
    azure_openai_config: AzureEngine,
}

/// Fields stand in the order in which a missing one is noticed.
#[allow(non_snake_case)]
#[derive(Deserialize, JsonSchema)]
struct EmbeddingForm {
    RAG_EMBEDDING_ENGINE: String,
    RAG_EMBEDDING_MODEL: String,
    #[serde(default)]
    RAG_EMBEDDING_BATCH_SIZE: Option<i64>,
    #[serde(default)]
    ENABLE_ASYNC_EMBEDDING: Option<bool>,
    #[serde(default)]
    openai_config: Option<Engine>,
    #[serde(default)]
    ollama_config: Option<Engine>,
    #[serde(default)]
    azure_openai_config: Option<AzureEngine>,
}

fn read_embedding(s: &Settings) -> Embedding {
    Embedding {
        status: true,
        RAG_EMBEDDING_ENGINE: s.get(&keys::RAG_EMBEDDING_ENGINE),
        RAG_EMBEDDING_MODEL: s.get(&keys::RAG_EMBEDDING_MODEL),
        RAG_EMBEDDING_BATCH_SIZE: s.get(&keys::RAG_EMBEDDING_BATCH_SIZE),
        ENABLE_ASYNC_EMBEDDING: s.get(&keys::ENABLE_ASYNC_EMBEDDING),
        openai_config: Engine {
            url: s.get(&keys::RAG_OPENAI_API_BASE_URL),
            key: s.get(&keys::RAG_OPENAI_API_KEY),
        },
        ollama_config: Engine {
            url: s.get(&keys::RAG_OLLAMA_BASE_URL),
            key: s.get(&keys::RAG_OLLAMA_API_KEY),
        },
        azure_openai_config: AzureEngine {
            url: s.get(&keys::RAG_AZURE_OPENAI_BASE_URL),
            key: s.get(&keys::RAG_AZURE_OPENAI_API_KEY),
            version: s.get(&keys::RAG_AZURE_OPENAI_API_VERSION),
        },
    }
}

async fn embedding(State(app): State<App>, _: Admin) -> Json<Embedding> {
    Json(read_embedding(&app.settings))
}

async fn set_embedding(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<EmbeddingForm>,
) -> Result<Json<Embedding>> {
    let s = &app.settings;
    // Only the engine can be refused: it goes first, so that a refusal leaves everything as it was.
    s.set(&keys::RAG_EMBEDDING_ENGINE, form.RAG_EMBEDDING_ENGINE).await?;
    s.set(&keys::RAG_EMBEDDING_MODEL, form.RAG_EMBEDDING_MODEL).await?;
    if let Some(size) = form.RAG_EMBEDDING_BATCH_SIZE {
        s.set(&keys::RAG_EMBEDDING_BATCH_SIZE, size).await?;
    }
    if let Some(on) = form.ENABLE_ASYNC_EMBEDDING {
        s.set(&keys::ENABLE_ASYNC_EMBEDDING, on).await?;
    }
    if let Some(engine) = form.openai_config {
        s.set(&keys::RAG_OPENAI_API_BASE_URL, engine.url).await?;
        s.set(&keys::RAG_OPENAI_API_KEY, engine.key).await?;
    }
    if let Some(engine) = form.ollama_config {
        s.set(&keys::RAG_OLLAMA_BASE_URL, engine.url).await?;
        s.set(&keys::RAG_OLLAMA_API_KEY, engine.key).await?;
    }
    if let Some(engine) = form.azure_openai_config {
        s.set(&keys::RAG_AZURE_OPENAI_BASE_URL, engine.url).await?;
        s.set(&keys::RAG_AZURE_OPENAI_API_KEY, engine.key).await?;
        s.set(&keys::RAG_AZURE_OPENAI_API_VERSION, engine.version).await?;
    }
    Ok(Json(read_embedding(s)))
}
