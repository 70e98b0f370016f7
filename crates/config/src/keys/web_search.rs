//! Web search.

use serde_json::Value;

use super::spec::*;

settings! {
    "web_search", "Web search";

    /// API key of Azure AI Search.
    AZURE_AI_SEARCH_API_KEY: String = text("").saved("rag.web.search.azure_ai_search_api_key").secret();

    /// Azure AI Search endpoint.
    AZURE_AI_SEARCH_ENDPOINT: String = text("").saved("rag.web.search.azure_ai_search_endpoint");

    /// Index at Azure AI Search.
    AZURE_AI_SEARCH_INDEX_NAME: String = text("").saved("rag.web.search.azure_ai_search_index_name");

    /// Endpoint of Bing search.
    BING_SEARCH_V7_ENDPOINT: String = text("https://api.bing.microsoft.com/v7.0/search")
        .saved("rag.web.search.bing_search_v7_endpoint");

    /// Key of Bing search.
    BING_SEARCH_V7_SUBSCRIPTION_KEY: String = text("")
        .saved("rag.web.search.bing_search_v7_subscription_key").secret();

    /// API key of Bocha search.
    BOCHA_SEARCH_API_KEY: String = text("").saved("rag.web.search.bocha_search_api_key").secret();

    /// API key of Brave Search.
    BRAVE_SEARCH_API_KEY: String = text("").saved("rag.web.search.brave_search_api_key").secret();

    /// Gives search results whole, no embedding.
    BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL: bool = flag(false)
        .saved("rag.web.search.bypass_embedding_and_retrieval");

    /// Uses snippets only, do not open pages.
    BYPASS_WEB_SEARCH_WEB_LOADER: bool = flag(false).saved("rag.web.search.bypass_web_loader");

    /// Checks TLS certificates of pages.
    ENABLE_WEB_LOADER_SSL_VERIFICATION: bool = flag(true).saved("rag.web.loader.ssl_verification");

    /// Offers web search in chats.
    ENABLE_WEB_SEARCH: bool = flag(false).saved("rag.web.search.enable");

    /// API key of Exa search.
    EXA_API_KEY: String = text("").saved("rag.web.search.exa_api_key").secret();

    /// API key of the external page loader.
    EXTERNAL_WEB_LOADER_API_KEY: String = text("")
        .saved("rag.web.loader.external_web_loader_api_key").secret();

    /// HTTP page loader of your own.
    EXTERNAL_WEB_LOADER_URL: String = url("").saved("rag.web.loader.external_web_loader_url");

    /// API key of the external search service.
    EXTERNAL_WEB_SEARCH_API_KEY: String = text("")
        .saved("rag.web.search.external_web_search_api_key").secret();

    /// HTTP search service of your own.
    EXTERNAL_WEB_SEARCH_URL: String = url("").saved("rag.web.search.external_web_search_url");

    /// Firecrawl base URL.
    FIRECRAWL_API_BASE_URL: String = url("https://api.firecrawl.dev")
        .saved("rag.web.loader.firecrawl_api_url");

    /// API key of Firecrawl.
    FIRECRAWL_API_KEY: String = text("").saved("rag.web.loader.firecrawl_api_key").secret();

    /// API key of Google Programmable Search.
    GOOGLE_PSE_API_KEY: String = text("").saved("rag.web.search.google_pse_api_key").secret();

    /// Programmable Search engine id.
    GOOGLE_PSE_ENGINE_ID: String = text("").saved("rag.web.search.google_pse_engine_id");

    /// API key of Jina search.
    JINA_API_KEY: String = text("").saved("rag.web.search.jina_api_key").secret();

    /// API key of Kagi search.
    KAGI_SEARCH_API_KEY: String = text("").saved("rag.web.search.kagi_search_api_key").secret();

    /// API key of Mojeek search.
    MOJEEK_SEARCH_API_KEY: String = text("").saved("rag.web.search.mojeek_search_api_key").secret();

    /// Key of Ollama cloud search.
    OLLAMA_CLOUD_API_KEY: String = text("")
        .saved("rag.web.search.ollama_cloud_api_key").attribute("OLLAMA_CLOUD_WEB_SEARCH_API_KEY")
        .secret();

    /// API key of Perplexity.
    PERPLEXITY_API_KEY: String = text("").saved("rag.web.search.perplexity_api_key").secret();

    /// Model of the chat-like Perplexity search.
    PERPLEXITY_MODEL: String = text("sonar").saved("rag.web.search.perplexity_model");

    /// Address of the Perplexity search API.
    PERPLEXITY_SEARCH_API_URL: String = url("https://api.perplexity.ai/search")
        .saved("rag.web.search.perplexity_search_api_url");

    /// How much context Perplexity collects.
    PERPLEXITY_SEARCH_CONTEXT_USAGE: String = text("medium")
        .saved("rag.web.search.perplexity_search_context_usage").allowed(&["low", "medium", "high"]);

    /// Milliseconds that a page may take in the remote browser.
    PLAYWRIGHT_TIMEOUT: i64 = int("10000").saved("rag.web.loader.playwright_timeout");

    /// Address of a remote browser (Playwright).
    PLAYWRIGHT_WS_URL: String = url("").saved("rag.web.loader.playwright_ws_url").secret();

    /// API key of SearchApi.
    SEARCHAPI_API_KEY: String = text("").saved("rag.web.search.searchapi_api_key").secret();

    /// Engine name at SearchApi.
    SEARCHAPI_ENGINE: String = text("").saved("rag.web.search.searchapi_engine");

    /// Language of SearXNG results.
    SEARXNG_LANGUAGE: String = text("all").saved("rag.web.search.searxng_language");

    /// Address of SearXNG; `<query>` is replaced, otherwise the parameter `q` is added.
    SEARXNG_QUERY_URL: String = url("").saved("rag.web.search.searxng_query_url");

    /// API key of SerpApi.
    SERPAPI_API_KEY: String = text("").saved("rag.web.search.serpapi_api_key").secret();

    /// Engine name at SerpApi.
    SERPAPI_ENGINE: String = text("").saved("rag.web.search.serpapi_engine");

    /// API key of Serper.
    SERPER_API_KEY: String = text("").saved("rag.web.search.serper_api_key").secret();

    /// API key of Serply.
    SERPLY_API_KEY: String = text("").saved("rag.web.search.serply_api_key").secret();

    /// API key of Serpstack.
    SERPSTACK_API_KEY: String = text("").saved("rag.web.search.serpstack_api_key").secret();

    /// Uses https with Serpstack.
    SERPSTACK_HTTPS: bool = flag(true).saved("rag.web.search.serpstack_https");

    /// Sougou secret id.
    SOUGOU_API_SID: String = text("").saved("rag.web.search.sougou_api_sid").secret();

    /// Sougou secret key.
    SOUGOU_API_SK: String = text("").saved("rag.web.search.sougou_api_sk").secret();

    /// API key of Tavily.
    TAVILY_API_KEY: String = text("").saved("rag.web.search.tavily_api_key").secret();

    /// How thoroughly Tavily reads a page.
    TAVILY_EXTRACT_DEPTH: String = text("basic")
        .saved("rag.web.search.tavily_extract_depth").allowed(&["basic", "advanced"]);

    /// Pages loaded at the same time.
    WEB_LOADER_CONCURRENT_REQUESTS: i64 = int("10").saved("rag.web.loader.concurrent_requests");

    /// Loader of pages; empty or `safe_web` is the built-in one.
    WEB_LOADER_ENGINE: String = text("")
        .saved("rag.web.loader.engine")
        .allowed(&["", "safe_web", "playwright", "firecrawl", "tavily", "external"]);

    /// Seconds that a page may take to load.
    WEB_LOADER_TIMEOUT: String = text("").saved("rag.web.loader.timeout");

    /// Queries sent at the same time; 0 means no limit.
    WEB_SEARCH_CONCURRENT_REQUESTS: i64 = int("0").saved("rag.web.search.concurrent_requests");

    /// Hosts that search results may come from, as a JSON list.
    WEB_SEARCH_DOMAIN_FILTER_LIST: Value = json_list().saved("rag.web.search.domain.filter_list");

    /// Search service.
    WEB_SEARCH_ENGINE: String = text("")
        .saved("rag.web.search.engine")
        .allowed(&[
            "", "ollama_cloud", "perplexity_search", "searxng", "yacy", "google_pse", "brave", "kagi",
            "mojeek", "bocha", "serpstack", "serper", "serply", "searchapi", "serpapi", "duckduckgo",
            "tavily", "jina", "bing", "azure", "exa", "perplexity", "sougou", "firecrawl", "external",
        ]);

    /// Results used of each query.
    WEB_SEARCH_RESULT_COUNT: i64 = int("3").saved("rag.web.search.result_count");

    /// Uses the proxy variables when pages are loaded.
    WEB_SEARCH_TRUST_ENV: bool = flag(false).saved("rag.web.search.trust_env");

    /// Password at the YaCy server.
    YACY_PASSWORD: String = text("").saved("rag.web.search.yacy_password").secret();

    /// Address of the YaCy server.
    YACY_QUERY_URL: String = url("").saved("rag.web.search.yacy_query_url");

    /// User name at the YaCy server.
    YACY_USERNAME: String = text("").saved("rag.web.search.yacy_username");
}
