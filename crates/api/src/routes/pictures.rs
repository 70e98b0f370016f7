//! Pictures of accounts and models.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What stands in for a missing picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// Of an account.
    Person,
    /// Of a model.
    Model,
}

impl BuiltIn {
    fn svg(self) -> &'static str {
        match self {
            Self::Person => include_str!("../../assets/avatar-person.svg"),
            Self::Model => include_str!("../../assets/avatar-model.svg"),
        }
    }
}

/// The picture behind a kept address: data is sent as it is, web addresses are redirects, all else is built in.
pub fn answer(url: &str, built_in: BuiltIn) -> Response {
    if let Some((kind, bytes)) = image_data(url) {
        return picture(kind, bytes);
    }
    let on_the_web = url.starts_with("http://") || url.starts_with("https://");
    if on_the_web && let Ok(location) = HeaderValue::from_str(url) {
        return (StatusCode::FOUND, [(header::LOCATION, location)]).into_response();
    }
    picture("image/svg+xml", built_in.svg().as_bytes().to_vec())
}

fn picture(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; style-src 'unsafe-inline'"),
    ];
    (headers, bytes).into_response()
}

/// Type and bytes of a data address of the few kinds that browsers only ever show.
fn image_data(url: &str) -> Option<(&'static str, Vec<u8>)> {
    const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    let (named, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let kind = KINDS.into_iter().find(|kind| named.eq_ignore_ascii_case(kind))?;
    Some((kind, STANDARD.decode(data.trim()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(url: &str) -> (StatusCode, String) {
        let response = answer(url, BuiltIn::Person);
        let kind = response.headers().get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap().to_owned());
        (response.status(), kind.unwrap_or_default())
    }

    #[test]
    fn only_plain_images_are_sent() {
        assert_eq!(kind_of("data:image/png;base64,AAAA"), (StatusCode::OK, "image/png".into()));
        for other in [
            "data:text/html;base64,AAAA",
            "data:image/svg+xml;base64,AAAA",
            "data:image/png;base64,?",
            "/user.png",
            "",
        ] {
            let response = answer(other, BuiltIn::Person);
            assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(kind_of(other), (StatusCode::OK, "image/svg+xml".into()), "{other}");
        }
    }

    #[test]
    fn web_addresses_are_redirects() {
        let response = answer("https://example.com/a.png", BuiltIn::Model);
        assert_eq!(response.status(), StatusCode::FOUND);
        assert_eq!(response.headers()[header::LOCATION], "https://example.com/a.png");
    }
}
