//! The texts of all variables before they are read: process environment, `.env` files, `NAME_FILE`, command line.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::declaration::Declaration;
use crate::settings::LoadOptions;
use crate::{ConfigError, declarations, dotenv, find};

/// Variables that are no settings but that HTTP clients honour; `.env` files may set them too.
const PROXIES: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

/// Where programs are looked for; no setting either.
const PATH: &str = "PATH";

/// The texts of all variables, and where relative paths start.
pub(crate) struct Environment {
    values: HashMap<String, String>,
    derived: HashMap<&'static str, Resolved>,
    /// Where relative paths start.
    pub(crate) working_dir: PathBuf,
    /// The data folder, absolute if the working folder is.
    pub(crate) data_dir: PathBuf,
}

/// The text that a variable ends up with.
#[derive(Clone)]
pub(crate) struct Resolved {
    /// The text.
    pub(crate) text: String,
    /// The variable as the user spelled it.
    pub(crate) spelled: String,
    /// Whether the user set it, as opposed to a default.
    pub(crate) set: bool,
}

impl Environment {
    /// Gathers all sources. The process wins over `.env` files, the command line over everything.
    pub(crate) fn gather(options: LoadOptions) -> Result<Self, ConfigError> {
        let LoadOptions { environment, working_dir, overrides } = options;
        let mut values: HashMap<String, String> = environment.into_iter().collect();
        for (name, value) in overrides {
            values.remove(&format!("{name}_FILE"));
            values.insert(name.to_owned(), value);
        }
        let near = working_dir.join(".env");
        add_file(&mut values, &near, &[])?;
        // The folder is settled before its own file is read, so that file cannot move it.
        if let Some(text) = read_named_file(&values, "DATA_DIR", &working_dir)? {
            values.remove("DATA_DIR_FILE");
            values.insert("DATA_DIR".to_owned(), text);
        }
        let chosen = values.get("DATA_DIR").filter(|dir| !dir.is_empty()).map_or("data", String::as_str);
        let data_dir = working_dir.join(chosen);
        let far = data_dir.join(".env");
        if !same_file(&near, &far) {
            add_file(&mut values, &far, &["DATA_DIR", "DATA_DIR_FILE"])?;
        }
        let mut environment = Environment { values, derived: HashMap::new(), working_dir, data_dir };
        environment.read_named_files()?;
        environment.forget_strangers();
        Ok(environment)
    }

    /// Reads every `NAME_FILE` into `NAME`.
    fn read_named_files(&mut self) -> Result<(), ConfigError> {
        for name in spellings() {
            if let Some(text) = read_named_file(&self.values, name, &self.working_dir)? {
                self.values.insert(name.to_owned(), text);
            }
        }
        Ok(())
    }

    /// Keeps only what is declared: the rest of the process environment is nobody's business here.
    fn forget_strangers(&mut self) {
        let known: HashSet<&str> = spellings().collect();
        self.values.retain(|name, _| known.contains(name.as_str()) || is_proxy(name) || name == PATH);
    }

