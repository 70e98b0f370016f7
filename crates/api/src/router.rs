//! The table of routes: each one with its rule, a sentence for the documents, and the shapes it takes and gives.
//!
//! A route can only be added together with its rule, and the rule stands in front of the handler: see `guard.rs`.

use axum::{Router, handler::Handler, http::Method, routing::MethodFilter, routing::on};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::{App, guard::Guarded, rule::Rule};

const JSON: &str = "application/json";

type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// One route as it is declared.
#[derive(Clone)]
pub struct RouteInfo {
    /// The method.
    pub method: Method,
    /// The path with `{parameters}`.
    pub path: &'static str,
    /// Who may call it.
    pub rule: Rule,
    /// What it does, in a few words.
    pub summary: &'static str,
    pub(crate) asks: Option<MakeSchema>,
    pub(crate) takes: Option<MakeSchema>,
    pub(crate) takes_kind: &'static str,
    pub(crate) gives: Option<MakeSchema>,
    pub(crate) gives_kind: &'static str,
}

/// Routes of one area.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    table: Vec<RouteInfo>,
}

impl Routes {
    /// Declares a route.
    #[must_use]
    pub fn route<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        rule: Rule,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        self.router = self.router.route(path, on(filter, Guarded::new(rule, handler)));
        let (takes_kind, gives_kind) = (JSON, JSON);
        let (asks, takes, gives) = (None, None, None);
        let info = RouteInfo { method, path, rule, summary, asks, takes, takes_kind, gives, gives_kind };
        self.table.push(info);
        self
    }

    /// Declares a GET route.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, rule: Rule, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::GET, path, rule, summary, handler)
    }

    /// Declares a POST route.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, rule: Rule, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::POST, path, rule, summary, handler)
    }

    /// Declares a DELETE route.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, rule: Rule, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::DELETE, path, rule, summary, handler)
    }

    /// The shape of the last route's query string.
    #[must_use]
    pub fn asks<T: JsonSchema>(mut self) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.asks = Some(|generator| T::json_schema(generator));
        }
        self
    }

    /// The shape of the last route's form.
    #[must_use]
    pub fn takes_form<T: JsonSchema>(mut self) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.takes_kind = "multipart/form-data";
        }
        self.takes::<T>()
    }

    /// The last route answers with bytes of this type.
    #[must_use]
    pub fn gives_bytes(mut self, kind: &'static str) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.gives_kind = kind;
        }
        self
    }

    /// The shape of the last route's body.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.takes = Some(|generator| generator.subschema_for::<T>());
        }
        self
    }

    /// The shape of the last route's answer.
    #[must_use]
    pub fn gives<T: JsonSchema>(mut self) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.gives = Some(|generator| generator.subschema_for::<T>());
        }
        self
    }

    /// The shape of the last route's body, where no type stands for it.
    #[must_use]
    pub fn takes_with(mut self, make: MakeSchema) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.takes = Some(make);
        }
        self
    }

    /// The shape of the last route's answer, where no type stands for it.
    #[must_use]
    pub fn gives_with(mut self, make: MakeSchema) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.gives = Some(make);
        }
        self
    }

    /// Joins another area's routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The router and its table.
    pub fn into_parts(self) -> (Router<App>, Vec<RouteInfo>) {
        (self.router, self.table)
    }
}
