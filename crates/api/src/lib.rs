//! HTTP: one module per area of the contract, the extractors that say who may call, errors as answers, the web UI.

mod access;
mod app;
mod attachments;
mod cookies;
mod describe;
mod docs;
mod emitter;
mod error;
mod extract;
mod guard;
mod layers;
mod press;
mod proxy;
mod router;
mod routes;
mod rule;
mod ui;
mod webhook;

pub use app::{App, Services};
pub use attachments::StoredAttachments;
pub use docs::openapi;
pub use emitter::{ChatHooks, SocketEmitter};
pub use error::ApiError;
pub use layers::serve_router;
pub use press::Press;
pub use router::RouteInfo;
pub use routes::table;
pub use rule::{Resource, Rule};
pub use transom_identity::access::Action;

/// What every handler gives.
pub type Result<T> = std::result::Result<T, ApiError>;
