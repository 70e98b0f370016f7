//! The vocabulary of the declarations: one function for each type, one method for each further fact.

use std::marker::PhantomData;

use serde_json::Value;

use crate::declaration::{Declaration, Kind, ListFormat, OnBad, SavedList, Separator};

/// A declaration in the making; `T` is the Rust type of the value.
pub(super) struct Spec<T> {
    declaration: Declaration,
    value: PhantomData<fn() -> T>,
}

const fn spec<T>(kind: Kind, default: &'static str) -> Spec<T> {
    Spec {
        declaration: Declaration {
            name: "",
            kind,
            default,
            group: "",
            help: "",
            secret: false,
            persistent: None,
            aliases: &[],
            fallback: None,
            allowed: &[],
            spelled: &[],
            on_bad: OnBad::Abort,
            acts: false,
            seeds: None,
            attribute: None,
        },
        value: PhantomData,
    }
}

pub(super) const fn flag(default: bool) -> Spec<bool> {
    spec(Kind::Bool, if default { "true" } else { "false" })
}

pub(super) const fn int(default: &'static str) -> Spec<i64> {
    spec(Kind::Int, default)
}

pub(super) const fn optional_int(default: &'static str) -> Spec<Option<i64>> {
    spec(Kind::OptionalInt, default)
}

pub(super) const fn float(default: &'static str) -> Spec<f64> {
    spec(Kind::Float, default)
}

pub(super) const fn optional_float(default: &'static str) -> Spec<Option<f64>> {
    spec(Kind::OptionalFloat, default)
}

pub(super) const fn text(default: &'static str) -> Spec<String> {
    spec(Kind::Text, default)
}

pub(super) const fn url(default: &'static str) -> Spec<String> {
    spec(Kind::Url, default)
}

pub(super) const fn path(default: &'static str) -> Spec<String> {
    spec(Kind::Path, default)
}

pub(super) const fn duration(default: &'static str) -> Spec<String> {
    spec(Kind::Duration, default)
}

/// A JSON array, empty when unset.
pub(super) const fn json_list() -> Spec<Value> {
    spec(Kind::JsonList, "").bad_becomes_default()
}

/// A JSON object, empty when unset.
pub(super) const fn json_object() -> Spec<Value> {
    spec(Kind::JsonObject, "").bad_becomes_default()
}

/// A list with one character between the items; empty items are dropped.
pub(super) const fn list(separator: char, default: &'static str) -> Spec<Vec<String>> {
    list_of(Separator::Char(separator), default)
}

/// A list whose separator is the value of another variable.
pub(super) const fn list_by(variable: &'static str, default: &'static str) -> Spec<Vec<String>> {
    list_of(Separator::Variable(variable), default)
}

/// A list with white space between the items.
pub(super) const fn words(default: &'static str) -> Spec<Vec<String>> {
    list_of(Separator::Whitespace, default)
}

const fn list_of(separator: Separator, default: &'static str) -> Spec<Vec<String>> {
    spec(Kind::List(ListFormat { separator, keep_empty: false, saved_as: SavedList::Array }), default)
}

impl Spec<Vec<String>> {
    const fn format(mut self, format: ListFormat) -> Self {
        self.declaration.kind = Kind::List(format);
        self
    }

    const fn current(&self) -> ListFormat {
        match self.declaration.kind {
            Kind::List(format) => format,
            _ => {
                ListFormat { separator: Separator::Char(','), keep_empty: false, saved_as: SavedList::Array }
            }
        }
    }

    /// Empty items count.
    pub(super) const fn keep_empty(self) -> Self {
        let format = ListFormat { keep_empty: true, ..self.current() };
        self.format(format)
    }

    /// Saved as one string.
    pub(super) const fn saved_as_text(self) -> Self {
        let format = ListFormat { saved_as: SavedList::Text, ..self.current() };
        self.format(format)
    }

    /// Saved as one string, shown as null when nothing was chosen.
    pub(super) const fn saved_as_text_or_null(self) -> Self {
        let format = ListFormat { saved_as: SavedList::TextOrNull, ..self.current() };
        self.format(format)
    }
}

impl<T> Spec<T> {
    /// Admins may change it; it is saved under this dotted key.
    pub(super) const fn saved(mut self, key: &'static str) -> Self {
        self.declaration.persistent = Some(key);
        self
    }

    /// Admin bodies and Redis keys call it by this name.
    pub(super) const fn attribute(mut self, name: &'static str) -> Self {
        self.declaration.attribute = Some(name);
        self
    }

    /// It fills this field of the default permissions.
    pub(super) const fn seeds(mut self, field: &'static str) -> Self {
        self.declaration.seeds = Some(field);
        self
    }

    /// Other spellings of the name.
    pub(super) const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.declaration.aliases = names;
        self
    }

    /// The value of this variable counts when it is unset.
    pub(super) const fn or(mut self, name: &'static str) -> Self {
        self.declaration.fallback = Some(name);
        self
    }

    /// Only these values are possible.
    pub(super) const fn allowed(mut self, values: &'static [&'static str]) -> Self {
        self.declaration.allowed = values;
        self
    }

    /// Other spellings of values, `(spelling, value)`.
    pub(super) const fn spelled(mut self, values: &'static [(&'static str, &'static str)]) -> Self {
        self.declaration.spelled = values;
        self
    }

    /// A bad value in the environment becomes the default.
    pub(super) const fn bad_becomes_default(mut self) -> Self {
        self.declaration.on_bad = OnBad::UseDefault;
        self
    }

    /// A bad value in the environment becomes this one.
    pub(super) const fn bad_becomes(mut self, value: &'static str) -> Self {
        self.declaration.on_bad = OnBad::Use(value);
        self
    }

    /// Masked wherever it is shown.
    pub(super) const fn secret(mut self) -> Self {
        self.declaration.secret = true;
        self
    }

    /// This version acts on it. Without it, setting the variable leaves a note at start.
    pub(super) const fn acts(mut self) -> Self {
        self.declaration.acts = true;
        self
    }

    /// The finished declaration.
    pub(super) const fn named(
        self,
        name: &'static str,
        group: &'static str,
        help: &'static str,
    ) -> Declaration {
        let mut declaration = self.declaration;
        declaration.name = name;
        declaration.group = group;
        declaration.help = help;
        declaration
    }
}
