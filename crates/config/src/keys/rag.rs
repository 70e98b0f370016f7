//! Documents and retrieval.

use serde_json::Value;

use super::spec::*;

settings! {
    "rag", "Documents and retrieval";

    /// Gives whole documents to the model, without embedding.
    BYPASS_EMBEDDING_AND_RETRIEVAL: bool = flag(false).saved("rag.bypass_embedding_and_retrieval");

    /// How much two neighbouring chunks of a document share.
    CHUNK_OVERLAP: i64 = int("100").saved("rag.chunk_overlap");

    /// Characters (or tokens) in one chunk of a document.
    CHUNK_SIZE: i64 = int("1000").saved("rag.chunk_size");

    /// Service that turns documents into text; empty is the built-in reader.
    CONTENT_EXTRACTION_ENGINE: String = text("")
        .saved("rag.CONTENT_EXTRACTION_ENGINE")
        .allowed(&[
            "", "external", "tika", "docling", "document_intelligence", "mistral_ocr", "datalab_marker",
            "mineru",
        ]);

    /// Datalab Marker: extra options, as JSON text.
    DATALAB_MARKER_ADDITIONAL_CONFIG: String = text("").saved("rag.datalab_marker_additional_config");

    /// Datalab Marker: address of the service.
    DATALAB_MARKER_API_BASE_URL: String = url("").saved("rag.datalab_marker_api_base_url");

    /// Datalab Marker: API key.
    DATALAB_MARKER_API_KEY: String = text("").saved("rag.datalab_marker_api_key").secret();

    /// Datalab Marker: leaves images out.
    DATALAB_MARKER_DISABLE_IMAGE_EXTRACTION: bool = flag(false)
        .saved("rag.datalab_marker_disable_image_extraction");

    /// Datalab Marker: runs OCR on every page.
    DATALAB_MARKER_FORCE_OCR: bool = flag(false).saved("rag.datalab_marker_force_ocr");

    /// Datalab Marker: formats lines.
    DATALAB_MARKER_FORMAT_LINES: bool = flag(false).saved("rag.datalab_marker_format_lines");

    /// Datalab Marker: format of the result.
    DATALAB_MARKER_OUTPUT_FORMAT: String = text("markdown").saved("rag.datalab_marker_output_format");

    /// Datalab Marker: keeps page breaks.
    DATALAB_MARKER_PAGINATE: bool = flag(false).saved("rag.datalab_marker_paginate");

    /// Datalab Marker: ignores cached results.
    DATALAB_MARKER_SKIP_CACHE: bool = flag(false).saved("rag.datalab_marker_skip_cache");

    /// Datalab Marker: drops text of an earlier OCR.
    DATALAB_MARKER_STRIP_EXISTING_OCR: bool = flag(false).saved("rag.datalab_marker_strip_existing_ocr");

    /// Datalab Marker: improves the result with a language model.
    DATALAB_MARKER_USE_LLM: bool = flag(false).saved("rag.DATALAB_MARKER_USE_LLM");

    /// API key of the Docling server.
    DOCLING_API_KEY: String = text("").saved("rag.docling_api_key").secret();

    /// Options for Docling, as a JSON object.
    DOCLING_PARAMS: Value = json_object().saved("rag.docling_params");

    /// Address of the Docling server.
    DOCLING_SERVER_URL: String = url("http://docling:5001").saved("rag.docling_server_url");

    /// Azure Document Intelligence endpoint.
    DOCUMENT_INTELLIGENCE_ENDPOINT: String = text("").saved("rag.document_intelligence_endpoint");

    /// Key of Azure Document Intelligence; empty uses the Azure identity.
    DOCUMENT_INTELLIGENCE_KEY: String = text("").saved("rag.document_intelligence_key").secret();

    /// Model of Azure Document Intelligence.
    DOCUMENT_INTELLIGENCE_MODEL: String = text("prebuilt-layout").saved("rag.document_intelligence_model");

    /// Sends embedding batches in parallel.
    ENABLE_ASYNC_EMBEDDING: bool = flag(true).saved("rag.enable_async_embedding").acts();

    /// Lets users pick files from Google Drive.
    ENABLE_GOOGLE_DRIVE_INTEGRATION: bool = flag(false).saved("google_drive.enable");

    /// Offers work accounts in the OneDrive picker.
    ENABLE_ONEDRIVE_BUSINESS: bool = flag(true);

    /// Lets users pick files from OneDrive.
    ENABLE_ONEDRIVE_INTEGRATION: bool = flag(false).saved("onedrive.enable");

    /// Offers personal accounts in the OneDrive picker.
    ENABLE_ONEDRIVE_PERSONAL: bool = flag(true);

    /// Searches by keyword as well as by vector, and reranks.
    ENABLE_RAG_HYBRID_SEARCH: bool = flag(false).saved("rag.enable_hybrid_search");

    /// Adds file name and headings to the keyword index text.
    ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS: bool = flag(false)
        .saved("rag.enable_hybrid_search_enriched_texts");

    /// Lets pages be fetched from private addresses too (turns a protection off).
    ENABLE_RAG_LOCAL_WEB_FETCH: bool = flag(false).acts();

    /// API key of the external document loader.
    EXTERNAL_DOCUMENT_LOADER_API_KEY: String = text("")
        .saved("rag.external_document_loader_api_key").secret();

    /// HTTP service that extracts text.
    EXTERNAL_DOCUMENT_LOADER_URL: String = url("").saved("rag.external_document_loader_url");

    /// The web UI shrinks uploaded images to this height; empty leaves them.
    FILE_IMAGE_COMPRESSION_HEIGHT: Option<i64> = optional_int("").saved("file.image_compression_height");

    /// The web UI shrinks uploaded images to this width; empty leaves them.
    FILE_IMAGE_COMPRESSION_WIDTH: Option<i64> = optional_int("").saved("file.image_compression_width");

    /// API key of the Google Drive picker.
    GOOGLE_DRIVE_API_KEY: String = text("").saved("google_drive.api_key").secret();

    /// Client id of the Google Drive picker.
    GOOGLE_DRIVE_CLIENT_ID: String = text("").saved("google_drive.client_id");

    /// API key of the MinerU server.
    MINERU_API_KEY: String = text("").saved("rag.mineru_api_key").secret();

    /// Whether MinerU runs locally or in its cloud.
    MINERU_API_MODE: String = text("local").saved("rag.mineru_api_mode").allowed(&["local", "cloud"]);

    /// Seconds that a call to MinerU may take.
    MINERU_API_TIMEOUT: i64 = int("300").saved("rag.mineru_api_timeout").bad_becomes_default();

    /// Address of the MinerU server.
    MINERU_API_URL: String = url("http://localhost:8000").saved("rag.mineru_api_url");

    /// Options for MinerU, as a JSON object.
    MINERU_PARAMS: Value = json_object().saved("rag.mineru_params");

    /// Mistral OCR base URL.
    MISTRAL_OCR_API_BASE_URL: String = url("https://api.mistral.ai/v1").saved("rag.MISTRAL_OCR_API_BASE_URL");

    /// API key of Mistral OCR.
    MISTRAL_OCR_API_KEY: String = text("").saved("rag.mistral_ocr_api_key").secret();

    /// Client id used for both kinds of OneDrive accounts unless they have their own.
    ONEDRIVE_CLIENT_ID: String = text("");

    /// Client id for work accounts in the OneDrive picker.
    ONEDRIVE_CLIENT_ID_BUSINESS: String = text("").or("ONEDRIVE_CLIENT_ID");

    /// Client id for personal accounts in the OneDrive picker.
    ONEDRIVE_CLIENT_ID_PERSONAL: String = text("").or("ONEDRIVE_CLIENT_ID");

    /// Tenant of the SharePoint site.
    ONEDRIVE_SHAREPOINT_TENANT_ID: String = text("").saved("onedrive.sharepoint_tenant_id");

    /// Host of the SharePoint site.
    ONEDRIVE_SHAREPOINT_URL: String = url("").saved("onedrive.sharepoint_url");

    /// Reads the text in images of PDF files.
    PDF_EXTRACT_IMAGES: bool = flag(false).saved("rag.pdf_extract_images");

    /// File extensions that may be uploaded, separated by commas; empty allows all.
    RAG_ALLOWED_FILE_EXTENSIONS: Vec<String> = list(',', "")
        .saved("rag.file.allowed_extensions").attribute("ALLOWED_FILE_EXTENSIONS").acts();

    /// API key of the Azure OpenAI embedding endpoint.
    RAG_AZURE_OPENAI_API_KEY: String = text("").saved("rag.azure_openai.api_key").secret().acts();

    /// API version of that Azure OpenAI server.
    RAG_AZURE_OPENAI_API_VERSION: String = text("").saved("rag.azure_openai.api_version").acts();

    /// Address of the Azure OpenAI server that computes embeddings.
    RAG_AZURE_OPENAI_BASE_URL: String = url("").saved("rag.azure_openai.base_url").acts();

    /// Texts in one embedding call.
    RAG_EMBEDDING_BATCH_SIZE: i64 = int("1")
        .saved("rag.embedding_batch_size").aliases(&["RAG_EMBEDDING_OPENAI_BATCH_SIZE"]).acts();

    /// Text put before a chunk when it is embedded.
    RAG_EMBEDDING_CONTENT_PREFIX: String = text("").acts();

    /// Service that computes embeddings; empty is a local model.
    RAG_EMBEDDING_ENGINE: String = text("")
        .saved("rag.embedding_engine").allowed(&["", "openai", "azure_openai", "ollama"]).acts();

    /// Model that computes embeddings.
    RAG_EMBEDDING_MODEL: String = text("sentence-transformers/all-MiniLM-L6-v2").saved("rag.embedding_model").acts();

    /// Downloads newer model files; off in offline mode.
    RAG_EMBEDDING_MODEL_AUTO_UPDATE: bool = flag(true).acts();

    /// Allows code shipped with the model.
    RAG_EMBEDDING_MODEL_TRUST_REMOTE_CODE: bool = flag(true);

    /// Old name of `RAG_EMBEDDING_BATCH_SIZE`, read when that one is unset.
    RAG_EMBEDDING_OPENAI_BATCH_SIZE: i64 = int("1");

    /// Request field that carries the prefix, instead of the text.
    RAG_EMBEDDING_PREFIX_FIELD_NAME: String = text("").acts();

    /// Text put before a query when it is embedded.
    RAG_EMBEDDING_QUERY_PREFIX: String = text("").acts();

    /// API key of the external rerank service.
    RAG_EXTERNAL_RERANKER_API_KEY: String = text("").saved("rag.external_reranker_api_key").secret();

    /// Seconds that the external rerank service may take.
    RAG_EXTERNAL_RERANKER_TIMEOUT: String = text("").saved("rag.external_reranker_timeout");

    /// URL of the rerank service.
    RAG_EXTERNAL_RERANKER_URL: String = url("").saved("rag.external_reranker_url");

    /// Files in one message at most; empty means no limit.
    RAG_FILE_MAX_COUNT: Option<i64> = optional_int("")
        .saved("rag.file.max_count").attribute("FILE_MAX_COUNT");

    /// Megabytes in one file at most; empty means no limit.
    RAG_FILE_MAX_SIZE: Option<i64> = optional_int("")
        .saved("rag.file.max_size").attribute("FILE_MAX_SIZE").acts();

    /// Gives whole documents to the model instead of the chunks found.
    RAG_FULL_CONTEXT: bool = flag(false).saved("rag.full_context");

    /// Share of keyword search in hybrid search, 0 to 1.
    RAG_HYBRID_BM25_WEIGHT: f64 = float("0.5")
        .saved("rag.hybrid_bm25_weight").attribute("HYBRID_BM25_WEIGHT");

    /// API key of the Ollama embedding server.
    RAG_OLLAMA_API_KEY: String = text("").saved("rag.ollama.key").secret().acts();

    /// Address of the Ollama server that computes embeddings.
    RAG_OLLAMA_BASE_URL: String = url("").saved("rag.ollama.url").or("OLLAMA_BASE_URL").acts();

    /// Address of the OpenAI-compatible server that computes embeddings.
    RAG_OPENAI_API_BASE_URL: String = url("").saved("rag.openai_api_base_url").or("OPENAI_API_BASE_URL").acts();

    /// API key of the OpenAI-compatible embedding server.
    RAG_OPENAI_API_KEY: String = text("").saved("rag.openai_api_key").or("OPENAI_API_KEY").secret().acts();

    /// Least reranker score a chunk needs.
    RAG_RELEVANCE_THRESHOLD: f64 = float("0.0")
        .saved("rag.relevance_threshold").attribute("RELEVANCE_THRESHOLD");

    /// Service that reranks; empty is a local model.
    RAG_RERANKING_ENGINE: String = text("").saved("rag.reranking_engine").allowed(&["", "external"]);

    /// Model that reranks; empty turns reranking off.
    RAG_RERANKING_MODEL: String = text("").saved("rag.reranking_model");

    /// Downloads newer reranker files.
    RAG_RERANKING_MODEL_AUTO_UPDATE: bool = flag(true);

    /// Allows code shipped with the reranker.
    RAG_RERANKING_MODEL_TRUST_REMOTE_CODE: bool = flag(true);

    /// Prompt that wraps retrieved text; must hold `{{CONTEXT}}` or `[context]`, empty is the built-in
    /// text.
    RAG_TEMPLATE: String = text("").saved("rag.template");

    /// How documents are cut into chunks.
    RAG_TEXT_SPLITTER: String = text("")
        .saved("rag.text_splitter").attribute("TEXT_SPLITTER")
        .allowed(&["", "character", "token", "markdown_header"]);

    /// Chunks given to the model.
    RAG_TOP_K: i64 = int("3").saved("rag.top_k").attribute("TOP_K");

    /// Chunks kept after reranking.
    RAG_TOP_K_RERANKER: i64 = int("3").saved("rag.top_k_reranker").attribute("TOP_K_RERANKER");

    /// Address of the Tika server.
    TIKA_SERVER_URL: String = url("http://tika:9998").saved("rag.tika_server_url");

    /// Cache folder of tokenizer files.
    TIKTOKEN_CACHE_DIR: String = path("{DATA_DIR}/cache/tiktoken");

    /// Encoding of the token splitter.
    TIKTOKEN_ENCODING_NAME: String = text("cl100k_base").saved("rag.tiktoken_encoding_name");

    /// Vector store (`chromadb` is accepted for `chroma`).
    VECTOR_DB: String = text("chroma")
        .aliases(&["VECTOR_DB_TYPE"])
        .allowed(&[
            "chroma", "milvus", "qdrant", "pinecone", "elasticsearch", "opensearch", "pgvector",
            "oracle23ai", "s3vector", "weaviate",
        ])
        .spelled(&[("chromadb", "chroma")]);

    /// Hosts that may be fetched, separated by commas; `!host` blocks one; metadata addresses are always
    /// blocked.
    WEB_FETCH_FILTER_LIST: Vec<String> = list(',', "").acts();

    /// Languages of YouTube transcripts in order of preference, separated by commas.
    YOUTUBE_LOADER_LANGUAGE: Vec<String> = list(',', "en").keep_empty().saved("rag.youtube_loader_language");

    /// Proxy for reading YouTube.
    YOUTUBE_LOADER_PROXY_URL: String = url("").saved("rag.youtube_loader_proxy_url").secret();
}
