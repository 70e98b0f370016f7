//! Reading forms part by part: what uploads have in common.

use axum::{
    extract::multipart::{Field, MultipartError},
    http::StatusCode,
};
use serde_json::json;

use crate::{ApiError, Result};

/// Why a form that should bring a `thing` cannot be read.
pub fn broken(thing: &'static str) -> impl Fn(MultipartError) -> ApiError {
    move |error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(thing),
        _ => ApiError::bad_request("The form could not be read: it is no complete multipart form."),
    }
}

/// The `thing` has more bytes than are taken.
pub fn too_large(thing: &str) -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The {thing} is larger than this server takes."))
}

/// The form has more parts than anybody needs.
pub fn too_many_parts() -> ApiError {
    ApiError::bad_request("The form has too many parts.")
}

/// The form has no part `file`.
pub fn no_file() -> ApiError {
    ApiError::invalid("missing", vec![json!("body"), json!("file")], "Field required")
}

/// The bytes of a field that is no file; none when there are more than `longest`.
pub async fn short_field(
    mut field: Field<'_>,
    longest: usize,
    thing: &'static str,
) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    while let Some(part) = field.chunk().await.map_err(broken(thing))? {
        bytes.extend_from_slice(&part);
        if bytes.len() > longest {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}
