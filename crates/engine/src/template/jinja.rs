//! The templates that model files carry: Jinja. They cannot read files, and their steps are counted.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use serde_json::Value as Json;

use super::{Filling, refused, unreadable};
use crate::{EngineError, Result};

/// Steps that a template may take; a chat of thousands of messages takes some ten thousand.
const STEPS: u64 = 5_000_000;

/// A compiled Jinja template.
pub(super) struct Jinja(Environment<'static>);

impl Jinja {
    /// # Errors
    /// `Invalid` when the text is no template.
    pub(super) fn new(source: &str) -> Result<Self> {
        let mut environment = Environment::new();
        // as the library does that models are trained with
        environment.set_syntax(syntax()?);
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_fuel(Some(STEPS));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        add_functions(&mut environment);
        environment.add_template_owned("chat", source.to_owned()).map_err(unreadable)?;
        Ok(Self(environment))
    }

    /// # Errors
    /// `Invalid` with the template's own words when it refuses the messages.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> Result<String> {
        let found = self.0.get_template("chat").and_then(|template| {
            template.render(context! {
                messages => Value::from(Serde(filling.messages)),
                tools => filling.tools.map(|tools| Value::from(Serde(tools))),
                bos_token => filling.begin.as_str(),
                eos_token => filling.end.as_str(),
                enable_thinking => filling.think.unwrap_or(true),
                add_generation_prompt => true,
            })
        });
        found.map_err(|error| {
            let reason = error.detail().map_or_else(|| error.to_string(), str::to_owned);
            refused(&reason)
        })
    }
}

fn syntax() -> Result<SyntaxConfig> {
    let built = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    built.map_err(|error| EngineError::Invalid(error.to_string()))
}

/// What the templates of model files call beside the language's own.
fn add_functions(environment: &mut Environment<'static>) {
    environment.add_filter("tojson", to_json);
    environment.add_function("raise_exception", |reason: String| -> std::result::Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, reason))
    });
    environment.add_function("strftime_now", |form: String| today(&form));
}

/// JSON as Python writes it, unlike the filter of the same name that escapes for HTML.
fn to_json(value: Serde<Json>, options: Kwargs) -> std::result::Result<String, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let _: Option<bool> = options.get("ensure_ascii")?;
    let _: Option<bool> = options.get("sort_keys")?;
    options.assert_all_used()?;
    let failed = |error: serde_json::Error| Error::new(ErrorKind::BadSerialization, error.to_string());
    let mut out = Vec::new();
    let written = match indent {
        Some(width) => {
            let indent = " ".repeat(width.min(16));
            let form = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
            serde::Serialize::serialize(&value.0, &mut serde_json::Serializer::with_formatter(&mut out, form))
        }
        None => serde::Serialize::serialize(
            &value.0,
            &mut serde_json::Serializer::with_formatter(&mut out, Spaced),
        ),
    };
    written.map_err(failed)?;
    String::from_utf8(out).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// A space behind each colon and comma.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, out: &mut W) -> std::io::Result<()> {
        out.write_all(b": ")
    }
}

/// Today by a pattern of Python's `strftime`.
fn today(form: &str) -> std::result::Result<String, Error> {
    use std::fmt::Write;
    let mut out = String::new();
    write!(out, "{}", chrono::Local::now().format(form))
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, "the pattern of strftime_now is unknown"))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fill(source: &str, messages: Json, tools: Option<Json>) -> Result<String> {
        let filling = Filling {
            messages: messages.as_array().unwrap(),
            tools: tools.as_ref(),
            begin: "<s>".to_owned(),
            end: "</s>".to_owned(),
            ..Filling::default()
        };
        Jinja::new(source)?.fill(&filling)
    }

    #[test]
    fn what_templates_use_works() {
        let source = "{{ bos_token }}{%- set ns = namespace(n=0) -%}\n{%- for m in messages -%}\n  {%- if m['role'] == 'system' -%}\n\
            {%- continue -%}{%- endif -%}{%- set ns.n = ns.n + 1 -%}[{{ m.content.strip() | upper }}]{%- endfor -%}\
            {{ ns.n }}{{ tools | tojson }}{{ messages[1:] | length }}{{ 'a,b'.split(',')[-1] }}";
        let messages = json!([{"role": "system", "content": "s"}, {"role": "user", "content": " a<b "}]);
        let text = fill(source, messages, Some(json!([{"type": "function", "x": [1, 2]}]))).unwrap();
        assert_eq!(text, "<s>[A<B]1[{\"type\": \"function\", \"x\": [1, 2]}]1b");
    }

    #[test]
    fn refusals_and_endless_templates_end() {
        let error = fill("{{ raise_exception('roles must alternate') }}", json!([]), None).unwrap_err();
        assert!(error.to_string().ends_with("roles must alternate"), "{error}");
        assert!(
            fill(
                "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
                json!([]),
                None
            )
            .is_err()
        );
        assert!(Jinja::new("{% if %}").is_err());
        assert!(fill("{% include '/etc/passwd' %}", json!([]), None).is_err());
        assert_eq!(fill("{{ strftime_now('%Y') }}", json!([]), None).unwrap().len(), 4);
        assert!(fill("{{ strftime_now('%Q') }}", json!([]), None).is_err());
    }
}
