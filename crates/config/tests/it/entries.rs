//! Settings as administrators see them.

use serde_json::{Value, json};
use transom_config::{Entry, SetError, Settings, Source, declarations};

use crate::load;

fn entry(settings: &Settings, name: &str) -> Entry {
    settings.entry(name).unwrap()
}

#[test]
fn every_declaration_has_an_entry_and_no_secret_is_told() {
    let secret = [("OPENAI_API_KEYS", "sk-one;sk-two"), ("REDIS_URL", "redis://:hush@localhost")];
    let settings = load(&secret);
    let entries = settings.entries();
    assert_eq!(entries.len(), declarations().len());
    for entry in entries.iter().filter(|entry| entry.declaration.secret) {
        assert_eq!((&entry.value, &entry.default), (&None, &None), "{}", entry.declaration.name);
    }
    assert!(entry(&settings, "OPENAI_API_KEYS").set && entry(&settings, "REDIS_URL").set);
    assert!(!entry(&settings, "BRAVE_SEARCH_API_KEY").set);
}

#[test]
fn passwords_inside_addresses_of_the_start_stay_hidden() {
    let settings = load(&[("DATABASE_URL", "postgresql://ada:hush@db/app")]);
    let shown = entry(&settings, "DATABASE_URL").value.unwrap_or_default();
    assert!(!shown.to_string().contains("hush"), "{shown}");
}

#[tokio::test]
async fn an_entry_follows_its_setting() {
    let settings = load(&[("RAG_TOP_K", "9")]);
    let told = |name| {
        let entry = entry(&settings, name);
        (entry.value.unwrap(), entry.default.unwrap(), entry.source)
    };
    assert_eq!(told("RAG_TOP_K"), (json!(9), json!(3), Source::Environment));
    settings.change("RAG_TOP_K", json!(5)).await.unwrap();
    assert_eq!(told("RAG_TOP_K"), (json!(5), json!(3), Source::Saved));
    settings.reset("RAG_TOP_K").await.unwrap();
    assert_eq!(told("RAG_TOP_K"), (json!(9), json!(3), Source::Environment));
    // However a list is saved, here it is a list.
    settings.change("DEFAULT_MODELS", json!("a,b")).await.unwrap();
    assert_eq!(told("DEFAULT_MODELS"), (json!(["a", "b"]), json!([]), Source::Saved));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_a_sentence() {
    let settings = load(&[]);
    for (name, value, sentence) in [
        ("RAG_TOP_K", json!("many"), "RAG_TOP_K must be a whole number"),
        ("RAG_TOP_K", Value::Null, "RAG_TOP_K must be a whole number, not null"),
        ("ENABLE_SIGNUP", json!("yes"), "ENABLE_SIGNUP must be true or false"),
        ("PORT", json!(80), "PORT can only be set in the environment"),
        ("PORT", Value::Null, "PORT can only be set in the environment"),
        ("NO_SUCH", json!(1), "there is no setting NO_SUCH"),
    ] {
        let refused: SetError = settings.change(name, value).await.unwrap_err();
        assert_eq!(refused.to_string(), sentence);
    }
    // Nothing is a choice where a limit may be absent.
    settings.change("RAG_FILE_MAX_SIZE", Value::Null).await.unwrap();
    assert_eq!(entry(&settings, "RAG_TOP_K").source, Source::Default);
}
