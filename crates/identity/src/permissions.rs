//! The permission tree: the server's defaults merged with what each group adds.

use serde_json::{Map, Value, json};
use transom_config::{Settings, keys};

/// The tree every account starts from, as the environment declares it.
pub fn built_in(settings: &Settings) -> Value {
    let area = |prefix: &str, rows: &[(&str, &str)]| -> Value {
        let mut map = Map::new();
        for (key, variable) in rows {
            let on = settings.value(&format!("USER_PERMISSIONS_{prefix}{variable}"));
            map.insert((*key).to_string(), json!(on.and_then(|v| v.as_bool()).unwrap_or(false)));
        }
        Value::Object(map)
    };
    let mut sharing = area("WORKSPACE_", SHARING);
    if let (Value::Object(all), Value::Object(notes)) = (&mut sharing, area("NOTES_", NOTES)) {
        all.extend(notes);
    }
    json!({
        "workspace": area("WORKSPACE_", WORKSPACE),
        "sharing": sharing,
        "chat": area("CHAT_", CHAT),
        "features": area("FEATURES_", FEATURES),
    })
}

const WORKSPACE: &[(&str, &str)] = &[
    ("models", "MODELS_ACCESS"),
    ("knowledge", "KNOWLEDGE_ACCESS"),
    ("prompts", "PROMPTS_ACCESS"),
    ("tools", "TOOLS_ACCESS"),
    ("models_import", "MODELS_IMPORT"),
    ("models_export", "MODELS_EXPORT"),
    ("prompts_import", "PROMPTS_IMPORT"),
    ("prompts_export", "PROMPTS_EXPORT"),
    ("tools_import", "TOOLS_IMPORT"),
    ("tools_export", "TOOLS_EXPORT"),
];
const SHARING: &[(&str, &str)] = &[
    ("models", "MODELS_ALLOW_SHARING"),
    ("public_models", "MODELS_ALLOW_PUBLIC_SHARING"),
    ("knowledge", "KNOWLEDGE_ALLOW_SHARING"),
    ("public_knowledge", "KNOWLEDGE_ALLOW_PUBLIC_SHARING"),
    ("prompts", "PROMPTS_ALLOW_SHARING"),
    ("public_prompts", "PROMPTS_ALLOW_PUBLIC_SHARING"),
    ("tools", "TOOLS_ALLOW_SHARING"),
    ("public_tools", "TOOLS_ALLOW_PUBLIC_SHARING"),
];
const NOTES: &[(&str, &str)] = &[("notes", "ALLOW_SHARING"), ("public_notes", "ALLOW_PUBLIC_SHARING")];
const CHAT: &[(&str, &str)] = &[
    ("controls", "CONTROLS"),
    ("valves", "VALVES"),
    ("system_prompt", "SYSTEM_PROMPT"),
    ("params", "PARAMS"),
    ("file_upload", "FILE_UPLOAD"),
    ("delete", "DELETE"),
    ("delete_message", "DELETE_MESSAGE"),
    ("continue_response", "CONTINUE_RESPONSE"),
    ("regenerate_response", "REGENERATE_RESPONSE"),
    ("rate_response", "RATE_RESPONSE"),
    ("edit", "EDIT"),
    ("share", "SHARE"),
    ("export", "EXPORT"),
    ("stt", "STT"),
    ("tts", "TTS"),
    ("call", "CALL"),
    ("multiple_models", "MULTIPLE_MODELS"),
    ("temporary", "TEMPORARY"),
    ("temporary_enforced", "TEMPORARY_ENFORCED"),
];
const FEATURES: &[(&str, &str)] = &[
    ("api_keys", "API_KEYS"),
    ("direct_tool_servers", "DIRECT_TOOL_SERVERS"),
    ("notes", "NOTES"),
    ("folders", "FOLDERS"),
    ("channels", "CHANNELS"),
    ("web_search", "WEB_SEARCH"),
    ("image_generation", "IMAGE_GENERATION"),
    ("code_interpreter", "CODE_INTERPRETER"),
];

/// The server-wide defaults: the saved tree, with keys it lacks filled from the environment's.
pub fn defaults(settings: &Settings) -> Value {
    let mut tree = built_in(settings);
    overlay(&mut tree, &settings.get(&keys::USER_PERMISSIONS));
    tree
}

/// Replaces what `patch` names in `tree`.
fn overlay(tree: &mut Value, patch: &Value) {
    match (tree, patch) {
        (Value::Object(tree), Value::Object(patch)) => {
            for (key, value) in patch {
                overlay(tree.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (slot, value) if !value.is_null() && !value.is_object() => *slot = value.clone(),
        (slot @ Value::Null, value) if value.is_object() => *slot = value.clone(),
        _ => {}
    }
}

/// Adds a group's permissions: what any side allows is allowed.
pub fn merge(tree: &mut Value, group: &Value) {
    match (tree, group) {
        (Value::Object(tree), Value::Object(group)) => {
            for (key, value) in group {
                merge(tree.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (slot, Value::Bool(true)) => *slot = Value::Bool(true),
        (slot @ Value::Null, value) => *slot = value.clone(),
        _ => {}
    }
}

/// The boolean at a dotted path such as `workspace.models`; a missing one is false.
pub fn lookup(tree: &Value, dotted: &str) -> bool {
    dotted.split('.').try_fold(tree, |node, key| node.get(key)).and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_group_that_allows_wins() {
        let mut tree = json!({"chat": {"edit": false, "share": true}});
        merge(&mut tree, &json!({"chat": {"edit": true, "share": false, "new": false}}));
        assert_eq!(tree, json!({"chat": {"edit": true, "share": true, "new": false}}));
        assert!(lookup(&tree, "chat.edit") && !lookup(&tree, "chat.nothing"));
    }

    #[test]
    fn the_saved_tree_replaces_defaults_both_ways() {
        let mut tree = json!({"chat": {"edit": true, "share": true}});
        overlay(&mut tree, &json!({"chat": {"edit": false}}));
        assert_eq!(tree, json!({"chat": {"edit": false, "share": true}}));
    }
}
