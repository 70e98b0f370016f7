//! The headers of a call to a model server.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use transom_config::keys;

use crate::Core;
use crate::connection::Connection;
use crate::error::{ProviderError, Result};
use crate::requester::Requester;

/// Everything but the unreserved characters and the space is percent-encoded in a user's name.
const NAME_SET: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b' ').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Where a virtual machine of Azure gets tokens for its own identity.
const IDENTITY_URL: &str = "http://169.254.169.254/metadata/identity/oauth2/token\
                            ?api-version=2018-02-01&resource=https%3A%2F%2Fcognitiveservices.azure.com%2F";

impl Core {
    /// The headers for one call: content type, authorization, the caller's data where configured, and last the
    /// connection's own headers, which win over all others.
    pub async fn headers(&self, connection: &Connection, who: &Requester) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if connection.is_openrouter() {
            headers.insert("http-referer", HeaderValue::from_static(env!("CARGO_PKG_REPOSITORY")));
            headers.insert("x-title", HeaderValue::from_static("Transom"));
        }
        if self.conf.get(&keys::ENABLE_FORWARD_USER_INFO_HEADERS) {
            put_user(&mut headers, who)?;
        }
        self.put_authorization(&mut headers, connection, who).await?;
        for (name, value) in connection.extra_headers() {
            let name: HeaderName = name.parse().map_err(|_| bad_header(name))?;
            let value = HeaderValue::from_str(&value).map_err(|_| bad_header(name.as_str()))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    async fn put_authorization(
        &self,
        headers: &mut HeaderMap,
        connection: &Connection,
        who: &Requester,
    ) -> Result<()> {
        let bearer = match connection.auth_type() {
            "none" => None,
            "session" => who.token.clone(),
            "system_oauth" => who.oauth_token.clone(),
            _ if connection.uses_entra() => Some(self.entra.token(self).await?),
            _ if connection.is_azure() => {
                headers.insert("api-key", secret(&connection.key)?);
                None
            }
            _ => Some(connection.key.clone()).filter(|key| !key.is_empty()),
        };
        if connection.is_azure() {
            let version =
                HeaderValue::from_str(connection.api_version()).map_err(|_| bad_header("api-version"))?;
            headers.insert("api-version", version);
        }
        if let Some(bearer) = bearer {
            headers.insert(AUTHORIZATION, secret(&format!("Bearer {bearer}"))?);
        }
        if matches!(connection.auth_type(), "session" | "system_oauth")
            && let Some(cookies) = &who.cookies
        {
            headers.insert(COOKIE, secret(cookies)?);
        }
        Ok(())
    }
}

/// The headers that tell a server on whose behalf it is asked. Whether they are sent is the operator's choice
/// (`ENABLE_FORWARD_USER_INFO_HEADERS`), which the caller has looked up.
///
/// # Errors
/// [`ProviderError::Invalid`] for an id or role that cannot stand in a header.
pub fn user_headers(who: &Requester) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    put_user(&mut headers, who)?;
    Ok(headers)
}

/// These names are part of the wire contract.
fn put_user(headers: &mut HeaderMap, who: &Requester) -> Result<()> {
    let name = utf8_percent_encode(&who.name, NAME_SET).to_string();
    let email = utf8_percent_encode(&who.email, CONTROLS).to_string();
    let mut put = |key: &'static str, value: &str| -> Result<()> {
        headers.insert(key, HeaderValue::from_str(value).map_err(|_| bad_header(key))?);
        Ok(())
    };
    put("x-openwebui-user-name", &name)?;
    put("x-openwebui-user-id", &who.id)?;
    put("x-openwebui-user-email", &email)?;
    put("x-openwebui-user-role", &who.role)?;
    match &who.chat_id {
        Some(chat_id) => put("x-openwebui-chat-id", chat_id),
        None => Ok(()),
    }
}

fn bad_header(name: &str) -> ProviderError {
    ProviderError::Invalid(format!("The header {name} of this connection cannot be sent"))
}

fn secret(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        ProviderError::Invalid("The key of this connection holds characters that cannot be sent".into())
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Tokens of the managed identity this server runs under, kept until shortly before they end.
#[derive(Default)]
pub(crate) struct Entra(Mutex<Option<(String, Instant)>>);

impl Entra {
    async fn token(&self, core: &Core) -> Result<String> {
        if let Some(token) = self.kept() {
            return Ok(token);
        }
        let request =
            core.net.upstream().get(IDENTITY_URL).header("Metadata", "true").timeout(Duration::from_secs(5));
        let answer = request.send().await.map_err(|_| no_identity())?;
        let answer: Value = answer.json().await.map_err(|_| no_identity())?;
        let token = answer["access_token"].as_str().ok_or_else(no_identity)?.to_owned();
        let seconds =
            answer["expires_in"].as_str().and_then(|s| s.parse().ok()).or(answer["expires_in"].as_u64());
        let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(300).saturating_sub(120));
        if let Ok(mut kept) = self.0.lock() {
            *kept = Some((token.clone(), end));
        }
        Ok(token)
    }

    fn kept(&self) -> Option<String> {
        let kept = self.0.lock().ok()?;
        kept.as_ref().filter(|(_, end)| *end > Instant::now()).map(|(token, _)| token.clone())
    }
}

fn no_identity() -> ProviderError {
    ProviderError::Invalid(
        "No Microsoft Entra token: this machine has no managed identity that may use the service".into(),
    )
}
