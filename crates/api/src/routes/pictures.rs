//! Pictures of accounts and models.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{ApiError, Result};

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

/// Longest picture that is kept inside of an address: clients make them small before they send them. Bytes of text.
const LONGEST_DATA: usize = 2 << 20;
/// Longest other address.
const LONGEST_ADDRESS: usize = 4_096;
/// The kinds that browsers only ever show, and how their bytes begin.
const KINDS: [(&str, &[u8]); 4] = [
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/gif", b"GIF8"),
    ("image/webp", b"RIFF"),
];

/// The address of a picture as it is kept: a path of this server, a web address, or data of one of the kinds that
/// browsers show without running them.
///
/// # Errors
/// 400.
pub fn checked(url: String) -> Result<String> {
    let is_data = url.starts_with("data:");
    if url.len() > if is_data { LONGEST_DATA } else { LONGEST_ADDRESS } {
        return Err(ApiError::bad_request("The picture is too large. Please choose a smaller one."));
    }
    let fine = match url.split_once(':') {
        Some(("data", _)) => image_data(&url).is_some(),
        Some((scheme, _)) => scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"),
        None => !url.chars().any(char::is_control),
    };
    if fine {
        return Ok(url);
    }
    Err(ApiError::bad_request("The picture must be a PNG, JPEG, GIF or WebP image, or a web address."))
}

/// Type and bytes of a data address of such a kind; the bytes have to be what the type says.
fn image_data(url: &str) -> Option<(&'static str, Vec<u8>)> {
    let (named, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let (kind, start) = KINDS.into_iter().find(|(kind, _)| named.eq_ignore_ascii_case(kind))?;
    let bytes = STANDARD.decode(data.trim()).ok()?;
    bytes.starts_with(start).then_some((kind, bytes))
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
        let png = "data:image/png;base64,iVBORw0KGgo=";
        assert_eq!(kind_of(png), (StatusCode::OK, "image/png".into()));
        assert!(
            checked(png.into()).is_ok()
                && checked("/user.png".into()).is_ok()
                && checked("https://x/y".into()).is_ok()
        );
        for bad in [
            "data:image/png;base64,AAAA",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html,<script>",
            "data:image/png,x",
            "javascript:alert(1)",
            "blob:https://x/y",
        ] {
            assert!(checked(bad.into()).is_err(), "{bad}");
        }
        assert!(checked(format!("data:image/png;base64,iVBORw0KGgo{}", "A".repeat(LONGEST_DATA))).is_err());
        for other in [
            "data:text/html;base64,AAAA",
            "data:image/svg+xml;base64,AAAA",
            "data:image/png;base64,?",
            "data:image/png;base64,AAAA",
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
