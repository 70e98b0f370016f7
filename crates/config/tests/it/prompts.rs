//! The built-in texts keep the promises of the chat pipeline.

use serde_json::Value;
use transom_config::{keys, prompts};

use crate::load;

#[test]
fn prompts_hold_their_placeholders_and_name_their_key() {
    let table: &[(&str, &[&str], Option<&str>)] = &[
        (prompts::TITLE, &["{{MESSAGES:END:2}}"], Some("title")),
        (prompts::TAGS, &["{{MESSAGES:END:6}}", "General"], Some("tags")),
        (prompts::FOLLOW_UPS, &["{{MESSAGES:END:6}}"], Some("follow_ups")),
        (prompts::IMAGE_PROMPT, &["{{MESSAGES:END:6}}"], Some("prompt")),
        (prompts::QUERIES, &["{{CURRENT_DATE}}", "{{MESSAGES:END:6}}"], Some("queries")),
        (
            prompts::AUTOCOMPLETE,
            &["{{MESSAGES:END:6}}", "{{TYPE}}", "{{PROMPT}}", "General", "Search Query"],
            Some("text"),
        ),
        (prompts::TOOLS, &["{{TOOLS}}", "\"name\"", "\"parameters\""], Some("tool_calls")),
        (prompts::EMOJI, &["{{prompt}}"], None),
        (prompts::MERGE, &["{{prompt}}", "{{responses}}"], None),
        (prompts::RAG, &["{{CONTEXT}}", "[id]"], None),
        (
            prompts::CODE_INTERPRETER,
            &["<code_interpreter type=\"code\" lang=\"python\">", "</code_interpreter>"],
            None,
        ),
    ];
    for (prompt, pieces, key) in table {
        for piece in *pieces {
            assert!(prompt.contains(piece), "{piece} is missing in {prompt}");
        }
        if let Some(key) = key {
            assert!(prompt.contains("JSON"), "{prompt}");
            assert!(prompt.contains(&format!("{{ \"{key}\":")), "{key} in {prompt}");
        }
    }
}

#[test]
fn the_examples_of_answers_are_json() {
    let prompts = [
        prompts::TITLE,
        prompts::TAGS,
        prompts::FOLLOW_UPS,
        prompts::IMAGE_PROMPT,
        prompts::QUERIES,
        prompts::TOOLS,
    ];
    for prompt in prompts {
        let examples: Vec<&str> = prompt.lines().filter(|line| line.starts_with("{ \"")).collect();
        assert!(!examples.is_empty());
        for example in examples {
            assert!(serde_json::from_str::<Value>(example).is_ok(), "{example}");
        }
    }
}

#[test]
fn built_in_texts_stand_in_for_settings_that_need_one() {
    let settings = load(&[]);
    assert_eq!(settings.get(&keys::RAG_TEMPLATE), prompts::RAG);
    assert_eq!(settings.get(&keys::TITLE_GENERATION_PROMPT_TEMPLATE), "");
    assert!(serde_json::from_str::<Value>(&settings.get(&keys::COMFYUI_WORKFLOW)).is_ok());
    let suggestions = settings.get(&keys::DEFAULT_PROMPT_SUGGESTIONS);
    let suggestions = suggestions.as_array().unwrap();
    assert_eq!(suggestions.len(), 6);
    for suggestion in suggestions {
        assert_eq!(suggestion["title"].as_array().map(Vec::len), Some(2));
        assert!(suggestion["content"].is_string());
    }
}
