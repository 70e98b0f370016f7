//! Every variable, declared once, grouped by file.
//!
//! ```text
//! /// What it does (this is also the text of the settings page).
//! NAME: RustType = type("default").saved("dotted.key").aliases(&["OLD_NAME"]).acts();
//! ```
//!
//! A variable is marked `.acts()` when the server honours it; setting one without that mark leaves a note at start.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::declaration::Declaration;

mod spec;

/// Declares the variables of one group.
macro_rules! settings {
    ($group:literal, $title:literal; $($(#[doc = $help:literal])+ $name:ident: $type:ty = $spec:expr;)+) => {
        $(
            $(#[doc = $help])+
            pub static $name: $crate::Setting<$type> = {
                let spec: Spec<$type> = $spec;
                $crate::Setting::new(spec.named(stringify!($name), $group, concat!($($help),+).trim_ascii()))
            };
        )+
        pub(super) static GROUP: super::Group =
            super::Group { title: $title, declarations: &[$(&$name.declaration),+] };
    };
}

macro_rules! groups {
    ($($group:ident),+ $(,)?) => {
        $(mod $group;)+
        $(pub use $group::*;)+
        static GROUPS: &[&Group] = &[$(&$group::GROUP),+];
    };
}

groups!(
    core,
    transom,
    auth,
    permissions,
    ui,
    chat,
    tasks,
    openai,
    ollama,
    http_client,
    db,
    redis,
    security_headers,
    oauth,
    ldap,
    rag,
    vector_db,
    web_search,
    code,
    images,
    audio,
    storage,
    audit,
    otel,
);

/// The variables of one file.
pub(crate) struct Group {
    /// Heading on the settings page.
    pub(crate) title: &'static str,
    /// Its variables, in the order of the file.
    pub(crate) declarations: &'static [&'static Declaration],
}

static ALL: LazyLock<Vec<&'static Declaration>> =
    LazyLock::new(|| GROUPS.iter().flat_map(|group| group.declarations.iter().copied()).collect());

static BY_NAME: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| ALL.iter().enumerate().map(|(index, d)| (d.name, index)).collect());

static BY_KEY: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    ALL.iter().enumerate().filter_map(|(index, d)| d.persistent.map(|key| (key, index))).collect()
});

// What can be saved comes last, so that it wins where a fixed variable has the same name.
static BY_ATTRIBUTE: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    let (saved, fixed): (Vec<_>, Vec<_>) = ALL.iter().enumerate().partition(|(_, d)| d.persistent.is_some());
    fixed.into_iter().chain(saved).map(|(index, d)| (d.attribute_name(), index)).collect()
});

/// Every declared variable, group by group.
#[must_use]
pub fn declarations() -> &'static [&'static Declaration] {
    &ALL
}

/// The declaration of a variable, by its declared name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Declaration> {
    index_of(name).and_then(|index| ALL.get(index).copied())
}

/// The declaration that admin bodies call by this name.
#[must_use]
pub fn find_attribute(name: &str) -> Option<&'static Declaration> {
    BY_ATTRIBUTE.get(name).and_then(|index| ALL.get(*index).copied())
}

pub(crate) fn groups() -> &'static [&'static Group] {
    GROUPS
}

pub(crate) fn index_of(name: &str) -> Option<usize> {
    BY_NAME.get(name).copied()
}

pub(crate) fn index_of_key(key: &str) -> Option<usize> {
    BY_KEY.get(key).copied()
}
