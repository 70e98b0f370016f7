//! Which database is opened.

use transom_config::keys;

use crate::{load_in, refusal, try_load_in};

const PARTS: [(&str, &str); 6] = [
    ("DATABASE_TYPE", "postgresql"),
    ("DATABASE_USER", "u"),
    ("DATABASE_PASSWORD", "p@ss"),
    ("DATABASE_HOST", "db"),
    ("DATABASE_PORT", "5432"),
    ("DATABASE_NAME", "chat"),
];

fn parts_but(missing: &str) -> Vec<(&'static str, &'static str)> {
    PARTS.into_iter().filter(|(name, _)| *name != missing).collect()
}

#[test]
fn the_address_is_the_explicit_one_then_the_parts_then_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display().to_string();
    let file = format!("sqlite://{here}/data/webui.db");
    let mut explicit = PARTS.to_vec();
    explicit.push(("DATABASE_URL", "postgres://x:y@h:1/n?sslmode=require"));
    let table = [
        (Vec::new(), file.clone(), false),
        (vec![("DATABASE_URL", "")], file.clone(), false),
        (vec![("DATA_DIR", "/srv/chat")], "sqlite:///srv/chat/webui.db".into(), false),
        (PARTS.to_vec(), "postgresql://u:p@ss@db:5432/chat".into(), false),
        (parts_but("DATABASE_PASSWORD"), "postgresql://u@db:5432/chat".into(), false),
        (parts_but("DATABASE_USER"), file.clone(), false),
        (parts_but("DATABASE_PORT"), file.clone(), false),
        (explicit, "postgresql://x:y@h:1/n?sslmode=require".into(), true),
        (vec![("DATABASE_URL", "sqlite:////srv/a.db")], "sqlite:///srv/a.db".into(), true),
        (vec![("DATABASE_URL", "sqlite:///./a.db")], format!("sqlite://{here}/a.db"), true),
        (
            vec![("DATABASE_URL", "sqlite:///sub/a.db?mode=rwc")],
            format!("sqlite://{here}/sub/a.db?mode=rwc"),
            true,
        ),
        (vec![("DATABASE_URL", "sqlite://")], "sqlite::memory:".into(), true),
        (vec![("DATABASE_URL", "sqlite:///:memory:")], "sqlite::memory:".into(), true),
        (vec![("DATABASE_URL", "mysql+pymysql://u:p@h/d")], "mysql://u:p@h/d".into(), true),
        (vec![("DATABASE_URL", "postgresql+asyncpg://u:p@h/d")], "postgresql://u:p@h/d".into(), true),
    ];
    for (variables, url, explicit) in table {
        let found = load_in(folder.path(), &variables).database_url().unwrap();
        assert_eq!((found.url, found.explicit, found.password), (url, explicit, None), "{variables:?}");
    }
}

#[test]
fn an_encrypted_file_needs_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("DATABASE_TYPE", "sqlite+sqlcipher"), ("DATABASE_PASSWORD", "k")];
    let found = load_in(folder.path(), &variables).database_url().unwrap();
    assert_eq!(found.url, format!("sqlite+sqlcipher://{}/data/webui.db", folder.path().display()));
    assert_eq!(found.password.as_deref(), Some("k"));
    let sentence = "DATABASE_PASSWORD is empty, but it must be the key of the encrypted database file";
    assert_eq!(refusal(&[("DATABASE_TYPE", "sqlite+sqlcipher")]), sentence);
    assert_eq!(refusal(&[("DATABASE_URL", "sqlite+sqlcipher:///a.db")]), sentence);
}

#[test]
fn an_unknown_kind_stops_the_start_without_showing_the_password() {
    let sentence = refusal(&[("DATABASE_URL", "mongodb://user:hunter2@h/d")]);
    assert!(
        sentence.starts_with("DATABASE_URL is \"mongodb://user:********@h/d\", but it must be an address"),
        "{sentence}"
    );
}

#[test]
fn the_setting_keeps_the_form_of_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let settings = load_in(folder.path(), &[("DATA_DIR", "/srv/chat")]);
    assert_eq!(settings.get(&keys::DATABASE_URL), "sqlite:////srv/chat/webui.db");
    assert_eq!(settings.get(&keys::PGVECTOR_DB_URL), "sqlite:////srv/chat/webui.db");
}

#[test]
fn contradictions_and_gaps_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let notes = |variables: &[(&str, &str)]| try_load_in(folder.path(), variables).unwrap().notes();
    let mut both = PARTS.to_vec();
    both.push(("DATABASE_URL", "sqlite:///a.db"));
    assert_eq!(
        notes(&both),
        [
            "DATABASE_URL and all its parts (DATABASE_TYPE, DATABASE_HOST ...) are set: DATABASE_URL is used, although \
          older servers preferred the parts."
        ]
    );
    assert_eq!(
        notes(&parts_but("DATABASE_NAME")),
        ["The database address cannot be made of its parts, so SQLite is used: DATABASE_NAME is not set."]
    );
    assert_eq!(notes(&PARTS), Vec::<String>::new());
}

#[test]
fn passwords_never_show() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("DATABASE_URL", "postgresql://u:hunter2@h/d"),
        ("OPENAI_API_KEYS", "sk-hunter2"),
        ("OLLAMA_BASE_URLS", "http://o:hunter2@ollama:1"),
    ];
    let settings = load_in(folder.path(), &variables);
    let shown = format!("{settings:?} {:?}", settings.database_url().unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("http://o:********@ollama:1"), "{shown}");
}
