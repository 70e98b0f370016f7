//! What the arguments and the answer of a handler say about its route, so that the description cannot differ from what
//! is served.

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::{
    ApiError, App,
    extract::{Admin, Body, MaybeUser, Path, Query, SignedIn, Upload, Verified},
};

/// Makes the schema of a type.
pub(crate) type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// JSON, as nearly everything here is.
pub(crate) const JSON: &str = "application/json";

/// What is known of a route from its handler.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// The query string, as an object.
    pub asks: Option<MakeSchema>,
    /// The body.
    pub takes: Option<MakeSchema>,
    /// The type of the body.
    pub takes_kind: &'static str,
    /// The answer.
    pub gives: Option<MakeSchema>,
    /// The type of the answer.
    pub gives_kind: &'static str,
    /// Another type that it may have, such as that of a stream.
    pub or_gives: Option<&'static str>,
    /// Whether a refusal may be that of a model server, which has its own shape.
    pub passes: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            asks: None,
            takes: None,
            takes_kind: JSON,
            gives: None,
            gives_kind: JSON,
            or_gives: None,
            passes: false,
        }
    }
}

/// An argument of a handler.
pub trait Argument {
    /// Adds what it says about the route.
    #[allow(private_interfaces)]
    fn describe(_: &mut Shape) {}
}

/// What a handler gives.
pub trait Answer {
    /// Adds what it says about the route.
    #[allow(private_interfaces)]
    fn describe(_: &mut Shape) {}
}

/// A handler whose arguments and answer say what they are; `T` as in [`axum::handler::Handler`].
pub trait Described<T> {
    /// All that they say.
    #[allow(private_interfaces)]
    fn describe(shape: &mut Shape);
}

macro_rules! plain {
    ($trait:ident: $($type:ty),+ $(,)?) => {
        $(impl $trait for $type {})+
    };
}

plain!(Argument:
    State<App>, MaybeUser, SignedIn, Verified, Admin, HeaderMap, Method, Uri, Bytes, Request,
    Upload,
);
impl<T> Argument for Path<T> {}
plain!(Answer: Response, ApiError, StatusCode);

#[allow(private_interfaces)]
impl<T: JsonSchema> Argument for Query<T> {
    fn describe(shape: &mut Shape) {
        shape.asks = Some(T::json_schema);
    }
}

#[allow(private_interfaces)]
impl<T: JsonSchema> Argument for Body<T> {
    fn describe(shape: &mut Shape) {
        shape.takes = Some(SchemaGenerator::subschema_for::<T>);
    }
}

#[allow(private_interfaces)]
impl<T: JsonSchema> Answer for Json<T> {
    fn describe(shape: &mut Shape) {
        shape.gives = Some(SchemaGenerator::subschema_for::<T>);
    }
}

#[allow(private_interfaces)]
impl<T: Answer> Answer for Result<T, ApiError> {
    fn describe(shape: &mut Shape) {
        T::describe(shape);
    }
}

#[allow(private_interfaces)]
impl<F, Fut> Described<((),)> for F
where
    F: FnOnce() -> Fut,
    Fut: Future<Output: Answer>,
{
    fn describe(shape: &mut Shape) {
        Fut::Output::describe(shape);
    }
}

macro_rules! described {
    ($($argument:ident),+) => {
        #[allow(private_interfaces)]
        impl<F, Fut, M, $($argument),+> Described<(M, $($argument,)+)> for F
        where
            F: FnOnce($($argument),+) -> Fut,
            Fut: Future<Output: Answer>,
            $($argument: Argument,)+
        {
            fn describe(shape: &mut Shape) {
                $($argument::describe(shape);)+
                Fut::Output::describe(shape);
            }
        }
    };
}

described!(A);
described!(A, B);
described!(A, B, C);
described!(A, B, C, D);
described!(A, B, C, D, E);
described!(A, B, C, D, E, G);
described!(A, B, C, D, E, G, H);
