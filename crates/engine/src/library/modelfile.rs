//! Modelfiles: recipes of models, in the language of Ollama.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::parameters;
use super::store::Message;
use crate::{EngineError, Result};

/// A recipe as it was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Modelfile {
    /// What it is made from: the name of a model or of a file. The second and later ones are projectors.
    pub from: Vec<String>,
    /// LoRA adapters.
    pub adapters: Vec<String>,
    /// The template of prompts.
    pub template: Option<String>,
    /// The system prompt.
    pub system: Option<String>,
    /// Options, with the types they have.
    pub parameters: Map<String, Value>,
    /// Messages that begin every chat.
    pub messages: Vec<Message>,
    /// The texts of licences.
    pub licenses: Vec<String>,
}

impl FromStr for Modelfile {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self> {
        let mut modelfile = Self::default();
        let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let wrong =
                |what: &str| EngineError::Invalid(format!("line {} of the Modelfile: {what}", index + 1));
            let (command, rest) = split_word(trimmed);
            // a parameter and a message have a word of their own before the value
            let (word, rest) = match command.to_ascii_uppercase().as_str() {
                "PARAMETER" | "MESSAGE" => split_word(rest),
                _ => ("", rest),
            };
            let value = value(rest, &mut lines).ok_or_else(|| wrong("the quotes are not closed"))?;
            modelfile.take(command, word, value).map_err(|what| wrong(&what))?;
        }
        if modelfile.from.is_empty() {
            return Err(EngineError::Invalid("the Modelfile has no FROM line".into()));
        }
        Ok(modelfile)
    }
}

impl Modelfile {
    fn take(&mut self, command: &str, word: &str, value: String) -> std::result::Result<(), String> {
        let command = command.to_ascii_uppercase();
        if value.trim().is_empty() && matches!(command.as_str(), "FROM" | "ADAPTER" | "PARAMETER" | "MESSAGE")
        {
            return Err(format!("{command} lacks its value"));
        }
        match command.as_str() {
            "FROM" => self.from.push(value),
            "ADAPTER" => self.adapters.push(value),
            "TEMPLATE" => self.template = Some(value),
            "SYSTEM" => self.system = Some(value),
            "LICENSE" => self.licenses.push(value),
            "PARAMETER" => return parameters::insert(&mut self.parameters, word, &value),
            "MESSAGE" => {
                let role = word.to_ascii_lowercase();
                if !matches!(role.as_str(), "system" | "user" | "assistant") {
                    return Err("a message is from system, user or assistant".into());
                }
                self.messages.push(Message { role, content: value });
            }
            _ => {
                let shown: String = command.chars().filter(|c| !c.is_control()).take(40).collect();
                return Err(format!("there is no command '{shown}'"));
            }
        }
        Ok(())
    }
}

fn split_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// The value that begins with `first`: a line, or what stands in quotes, which may go on over the next lines.
///
/// Three quotes are closed by three at the end of a line, one by one. A line with quotes inside is a line.
fn value<'a>(first: &str, lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Option<String> {
    let quotes = if first.starts_with("\"\"\"") {
        "\"\"\""
    } else if is_quoted(first.trim_end()) {
        "\""
    } else {
        return Some(first.trim_end().to_owned());
    };
    let mut text = first[quotes.len()..].to_owned();
    loop {
        let end = text.trim_end();
        if let Some(inside) = end.strip_suffix(quotes) {
            return Some(inside.to_owned());
        }
        text.push('\n');
        text.push_str(lines.next()?.1);
    }
}

/// Whether it begins with a quote that it closes at its end, or not at all.
fn is_quoted(line: &str) -> bool {
    line.strip_prefix('"').is_some_and(|rest| rest.ends_with('"') || !rest.contains('"'))
}

/// Written so that it is read as the same recipe.
impl fmt::Display for Modelfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for from in &self.from {
            writeln!(f, "FROM {from}")?;
        }
        for adapter in &self.adapters {
            writeln!(f, "ADAPTER {adapter}")?;
        }
        if let Some(template) = &self.template {
            writeln!(f, "TEMPLATE {}", quoted(template))?;
        }
        if let Some(system) = &self.system {
            writeln!(f, "SYSTEM {}", quoted(system))?;
        }
        for (name, value) in parameters::rows(&self.parameters, quoted) {
            writeln!(f, "PARAMETER {name} {value}")?;
        }
        for Message { role, content } in &self.messages {
            writeln!(f, "MESSAGE {role} {}", quoted(content))?;
        }
        for license in &self.licenses {
            writeln!(f, "LICENSE {}", quoted(license))?;
        }
        Ok(())
    }
}

