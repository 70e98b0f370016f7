//! Settings that admins change: saving, resetting, the saved document, changes of other nodes.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use serde_json::Value;

use crate::datum::{self, Datum, SettingValue};
use crate::declaration::{Declaration, Setting};
use crate::settings::{Current, Settings, locked};
use crate::{ConfigError, SetError, declarations, document, keys, mask};

/// Where saved values go: one row for each dotted key.
#[async_trait]
pub trait Saver: Send + Sync {
    /// Writes one value.
    async fn save(&self, key: &str, value: &Value) -> Result<(), String>;
    /// Removes one value; a missing one is fine.
    async fn delete(&self, key: &str) -> Result<(), String>;
}

/// Saves nothing: settings without a store live in memory.
struct MemoryOnly;

#[async_trait]
impl Saver for MemoryOnly {
    async fn save(&self, _key: &str, _value: &Value) -> Result<(), String> {
        Ok(())
    }

    async fn delete(&self, _key: &str) -> Result<(), String> {
        Ok(())
    }
}

impl Settings {
    /// Introduces the store. Until then, changes live in memory only.
    pub fn attach(&self, saver: Arc<dyn Saver>) {
        *self.inner.saver.write().unwrap_or_else(PoisonError::into_inner) = Some(saver);
    }

    fn saver(&self) -> Arc<dyn Saver> {
        let saver = self.inner.saver.read().unwrap_or_else(PoisonError::into_inner);
        saver.clone().unwrap_or_else(|| Arc::new(MemoryOnly))
    }

    /// Takes over the saved rows at start. Null means "as in the environment"; a value that no longer fits is left out
    /// with a note.
    pub fn apply_saved(&self, rows: Vec<(String, Value)>) {
        let mut ignored = 0_usize;
        for (key, value) in rows {
            if let Some(index) = keys::index_of_key(&key).filter(|_| !value.is_null()) {
                if self.saved_counts(&key) {
                    self.take_over(index, &key, value.clone());
                } else {
                    ignored += 1;
                }
            }
            locked(&self.inner.saved).insert(key, value);
        }
        if ignored > 0 {
            self.add_note(format!(
                "{ignored} saved settings are ignored, because ENABLE_PERSISTENT_CONFIG (for OAuth settings \
                 ENABLE_OAUTH_PERSISTENT_CONFIG) is off."
            ));
        }
    }

    /// Whether a saved value wins over the environment at start.
    fn saved_counts(&self, key: &str) -> bool {
        self.get(&keys::ENABLE_PERSISTENT_CONFIG)
            && (!key.starts_with("oauth.") || self.get(&keys::ENABLE_OAUTH_PERSISTENT_CONFIG))
    }

    fn take_over(&self, index: usize, key: &str, value: Value) {
        let declaration = declarations()[index];
        let shown = mask::quoted(declaration, &value.to_string());
        match datum::from_json(declaration, value) {
            Ok(datum) => self.remember(index, datum, true),
            Err(expected) => self.add_note(format!(
                "The saved setting {key} is {shown}, but {} must be {expected}; it is ignored.",
                declaration.name
            )),
        }
    }

    /// Another node changed a value, or removed it.
    pub fn apply_remote(&self, key: &str, value: Option<Value>) {
        let index = keys::index_of_key(key);
        match value {
            Some(value) => {
                locked(&self.inner.saved).insert(key.to_owned(), value.clone());
                if let Some(index) = index {
                    self.take_over(index, key, value);
                }
            }
            None => {
                locked(&self.inner.saved).remove(key);
                if let Some(index) = index {
                    self.forget(index);
                }
            }
        }
        if let Some(index) = index {
            self.announce(index);
        }
    }

    /// Changes a setting: checks, saves, then shows the new value to readers.
    ///
    /// # Errors
    /// When it is fixed at start, the value is not allowed, or the store refuses; then nothing changes.
    pub async fn set<T: SettingValue>(&self, setting: &Setting<T>, value: T) -> Result<(), SetError> {
        let declaration = setting.declaration();
        let datum = datum::check(declaration, value.into_datum())
            .map_err(|expected| SetError::Invalid { name: declaration.name, expected })?;
        let json =
            if is_nothing(&datum, declaration) { Value::Null } else { datum::to_json(declaration, &datum) };
        let _order = self.inner.writing.lock().await;
        self.put(setting.index(), datum, json).await
    }

    /// As [`Settings::set`], by declared name and from JSON.
    ///
    /// # Errors
    /// As [`Settings::set`], and when no such variable is declared.
    pub async fn set_json(&self, name: &str, value: Value) -> Result<(), SetError> {
        let (index, declaration) = known(name)?;
        let (datum, json) = checked(declaration, value)?;
        let _order = self.inner.writing.lock().await;
        self.put(index, datum, json).await
    }

    /// Whether [`Settings::set_json`] would take the value.
    ///
    /// # Errors
    /// When no such variable is declared, it is fixed at start, or the value is not allowed.
    pub fn check(&self, name: &str, value: &Value) -> Result<(), SetError> {
        let (_, declaration) = known(name)?;
        declaration.persistent.ok_or(SetError::Fixed(declaration.name))?;
        checked(declaration, value.clone()).map(|_| ())
    }

