//! Saved settings: precedence, changes, the document.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value, json};
use transom_config::{Saver, SetError, Settings, Source, find, keys};

use crate::load;

/// Keeps rows in order; refuses everything when told to.
#[derive(Default)]
struct Rows {
    rows: Mutex<Vec<(String, Option<Value>)>>,
    refuse: bool,
}

#[async_trait]
impl Saver for Rows {
    async fn save(&self, key: &str, value: &Value) -> Result<(), String> {
        if self.refuse {
            return Err("the disk is full".to_owned());
        }
        self.rows.lock().unwrap().push((key.to_owned(), Some(value.clone())));
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.rows.lock().unwrap().push((key.to_owned(), None));
        Ok(())
    }
}

fn with_rows(variables: &[(&str, &str)]) -> (Settings, Arc<Rows>) {
    let (settings, rows) = (load(variables), Arc::new(Rows::default()));
    settings.attach(rows.clone());
    (settings, rows)
}

fn row(key: &str, value: Value) -> (String, Value) {
    (key.to_owned(), value)
}

fn source(settings: &Settings, name: &str) -> Source {
    settings.source(find(name).unwrap())
}

#[test]
fn saved_values_win_over_the_environment() {
    let settings = load(&[("ENABLE_SIGNUP", "true"), ("RAG_TOP_K", "9"), ("TASK_MODEL", "t")]);
    settings.apply_saved(vec![
        row("ui.enable_signup", json!(false)),
        row("rag.top_k", Value::Null),
        row("task.model.default", json!("saved")),
        row("ui.default_models", json!("a,b")),
        row("rag.file.allowed_extensions", json!(["pdf"])),
        row("rag.file.max_size", json!("")),
        row("newer.setting", json!(1)),
    ]);
    assert!(!settings.get(&keys::ENABLE_SIGNUP));
    assert_eq!(settings.get(&keys::RAG_TOP_K), 9);
    assert_eq!(settings.get(&keys::TASK_MODEL), "saved");
    assert_eq!(settings.get(&keys::DEFAULT_MODELS), ["a", "b"]);
    assert_eq!(settings.get(&keys::RAG_ALLOWED_FILE_EXTENSIONS), ["pdf"]);
    assert_eq!(settings.get(&keys::RAG_FILE_MAX_SIZE), None);
    assert_eq!(source(&settings, "TASK_MODEL"), Source::Saved);
    assert_eq!(source(&settings, "RAG_TOP_K"), Source::Environment);
}

#[test]
fn saved_values_can_be_switched_off_and_oauth_needs_its_own_switch() {
    let rows = || vec![row("ui.enable_signup", json!(false)), row("oauth.oidc.client_id", json!("saved"))];
    let read = |variables: &[(&str, &str)]| {
        let settings = load(variables);
        settings.apply_saved(rows());
        (settings.get(&keys::ENABLE_SIGNUP), settings.get(&keys::OAUTH_CLIENT_ID), settings)
    };
    let (signup, client, settings) = read(&[]);
    assert_eq!((signup, client.as_str()), (false, ""));
    assert!(settings.notes()[0].starts_with("1 saved settings are ignored"));
    let (signup, client, _) = read(&[("ENABLE_OAUTH_PERSISTENT_CONFIG", "true")]);
    assert_eq!((signup, client.as_str()), (false, "saved"));
    let (signup, client, settings) =
        read(&[("ENABLE_OAUTH_PERSISTENT_CONFIG", "true"), ("ENABLE_PERSISTENT_CONFIG", "false")]);
    assert_eq!((signup, client.as_str()), (true, ""));
    assert_eq!(settings.export()["ui"]["enable_signup"], json!(false), "what is stored is still exported");
}

#[test]
fn a_saved_value_that_no_longer_fits_is_noted() {
    let settings = load(&[]);
    settings.apply_saved(vec![
        row("ui.default_user_role", json!("boss")),
        row("rag.top_k", json!({})),
        row("openai.api_keys", json!({ "secret": 1 })),
    ]);
    assert_eq!(settings.get(&keys::DEFAULT_USER_ROLE), "pending");
    assert_eq!(settings.get(&keys::RAG_TOP_K), 3);
    let notes = settings.notes();
    assert_eq!(notes.len(), 3);
    assert!(notes[0].contains("ui.default_user_role") && notes[0].contains("boss"), "{notes:?}");
    assert!(!notes[2].contains("secret"), "{notes:?}");
}

