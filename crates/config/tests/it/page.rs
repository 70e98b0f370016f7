//! The settings page of the book follows the declarations.

use std::path::Path;

use transom_config::{declarations, reference_page};

/// `UPDATE_DOCS=1 cargo test -p transom-config` writes the page again.
#[test]
fn the_page_in_the_book_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    let page = reference_page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let book = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(book == page, "docs/settings.md is out of date: run UPDATE_DOCS=1 cargo test -p transom-config");
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
