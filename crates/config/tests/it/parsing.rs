//! How texts become values.

use std::time::Duration;

use serde_json::{Value, json};
use transom_config::{Source, duration, keys};

use crate::{Variables, load, refusal};

/// Sets one variable and reads another (mostly the same) as JSON.
fn read(variable: &str, text: &str, name: &str) -> Value {
    load(&[(variable, text)]).value(name).unwrap()
}

#[test]
fn values_are_read_as_the_contract_says() {
    let table: &[(&str, &str, Value)] = &[
        ("ENABLE_NOTES", "TRUE", json!(true)),
        ("ENABLE_NOTES", "1", json!(false)),
        ("ENABLE_NOTES", "yes", json!(false)),
        ("ENABLE_NOTES", "", json!(false)),
        ("CHUNK_SIZE", " 512 ", json!(512)),
        ("RAG_HYBRID_BM25_WEIGHT", "0.25", json!(0.25)),
        ("RAG_FILE_MAX_SIZE", "", Value::Null),
        ("RAG_FILE_MAX_SIZE", "20", json!(20)),
        ("AIOHTTP_CLIENT_TIMEOUT", "", Value::Null),
        ("AIOHTTP_CLIENT_TIMEOUT", "soon", json!(300)),
        ("AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST", "", Value::Null),
        ("AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST", "soon", json!(10)),
        ("AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER_DATA", "soon", json!(10)),
        ("MODELS_CACHE_TTL", "", Value::Null),
        ("MODELS_CACHE_TTL", "soon", json!(1)),
        ("DATABASE_POOL_TIMEOUT", "soon", json!(30)),
        ("WEBSOCKET_SERVER_PING_INTERVAL", "", json!(25)),
        ("UVICORN_WORKERS", "0", json!(1)),
        ("UVICORN_WORKERS", "many", json!(1)),
        ("GLOBAL_LOG_LEVEL", "debug", json!("DEBUG")),
        ("GLOBAL_LOG_LEVEL", "LOUD", json!("INFO")),
        ("ENV", "/etc/shrc", json!("dev")),
        ("TOOL_SERVER_CONNECTIONS", "[{\"url\":\"x\"}]", json!([{ "url": "x" }])),
        ("TOOL_SERVER_CONNECTIONS", "{broken", json!([])),
        ("TOOL_SERVER_CONNECTIONS", "{}", json!([])),
        ("DOCLING_PARAMS", "broken", json!({})),
        (
            "CORS_ALLOW_ORIGIN",
            "https://a.example ; http://b:3000;",
            json!(["https://a.example", "http://b:3000"]),
        ),
        ("CORS_ALLOW_ORIGIN", "[\"https://a.example\"]", json!(["https://a.example"])),
        ("OAUTH_ALLOWED_DOMAINS", "a.example, ,b.example", json!(["a.example", "", "b.example"])),
        ("RAG_ALLOWED_FILE_EXTENSIONS", "pdf, ,md", json!(["pdf", "md"])),
        ("PIP_OPTIONS", "--a  --b", json!(["--a", "--b"])),
        ("DEFAULT_MODELS", "one, two", json!("one,two")),
        ("API_KEYS_ALLOWED_ENDPOINTS", "/api/models, /api/chat", json!("/api/models,/api/chat")),
        ("WEBUI_AUTH_COOKIE_SAME_SITE", "Strict", json!("strict")),
        ("JWT_EXPIRES_IN", "1d12h", json!("1d12h")),
    ];
    for (name, text, expected) in table {
        assert_eq!(read(name, text, name), *expected, "{name}={text:?}");
    }
}

