//! The session cookie.

use axum::http::{HeaderMap, header};
use chrono::DateTime;
use transom_config::{Settings, keys};

/// The contract's name of the session cookie.
pub const TOKEN: &str = "token";
/// Cookies of a session besides its token, which end with it.
pub const SESSION_COOKIES: [&str; 4] = [TOKEN, "oui-session", "oauth_id_token", "oauth_session_id"];

/// The value of a cookie a request carries.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches('"'))
        .filter(|value| !value.is_empty())
}

/// A `Set-Cookie` line that carries a session token.
pub fn session(settings: &Settings, token: &str, expires_at: Option<i64>) -> String {
    let mut line = format!("{TOKEN}={token}; Path=/; HttpOnly; SameSite={}", same_site(settings));
    if let Some(when) = expires_at.and_then(|at| DateTime::from_timestamp(at, 0)) {
        line.push_str(&format!("; Expires={}", when.format("%a, %d %b %Y %H:%M:%S GMT")));
    }
    if settings.get(&keys::WEBUI_AUTH_COOKIE_SECURE) {
        line.push_str("; Secure");
    }
    line
}

/// A `Set-Cookie` line that removes a cookie.
pub fn removal(name: &str) -> String {
    format!("{name}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax")
}

fn same_site(settings: &Settings) -> &'static str {
    match settings.get(&keys::WEBUI_AUTH_COOKIE_SAME_SITE).to_ascii_lowercase().as_str() {
        "strict" => "Strict",
        "none" => "None",
        _ => "Lax",
    }
}
