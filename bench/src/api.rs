//! The contract's calls that prepare a measurement, outside of any timing.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Conn, Endpoint};
use crate::error::within;
use crate::{BenchError, Result};

/// Longest time for one preparing call.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// Calls that run at the same time when many are needed.
const PARALLEL: usize = 4;

/// A signed-in user.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    /// User id.
    pub id: String,
    /// Bearer token.
    pub token: String,
}

/// Makes one call on a connection of its own and reads the JSON reply.
///
/// # Errors
/// When the server cannot be reached, does not answer 200, or not with JSON.
pub async fn call(
    endpoint: &Endpoint,
    method: &'static str,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> Result<Value> {
    let body = body.map(Value::to_string);
    let request = endpoint.request(method, path, token, body.as_deref().map(str::as_bytes));
    let mut text = Vec::new();
    let exchange =
        async { Conn::open(endpoint).await?.exchange(&request, |piece| text.extend_from_slice(piece)).await };
    let reply = within("a call", CALL_LIMIT, exchange).await?;
    if reply.status != 200 {
        let body = String::from_utf8_lossy(&text).chars().take(300).collect();
        return Err(BenchError::Status { method, path: path.to_owned(), status: reply.status, body });
    }
    Ok(serde_json::from_slice(&text)?)
}

/// Creates the first account, or signs in to it.
///
/// # Errors
/// When neither works.
pub async fn admin(endpoint: &Endpoint, email: &str, password: &str) -> Result<Account> {
    let body = json!({"name": "Bench Admin", "email": email, "password": password});
    let first = call(endpoint, "POST", "/api/v1/auths/signin", None, Some(&body)).await;
    let session = match first {
        Ok(session) => session,
        Err(_) => call(endpoint, "POST", "/api/v1/auths/signup", None, Some(&body)).await?,
    };
    if session["role"] != "admin" {
        return Err(BenchError::Target(format!("{email} is not an administrator")));
    }
    Ok(Account::deserialize(session)?)
}

/// Creates `count` ordinary users.
///
/// # Errors
/// When one cannot be created.
pub async fn add_users(endpoint: &Endpoint, admin: &Account, count: usize) -> Result<Vec<Account>> {
    let bodies = (0..count).map(|_| {
        let name = format!("bench-{}", uuid::Uuid::new_v4().simple());
        let email = format!("{name}@example.com");
        json!({"name": name, "email": email, "password": "bench-password-1", "role": "user"})
    });
    let added = post_all(endpoint, "/api/v1/auths/add", &admin.token, bodies.collect()).await?;
    added.into_iter().map(|user| Ok(Account::deserialize(user)?)).collect()
}

/// Sends many bodies to one route, a few at a time; replies are in the order of the bodies.
///
/// # Errors
/// When one call fails.
pub async fn post_all(
    endpoint: &Endpoint,
    path: &str,
    token: &str,
    bodies: Vec<Value>,
) -> Result<Vec<Value>> {
    use futures::{StreamExt, TryStreamExt};
    futures::stream::iter(bodies)
        .map(|body| async move { call(endpoint, "POST", path, Some(token), Some(&body)).await })
        .buffered(PARALLEL)
        .try_collect()
        .await
}
