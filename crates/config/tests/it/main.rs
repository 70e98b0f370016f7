//! Integration tests of the settings.

// Outside #[test] functions clippy does not know that this is a test; shared functions need no docs of their own.
#![allow(clippy::unwrap_used, missing_docs)]

mod contract;
mod database;
mod dotenv;
mod entries;
mod loading;
mod page;
mod parsing;
mod prompts;
mod saving;

use std::path::Path;

use transom_config::{ConfigError, LoadOptions, Settings};

/// Variables as tests write them down.
pub type Variables<'a> = &'a [(&'a str, &'a str)];

/// Loads settings from these variables, with an empty working folder.
pub fn try_load(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    try_load_in(folder.path(), variables)
}

pub fn load(variables: &[(&str, &str)]) -> Settings {
    try_load(variables).unwrap()
}

/// Loads settings from these variables, in this working folder.
pub fn try_load_in(folder: &Path, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Settings::load(LoadOptions { environment, working_dir: folder.to_path_buf(), overrides: Vec::new() })
}

pub fn load_in(folder: &Path, variables: &[(&str, &str)]) -> Settings {
    try_load_in(folder, variables).unwrap()
}

/// The sentence with which the start stops.
pub fn refusal(variables: &[(&str, &str)]) -> String {
    try_load(variables).map(|_| ()).unwrap_err().to_string()
}
