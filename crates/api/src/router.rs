//! The table of routes: each one with its rule, a sentence for the documents, and the shapes it takes and gives.
//!
//! A route can only be added together with its rule, and the rule stands in front of the handler: see `guard.rs`.

use axum::{Router, handler::Handler, http::Method, routing::MethodFilter, routing::on};
use schemars::{JsonSchema, SchemaGenerator};

use crate::{
    App,
    describe::{Described, MakeSchema, Shape},
    guard::Guarded,
    rule::Rule,
};

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
    pub(crate) shape: Shape,
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
        H: Handler<T, App> + Described<T>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        self.router = self.router.route(path, on(filter, Guarded::new(rule, handler)));
        let mut shape = Shape::default();
        <H as Described<T>>::describe(&mut shape);
        self.table.push(RouteInfo { method, path, rule, summary, shape });
        self
    }

    /// Declares a GET route.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, rule: Rule, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, App> + Described<T>,
        T: 'static,
    {
        self.route(Method::GET, path, rule, summary, handler)
    }

    /// Declares a POST route.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, rule: Rule, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, App> + Described<T>,
        T: 'static,
    {
        self.route(Method::POST, path, rule, summary, handler)
    }

    /// Declares a DELETE route.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, rule: Rule, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, App> + Described<T>,
        T: 'static,
    {
        self.route(Method::DELETE, path, rule, summary, handler)
    }

    /// The shape of the last route's form.
    #[must_use]
    pub fn takes_form<T: JsonSchema>(mut self) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.shape.takes_kind = "multipart/form-data";
        }
        self.takes::<T>()
    }

    /// The last route's answer may also be of this type.
    #[must_use]
    pub fn or_gives(mut self, kind: &'static str) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.shape.or_gives = Some(kind);
        }
        self
    }

    /// All these routes may pass on what a model server refused them with.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.table.iter_mut().for_each(|route| route.shape.passes = true);
        self
    }

    /// The last route answers with bytes of this type.
    #[must_use]
    pub fn gives_bytes(mut self, kind: &'static str) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.shape.gives_kind = kind;
        }
        self
    }

    /// The shape of the last route's body.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.shape.takes = Some(SchemaGenerator::subschema_for::<T>);
        }
        self
    }

    /// The shape of the last route's answer.
    #[must_use]
    pub fn gives<T: JsonSchema>(mut self) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.shape.gives = Some(SchemaGenerator::subschema_for::<T>);
        }
        self
    }

    /// The shape of the last route's body, where no type stands for it.
    #[must_use]
    pub fn takes_with(mut self, make: MakeSchema) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.shape.takes = Some(make);
        }
        self
    }

    /// The shape of the last route's answer, where no type stands for it.
    #[must_use]
    pub fn gives_with(mut self, make: MakeSchema) -> Self {
        if let Some(last) = self.table.last_mut() {
            last.shape.gives = Some(make);
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
