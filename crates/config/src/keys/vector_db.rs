//! Vector stores.

use super::spec::*;

settings! {
    "vector_db", "Vector stores";

    /// Chroma: credentials sent by the client.
    CHROMA_CLIENT_AUTH_CREDENTIALS: String = text("").secret();

    /// Chroma: how the client authenticates.
    CHROMA_CLIENT_AUTH_PROVIDER: String = text("");

    /// Chroma: database of the collections.
    CHROMA_DATABASE: String = text("default_database");

    /// Chroma: extra HTTP headers, `name=value` separated by commas.
    CHROMA_HTTP_HEADERS: Vec<String> = list(',', "").secret();

    /// Chroma: host of the server; empty uses a local store.
    CHROMA_HTTP_HOST: String = text("");

    /// Chroma: port of the server.
    CHROMA_HTTP_PORT: i64 = int("8000");

    /// Chroma: speaks TLS to the server.
    CHROMA_HTTP_SSL: bool = flag(false);

    /// Chroma: tenant that owns the collections.
    CHROMA_TENANT: String = text("default_tenant");

    /// Elasticsearch: API key.
    ELASTICSEARCH_API_KEY: String = text("").secret();

    /// Elasticsearch: file with trusted certificates.
    ELASTICSEARCH_CA_CERTS: String = text("");

    /// Elasticsearch: id of the cloud deployment.
    ELASTICSEARCH_CLOUD_ID: String = text("");

    /// Elasticsearch: prefix of index names.
    ELASTICSEARCH_INDEX_PREFIX: String = text("open_webui_collections");

    /// Elasticsearch: password.
    ELASTICSEARCH_PASSWORD: String = text("").secret();

    /// Elasticsearch: address of the server.
    ELASTICSEARCH_URL: String = url("https://localhost:9200");

    /// Elasticsearch: user name.
    ELASTICSEARCH_USERNAME: String = text("");

    /// Milvus: one shared collection per kind with a tenant field.
    ENABLE_MILVUS_MULTITENANCY_MODE: bool = flag(false);

    /// Qdrant: one shared collection per kind with a tenant field.
    ENABLE_QDRANT_MULTITENANCY_MODE: bool = flag(true);

    /// Milvus: prefix of collection names.
    MILVUS_COLLECTION_PREFIX: String = text("open_webui");

    /// Milvus: database.
    MILVUS_DB: String = text("default");

    /// Milvus: edges of a DISKANN node at most.
    MILVUS_DISKANN_MAX_DEGREE: i64 = int("56");

    /// Milvus: candidates kept by a DISKANN search.
    MILVUS_DISKANN_SEARCH_LIST_SIZE: i64 = int("100");

    /// Milvus: candidates kept while the HNSW index is built.
    MILVUS_HNSW_EFCONSTRUCTION: i64 = int("100");

    /// Milvus: edges of an HNSW node.
    MILVUS_HNSW_M: i64 = int("16");

    /// Milvus: kind of index.
    MILVUS_INDEX_TYPE: String = text("HNSW").allowed(&["HNSW", "IVF_FLAT", "DISKANN", "AUTOINDEX", "FLAT"]);

    /// Milvus: clusters of an IVF_FLAT index.
    MILVUS_IVF_FLAT_NLIST: i64 = int("128");

    /// Milvus: measure of distance.
    MILVUS_METRIC_TYPE: String = text("COSINE");

    /// Milvus: access token.
    MILVUS_TOKEN: String = text("").secret();

    /// Milvus: address of the server.
    MILVUS_URI: String = url("{DATA_DIR}/vector_db/milvus.db");

    /// OpenSearch: checks the certificate of the server.
    OPENSEARCH_CERT_VERIFY: bool = flag(false);

    /// OpenSearch: password.
    OPENSEARCH_PASSWORD: String = text("").secret();

    /// OpenSearch: speaks TLS to the server.
    OPENSEARCH_SSL: bool = flag(true);

    /// OpenSearch: address of the server.
    OPENSEARCH_URI: String = url("https://localhost:9200");

    /// OpenSearch: user name.
    OPENSEARCH_USERNAME: String = text("");

    /// Oracle: connection description (DSN).
    ORACLE_DB_DSN: String = text("");

    /// Oracle: password of the database user.
    ORACLE_DB_PASSWORD: String = text("").secret();

    /// Oracle: connections opened at a time.
    ORACLE_DB_POOL_INCREMENT: i64 = int("1");

    /// Oracle: connections at most.
    ORACLE_DB_POOL_MAX: i64 = int("10");

    /// Oracle: connections at least.
    ORACLE_DB_POOL_MIN: i64 = int("2");

    /// Oracle: database user.
    ORACLE_DB_USER: String = text("");

    /// Oracle: connects with a wallet.
    ORACLE_DB_USE_WALLET: bool = flag(false);

    /// Oracle: dimensions of a vector.
    ORACLE_VECTOR_LENGTH: i64 = int("768");

    /// Oracle: folder of the wallet.
    ORACLE_WALLET_DIR: String = path("");

    /// Oracle: password of the wallet.
    ORACLE_WALLET_PASSWORD: String = text("").secret();

    /// `pgvector`: creates the database extension when it is missing.
    PGVECTOR_CREATE_EXTENSION: bool = flag(true);

    /// `pgvector`: address of the PostgreSQL database.
    PGVECTOR_DB_URL: String = url("").or("DATABASE_URL").secret();

    /// `pgvector`: candidates kept while the HNSW index is built.
    PGVECTOR_HNSW_EF_CONSTRUCTION: i64 = int("64");

    /// `pgvector`: edges of an HNSW node.
    PGVECTOR_HNSW_M: i64 = int("16");

    /// `pgvector`: kind of index.
    PGVECTOR_INDEX_METHOD: String = text("").allowed(&["", "ivfflat", "hnsw"]);

    /// `pgvector`: dimensions of the vector column.
    PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH: i64 = int("1536");

    /// `pgvector`: clusters of an ivfflat index.
    PGVECTOR_IVFFLAT_LISTS: i64 = int("100");

    /// `pgvector`: encrypts texts and metadata in the database.
    PGVECTOR_PGCRYPTO: bool = flag(false);

    /// `pgvector`: key of that encryption.
    PGVECTOR_PGCRYPTO_KEY: String = text("").secret();

    /// `pgvector`: connections above the pool size in a rush.
    PGVECTOR_POOL_MAX_OVERFLOW: i64 = int("0").bad_becomes_default();

    /// `pgvector`: seconds after which a connection is replaced.
    PGVECTOR_POOL_RECYCLE: i64 = int("3600").bad_becomes_default();

    /// `pgvector`: connections kept open; unset uses the main pool size.
    PGVECTOR_POOL_SIZE: Option<i64> = optional_int("").bad_becomes_default();

    /// `pgvector`: seconds to wait for a free connection.
    PGVECTOR_POOL_TIMEOUT: i64 = int("30").bad_becomes_default();

    /// `pgvector`: stores half-precision vectors, needed above 2000 dimensions.
    PGVECTOR_USE_HALFVEC: bool = flag(false);

    /// Pinecone: API key.
    PINECONE_API_KEY: String = text("").secret();

    /// Pinecone: cloud of the index.
    PINECONE_CLOUD: String = text("aws");

    /// Pinecone: dimensions of a vector.
    PINECONE_DIMENSION: i64 = int("1536");

    /// Pinecone: environment of the index.
    PINECONE_ENVIRONMENT: String = text("");

    /// Pinecone: name of the index.
    PINECONE_INDEX_NAME: String = text("open-webui-index");

    /// Pinecone: measure of distance.
    PINECONE_METRIC: String = text("cosine");

    /// Qdrant: API key.
    QDRANT_API_KEY: String = text("").secret();

    /// Qdrant: prefix of collection names.
    QDRANT_COLLECTION_PREFIX: String = text("open-webui");

    /// Qdrant: port for gRPC.
    QDRANT_GRPC_PORT: i64 = int("6334");

    /// Qdrant: edges of an HNSW node.
    QDRANT_HNSW_M: i64 = int("16");

    /// Qdrant: keeps vectors on disk.
    QDRANT_ON_DISK: bool = flag(false);

    /// Qdrant: speaks gRPC instead of HTTP.
    QDRANT_PREFER_GRPC: bool = flag(false);

    /// Qdrant: seconds a call may take.
    QDRANT_TIMEOUT: i64 = int("5");

    /// Qdrant: address of the server.
    QDRANT_URI: String = url("");

    /// S3 Vectors: vector bucket.
    S3_VECTOR_BUCKET_NAME: String = text("");

    /// S3 Vectors: region.
    S3_VECTOR_REGION: String = text("");

    /// Elasticsearch: fingerprint the certificate must have.
    SSL_ASSERT_FINGERPRINT: String = text("");

    /// Weaviate: API key.
    WEAVIATE_API_KEY: String = text("").secret();

    /// Weaviate: port for gRPC.
    WEAVIATE_GRPC_PORT: i64 = int("50051");

    /// Weaviate: host of the server; empty uses a local store.
    WEAVIATE_HTTP_HOST: String = text("");

    /// Weaviate: port of the server.
    WEAVIATE_HTTP_PORT: i64 = int("8080");
}