#[test]
fn other_spellings_count() {
    let table: &[(&str, &str, &str, Value)] = &[
        ("TTS_ENGINE", "openai", "AUDIO_TTS_ENGINE", json!("openai")),
        ("TTS_OPENAI_API_KEY", "k", "AUDIO_TTS_OPENAI_API_KEY", json!("k")),
        ("STT_ENGINE", "deepgram", "AUDIO_STT_ENGINE", json!("deepgram")),
        ("STT_ENGINE", "whisper", "AUDIO_STT_ENGINE", json!("")),
        ("VECTOR_DB_TYPE", "chromadb", "VECTOR_DB", json!("chroma")),
        ("VECTOR_DB_TYPE", "qdrant", "VECTOR_DB", json!("qdrant")),
        ("API_KEY_ALLOWED_ENDPOINTS", "/api", "API_KEYS_ALLOWED_ENDPOINTS", json!("/api")),
        ("ENABLE_ADMIN_WORKSPACE_CONTENT_ACCESS", "false", "BYPASS_ADMIN_ACCESS_CONTROL", json!(false)),
        ("SCIM_ENABLED", "true", "ENABLE_SCIM", json!(true)),
        ("WEBUI_JWT_SECRET_KEY", "old", "WEBUI_SECRET_KEY", json!("old")),
        ("LDAP_SEARCH_FILTERS", "(a=b)", "LDAP_SEARCH_FILTER", json!("(a=b)")),
        ("OAUTH_GROUP_CLAIM", "teams", "OAUTH_GROUPS_CLAIM", json!("teams")),
        ("RAG_EMBEDDING_OPENAI_BATCH_SIZE", "7", "RAG_EMBEDDING_BATCH_SIZE", json!(7)),
        ("WEBUI_SESSION_COOKIE_SECURE", "true", "WEBUI_AUTH_COOKIE_SECURE", json!(true)),
        ("WEBUI_SESSION_COOKIE_SAME_SITE", "none", "WEBUI_AUTH_COOKIE_SAME_SITE", json!("none")),
        ("REDIS_URL", "redis://r", "WEBSOCKET_REDIS_URL", json!("redis://r")),
        ("REDIS_CLUSTER", "true", "WEBSOCKET_REDIS_CLUSTER", json!(true)),
        ("REDIS_SENTINEL_HOSTS", "a, b", "REDIS_SENTINEL_HOSTS", json!(["a", "b"])),
        ("OPENAI_API_KEY", "k", "RAG_OPENAI_API_KEY", json!("k")),
        ("OTEL_OTLP_SPAN_EXPORTER", "http", "OTEL_LOGS_OTLP_SPAN_EXPORTER", json!("http")),
        ("CODE_EXECUTION_JUPYTER_TIMEOUT", "9", "CODE_INTERPRETER_JUPYTER_TIMEOUT", json!(9)),
        (
            "OPENAI_API_CONFIGS",
            "{\"0\":{\"prefix_id\":\"p\"}}",
            "OPENAI_API_CONFIGS",
            json!({ "0": { "prefix_id": "p" } }),
        ),
        (
            "OLLAMA_API_CONFIGS",
            "{\"0\":{\"enable\":false}}",
            "OLLAMA_API_CONFIGS",
            json!({ "0": { "enable": false } }),
        ),
        ("OAUTH_PROVIDERS", "[{\"id\":\"google\"}]", "OAUTH_PROVIDERS", json!([{ "id": "google" }])),
        ("OAUTH_ROLES_SEPARATOR", ";", "OAUTH_ALLOWED_ROLES", json!(["user,admin"])),
    ];
    for (variable, text, name, expected) in table {
        assert_eq!(read(variable, text, name), *expected, "{variable}={text:?}");
    }
}

#[test]
fn the_new_name_wins_over_the_old_one_even_when_empty() {
    let settings = load(&[("LDAP_SEARCH_FILTER", ""), ("LDAP_SEARCH_FILTERS", "(a=b)")]);
    assert_eq!(settings.get(&keys::LDAP_SEARCH_FILTER), "");
}

