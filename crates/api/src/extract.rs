//! Extractors: who is calling, and what they send. A handler's signature says who may call it.

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest, FromRequestParts, Multipart, Request},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use transom_identity::{API_KEY_PREFIX, Caller, IdentityError};
use transom_store::Role;

use crate::{ApiError, App, cookies};

/// Anybody; the caller if there is one.
pub struct MaybeUser(pub Option<Caller>);
/// Any account, also one that waits for activation.
pub struct SignedIn(pub Caller);
/// An activated account.
pub struct Verified(pub Caller);
/// An administrator.
pub struct Admin(pub Caller);

/// The header by which clients of other services send an API key.
const API_KEY_HEADER: &str = "x-api-key";

/// The credential of a request: the bearer header first, then an API key in its own header, then the cookie.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let bearer = text(header::AUTHORIZATION.as_str()).and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    // What proxies put there for themselves is not for us.
    let key = || text(API_KEY_HEADER).filter(|key| key.starts_with(API_KEY_PREFIX));
    bearer.filter(|token| !token.is_empty()).or_else(key).or_else(|| cookies::read(headers, cookies::TOKEN))
}

/// Who is calling: found out once for each request, by the guard in front of its handler.
pub(crate) async fn caller(parts: &Parts, app: &App) -> Result<Caller, ApiError> {
    if let Some(known) = parts.extensions.get::<Caller>() {
        return Ok(known.clone());
    }
    let token = presented(&parts.headers).ok_or(IdentityError::NotAuthenticated)?;
    match app.identity.authenticate(token, parts.uri.path()).await {
        Ok(caller) => Ok(caller),
        Err(error) => {
            let ended = matches!(error, IdentityError::InvalidToken | IdentityError::SessionEnded);
            let mut answer = ApiError::from(error);
            // A cookie that is good for nothing any more is taken back, or every later request would carry it.
            for name in cookies::SESSION_COOKIES {
                if ended && cookies::read(&parts.headers, name).is_some() {
                    answer = answer.with_cookie(&cookies::removal(name));
                }
            }
            Err(answer)
        }
    }
}

impl FromRequestParts<App> for MaybeUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(caller(parts, app).await.ok()))
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        caller(parts, app).await.map(Self)
    }
}

impl FromRequestParts<App> for Verified {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = caller(parts, app).await?;
        match caller.user.role {
            Role::User | Role::Admin => Ok(Self(caller)),
            Role::Pending => Err(IdentityError::Forbidden.into()),
        }
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = caller(parts, app).await?;
        if caller.is_admin() { Ok(Self(caller)) } else { Err(IdentityError::Forbidden.into()) }
    }
}

/// The network address that a request comes from, as far as it can be known.
pub struct From(pub Option<IpAddr>);

impl crate::describe::Argument for From {}

impl FromRequestParts<App> for From {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.ip().to_canonical());
        Ok(Self(peer.map(|peer| behind_proxy(peer, &parts.headers).unwrap_or(peer))))
    }
}

/// Where a request comes from that a reverse proxy passed on. Only neighbours are believed, and of their lists only the
/// last entry, which the proxy itself has written.
fn behind_proxy(peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    if transom_net::is_public(peer) {
        return None;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let address: IpAddr = last.rsplit(',').next()?.trim().parse().ok()?;
    Some(address.to_canonical())
}

/// A JSON body; a bad one is answered in the contract's 422 shape.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, app).await.map_err(|error| {
            ApiError::new(error.status(), "The request body is too large or could not be read.")
        })?;
        parse(&bytes).map(Self)
    }
}

/// Reads a JSON body.
///
/// # Errors
/// 422 with the place of the problem.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ApiError::invalid("missing", vec![json!("body")], "Field required"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place: Vec<Value> = error.path().iter().filter_map(segment).collect();
        problem("body", place, &error.into_inner())
    })?;
    reader.end().map_err(|error| problem("body", Vec::new(), &error))?;
    Ok(value)
}

fn segment(segment: &serde_path_to_error::Segment) -> Option<Value> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(json!(index)),
        Segment::Map { key } => Some(json!(key)),
        Segment::Enum { variant } => Some(json!(variant)),
        Segment::Unknown => None,
    }
}

/// A reader's complaint as the contract's 422.
fn problem(part: &str, mut place: Vec<Value>, error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    place.insert(0, json!(part));
    if error.is_syntax() || error.is_eof() {
        return ApiError::invalid(
            "json_invalid",
            vec![json!(part), json!(error.column())],
            "JSON decode error",
        );
    }
    let named = |prefix: &str| {
        let rest = text.strip_prefix(prefix)?;
        rest.split('`').next().map(str::to_string)
    };
    if let Some(field) = named("missing field `") {
        place.push(json!(field));
        return ApiError::invalid("missing", place, "Field required");
    }
    let message = text.split(" at line ").next().unwrap_or(&text);
    ApiError::invalid("value_error", place, message)
}

