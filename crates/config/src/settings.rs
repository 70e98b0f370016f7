//! The settings of a running server: loading and reading. Changing them is in `saved`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use arc_swap::ArcSwap;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::datum::{self, Datum, SettingValue};
use crate::declaration::{Declaration, Kind, OnBad, SavedList, Separator, Setting};
use crate::environment::{Environment, Resolved};
use crate::saved::Saver;
use crate::{ConfigError, checks, database, declarations, derive, keys, mask, parse};

/// How many changes a slow listener may fall behind before it misses some.
const CHANGES_KEPT: usize = 1024;

/// Where the settings come from.
#[derive(Default)]
pub struct LoadOptions {
    /// The process environment.
    pub environment: Vec<(String, String)>,
    /// Where `.env` is looked for and where relative paths start.
    pub working_dir: PathBuf,
    /// Values of the command line, by variable; they win over everything.
    pub overrides: Vec<(&'static str, String)>,
}

impl LoadOptions {
    /// The environment and working folder of this process. Names and values that are no UTF-8 are read as well as
    /// possible.
    #[must_use]
    pub fn from_process(overrides: Vec<(&'static str, String)>) -> Self {
        let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let environment = std::env::vars_os().map(|(name, value)| (lossy(name), lossy(value))).collect();
        let working_dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        LoadOptions { environment, working_dir, overrides }
    }
}

// The environment is full of secrets.
impl std::fmt::Debug for LoadOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let overridden: Vec<&str> = self.overrides.iter().map(|(name, _)| *name).collect();
        f.debug_struct("LoadOptions")
            .field("variables", &self.environment.len())
            .field("working_dir", &self.working_dir)
            .field("overrides", &overridden)
            .finish()
    }
}

/// Where the current value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// A variable, a `.env` file or the command line.
    Environment,
    /// An admin saved it.
    Saved,
}

/// All settings. Clones are cheap and share the same values.
#[derive(Clone)]
pub struct Settings {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) slots: Vec<Slot>,
    pub(crate) environment: Environment,
    /// The saved document, one entry for each dotted key; keys nobody declares are kept too.
    pub(crate) saved: Mutex<BTreeMap<String, Value>>,
    pub(crate) saver: RwLock<Option<Arc<dyn Saver>>>,
    /// Held while a change is saved and then seen, so that store and memory agree about the order.
    pub(crate) writing: tokio::sync::Mutex<()>,
    pub(crate) changes: broadcast::Sender<&'static str>,
    notes: Mutex<Vec<String>>,
}

/// One setting: its value at start, and the current one.
pub(crate) struct Slot {
    pub(crate) start: Datum,
    source: Source,
    pub(crate) current: ArcSwap<Current>,
}

pub(crate) struct Current {
    pub(crate) datum: Datum,
    pub(crate) saved: bool,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Settings {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// When a value cannot be read, values contradict each other, or a file named by one cannot be read; see
    /// [`ConfigError`].
    pub fn load(options: LoadOptions) -> Result<Settings, ConfigError> {
        let mut environment = Environment::gather(options)?;
        derive::texts(&mut environment)?;
        let mut notes = Vec::new();
        let slots = declarations()
            .iter()
            .map(|declaration| slot(declaration, &environment, &mut notes))
            .collect::<Result<Vec<_>, _>>()?;
        notes.extend(database::note(&environment));
        notes.extend(derive::unheeded(&environment, |name| {
            keys::index_of(name).and_then(|index| Some((index, keys::find(name)?))).is_some_and(
                |(index, declaration)| {
                    default_of(declaration, &environment).is_none_or(|default| default != slots[index].start)
                },
            )
        }));
        let settings = Settings {
            inner: Arc::new(Inner {
                slots,
                environment,
                saved: Mutex::new(BTreeMap::new()),
                saver: RwLock::new(None),
                writing: tokio::sync::Mutex::new(()),
                changes: broadcast::channel(CHANGES_KEPT).0,
                notes: Mutex::new(notes),
            }),
        };
        checks::run(&settings)?;
        Ok(settings)
    }

    /// The current value. Reads never wait for a writer.
    #[must_use]
    pub fn get<T: SettingValue>(&self, setting: &Setting<T>) -> T {
        match self.inner.slots.get(setting.index()) {
            Some(slot) => T::from_datum(&slot.current.load().datum),
            // Every key is declared, so there is always a slot; the empty value keeps this total.
            None => T::from_datum(&Datum::Json(Value::Null)),
        }
    }

    /// The current value by declared name, in the form that clients see.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        let declaration = keys::find(name)?;
        let current = self.inner.slots.get(keys::index_of(name)?)?.current.load();
        let nothing = matches!(&current.datum, Datum::List(items) if items.is_empty());
        if let Kind::List(format) = declaration.kind
            && format.saved_as == SavedList::TextOrNull
            && nothing
        {
            // Null and an empty text are both "nothing chosen", and clients get back which of them they sent.
            let saved = declaration.persistent.and_then(|key| locked(&self.inner.saved).get(key).cloned());
            return Some(saved.filter(|_| current.saved).unwrap_or(Value::Null));
        }
        Some(datum::to_json(declaration, &current.datum))
    }

