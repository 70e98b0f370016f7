//! The prompts of helper tasks: placeholders, and the text of a conversation.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value};
use transom_providers::template::{self, TemplateUser};

/// What a task prompt may name.
#[derive(Default)]
pub(crate) struct Material<'a> {
    pub messages: &'a [Value],
    pub prompt: Option<&'a str>,
    pub kind: &'a str,
    pub responses: &'a [String],
}

// The patterns are constants: that they compile is seen by every test.
#[allow(clippy::expect_used)]
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\{\{(prompt|messages|type|responses)(?::(start|end|middletruncate):(\d+))?\}\}")
        .expect("the pattern is constant")
});
#[allow(clippy::expect_used)]
static NOT_FOR_MODELS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)<details\b[^>]*>.*?</details>|!\[[^\]]*\]\([^)]*\)").expect("the pattern is constant")
});

/// Fills a prompt. What is inserted is not looked at again, so that a message may hold placeholders.
pub(crate) fn fill(template: &str, material: &Material<'_>, user: &TemplateUser) -> String {
    // User and date variables first: only the template itself may name them.
    let template = template::fill_system(template, &Map::new(), user);
    let prompt = material.prompt.map(str::to_string).unwrap_or_else(|| last_user_text(material.messages));
    PLACEHOLDER
        .replace_all(&template, |found: &Captures<'_>| {
            let cut = found.get(2).map(|m| m.as_str().to_ascii_lowercase());
            let count = found.get(3).and_then(|m| m.as_str().parse().ok()).unwrap_or(0);
            match found[1].to_ascii_lowercase().as_str() {
                "prompt" => cut_text(&prompt, cut.as_deref(), count),
                "messages" => transcript(&cut_messages(material.messages, cut.as_deref(), count)),
                "type" => material.kind.to_string(),
                _ => {
                    let quoted = material.responses.iter().map(|r| format!("\"\"\"{r}\"\"\""));
                    quoted.collect::<Vec<_>>().join("\n\n")
                }
            }
        })
        .into_owned()
}

fn cut_text(text: &str, how: Option<&str>, count: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    match how {
        Some("start") => chars.iter().take(count).collect(),
        Some("end") => chars[chars.len().saturating_sub(count)..].iter().collect(),
        Some(_) if chars.len() > count => {
            let (head, tail) = (count.div_ceil(2), count / 2);
            let start: String = chars[..head].iter().collect();
            let end: String = chars[chars.len() - tail..].iter().collect();
            format!("{start}...{end}")
        }
        _ => text.to_string(),
    }
}

fn cut_messages<'a>(messages: &'a [Value], how: Option<&str>, count: usize) -> Vec<&'a Value> {
    match how {
        Some("start") => messages.iter().take(count).collect(),
        Some("end") => messages[messages.len().saturating_sub(count)..].iter().collect(),
        Some(_) if messages.len() > count => {
            let (head, tail) = (count.div_ceil(2), count / 2);
            messages[..head].iter().chain(&messages[messages.len() - tail..]).collect()
        }
        _ => messages.iter().collect(),
    }
}

fn transcript(messages: &[&Value]) -> String {
    let lines = messages.iter().map(|m| {
        let role = m.get("role").and_then(Value::as_str).unwrap_or_default().to_uppercase();
        format!("{role}: {}", plain_text(m))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A message's text without reasoning blocks and pictures.
pub(crate) fn plain_text(message: &Value) -> String {
    let text = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|p| p.get("text").and_then(Value::as_str)).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    };
    NOT_FOR_MODELS.replace_all(&text, "").trim().to_string()
}

/// The text of the last user message.
pub(crate) fn last_user_text(messages: &[Value]) -> String {
    let last = messages.iter().rev().find(|m| m.get("role").and_then(Value::as_str) == Some("user"));
    last.map(plain_text).unwrap_or_default()
}

/// The JSON object a model was asked for, from the first brace to the last.
pub(crate) fn json_in(text: &str) -> Option<Map<String, Value>> {
    let (start, end) = (text.find('{')?, text.rfind('}')?);
    match serde_json::from_str(text.get(start..=end)?) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(template: &str) -> String {
        let messages = [
            json!({"role": "user", "content": "one {{TYPE}}"}),
            json!({"role": "assistant", "content": "<details type=\"reasoning\">\nx\n</details>\ntwo ![i](u)"}),
            json!({"role": "user", "content": [{"type": "text", "text": "three"}]}),
        ];
        let responses = ["a".to_string(), "b".to_string()];
        let material = Material { messages: &messages, prompt: None, kind: "General", responses: &responses };
        fill(template, &material, &TemplateUser::default())
    }

    #[test]
    fn placeholders() {
        assert_eq!(filled("{{MESSAGES:END:2}}"), "ASSISTANT: two\nUSER: three");
        assert_eq!(filled("{{MESSAGES:START:1}}"), "USER: one {{TYPE}}", "inserted text stays as it is");
        assert_eq!(filled("{{prompt}}|{{PROMPT:start:2}}|{{prompt:middletruncate:3}}"), "three|th|th...e");
        assert_eq!(filled("{{TYPE}} {{responses}}"), "General \"\"\"a\"\"\"\n\n\"\"\"b\"\"\"");
    }

    #[test]
    fn objects_are_found_in_talkative_answers() {
        assert_eq!(json_in("Sure! {\"title\": \"x\"} done").unwrap()["title"], "x");
        assert!(json_in("none").is_none() && json_in("} {").is_none());
    }
}
