//! Chat templates: from messages to the text that a model was trained on.
//!
//! Model files carry one in Jinja, Modelfiles and the models of an Ollama registry one in Go's language. Both come from
//! strangers, so neither can read files, and what they may do is counted.

mod go;
mod jinja;
mod values;

use std::fmt::Display;

use serde_json::Value as Json;

use crate::{EngineError, Result};

/// Used when a model has none; most models understand it.
const CHATML: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n\
    {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// A compiled template.
pub(crate) struct Template {
    source: String,
    language: Language,
}

enum Language {
    Jinja(jinja::Jinja),
    Go(go::Go),
}

/// What a template is filled with.
#[derive(Debug, Default)]
pub(crate) struct Filling<'a> {
    pub messages: &'a [Json],
    pub tools: Option<&'a Json>,
    pub begin: String,
    pub end: String,
    /// Whether the model shall think aloud first; none leaves it to the template.
    pub think: Option<bool>,
    /// What stands behind the gap that the answer fills.
    pub suffix: &'a str,
}

impl Template {
    /// # Errors
    /// `Invalid` when the text is no template.
    pub(crate) fn new(source: Option<&str>) -> Result<Self> {
        let source = source.filter(|source| !source.trim().is_empty()).unwrap_or(CHATML).to_owned();
        // only Jinja has blocks of this form
        let language = if source.contains("{%") {
            Language::Jinja(jinja::Jinja::new(&source)?)
        } else {
            Language::Go(go::Go::new(&source)?)
        };
        Ok(Self { source, language })
    }

    /// Whether the template does something with tools.
    pub(crate) fn knows_tools(&self) -> bool {
        match &self.language {
            Language::Jinja(_) => self.source.contains("tools"),
            Language::Go(go) => go.uses("Tools"),
        }
    }

    /// Whether the template speaks of thinking aloud.
    pub(crate) fn thinks(&self) -> bool {
        let asked = match &self.language {
            Language::Jinja(_) => self.source.contains("enable_thinking"),
            Language::Go(go) => go.uses("Think") || go.uses("Thinking"),
        };
        asked || self.source.contains("<think>")
    }

    /// Whether the template can have a gap filled.
    pub(crate) fn knows_suffix(&self) -> bool {
        matches!(&self.language, Language::Go(go) if go.uses("Suffix"))
    }

    /// # Errors
    /// `Invalid` with the template's own words when it refuses the messages.
    pub(crate) fn fill(&self, filling: &Filling<'_>) -> Result<String> {
        match &self.language {
            Language::Jinja(jinja) => jinja.fill(filling),
            Language::Go(go) => go.fill(filling),
        }
    }
}

fn unreadable(reason: impl Display) -> EngineError {
    EngineError::Invalid(format!("the model's chat template cannot be read: {reason}"))
}

fn refused(reason: impl Display) -> EngineError {
    EngineError::Invalid(format!("the model's chat template refuses these messages: {reason}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn without_a_template_chatml_is_used() {
        let messages = [json!({"role": "user", "content": "Hi <b>"})];
        let filling = Filling { messages: &messages, ..Filling::default() };
        let text = Template::new(Some(" ")).unwrap().fill(&filling).unwrap();
        assert_eq!(text, "<|im_start|>user\nHi <b><|im_end|>\n<|im_start|>assistant\n");
    }

    #[test]
    fn the_language_is_seen_in_the_text() {
        let jinja = Template::new(Some("{% if tools %}<think>{% endif %}")).unwrap();
        assert!(jinja.knows_tools() && jinja.thinks() && !jinja.knows_suffix());
        let go = Template::new(Some("{{ .Prompt }}{{ if .Suffix }}{{ .Suffix }}{{ end }}")).unwrap();
        assert!(!go.knows_tools() && !go.thinks() && go.knows_suffix());
        let go =
            Template::new(Some("{{ range $.Tools }}{{ . }}{{ end }}{{ if $.Think }}x{{ end }}")).unwrap();
        assert!(go.knows_tools() && go.thinks());
    }
}