    /// The proxy variables, as HTTP clients expect them.
    pub(crate) fn proxies(&self) -> Vec<(String, String)> {
        let proxies = self.values.iter().filter(|(name, _)| is_proxy(name));
        proxies.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The folders in which programs are looked for.
    pub(crate) fn search_path(&self) -> Option<&str> {
        self.values.get(PATH).map(String::as_str)
    }

    /// What the user set under the name or one of its other spellings.
    pub(crate) fn given(&self, declaration: &Declaration) -> Option<(&'static str, &str)> {
        let names = std::iter::once(declaration.name).chain(declaration.aliases.iter().copied());
        names.into_iter().find_map(|name| self.values.get(name).map(|text| (name, text.as_str())))
    }

    /// What the user set, if it is not empty.
    pub(crate) fn given_text(&self, name: &str) -> Option<&str> {
        let (_, text) = self.given(find(name)?)?;
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// Replaces the text of a variable by one that was worked out.
    pub(crate) fn derive(&mut self, name: &'static str, text: String, set: bool) {
        self.derived.insert(name, Resolved { text, spelled: name.to_owned(), set });
    }

    /// The text a variable ends up with: worked out, set, taken from the variable it falls back to, or the default.
    pub(crate) fn resolve(&self, declaration: &Declaration) -> Resolved {
        if let Some(derived) = self.derived.get(declaration.name) {
            return derived.clone();
        }
        if let Some((spelled, text)) = self.given(declaration) {
            return Resolved { text: text.to_owned(), spelled: spelled.to_owned(), set: true };
        }
        if let Some(fallback) = declaration.fallback.and_then(find) {
            let resolved = self.resolve(fallback);
            if resolved.set || declaration.default.is_empty() {
                return resolved;
            }
        }
        let text = self.substitute(declaration.default);
        Resolved { text, spelled: declaration.name.to_owned(), set: false }
    }

    /// The text a variable ends up with, by name; empty for an unknown name.
    pub(crate) fn text(&self, name: &str) -> String {
        find(name).map(|declaration| self.resolve(declaration).text).unwrap_or_default()
    }

    /// Whether a switch ends up on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.text(name).trim().eq_ignore_ascii_case("true")
    }

    /// Replaces `{NAME}` in a default by the value of that variable.
    pub(crate) fn substitute(&self, default: &str) -> String {
        let mut text = default.to_owned();
        while let Some((start, end, name)) = placeholder(&text) {
            let value = match name {
                "DATA_DIR" => self.data_dir.display().to_string(),
                name => self.text(name),
            };
            text.replace_range(start..end, &value);
        }
        text
    }
}

/// The first `{NAME}` of a text that names a declared variable.
fn placeholder(text: &str) -> Option<(usize, usize, &'static str)> {
    text.match_indices('{').find_map(|(start, _)| {
        let end = start + text[start..].find('}')?;
        let declaration = find(&text[start + 1..end])?;
        Some((start, end + 1, declaration.name))
    })
}

fn spellings() -> impl Iterator<Item = &'static str> {
    declarations().iter().flat_map(|d| std::iter::once(d.name).chain(d.aliases.iter().copied()))
}

fn is_proxy(name: &str) -> bool {
    PROXIES.iter().any(|proxy| name.eq_ignore_ascii_case(proxy))
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Adds what a `.env` file sets and nothing else did, but for some names. No file is fine.
fn add_file(values: &mut HashMap<String, String>, path: &Path, but: &[&str]) -> Result<(), ConfigError> {
    if !path.is_file() {
        return Ok(());
    }
    let text = read("the environment file", path)?;
    let parsed = dotenv::parse(&text);
    let found =
        parsed.map_err(|(line, problem)| ConfigError::DotEnv { path: path.to_path_buf(), line, problem })?;
    // Within one file the last assignment counts.
    let found: HashMap<String, String> = found.into_iter().collect();
    for (name, value) in found.into_iter().filter(|(name, _)| !but.contains(&name.as_str())) {
        values.entry(name).or_insert(value);
    }
    Ok(())
}

/// The content of the file named by `NAME_FILE`, without its last line end.
///
/// One-word names have no such form: `ENV_FILE` or `HOST_FILE` often belong to other tools.
fn read_named_file(
    values: &HashMap<String, String>,
    name: &str,
    working_dir: &Path,
) -> Result<Option<String>, ConfigError> {
    let variable = format!("{name}_FILE");
    let Some(file) = values.get(&variable).filter(|file| !file.is_empty()) else {
        return Ok(None);
    };
    if !name.contains('_') || find(&variable).is_some() {
        return Ok(None);
    }
    if values.contains_key(name) {
        return Err(ConfigError::BothForms { name: name.to_owned() });
    }
    let text = read(&variable, &working_dir.join(file))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Some(text.strip_suffix('\r').unwrap_or(text).to_owned()))
}

fn read(what: &str, path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        what: what.to_owned(),
        path: path.to_path_buf(),
        problem: error.to_string(),
    })
}