#[tokio::test]
async fn a_change_is_saved_seen_and_announced() {
    let (settings, rows) = with_rows(&[]);
    let mut changes = settings.changes();
    settings.set(&keys::ENABLE_SIGNUP, false).await.unwrap();
    settings.set_json("RAG_TOP_K", json!("7")).await.unwrap();
    assert!(!settings.get(&keys::ENABLE_SIGNUP));
    assert_eq!(settings.clone().get(&keys::RAG_TOP_K), 7);
    assert_eq!(
        *rows.rows.lock().unwrap(),
        [("ui.enable_signup".to_owned(), Some(json!(false))), ("rag.top_k".to_owned(), Some(json!(7)))]
    );
    assert_eq!(changes.recv().await.unwrap(), "ENABLE_SIGNUP");
    assert_eq!(changes.recv().await.unwrap(), "RAG_TOP_K");
    assert_eq!(source(&settings, "ENABLE_SIGNUP"), Source::Saved);

    settings.reset("ENABLE_SIGNUP").await.unwrap();
    assert!(settings.get(&keys::ENABLE_SIGNUP));
    assert_eq!(rows.rows.lock().unwrap().last(), Some(&("ui.enable_signup".to_owned(), None)));
    assert_eq!(changes.recv().await.unwrap(), "ENABLE_SIGNUP");
    assert_eq!(source(&settings, "ENABLE_SIGNUP"), Source::Default);
}

#[tokio::test]
async fn a_bad_change_changes_nothing() {
    let (settings, rows) = with_rows(&[]);
    let say = |result: Result<(), SetError>| result.unwrap_err().to_string();
    let boss = settings.set(&keys::DEFAULT_USER_ROLE, "boss".to_owned()).await;
    assert_eq!(say(boss), "DEFAULT_USER_ROLE must be one of pending, user, admin");
    assert_eq!(
        say(settings.set_json("JWT_EXPIRES_IN", json!("soon")).await),
        "JWT_EXPIRES_IN must be a duration such as 30m, 12h or 4w, or -1 for no end"
    );
    assert_eq!(
        say(settings.set_json("ENABLE_SIGNUP", json!("no")).await),
        "ENABLE_SIGNUP must be true or false"
    );
    assert_eq!(say(settings.set_json("CHUNK_SIZE", json!(1.5)).await), "CHUNK_SIZE must be a whole number");
    assert_eq!(say(settings.set_json("CHUNK_SIZE", Value::Null).await), "CHUNK_SIZE must be a whole number");
    assert_eq!(
        say(settings.set_json("WEBUI_BANNERS", json!({})).await),
        "WEBUI_BANNERS must be a JSON array"
    );
    assert_eq!(say(settings.set_json("NOTHING", json!(1)).await), "there is no setting NOTHING");
    assert_eq!(say(settings.set(&keys::PORT, 1).await), "PORT can only be set in the environment");
    assert_eq!(say(settings.reset("PORT").await), "PORT can only be set in the environment");
    assert!(rows.rows.lock().unwrap().is_empty());

    settings.attach(Arc::new(Rows { refuse: true, ..Rows::default() }));
    assert_eq!(
        say(settings.set(&keys::ENABLE_SIGNUP, false).await),
        "ui.enable_signup could not be saved: the disk is full"
    );
    assert!(settings.get(&keys::ENABLE_SIGNUP));
}

#[tokio::test]
async fn lists_are_saved_in_the_form_of_the_contract() {
    let (settings, _) = with_rows(&[]);
    assert_eq!(settings.value("DEFAULT_MODELS"), Some(Value::Null));
    settings.set(&keys::DEFAULT_MODELS, vec!["a".into(), "b".into()]).await.unwrap();
    settings.set(&keys::API_KEYS_ALLOWED_ENDPOINTS, vec!["/api".into()]).await.unwrap();
    settings.set(&keys::OPENAI_API_KEYS, vec!["k".into(), String::new()]).await.unwrap();
    let document = settings.export();
    assert_eq!(document["ui"]["default_models"], json!("a,b"));
    assert_eq!(document["auth"]["api_key"]["allowed_endpoints"], json!("/api"));
    assert_eq!(document["openai"]["api_keys"], json!(["k", ""]));
    for sent in [json!(""), Value::Null, json!("x")] {
        settings.set_json("DEFAULT_MODELS", sent.clone()).await.unwrap();
        assert_eq!(settings.value("DEFAULT_MODELS"), Some(sent));
    }
}