/// In three quotes. The language cannot write three quotes at the end of a line inside; there, the third is left out.
fn quoted(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let inner = lines.len() - 1;
    for line in &mut lines[..inner] {
        while line.trim_end().ends_with("\"\"\"") {
            *line = &line[..line.trim_end().len() - 1];
        }
    }
    format!("\"\"\"{}\"\"\"", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "# a comment\n\nfrom smollm2:135m\nFROM ./mmproj.gguf\nADAPTER ./lora.gguf\n\
        TEMPLATE \"\"\"{{ .System }}\n{{ .Prompt }}\"\"\"\nSYSTEM You are \"kind\" to all.\n\
        parameter num_ctx 4096\nPARAMETER temperature 0.7\nPARAMETER stop \"<|im_end|>\"\nPARAMETER stop User:\n\
        PARAMETER use_mmap false\nMESSAGE user Hello there\nMESSAGE assistant \"\"\"\nHi!\n\"\"\"\n\
        LICENSE \"two\nlines\"\n  # the end\n";

    #[test]
    fn all_commands_are_read() {
        let file: Modelfile = ALL.parse().unwrap();
        assert_eq!(file.from, ["smollm2:135m", "./mmproj.gguf"]);
        assert_eq!(file.adapters, ["./lora.gguf"]);
        assert_eq!(file.template.as_deref(), Some("{{ .System }}\n{{ .Prompt }}"));
        assert_eq!(file.system.as_deref(), Some("You are \"kind\" to all."));
        let expected = serde_json::json!({
            "num_ctx": 4096, "temperature": 0.7, "stop": ["<|im_end|>", "User:"], "use_mmap": false,
        });
        assert_eq!(Value::Object(file.parameters.clone()), expected);
        assert_eq!(file.messages[1].content, "\nHi!\n");
        assert_eq!(file.licenses, ["two\nlines"]);
        assert_eq!(file.to_string().parse::<Modelfile>().unwrap(), file);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for (text, says) in [
            ("FROM a\nSYSTM x", "line 2 of the Modelfile: there is no command 'SYSTM'"),
            ("FROM", "line 1 of the Modelfile: FROM lacks its value"),
            ("FROM a\n\nPARAMETER num_ctx lots", "line 3 of the Modelfile: num_ctx takes a whole number"),
            ("FROM a\nPARAMETER temperature nan", "line 2 of the Modelfile: temperature takes a number"),
            ("FROM a\nPARAMETER wings 2", "line 2 of the Modelfile: there is no parameter 'wings'"),
            ("FROM a\nSYSTEM \"\"\"open\nand on", "line 2 of the Modelfile: the quotes are not closed"),
            (
                "FROM a\nMESSAGE robot hi",
                "line 2 of the Modelfile: a message is from system, user or assistant",
            ),
            ("# nothing", "the Modelfile has no FROM line"),
        ] {
            assert_eq!(text.parse::<Modelfile>().unwrap_err().to_string(), says);
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same() {
        for text in [
            "a",
            "",
            " a ",
            "\"",
            "say \"hi\"",
            "\"\"",
            "a\nb\n",
            "\"a\" and \"b\"",
            "# no comment",
            "x\"\"\" y",
            " a \n b ",
            "\n\n",
        ] {
            let file =
                Modelfile { from: vec!["m".into()], system: Some(text.into()), ..Modelfile::default() };
            let printed = file.to_string();
            assert_eq!(printed.parse::<Modelfile>().unwrap(), file, "{printed}");
        }
    }

    #[test]
    fn options_are_printed_in_columns() {
        let file: Modelfile = ALL.parse().unwrap();
        let text = parameters::parameters_text(&file.parameters);
        assert!(text.starts_with("num_ctx                        4096\n"), "{text}");
        assert!(text.contains("\nstop                           \"<|im_end|>\"\nstop "), "{text}");
    }

    #[test]
    fn three_quotes_at_the_end_of_a_line_do_not_end_the_recipe() {
        let file = Modelfile {
            from: vec!["m".into()],
            system: Some("a\"\"\"\nFROM b\"\"\"".into()),
            ..Modelfile::default()
        };
        let read: Modelfile = file.to_string().parse().unwrap();
        assert_eq!(read.from, ["m"]);
        assert_eq!(read.system.as_deref(), Some("a\"\"\nFROM b\"\"\""));
    }
}
