//! Errors as answers: `{"detail": ...}` with a status. The only place that decides statuses.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use transom_chat::ChatError;
use transom_config::SetError;
use transom_identity::IdentityError;
use transom_media::MediaError;
use transom_providers::ProviderError;
use transom_realtime::RealtimeError;
use transom_store::StoreError;

/// An error on its way to the client. Boxed, because every handler's result has room for one.
#[derive(Debug)]
pub struct ApiError(Box<Answer>);

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: Value,
    headers: HeaderMap,
}

impl ApiError {
    /// An error with a sentence for the reader.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::with_body(status, json!({"detail": detail.into()}))
    }

    /// 400.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401, which the contract also uses for "not allowed".
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404 for something that does not exist or is not the caller's.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} was not found. It may have been deleted."))
    }

    /// 422 in the contract's shape: one problem at one place.
    pub fn invalid(kind: &str, place: Vec<Value>, message: &str) -> Self {
        let body = json!({"detail": [{"type": kind, "loc": place, "msg": message, "input": Value::Null}]});
        Self::with_body(StatusCode::UNPROCESSABLE_ENTITY, body)
    }

    /// An upstream's own status and body, passed on.
    pub fn passed(status: u16, body: Value) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        Self::with_body(status, body)
    }

    fn with_body(status: StatusCode, body: Value) -> Self {
        Self(Box::new(Answer { status, body, headers: HeaderMap::new() }))
    }

    /// The same error with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// The same error with one more cookie or other header.
    #[must_use]
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            self.0.headers.append(header::SET_COOKIE, value);
        }
        self
    }

    fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The server could not complete the request. Please try again.",
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Answer { status, body, headers } = *self.0;
        (status, headers, Json(body)).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found("This"),
            StoreError::Conflict(what) => Self::bad_request(format!("{what} is already taken.")),
            StoreError::Invalid(message) => Self::bad_request(message),
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "the database is not available");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The database is busy or away. Please try again soon.",
                )
            }
            other => Self::internal(&other),
        }
    }
}

impl From<SetError> for ApiError {
    fn from(error: SetError) -> Self {
        match error {
            SetError::Save { .. } => Self::internal(&error),
            other => Self::bad_request(other.to_string()),
        }
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        let text = error.to_string();
        match error {
            IdentityError::NotAuthenticated
            | IdentityError::InvalidToken
            | IdentityError::SessionEnded
            | IdentityError::Forbidden => Self::unauthorized(text),
            IdentityError::ApiKeysOff | IdentityError::ApiKeyNotAllowedHere | IdentityError::Disabled(_) => {
                Self::forbidden(text)
            }
            IdentityError::WrongCredentials | IdentityError::Invalid(_) => Self::bad_request(text),
            IdentityError::RateLimited => Self::new(StatusCode::TOO_MANY_REQUESTS, text),
            IdentityError::Store(error) => error.into(),
            error @ IdentityError::Crypto(_) => Self::internal(&error),
        }
    }
}

impl From<ProviderError> for ApiError {
    fn from(error: ProviderError) -> Self {
        let text = error.to_string();
        match error {
            ProviderError::Status { status, body } => Self::passed(status, body),
            ProviderError::ModelNotFound(_) => Self::new(StatusCode::NOT_FOUND, "Model not found"),
            ProviderError::Invalid(_) => Self::bad_request(text),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, text),
        }
    }
}

impl From<ChatError> for ApiError {
    fn from(error: ChatError) -> Self {
        let text = error.to_string();
        match error {
            ChatError::ModelNotFound | ChatError::Invalid(_) | ChatError::Disabled(_) => {
                Self::bad_request(text)
            }
            ChatError::ChatNotFound => Self::new(StatusCode::NOT_FOUND, text),
            ChatError::Provider(error) => error.into(),
            ChatError::Identity(error) => error.into(),
            ChatError::Store(error) => error.into(),
        }
    }
}

impl From<MediaError> for ApiError {
    fn from(error: MediaError) -> Self {
        let text = error.to_string();
        let status = match error {
            MediaError::Invalid(_) | MediaError::Sound(_) => StatusCode::BAD_REQUEST,
            // a refusal of our key is not one of the caller
            MediaError::Upstream { status: 429, .. } => StatusCode::TOO_MANY_REQUESTS,
            MediaError::Upstream { status: 413, .. } => StatusCode::PAYLOAD_TOO_LARGE,
            MediaError::Upstream { .. } | MediaError::Unreachable | MediaError::Answer => {
                StatusCode::BAD_GATEWAY
            }
            MediaError::Timeout => StatusCode::GATEWAY_TIMEOUT,
            MediaError::Busy => StatusCode::SERVICE_UNAVAILABLE,
            MediaError::Local(_) => {
                tracing::error!(error = text, "speech failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, text)
    }
}

impl From<RealtimeError> for ApiError {
    fn from(error: RealtimeError) -> Self {
        Self::internal(&error)
    }
}

impl From<transom_net::NetError> for ApiError {
    fn from(error: transom_net::NetError) -> Self {
        Self::bad_request(error.to_string())
    }
}
