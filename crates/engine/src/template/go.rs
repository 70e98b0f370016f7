//! Templates of Modelfiles and of Ollama's registry: Go's text templates over `.Messages`, or, in older ones, over one pair of
//! `.Prompt` and `.Response` at a time. The variables are those of <https://docs.ollama.com/modelfile#template>.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use gotmpl::parse::{ActionNode, CommandNode, Expr, ListNode, Node, Parser, PipeNode};
use gotmpl::{Template, Value};

use super::values::{self, Turn};
use super::{Filling, refused, unreadable};
use crate::Result;

/// The name of the template itself beside those that it defines.
const MAIN: &str = "chat";
/// The function behind everything that is printed.
const PRINTED: &str = "printed";
/// Stands where the answer begins. Nobody types it: it is not a character.
const ANSWER: &str = "\u{10ffff}answer\u{10ffff}";
/// Rounds of all loops together; a chat of thousands of messages takes some ten thousand.
const ROUNDS: u64 = 1_000_000;
/// Bytes of a prompt; no context is as long.
const LENGTH: usize = 16 << 20;

/// A compiled template.
pub(super) struct Go {
    template: Template,
    /// The first names of all variables that it looks at: `Messages`, `Tools`, ...
    used: BTreeSet<String>,
}

impl Go {
    /// # Errors
    /// `Invalid` when the text is no template.
    pub(super) fn new(source: &str) -> Result<Self> {
        let (mut main, defined) =
            Parser::new(source, "{{", "}}").and_then(Parser::parse).map_err(unreadable)?;
        let mut used = BTreeSet::new();
        let mut template = Template::new(MAIN)
            .max_range_iters(ROUNDS)
            .func(PRINTED, |given| Ok(values::printed(given.last())))
            .func("json", |given| Ok(values::json(given.last())))
            .func("currentDate", |_| Ok(date(0)))
            .func("yesterdayDate", |_| Ok(date(1)));
        for mut part in defined {
            walk(&mut part.body, &mut used);
            template = template.add_parse_tree(&part.name, part.body);
        }
        walk(&mut main, &mut used);
        Ok(Self { template: template.add_parse_tree(MAIN, main), used })
    }

    /// Whether it looks at a variable.
    pub(super) fn uses(&self, name: &str) -> bool {
        self.used.contains(name)
    }

    /// # Errors
    /// `Invalid` with the template's own words when it refuses the messages.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> Result<String> {
        if self.uses("Messages") {
            return self.execute(&values::conversation(filling));
        }
        let mut text = String::new();
        let mut turn = Turn::default();
        for message in &values::merged(filling.messages) {
            let content = message["content"].as_str().unwrap_or_default();
            let role = message["role"].as_str().unwrap_or_default();
            // a pair is complete when the next one begins
            if role != "assistant" && turn.is_begun() {
                text.push_str(&self.execute(&turn.value(filling))?);
                turn = Turn::default();
            }
            *turn.place(role) = content.to_owned();
        }
        let begun = std::mem::take(&mut turn.response);
        turn.response = format!("{begun}{ANSWER}");
        let last = self.execute(&turn.value(filling))?;
        match last.rsplit_once(ANSWER) {
            Some((before, _)) => text.push_str(before),
            // a template without a place for the answer ends where it begins
            None => text.extend([last.as_str(), &begun]),
        }
        Ok(text)
    }

    fn execute(&self, data: &Value) -> Result<String> {
        let mut out = Bounded(String::new());
        self.template.execute_template_fmt(&mut out, MAIN, data).map_err(refused)?;
        Ok(out.0)
    }
}

/// A prompt that is no longer than any context.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > LENGTH {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

/// Notes which variables are looked at, and has everything that is printed go through one function: Go's own types know how
/// they are written, ours do not.
fn walk(list: &mut ListNode, used: &mut BTreeSet<String>) {
    for node in &mut list.nodes {
        match node {
            Node::List(inner) => walk(inner, used),
            Node::Action(action) => {
                note(&action.pipe, used);
                print(action);
            }
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                note(&branch.pipe, used);
                walk(&mut branch.body, used);
                if let Some(other) = &mut branch.else_body {
                    walk(other, used);
                }
            }
            Node::Template(called) => {
                if let Some(pipe) = &called.pipe {
                    note(pipe, used);
                }
            }
            Node::Define(define) => walk(&mut define.body, used),
            Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
        }
    }
}

fn print(action: &mut ActionNode) {
    if action.pipe.decl.is_empty() {
        let call = Expr::Identifier(action.pos, PRINTED.into());
        action.pipe.commands.push(CommandNode { pos: action.pos, args: vec![call] });
    }
}

fn note(pipe: &PipeNode, used: &mut BTreeSet<String>) {
    for argument in pipe.commands.iter().flat_map(|command| &command.args) {
        note_argument(argument, used);
    }
}

fn note_argument(argument: &Expr, used: &mut BTreeSet<String>) {
    match argument {
        Expr::Field(_, names) | Expr::Variable(_, _, names) => {
            used.extend(names.first().map(ToString::to_string));
        }
        Expr::Pipe(_, pipe) => note(pipe, used),
        Expr::Chain(_, inner, _) => note_argument(inner, used),
        _ => {}
    }
}

