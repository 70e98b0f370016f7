//! File storage.

use serde_json::Value;

use super::spec::*;

settings! {
    "storage", "File storage";

    /// Azure container for uploads.
    AZURE_STORAGE_CONTAINER_NAME: String = text("");

    /// Address of the Azure storage account.
    AZURE_STORAGE_ENDPOINT: String = text("");

    /// Key of the Azure storage account; unset uses the ambient identity.
    AZURE_STORAGE_KEY: String = text("").secret();

    /// Google Cloud Storage bucket for uploads.
    GCS_BUCKET_NAME: String = text("");

    /// Service account of Google Cloud, as JSON text; unset uses the ambient credentials.
    GOOGLE_APPLICATION_CREDENTIALS_JSON: Value = json_object().secret();

    /// S3 access key; unset = ambient credentials.
    S3_ACCESS_KEY_ID: String = text("").secret();

    /// How buckets are addressed: virtual, path or auto.
    S3_ADDRESSING_STYLE: String = text("");

    /// S3 bucket for uploads.
    S3_BUCKET_NAME: String = text("");

    /// Tags objects in S3.
    S3_ENABLE_TAGGING: bool = flag(false);

    /// Address of an S3-compatible store.
    S3_ENDPOINT_URL: String = url("");

    /// Prefix of the object keys in S3.
    S3_KEY_PREFIX: String = text("");

    /// Region of the S3 bucket.
    S3_REGION_NAME: String = text("");

    /// S3 secret key.
    S3_SECRET_ACCESS_KEY: String = text("").secret();

    /// Uses S3 transfer acceleration.
    S3_USE_ACCELERATE_ENDPOINT: bool = flag(false);

    /// Where uploaded files are kept.
    STORAGE_PROVIDER: String = text("local").allowed(&["local", "s3", "gcs", "azure"]);
}
