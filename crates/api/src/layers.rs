//! What surrounds every route: sockets, compression, CORS, limits, request ids, security headers, panics.

use std::{any::Any, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::NotForContentType},
    cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
};
use transom_config::{Setting, keys};
use transom_realtime::SocketLayer;

use crate::{ApiError, App, routes, ui};

/// The whole HTTP side: all routes, the web UI, and what surrounds them.
pub fn serve_router(app: App, sockets: SocketLayer) -> Router {
    let limit = usize::try_from(app.settings.get(&keys::TRANSOM_MAX_BODY_SIZE)).unwrap_or(usize::MAX);
    let (router, _) = routes::all().into_parts();
    let router = router
        .fallback(ui::serve)
        .method_not_allowed_fallback(|| async {
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
        .layer(DefaultBodyLimit::max(limit))
        .with_state(app.clone());
    // Never compress streams: a compressor holds back what should be seen at once.
    let streams =
        NotForContentType::new("text/event-stream").and(NotForContentType::new("application/x-ndjson"));
    let compression = CompressionLayer::new().compress_when(DefaultPredicate::new().and(streams));
    let router = if app.settings.get(&keys::ENABLE_COMPRESSION_MIDDLEWARE) {
        router.layer(compression)
    } else {
        router
    };
    router
        .layer(sockets)
        .layer(middleware::from_fn_with_state(app.clone(), check_socket_origin))
        .layer(cors(&app))
        .layer(middleware::from_fn(limit_headers))
        .layer(middleware::from_fn_with_state(app.clone(), response_headers))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

/// A bug is answered like any other failure, and only logged in full.
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("unknown"), "a handler panicked");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The server could not complete the request. Please try again.",
    )
    .into_response()
}

fn cors(app: &App) -> CorsLayer {
    let origins = app.settings.get(&keys::CORS_ALLOW_ORIGIN);
    let layer = CorsLayer::new().expose_headers([HeaderName::from_static("x-request-id")]);
    if origins.iter().any(|origin| origin == "*") {
        // Any page may call with a bearer token it was given; none may ride on a cookie.
        return layer
            .allow_origin(AllowOrigin::any())
            .allow_methods(every_method())
            .allow_headers(AllowHeaders::mirror_request());
    }
    let list = origins.iter().filter_map(|origin| HeaderValue::from_str(origin.trim_end_matches('/')).ok());
    layer
        .allow_origin(AllowOrigin::list(list))
        .allow_credentials(true)
        .allow_methods(every_method())
        .allow_headers(AllowHeaders::mirror_request())
}

fn every_method() -> AllowMethods {
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::HEAD,
    ];
    AllowMethods::list(methods)
}

/// Bytes that address and headers of a request may have together: room for the cookies of a whole company's sign-in.
const MOST_HEADERS: usize = 64 * 1024;

/// Refuses requests whose headers are a burden by themselves.
async fn limit_headers(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
    if address + headers.sum::<usize>() > MOST_HEADERS {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return ApiError::new(status, "The headers of the request are too large.").into_response();
    }
    next.run(request).await
}

/// Browsers send an `Origin` with socket requests, but no preflight protects them: the list is checked here.
async fn check_socket_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(transom_realtime::PATH) && !origin_allowed(&app, &request) {
        return ApiError::forbidden("This origin is not in CORS_ALLOW_ORIGIN.").into_response();
    }
    next.run(request).await
}

fn origin_allowed(app: &App, request: &Request) -> bool {
    let header = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = header(header::ORIGIN) else { return true };
    let allowed = app.settings.get(&keys::CORS_ALLOW_ORIGIN);
    let same = origin.split_once("://").is_some_and(|(_, host)| Some(host) == header(header::HOST));
    same || allowed.iter().any(|entry| entry == "*" || entry.trim_end_matches('/') == origin)
}

/// Security headers that are off until their variable is set, and their names on the wire.
static SECURITY_HEADERS: [(&Setting<String>, &str); 9] = [
    (&keys::CACHE_CONTROL, "cache-control"),
    (&keys::HSTS, "strict-transport-security"),
    (&keys::PERMISSIONS_POLICY, "permissions-policy"),
    (&keys::REFERRER_POLICY, "referrer-policy"),
    (&keys::XCONTENT_TYPE, "x-content-type-options"),
    (&keys::XDOWNLOAD_OPTIONS, "x-download-options"),
    (&keys::XFRAME_OPTIONS, "x-frame-options"),
    (&keys::XPERMITTED_CROSS_DOMAIN_POLICIES, "x-permitted-cross-domain-policies"),
    (&keys::CONTENT_SECURITY_POLICY, "content-security-policy"),
];

async fn response_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (setting, name) in SECURITY_HEADERS {
        let value = app.settings.get(setting);
        if let Ok(value) = HeaderValue::from_str(&value)
            && !value.is_empty()
        {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let seconds = started.elapsed().as_secs();
    headers.insert(HeaderName::from_static("x-process-time"), HeaderValue::from(seconds));
    response
}
