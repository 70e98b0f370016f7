//! The settings page of the book, made of the declarations.

use std::fmt::Write;

use crate::declaration::{Declaration, Kind, Separator};
use crate::keys;

const HEAD: &str = "# Settings

Made from the declarations in `crates/config/src/keys`; do not edit. `UPDATE_DOCS=1 cargo test -p transom-config`
writes it again.

## Where a value comes from

In rising order of precedence:

1. The default of the table.
2. `.env` in the data folder, then `.env` in the working folder.
3. The process environment. A variable that is set to nothing counts as set.
4. `NAME_FILE`: the value is read from that file, without its last line end. Setting both `NAME` and `NAME_FILE` is an
   error. One-word names such as `PORT` have no such form, and `WEBUI_SECRET_KEY_FILE` and `LDAP_CA_CERT_FILE` are
   variables of their own.
5. The command line.
6. For variables with a saved key: what an admin saved in the web UI, unless `ENABLE_PERSISTENT_CONFIG=false`. Saved
   OAuth settings (`oauth.*`) count only with `ENABLE_OAUTH_PERSISTENT_CONFIG=true`.

## How values are read

| Type | Rule |
|---|---|
| bool | on only for `true` in any case; everything else, even nothing, is off |
| int, float | a number; a bad one stops the start unless the table says what is used instead |
| int?, float? | the same, or nothing |
| json | a JSON array or object; a bad one is replaced by the empty one, with a note in the log |
| list(;) list(,) list( ) | items between the separators, or a JSON array of strings |
| duration | `-1` or `0` for no end, or numbers with units that are summed: `ms s m h d w`, as in `1d12h` |

Values that are not among those listed stop the start with one sentence.

The database is that of `DATABASE_URL` if it is set; else `DATABASE_TYPE`, `DATABASE_USER`, `DATABASE_PASSWORD`,
`DATABASE_HOST`, `DATABASE_PORT` and `DATABASE_NAME` together make its address (the password may be missing); else it is
SQLite in the data folder. Older servers preferred the parts to `DATABASE_URL`.

A cross (✗) marks variables that this version reads and saves but does not act on yet.
";

/// The settings page: how values are found and read, and one table for each group.
#[must_use]
pub fn reference_page() -> String {
    let mut page = HEAD.to_owned();
    for group in keys::groups() {
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "\n## {}\n\n| Variable | Type | Default | Saved key | Other spellings | What it does |\n|---|---|---|---|---|---|\n",
            group.title
        );
        for declaration in group.declarations {
            page.push_str(&row(declaration));
        }
    }
    page
}

fn row(declaration: &Declaration) -> String {
    let mark = if declaration.acts { "" } else { " ✗" };
    let aliases: Vec<String> = declaration.aliases.iter().map(|alias| code(alias)).collect();
    format!(
        "| {}{mark} | {} | {} | {} | {} | {} |\n",
        code(declaration.name),
        type_name(declaration),
        default(declaration),
        declaration.persistent.map(code).unwrap_or_default(),
        aliases.join(", "),
        escape(&what(declaration)),
    )
}

fn default(declaration: &Declaration) -> String {
    match declaration.fallback {
        Some(name) if declaration.default.is_empty() => format!("that of {}", code(name)),
        Some(name) => format!("{}, or that of {} if set", code(declaration.default), code(name)),
        None if declaration.default.is_empty() => String::new(),
        None => code(declaration.default),
    }
}

/// The help text, the possible values, and what a bad value becomes.
fn what(declaration: &Declaration) -> String {
    let mut text = declaration.help.to_owned();
    if !declaration.allowed.is_empty() {
        let values: Vec<String> = declaration
            .allowed
            .iter()
            .map(|value| if value.is_empty() { "empty".to_owned() } else { code(value) })
            .collect();
        let _ = write!(text, " Possible: {}.", values.join(", "));
    }
    let number =
        matches!(declaration.kind, Kind::Int | Kind::OptionalInt | Kind::Float | Kind::OptionalFloat);
    match declaration.on_bad {
        crate::OnBad::UseDefault if number || !declaration.allowed.is_empty() => {
            text.push_str(" A bad value becomes the default.");
        }
        crate::OnBad::Use(value) if !text.contains("bad value") => {
            let _ = write!(text, " A bad value becomes {}.", code(value));
        }
        _ => {}
    }
    if declaration.secret {
        text.push_str(" Secret.");
    }
    text
}

fn type_name(declaration: &Declaration) -> String {
    let name = match declaration.kind {
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::OptionalInt => "int?",
        Kind::Float => "float",
        Kind::OptionalFloat => "float?",
        Kind::Text => "string",
        Kind::Url => "url",
        Kind::Path => "path",
        Kind::Duration => "duration",
        Kind::JsonList | Kind::JsonObject => "json",
        Kind::List(format) => {
            return match format.separator {
                Separator::Char(separator) => format!("list({separator})"),
                Separator::Whitespace => "list( )".to_owned(),
                Separator::Variable(name) => format!("list({})", code(name)),
            };
        }
    };
    name.to_owned()
}

fn code(text: &str) -> String {
    format!("`{}`", escape(text))
}

/// A bar ends a cell of a table, even inside code.
fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}