#[test]
fn bad_values_stop_the_start_with_one_sentence() {
    let table: &[(Variables, &str)] = &[
        (&[("CHUNK_SIZE", "big")], "CHUNK_SIZE is \"big\", but it must be a whole number"),
        (&[("CHUNK_SIZE", "")], "CHUNK_SIZE is \"\", but it must be a whole number"),
        (
            &[("RAG_RELEVANCE_THRESHOLD", "nan")],
            "RAG_RELEVANCE_THRESHOLD is \"nan\", but it must be a number",
        ),
        (&[("PORT", "99999")], "PORT is \"99999\", but it must be a number from 0 to 65535"),
        (
            &[("DEFAULT_USER_ROLE", "boss")],
            "DEFAULT_USER_ROLE is \"boss\", but it must be one of pending, user, admin",
        ),
        (
            &[("TTS_ENGINE", "parrot")],
            "TTS_ENGINE is \"parrot\", but it must be one of openai, elevenlabs, azure, transformers (or empty)",
        ),
        (
            &[("OAUTH_CODE_CHALLENGE_METHOD", "plain")],
            "OAUTH_CODE_CHALLENGE_METHOD is \"plain\", but it must be S256 (or empty)",
        ),
        (
            &[("STORAGE_PROVIDER", "tape")],
            "STORAGE_PROVIDER is \"tape\", but it must be one of local, s3, gcs, azure",
        ),
        (
            &[("JWT_EXPIRES_IN", "soon")],
            "JWT_EXPIRES_IN is \"soon\", but it must be a duration such as 30m, 12h or 4w, or -1 for no end",
        ),
        (&[("TRANSOM_LOG_FORMAT", "xml")], "TRANSOM_LOG_FORMAT is \"xml\", but it must be one of text, json"),
        (
            &[("WEBUI_SECRET_KEY", "t0p-s3cr3t")],
            "WEBUI_SECRET_KEY is ********, but it must be a key of your own: this one is publicly known, and anybody could \
             sign in with it",
        ),
        (
            &[("WEBUI_SECRET_KEY", "")],
            "WEBUI_SECRET_KEY is \"\", but it must be a key, or unset to have one generated, while WEBUI_AUTH is on",
        ),
        (
            &[("CORS_ALLOW_ORIGIN", "*;example.com")],
            "CORS_ALLOW_ORIGIN is \"example.com\", but it must be *, or origins with the scheme http, https or one of \
          CORS_ALLOW_CUSTOM_SCHEME and a host, separated by ;",
        ),
        (
            &[("VECTOR_DB", "pgvector")],
            "VECTOR_DB is \"pgvector\", but PGVECTOR_DB_URL (or else DATABASE_URL) is no postgresql:// address",
        ),
        (
            &[
                ("VECTOR_DB", "pgvector"),
                ("DATABASE_URL", "postgres://h/d"),
                ("PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH", "2001"),
            ],
            "PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH is \"2001\", but it must be at most 2000 unless PGVECTOR_USE_HALFVEC is true",
        ),
        (
            &[("VECTOR_DB", "pgvector"), ("DATABASE_URL", "postgres://h/d"), ("PGVECTOR_PGCRYPTO", "true")],
            "PGVECTOR_PGCRYPTO is on, but PGVECTOR_PGCRYPTO_KEY is not set",
        ),
        (
            &[("VECTOR_DB", "oracle23ai"), ("ORACLE_DB_USER", "u"), ("ORACLE_DB_PASSWORD", "p")],
            "VECTOR_DB is \"oracle23ai\", but ORACLE_DB_DSN is not set",
        ),
    ];
    for (variables, sentence) in table {
        assert_eq!(refusal(variables), *sentence);
    }
}

#[test]
fn what_the_checks_allow_starts() {
    for variables in [
        &[("WEBUI_SECRET_KEY", ""), ("WEBUI_AUTH", "false")][..],
        &[("WEBUI_SECRET_KEY", "t0p-s3cr3t"), ("WEBUI_AUTH", "false")],
        &[("WEBUI_SECRET_KEY", ""), ("WEBUI_SECRET_KEY_FILE", "key")],
        &[("CORS_ALLOW_ORIGIN", "app://desk"), ("CORS_ALLOW_CUSTOM_SCHEME", "app")],
        &[("VECTOR_DB", "pgvector"), ("PGVECTOR_DB_URL", "postgresql://h/d")],
        &[("OAUTH_CODE_CHALLENGE_METHOD", "")],
    ] {
        assert!(crate::try_load(variables).is_ok(), "{variables:?}");
    }
}

#[test]
fn replaced_values_leave_a_note() {
    let notes = load(&[("DATABASE_POOL_TIMEOUT", "soon"), ("WEBUI_BANNERS", "{")]).notes();
    assert_eq!(
        notes,
        [
            "WEBUI_BANNERS is \"{\", but it must be a JSON array; nothing is used instead.",
            "DATABASE_POOL_TIMEOUT is \"soon\", but it must be a whole number; \"30\" is used instead.",
        ]
    );
}

#[test]
fn durations() {
    let seconds = |s| Some(Some(Duration::from_secs_f64(s)));
    let table = [
        ("4w", seconds(2_419_200.0)),
        ("1d12h", seconds(129_600.0)),
        ("1.5h", seconds(5_400.0)),
        ("250ms", seconds(0.25)),
        ("2m30s", seconds(150.0)),
        ("-1", Some(None)),
        ("0", Some(None)),
        ("", None),
        ("12", None),
        ("h", None),
        ("-5m", None),
        ("1y", None),
        ("1h soon", None),
        ("1.2.3h", None),
    ];
    for (text, expected) in table {
        assert_eq!(duration::parse(text), expected, "{text:?}");
    }
}

