//! What the command line prints. The only place that writes to standard output and standard error directly.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Display;
use std::io::{ErrorKind, Write, stdout};

use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};

/// A line for the reader or for a script.
pub fn line(text: &str) {
    put(text);
}

/// Why a command failed.
pub fn error(text: &str) {
    eprintln!("transom: {text}");
}

/// How far something is, in place of what stood there before.
#[cfg(feature = "local")]
pub fn progress(text: &str) {
    eprint!("\r\x1b[2K{text}");
}

/// A step of something that takes long.
#[cfg(feature = "local")]
pub fn progress_line(text: &str) {
    eprintln!("{text}");
}

/// The line of [`progress`] is done.
#[cfg(feature = "local")]
pub fn progress_end() {
    eprintln!();
}

/// Rows under a heading.
pub fn table(heading: &[&str], rows: Vec<Vec<String>>) {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heading.iter().copied());
    table.add_rows(rows);
    put(table);
}

/// Whoever reads may have seen enough, as `| head` has: that is no failure.
fn put(text: impl Display) {
    if let Err(e) = writeln!(stdout().lock(), "{text}")
        && e.kind() != ErrorKind::BrokenPipe
    {
        error(&format!("the output could not be written: {e}"));
    }
}