#[tokio::test]
async fn the_document_goes_out_and_comes_in_whole() {
    let (settings, rows) = with_rows(&[]);
    assert_eq!(settings.export(), json!({ "version": 0, "ui": {} }));
    settings.apply_saved(vec![row("webhook_url", json!("http://w")), row("rag.top_k", json!(5))]);
    let document = json!({
        "version": 0,
        "ui": { "enable_signup": false, "default_models": "a" },
        "user": { "permissions": { "chat": { "edit": false } } },
        "openai": { "api_configs": { "0": { "enable": true } } },
        "rag": { "chunk_size": null },
        "unknown": { "deep": { "value": [1] } },
    });
    settings.import(document.clone()).await.unwrap();
    assert_eq!(settings.export(), document);
    assert!(!settings.get(&keys::ENABLE_SIGNUP));
    assert_eq!(settings.get(&keys::CHUNK_SIZE), 1000);
    assert_eq!(settings.get(&keys::RAG_TOP_K), 3, "a key that the document lacks is gone");
    assert_eq!(settings.get(&keys::OPENAI_API_CONFIGS), json!({ "0": { "enable": true } }));
    let written = rows.rows.lock().unwrap().clone();
    assert!(written.contains(&("webhook_url".to_owned(), None)));
    assert!(written.contains(&("unknown.deep.value".to_owned(), Some(json!([1])))));
    assert!(written.contains(&("user.permissions".to_owned(), Some(json!({ "chat": { "edit": false } })))));
}

#[tokio::test]
async fn a_document_with_one_bad_value_is_refused_whole() {
    let (settings, rows) = with_rows(&[]);
    let document = json!({ "ui": { "enable_signup": false, "default_user_role": "boss" } });
    assert!(settings.import(document).await.is_err());
    assert!(settings.import(json!([])).await.is_err());
    assert!(settings.get(&keys::ENABLE_SIGNUP));
    assert!(rows.rows.lock().unwrap().is_empty());
}

#[tokio::test]
async fn changes_of_another_node_are_taken_over_without_saving() {
    let (settings, rows) = with_rows(&[("RAG_TOP_K", "4")]);
    let mut changes = settings.changes();
    settings.apply_remote("rag.top_k", Some(json!(8)));
    assert_eq!(settings.get(&keys::RAG_TOP_K), 8);
    assert_eq!(settings.export()["rag"]["top_k"], json!(8));
    settings.apply_remote("rag.top_k", None);
    assert_eq!(settings.get(&keys::RAG_TOP_K), 4);
    settings.apply_remote("some.other", Some(json!(1)));
    assert_eq!(settings.export()["some"]["other"], json!(1));
    assert_eq!(changes.recv().await.unwrap(), "RAG_TOP_K");
    assert_eq!(changes.recv().await.unwrap(), "RAG_TOP_K");
    assert!(changes.try_recv().is_err());
    assert!(rows.rows.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_old_settings_file_is_imported_once() {
    let folder = tempfile::tempdir().unwrap();
    let settings = crate::load_in(folder.path(), &[("DATA_DIR", ".")]);
    assert!(!settings.import_config_file().await.unwrap());
    std::fs::write(folder.path().join("config.json"), r#"{"version":0,"ui":{"enable_signup":false}}"#)
        .unwrap();
    assert!(settings.import_config_file().await.unwrap());
    assert!(!settings.get(&keys::ENABLE_SIGNUP));
    assert!(folder.path().join("old_config.json").is_file());
    assert!(!settings.import_config_file().await.unwrap());
}

#[test]
fn readers_see_whole_values_while_a_writer_changes_them() {
    let settings = load(&[]);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    (0..20_000).all(|_| {
                        let urls = settings.get(&keys::OPENAI_API_BASE_URLS);
                        urls.len() == 1 || urls == ["http://a", "http://b"]
                    })
                })
            })
            .collect();
        for _ in 0..2_000 {
            settings.apply_remote("openai.api_base_urls", Some(json!(["http://a", "http://b"])));
            settings.apply_remote("openai.api_base_urls", None);
        }
        assert!(readers.into_iter().all(|reader| reader.join().unwrap()));
    });
}