    /// The current value as text for people, with secrets masked.
    #[must_use]
    pub fn shown(&self, declaration: &Declaration) -> String {
        let slot = keys::index_of(declaration.name).and_then(|index| self.inner.slots.get(index));
        slot.map(|slot| mask::shown(declaration, &datum::to_text(declaration, &slot.current.load().datum)))
            .unwrap_or_default()
    }

    /// Where the current value comes from.
    #[must_use]
    pub fn source(&self, declaration: &Declaration) -> Source {
        let slot = keys::index_of(declaration.name).and_then(|index| self.inner.slots.get(index));
        match slot {
            Some(slot) if slot.current.load().saved => Source::Saved,
            Some(slot) => slot.source,
            None => Source::Default,
        }
    }

    /// The names of settings as they change, from here or from another node. A listener that falls far behind gets
    /// `Lagged` and must read again what it needs.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<&'static str> {
        self.inner.changes.subscribe()
    }

    /// Sentences to log once at start: values that were replaced, variables without effect, contradictions.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        locked(&self.inner.notes).clone()
    }

    pub(crate) fn add_note(&self, note: String) {
        locked(&self.inner.notes).push(note);
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.inner.environment.data_dir.clone()
    }

    /// Makes the data folder with `uploads` and `cache` inside, and gives a very old database file its new name.
    ///
    /// # Errors
    /// When a folder cannot be made or the file cannot be renamed.
    pub fn prepare_data_dir(&self) -> Result<(), ConfigError> {
        let unwritable = |what, path: &PathBuf| {
            let path = path.clone();
            move |source| ConfigError::Unwritable { what, path, source }
        };
        let data = self.data_dir();
        for folder in [data.join("uploads"), data.join("cache")] {
            std::fs::create_dir_all(&folder).map_err(unwritable("the data folder", &folder))?;
        }
        let (old, new) = (data.join("ollama.db"), data.join("webui.db"));
        if old.exists() && !new.exists() {
            std::fs::rename(&old, &new).map_err(unwritable("the database file", &new))?;
        }
        Ok(())
    }

    /// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` in either case, as set in the process or a `.env` file.
    #[must_use]
    pub fn proxy_variables(&self) -> Vec<(String, String)> {
        self.inner.environment.proxies()
    }

    /// `PATH`: the folders in which programs that this server starts are looked for.
    #[must_use]
    pub fn search_path(&self) -> Option<String> {
        self.inner.environment.search_path().map(str::to_owned)
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.inner.environment
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = declarations().iter().filter(|declaration| self.source(declaration) != Source::Default);
        f.debug_map().entries(set.map(|declaration| (declaration.name, self.shown(declaration)))).finish()
    }
}

fn slot(
    declaration: &Declaration,
    environment: &Environment,
    notes: &mut Vec<String>,
) -> Result<Slot, ConfigError> {
    let resolved = environment.resolve(declaration);
    let datum = match read(declaration, &resolved.text, environment) {
        Ok(datum) => datum,
        Err(expected) => replaced(declaration, &resolved, expected, environment, notes)?,
    };
    let start = derive::datum(declaration.name, datum, environment);
    let source = if resolved.set { Source::Environment } else { Source::Default };
    Ok(Slot { current: ArcSwap::from_pointee(Current { datum: start.clone(), saved: false }), start, source })
}

fn read(declaration: &Declaration, text: &str, environment: &Environment) -> Result<Datum, String> {
    let separator = match declaration.kind {
        Kind::List(format) => match format.separator {
            Separator::Char(separator) => separator.to_string(),
            Separator::Variable(name) => environment.text(name),
            Separator::Whitespace => String::new(),
        },
        _ => String::new(),
    };
    parse::datum(declaration, text, &separator)
}

/// What takes the place of a bad value, if anything may.
fn replaced(
    declaration: &Declaration,
    resolved: &Resolved,
    expected: String,
    environment: &Environment,
    notes: &mut Vec<String>,
) -> Result<Datum, ConfigError> {
    let (name, value) = (resolved.spelled.clone(), mask::quoted(declaration, &resolved.text));
    let instead = match declaration.on_bad {
        OnBad::Abort => return Err(ConfigError::BadValue { name, value, expected }),
        OnBad::UseDefault => declaration.default,
        OnBad::Use(text) => text,
    };
    let used = if instead.is_empty() { "nothing".to_owned() } else { format!("{instead:?}") };
    notes.push(format!("{name} is {value}, but it must be {expected}; {used} is used instead."));
    read(declaration, &environment.substitute(instead), environment)
        .map_err(|expected| ConfigError::BadValue { name, value, expected })
}

/// The value that would count if nobody had set anything.
pub(crate) fn default_of(declaration: &Declaration, environment: &Environment) -> Option<Datum> {
    let datum = read(declaration, &environment.substitute(declaration.default), environment).ok()?;
    Some(derive::datum(declaration.name, datum, environment))
}