    /// Deletes the saved value: the environment or the default counts again.
    ///
    /// # Errors
    /// When no such variable is declared, it is fixed at start, or the store refuses.
    pub async fn reset(&self, name: &str) -> Result<(), SetError> {
        let (index, declaration) = known(name)?;
        let key = declaration.persistent.ok_or(SetError::Fixed(declaration.name))?;
        let _order = self.inner.writing.lock().await;
        self.remove(key).await?;
        self.forget(index);
        self.announce(index);
        Ok(())
    }

    /// The saved values as one nested document.
    #[must_use]
    pub fn export(&self) -> Value {
        document::nest(&locked(&self.inner.saved))
    }

    /// Replaces the saved document. Every value is checked before the first is written; keys that the document does not
    /// have are deleted.
    ///
    /// # Errors
    /// When it is no JSON object, a value is not allowed, or the store refuses.
    pub async fn import(&self, document: Value) -> Result<(), SetError> {
        let Value::Object(document) = document else {
            return Err(SetError::NotADocument);
        };
        let leaves = document::flatten(document);
        let mut changes = Vec::with_capacity(leaves.len());
        for (key, value) in leaves {
            let index = keys::index_of_key(&key);
            let datum = match index.map(|index| declarations()[index]).filter(|_| !value.is_null()) {
                Some(declaration) => Some(checked(declaration, value.clone())?.0),
                None => None,
            };
            changes.push((key, value, index, datum));
        }
        let _order = self.inner.writing.lock().await;
        let before: Vec<String> = locked(&self.inner.saved).keys().cloned().collect();
        for key in before.iter().filter(|key| !changes.iter().any(|(new, ..)| new == *key)) {
            self.remove(key).await?;
            if let Some(index) = keys::index_of_key(key) {
                self.forget(index);
                self.announce(index);
            }
        }
        for (key, value, index, datum) in changes {
            match (index, datum) {
                (Some(index), Some(datum)) => self.put(index, datum, value).await?,
                (index, _) => {
                    self.save(&key, value).await?;
                    if let Some(index) = index {
                        self.forget(index);
                        self.announce(index);
                    }
                }
            }
        }
        Ok(())
    }

    /// Imports `config.json` of the data folder, left there by very old servers, and renames it `old_config.json`.
    /// Says whether there was one.
    ///
    /// # Errors
    /// When the file cannot be read or renamed, or its values are refused.
    pub async fn import_config_file(&self) -> Result<bool, ConfigError> {
        let path = self.data_dir().join("config.json");
        if !path.is_file() {
            return Ok(false);
        }
        let unreadable = |problem: String| ConfigError::Unreadable {
            what: "the old settings file".to_owned(),
            path: path.clone(),
            problem,
        };
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        let document: Value = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        self.import(document).await.map_err(|error| unreadable(error.to_string()))?;
        let renamed = self.data_dir().join("old_config.json");
        std::fs::rename(&path, &renamed).map_err(|source| ConfigError::Unwritable {
            what: "the old settings file",
            path: renamed,
            source,
        })?;
        Ok(true)
    }

    /// Saves a checked value and shows it. The caller holds the lock of writers.
    async fn put(&self, index: usize, datum: Datum, json: Value) -> Result<(), SetError> {
        let declaration = declarations()[index];
        let key = declaration.persistent.ok_or(SetError::Fixed(declaration.name))?;
        self.save(key, json).await?;
        self.remember(index, datum, true);
        self.announce(index);
        Ok(())
    }

    async fn save(&self, key: &str, json: Value) -> Result<(), SetError> {
        let saved = self.saver().save(key, &json).await;
        saved.map_err(|reason| SetError::Save { name: key.to_owned(), reason })?;
        locked(&self.inner.saved).insert(key.to_owned(), json);
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), SetError> {
        let deleted = self.saver().delete(key).await;
        deleted.map_err(|reason| SetError::Save { name: key.to_owned(), reason })?;
        locked(&self.inner.saved).remove(key);
        Ok(())
    }

    fn remember(&self, index: usize, datum: Datum, saved: bool) {
        if let Some(slot) = self.inner.slots.get(index) {
            slot.current.store(Arc::new(Current { datum, saved }));
        }
    }

    /// Back to the value at start.
    fn forget(&self, index: usize) {
        if let Some(slot) = self.inner.slots.get(index) {
            self.remember(index, slot.start.clone(), false);
        }
    }

    /// Tells the listeners; that nobody listens is fine.
    fn announce(&self, index: usize) {
        if let Some(declaration) = declarations().get(index) {
            let _ = self.inner.changes.send(declaration.name);
        }
    }
}

fn known(name: &str) -> Result<(usize, &'static Declaration), SetError> {
    let index = keys::index_of(name).ok_or_else(|| SetError::Unknown(name.to_owned()))?;
    Ok((index, declarations()[index]))
}

/// The value in memory and the value to save.
fn checked(declaration: &'static Declaration, value: Value) -> Result<(Datum, Value), SetError> {
    let null = value.is_null();
    let datum = datum::from_json(declaration, value)
        .map_err(|expected| SetError::Invalid { name: declaration.name, expected })?;
    let json = if null { Value::Null } else { datum::to_json(declaration, &datum) };
    Ok((datum, json))
}

/// An empty choice whose saved form is null.
fn is_nothing(datum: &Datum, declaration: &Declaration) -> bool {
    use crate::declaration::{Kind, SavedList};
    matches!(datum, Datum::List(items) if items.is_empty())
        && matches!(declaration.kind, Kind::List(format) if format.saved_as == SavedList::TextOrNull)
}
