//! The rule of a route, in front of its handler: who is calling, their role, their permissions.

use std::sync::Arc;

use axum::{
    extract::Request,
    handler::Handler,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use transom_identity::{Caller, IdentityError};
use transom_store::Role;

use crate::{ApiError, App, Result, extract, routes::unauthorized, rule::Rule};

/// A handler behind its rule.
#[derive(Clone)]
pub(crate) struct Guarded<H> {
    rule: Rule,
    permissions: Arc<[Vec<&'static str>]>,
    handler: H,
}

impl<H> Guarded<H> {
    pub fn new(rule: Rule, handler: H) -> Self {
        Self { rule, permissions: rule.permissions().into(), handler }
    }
}

/// Tells the implementation for guarded handlers from those of the library.
pub(crate) struct ByRule;

impl<H, T> Handler<(ByRule, T), App> for Guarded<H>
where
    H: Handler<T, App>,
    T: 'static,
{
    type Future = BoxFuture<'static, Response>;

    fn call(self, request: Request, app: App) -> Self::Future {
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match admit(&app, self.rule, &self.permissions, &mut parts).await {
                Ok(()) => self.handler.call(Request::from_parts(parts, body), app).await,
                Err(error) => error.into_response(),
            }
        })
    }
}

/// Refuses a request that the rule does not let through, and leaves the caller for the handler's extractors.
async fn admit(app: &App, rule: Rule, permissions: &[Vec<&'static str>], parts: &mut Parts) -> Result<()> {
    if rule == Rule::Public {
        return Ok(());
    }
    let caller = extract::caller(parts, app).await?;
    let fits = match rule {
        Rule::Public | Rule::SignedIn => true,
        Rule::Session if caller.token().is_none() => {
            return Err(ApiError::forbidden("An API key is not enough for this: sign in first."));
        }
        Rule::Session => true,
        Rule::Admin => caller.is_admin(),
        _ => caller.user.role != Role::Pending,
    };
    if !fits {
        return Err(IdentityError::Forbidden.into());
    }
    for keys in permissions {
        if !permits_any(app, &caller, keys).await? {
            return Err(unauthorized());
        }
    }
    parts.extensions.insert(caller);
    Ok(())
}

async fn permits_any(app: &App, caller: &Caller, permissions: &[&str]) -> Result<bool> {
    for permission in permissions {
        if app.identity.permits(&caller.user, permission).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