#[test]
fn openai_addresses_and_keys() {
    let settings = load(&[]);
    assert_eq!(settings.get(&keys::OPENAI_API_BASE_URLS), ["https://api.openai.com/v1"]);
    assert_eq!(settings.get(&keys::OPENAI_API_KEYS), [""]);
    assert_eq!(settings.get(&keys::RAG_OPENAI_API_BASE_URL), "https://api.openai.com/v1");
    assert_eq!(settings.source(keys::OPENAI_API_KEYS.declaration()), Source::Default);

    let settings = load(&[("OPENAI_API_BASE_URL", "http://one/v1/"), ("OPENAI_API_KEY", "k")]);
    assert_eq!(settings.get(&keys::OPENAI_API_BASE_URLS), ["http://one/v1"]);
    assert_eq!(settings.get(&keys::OPENAI_API_KEYS), ["k"]);
    assert_eq!(settings.get(&keys::IMAGES_OPENAI_API_BASE_URL), "http://one/v1");
    assert_eq!(settings.source(keys::OPENAI_API_KEYS.declaration()), Source::Environment);

    let settings =
        load(&[("OPENAI_API_BASE_URLS", "http://one/v1; ;http://three/"), ("OPENAI_API_KEYS", "a;;c")]);
    assert_eq!(
        settings.get(&keys::OPENAI_API_BASE_URLS),
        ["http://one/v1", "https://api.openai.com/v1", "http://three/"]
    );
    assert_eq!(settings.get(&keys::OPENAI_API_KEYS), ["a", "", "c"]);

    let settings =
        load(&[("OPENAI_API_BASE_URLS", "[\"http://one/v1\", \"\"]"), ("OPENAI_API_KEYS", "[\"a\",\"\"]")]);
    assert_eq!(settings.get(&keys::OPENAI_API_BASE_URLS), ["http://one/v1", "https://api.openai.com/v1"]);
    assert_eq!(settings.get(&keys::OPENAI_API_KEYS), ["a", ""]);
}

#[test]
fn ollama_addresses() {
    let cluster = "http://ollama-service.open-webui.svc.cluster.local:11434";
    let table: &[(Variables, &[&str])] = &[
        (&[], &["http://localhost:11434"]),
        (&[("OLLAMA_API_BASE_URL", "http://old:1/api")], &["http://old:1"]),
        (
            &[("OLLAMA_API_BASE_URL", "http://old:1/api"), ("OLLAMA_BASE_URL", "http://new:1/")],
            &["http://new:1"],
        ),
        (
            &[("OLLAMA_BASE_URL", "http://new:1"), ("OLLAMA_BASE_URLS", "http://a;http://b")],
            &["http://a", "http://b"],
        ),
        (&[("OLLAMA_BASE_URLS", "[\"http://a\"]")], &["http://a"]),
        (&[("OLLAMA_BASE_URL", "/ollama")], &["/ollama"]),
        (&[("OLLAMA_BASE_URL", "/ollama"), ("ENV", "prod")], &["http://host.docker.internal:11434"]),
        (
            &[("OLLAMA_BASE_URL", "/ollama"), ("ENV", "prod"), ("USE_OLLAMA_DOCKER", "true")],
            &["http://localhost:11434"],
        ),
        (&[("OLLAMA_BASE_URL", "/ollama"), ("ENV", "prod"), ("K8S_FLAG", "True")], &[cluster]),
    ];
    for (variables, expected) in table {
        assert_eq!(load(variables).get(&keys::OLLAMA_BASE_URLS), *expected, "{variables:?}");
    }
    assert_eq!(load(&[("OLLAMA_BASE_URL", "http://o/")]).get(&keys::RAG_OLLAMA_BASE_URL), "http://o");
}

#[test]
fn permissions_are_seeded_one_by_one() {
    let settings = load(&[
        ("USER_PERMISSIONS_CHAT_DELETE", "false"),
        ("USER_PERMISSIONS_WORKSPACE_TOOLS_ACCESS", "true"),
    ]);
    let permissions = settings.get(&keys::USER_PERMISSIONS);
    assert_eq!(permissions["chat"]["delete"], json!(false));
    assert_eq!(permissions["chat"]["edit"], json!(true));
    assert_eq!(permissions["chat"]["temporary_enforced"], json!(false));
    assert_eq!(permissions["workspace"]["tools"], json!(true));
    assert_eq!(permissions["features"]["api_keys"], json!(false));
    let count = |group: &str| permissions[group].as_object().unwrap().len();
    assert_eq!((count("workspace"), count("sharing"), count("chat"), count("features")), (10, 10, 19, 8));
}

#[test]
fn banners_are_all_or_nothing() {
    let good = r#"{"id":"1","type":"info","title":"t","content":"c","dismissible":true,"timestamp":1}"#;
    let one = load(&[("WEBUI_BANNERS", &format!("[{good}]"))]);
    assert_eq!(one.get(&keys::WEBUI_BANNERS).as_array().unwrap().len(), 1);
    let bad = load(&[("WEBUI_BANNERS", &format!("[{good}, {{\"id\":\"2\"}}]"))]);
    assert_eq!(bad.get(&keys::WEBUI_BANNERS), json!([]));
}
