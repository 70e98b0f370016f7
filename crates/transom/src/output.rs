//! What the command line prints. The only place that writes to standard output and standard error directly.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};

/// A line for the reader or for a script.
pub fn line(text: &str) {
    println!("{text}");
}

/// Why a command failed.
pub fn error(text: &str) {
    eprintln!("transom: {text}");
}

/// Rows under a heading.
pub fn table(heading: &[&str], rows: Vec<Vec<String>>) {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heading.iter().copied());
    table.add_rows(rows);
    println!("{table}");
}
