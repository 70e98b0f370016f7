//! What is known about a variable before its value is: the declaration, and the typed key that carries it.

use std::marker::PhantomData;
use std::sync::OnceLock;

use crate::keys;

/// How the text of a variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True only for `true` in any case.
    Bool,
    /// A whole number.
    Int,
    /// A whole number, or nothing.
    OptionalInt,
    /// A decimal number.
    Float,
    /// A decimal number, or nothing.
    OptionalFloat,
    /// Any text; empty means unset.
    Text,
    /// An address; kept as it is.
    Url,
    /// A path; kept as it is.
    Path,
    /// A duration such as `4w` or `1d12h`; see [`crate::duration`].
    Duration,
    /// A JSON array.
    JsonList,
    /// A JSON object.
    JsonObject,
    /// A list of texts.
    List(ListFormat),
}

/// How a list is written, in the environment and when it is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListFormat {
    /// What stands between two items.
    pub separator: Separator,
    /// Whether empty items count (they do where position matters).
    pub keep_empty: bool,
    /// The form of the saved value.
    pub saved_as: SavedList,
}

/// What stands between two items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// One character.
    Char(char),
    /// White space.
    Whitespace,
    /// The text of another variable.
    Variable(&'static str),
}

/// The form in which a list is saved and shown to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedList {
    /// A JSON array of strings.
    Array,
    /// One string, joined by the separator.
    Text,
    /// As `Text`, and JSON null when nothing was chosen.
    TextOrNull,
}

/// What happens when a value from the environment cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBad {
    /// The start stops with one sentence.
    Abort,
    /// The default is used, and a note is left.
    UseDefault,
    /// This text is used, and a note is left.
    Use(&'static str),
}

/// Everything known about one variable.
#[derive(Debug)]
pub struct Declaration {
    /// The variable.
    pub name: &'static str,
    /// How its text is read.
    pub kind: Kind,
    /// Default in the form of the environment; `{NAME}` inside stands for the value of another variable.
    pub default: &'static str,
    /// Short name of the group, such as `auth`.
    pub group: &'static str,
    /// What it does, one sentence or two.
    pub help: &'static str,
    /// Whether the value is masked wherever it is shown.
    pub secret: bool,
    /// Dotted key under which the value is saved; none for what is fixed at start.
    pub persistent: Option<&'static str>,
    /// Other spellings, tried in this order when `name` is unset.
    pub aliases: &'static [&'static str],
    /// The variable whose value counts when this one is unset.
    pub fallback: Option<&'static str>,
    /// The values that are possible; empty when any is.
    pub allowed: &'static [&'static str],
    /// Other spellings of values, `(spelling, value)`.
    pub spelled: &'static [(&'static str, &'static str)],
    /// What happens when a value from the environment cannot be read.
    pub on_bad: OnBad,
    /// Whether this version acts on the variable.
    pub acts: bool,
    /// The field of the default permissions that this variable fills, such as `chat.call`.
    pub seeds: Option<&'static str>,
    /// Name in admin bodies and Redis keys, where it differs from `name`.
    pub attribute: Option<&'static str>,
}

impl Declaration {
    /// Name in admin bodies and Redis keys.
    #[must_use]
    pub fn attribute_name(&self) -> &'static str {
        self.attribute.unwrap_or(self.name)
    }
}

/// A typed key: the declaration of one variable, and the Rust type of its value.
pub struct Setting<T> {
    pub(crate) declaration: Declaration,
    // Found by name once, so that a read costs an index instead of a hash.
    index: OnceLock<usize>,
    value: PhantomData<fn() -> T>,
}

impl<T> Setting<T> {
    pub(crate) const fn new(declaration: Declaration) -> Self {
        Setting { declaration, index: OnceLock::new(), value: PhantomData }
    }

    /// The declaration behind the key.
    #[must_use]
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// The declared name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.declaration.name
    }

    pub(crate) fn index(&self) -> usize {
        *self.index.get_or_init(|| keys::index_of(self.declaration.name).unwrap_or(usize::MAX))
    }
}

impl<T> std::fmt::Debug for Setting<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Setting").field(&self.declaration.name).finish()
    }
}
