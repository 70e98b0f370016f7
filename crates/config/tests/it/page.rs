//! The settings page of the book, and the texts that the web UI translates, follow the declarations.

use std::collections::BTreeMap;
use std::path::Path;

use transom_config::{declarations, reference_page};

/// `UPDATE_DOCS=1 cargo test -p transom-config` writes the file again.
fn is_current(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} is out of date: run UPDATE_DOCS=1 cargo test -p transom-config");
}

#[test]
fn the_page_in_the_book_is_current() {
    is_current("docs/settings.md", &reference_page());
}

/// The form is that of the formatter of the web UI: one text a line, after a tab.
#[test]
fn the_texts_that_are_translated_are_current() {
    let texts: BTreeMap<_, _> = declarations().iter().map(|one| (one.name, one.help)).collect();
    let lines: Vec<String> = texts
        .iter()
        .map(|(name, help)| format!("\t{}: {}", serde_json::json!(name), serde_json::json!(help)))
        .collect();
    let file = format!("{{\n{}\n}}\n", lines.join(",\n"));
    is_current("web/src/lib/i18n/settings/en-US.json", &file);
}

#[test]
fn the_page_has_one_row_for_each_variable() {
    let page = reference_page();
    for declaration in declarations() {
        let starts = format!("\n| `{}`", declaration.name);
        assert_eq!(page.matches(&format!("{starts} ")).count(), 1, "{}", declaration.name);
    }
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
    }
}