/// What stands in the path; a bad one is answered in the contract's 422 shape.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(error) => Err(ApiError::invalid("value_error", vec![json!("path")], &error.body_text())),
        }
    }
}

/// A multipart form, to be read part by part; anything else is answered as a form without its file.
pub struct Upload(pub Multipart);

impl FromRequest<App> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let missing = |_| ApiError::invalid("missing", vec![json!("body"), json!("file")], "Field required");
        Multipart::from_request(request, app).await.map(Self).map_err(missing)
    }
}

/// The query string; a bad one is answered in the contract's 422 shape.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        // Empty values count as not given: forms send them for fields that were left alone.
        let fields = pairs.filter(|(_, value)| !value.is_empty());
        let fields: Vec<(String, String)> = fields.map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        let reader = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(
            fields.into_iter().map(|(k, v)| (k, Text(v))),
        );
        serde_path_to_error::deserialize(reader).map(Self).map_err(|error| {
            let mut place: Vec<Value> = error.path().iter().filter_map(segment).collect();
            place.insert(0, json!("query"));
            let text = error.inner().to_string();
            if let Some(field) = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next())
            {
                place.push(json!(field));
                return ApiError::invalid("missing", place, "Field required");
            }
            ApiError::invalid("value_error", place, &text)
        })
    }
}

/// A query value that becomes whatever type the field has.
struct Text(String);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> serde::Deserializer<'de> for Text {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_bool<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => visitor.visit_bool(true),
            "false" | "0" | "no" | "off" => visitor.visit_bool(false),
            _ => Err(serde::de::Error::custom("Input should be a valid boolean")),
        }
    }

    fn deserialize_i64<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let number =
            self.0.parse().map_err(|_| serde::de::Error::custom("Input should be a valid integer"))?;
        visitor.visit_i64(number)
    }

    fn deserialize_u64<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let number =
            self.0.parse().map_err(|_| serde::de::Error::custom("Input should be a valid integer"))?;
        visitor.visit_u64(number)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 u8 u16 u32 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Inner {
        chat: serde_json::Map<String, Value>,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Form {
        chats: Vec<Inner>,
    }

    async fn complaint(text: &str) -> Value {
        let response = parse::<Form>(text.as_bytes()).unwrap_err().into_response();
        assert_eq!(response.status(), 422);
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()["detail"][0].clone()
    }

    #[test]
    fn proxies_next_door_are_believed_and_strangers_are_not() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", header::HeaderValue::from_static("6.6.6.6, 203.0.113.7"));
        let from = |peer: &str| behind_proxy(peer.parse().unwrap(), &headers).map(|ip| ip.to_string());
        assert_eq!(from("127.0.0.1").as_deref(), Some("203.0.113.7"));
        assert_eq!(from("172.17.0.1").as_deref(), Some("203.0.113.7"));
        assert_eq!(from("9.9.9.9"), None);
        assert_eq!(behind_proxy("127.0.0.1".parse().unwrap(), &HeaderMap::new()), None);
    }

    #[test]
    fn credentials_have_an_order() {
        let of = |lines: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.insert(*name, header::HeaderValue::from_static(value));
            }
            presented(&headers).map(str::to_owned)
        };
        let (bearer, key, cookie) =
            (("authorization", "bearer  a "), ("x-api-key", "sk-b"), ("cookie", "x=1; token=c"));
        assert_eq!(of(&[bearer, key, cookie]).as_deref(), Some("a"));
        assert_eq!(of(&[key, cookie]).as_deref(), Some("sk-b"));
        assert_eq!(of(&[("x-api-key", "of a proxy"), cookie]).as_deref(), Some("c"));
        assert_eq!(of(&[("authorization", "Basic dTpw"), cookie]).as_deref(), Some("c"));
        assert_eq!(of(&[("x-api-key", "a.b.c")]), None, "a session token is no API key");
    }

    #[tokio::test]
    async fn bad_bodies_say_where() {
        assert_eq!(complaint("{}").await["loc"], json!(["body", "chats"]));
        assert_eq!(complaint("{}").await["type"], "missing");
        assert_eq!(complaint(r#"{"chats": [{}]}"#).await["loc"], json!(["body", "chats", 0, "chat"]));
        assert_eq!(complaint(r#"{"chats": 1}"#).await["loc"], json!(["body", "chats"]));
        assert_eq!(complaint("{nope").await["type"], "json_invalid");
    }
}