/// The date so many days ago.
fn date(days_ago: i64) -> Value {
    let day = chrono::Local::now().date_naive() - chrono::Duration::days(days_ago);
    Value::String(day.to_string().into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn fill_with(source: &str, messages: &Json, filling: Filling<'_>) -> Result<String> {
        let messages = messages.as_array().unwrap();
        Go::new(source)?.fill(&Filling { messages, ..filling })
    }

    fn fill(source: &str, messages: &Json) -> String {
        fill_with(source, messages, Filling::default()).unwrap()
    }

    const PAIRS: &str = "{{ if .System }}<|system|>{{ .System }}<|end|>{{ end }}{{ if .Prompt }}<|user|>{{ .Prompt }}\
        <|end|>{{ end }}<|assistant|>{{ .Response }}<|end|>";

    #[test]
    fn pairs_are_written_one_by_one_and_the_last_stays_open() {
        let chat = json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "1"},
            {"role": "assistant", "content": "one"},
            {"role": "user", "content": "2"},
        ]);
        assert_eq!(
            fill(PAIRS, &chat),
            "<|system|>Be brief.<|end|><|user|>1<|end|><|assistant|>one<|end|><|user|>2<|end|><|assistant|>"
        );
        // an answer that has begun is gone on with
        let begun = json!([{"role": "user", "content": "1"}, {"role": "assistant", "content": "on"}]);
        assert_eq!(fill(PAIRS, &begun), "<|user|>1<|end|><|assistant|>on");
        assert_eq!(fill("Q: {{ .Prompt }}\nA: ", &begun), "Q: 1\nA: on");
        // questions without an answer between them
        let twice = json!([{"role": "user", "content": "1"}, {"role": "user", "content": "2"}]);
        assert_eq!(fill("[{{ .Prompt }}]{{ .Response }}", &twice), "[1\n\n2]");
        let between = json!([{"role": "user", "content": "1"}, {"role": "system", "content": "s"}, {"role": "user", "content": "2"}]);
        assert_eq!(fill("{{ .System }}[{{ .Prompt }}]{{ .Response }}", &between), "[1]s[2]");
    }

    #[test]
    fn conversations_with_tools() {
        let source = r#"{{- if .System }}<s>{{ .System }}</s>{{ end }}
{{- range .Tools }}
{"type": "function", "function": {{ .Function }}}
{{- end }}
{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 -}}
{{- if eq .Role "user" }}
U:{{ .Content }}
{{- else if eq .Role "assistant" }}
A:{{ .Content }}{{ range .ToolCalls }}<call>{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}</call>{{ end }}
{{- else if eq .Role "tool" }}
T:{{ .Content }}
{{- end }}
{{- if and (ne .Role "assistant") $last }}
A:{{ end }}
{{- end }}"#;
        let tools = json!([{"type": "function", "function": {
            "name": "weather", "description": "Tells it", "parameters": {"type": "object", "required": ["place"],
            "properties": {"place": {"type": "string"}}}}}]);
        let chat = json!([
            {"role": "system", "content": "one"},
            {"role": "system", "content": "two"},
            {"role": "user", "content": "How is it?"},
            {"role": "assistant", "content": "", "tool_calls": [
                {"function": {"name": "weather", "arguments": {"place": "Ys \"2\""}}}]},
            {"role": "tool", "content": "wet"},
        ]);
        let filling = Filling { tools: Some(&tools), ..Filling::default() };
        let text = fill_with(source, &chat, filling).unwrap();
        assert_eq!(
            text,
            "<s>one\n\ntwo</s>\n{\"type\": \"function\", \"function\": {\"name\":\"weather\",\"description\":\"Tells it\",\
             \"parameters\":{\"type\":\"object\",\"required\":[\"place\"],\"properties\":{\"place\":{\"type\":\"string\"}}}}}\n\
             U:How is it?\nA:<call>{\"name\": \"weather\", \"arguments\": {\"place\":\"Ys \\\"2\\\"\"}}</call>\nT:wet\nA:"
        );
    }

    #[test]
    fn thoughts_gaps_and_functions() {
        let chat = json!([{"role": "user", "content": "x"}]);
        let source = "{{ if and .IsThinkSet (not .Think) }}/no{{ end }}{{ (index .Messages 0).Content }}";
        let quiet = Filling { think: Some(false), ..Filling::default() };
        assert_eq!(fill_with(source, &chat, quiet).unwrap(), "/nox");
        assert_eq!(fill(source, &chat), "x");
        let gap = Filling { suffix: "}", ..Filling::default() };
        let source =
            "{{ if .Suffix }}<pre>{{ .Prompt }}<suf>{{ .Suffix }}<mid>{{ else }}{{ .Prompt }}{{ end }}";
        assert_eq!(fill_with(source, &chat, gap).unwrap(), "<pre>x<suf>}<mid>");
        assert_eq!(fill(source, &chat), "x");
        assert_eq!(fill("{{ json .Messages }}{{ .Nothing }}", &chat), r#"[{"role":"user","content":"x"}]"#);
        assert_eq!(fill("{{ currentDate }}", &chat).len(), 10);
        assert_eq!(fill("{{ define \"a\" }}<{{ .Prompt }}>{{ end }}{{ template \"a\" . }}", &chat), "<x>");
    }

    #[test]
    fn refusals_and_endless_templates_end() {
        let chat = json!([{"role": "user", "content": "x"}]);
        for wrong in ["{{ if }}", "{{ .Prompt"] {
            assert!(Go::new(wrong).is_err(), "{wrong}");
        }
        for wrong in [
            "{{ nothing .Prompt }}",
            "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
            "{{ range 2000000 }}{{ end }}",
            "{{ range 900000 }}{{ \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" }}{{ end }}",
        ] {
            assert!(fill_with(wrong, &chat, Filling::default()).is_err(), "{wrong}");
        }
    }
}
