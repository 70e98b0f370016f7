//! The folder: where manifests and blobs lie, how they are read and replaced. All of it blocks.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::blobs::Space;
use super::digest::Digest;
use super::manifest::{Config, Layer, Manifest};
use super::name::ModelName;
use crate::{EngineError, Result};

/// Manifests and details are small; more than this is not read.
const LONGEST_DOCUMENT: u64 = 4 * 1024 * 1024;
/// Templates, system prompts and licences.
const LONGEST_TEXT: u64 = 8 * 1024 * 1024;

pub(super) struct Inner {
    pub(super) dir: PathBuf,
    pub(super) space: Space,
    /// Held while manifests and the blobs they name change together.
    gate: Mutex<()>,
    /// Blobs that somebody is about to name in a manifest, and how many do.
    pub(super) pins: Mutex<HashMap<Digest, usize>>,
    /// Manifests that were complained about, so that the log says it once.
    warned: Mutex<HashSet<PathBuf>>,
}

/// A manifest as it was found.
pub(super) struct Found {
    pub(super) name: ModelName,
    pub(super) manifest: Manifest,
    pub(super) digest: Digest,
    pub(super) modified: SystemTime,
}

impl Inner {
    pub(super) fn new(dir: PathBuf, space: Space) -> Self {
        Self { dir, space, gate: Mutex::default(), pins: Mutex::default(), warned: Mutex::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn manifests(&self) -> PathBuf {
        self.dir.join("manifests")
    }

    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        self.dir.join("blobs").join(digest.file_name())
    }

    /// The folder of what is being written, made when it is needed: a folder that is only read stays as it is.
    pub(super) fn partial(&self) -> Result<PathBuf> {
        let path = self.dir.join("partial");
        fs::create_dir_all(&path)?;
        fs::create_dir_all(self.dir.join("blobs"))?;
        Ok(path)
    }

    /// The names of all manifests. What lies elsewhere, is hidden or could not be a name is nobody's model.
    pub(super) fn names(&self) -> Result<Vec<ModelName>> {
        let mut names = Vec::new();
        let root = self.manifests();
        for host in entries(&root)? {
            for namespace in entries(&root.join(&host))? {
                for model in entries(&root.join(&host).join(&namespace))? {
                    for tag in entries(&root.join(&host).join(&namespace).join(&model))? {
                        names.extend(ModelName::new(&host, &namespace, &model, &tag));
                    }
                }
            }
        }
        names.sort();
        Ok(names)
    }

    /// The name under which a model lies here, which may differ in case.
    pub(super) fn resolve(&self, name: &ModelName) -> Result<Option<ModelName>> {
        let path = self.manifests().join(name.path());
        if path.is_file() && spelled_so(&path, name) {
            return Ok(Some(name.clone()));
        }
        Ok(self.names()?.into_iter().find(|other| other.is_same(name)))
    }

    /// The model with a name.
    pub(super) fn found(&self, name: &ModelName) -> Result<Found> {
        let missing = || EngineError::NotFound(name.to_string());
        let name = self.resolve(name)?.ok_or_else(missing)?;
        let path = self.manifests().join(name.path());
        let file = match File::open(&path) {
            Ok(file) => file,
            // deleted just now
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing()),
            Err(error) => return Err(error.into()),
        };
        let modified = file.metadata()?.modified()?;
        let bytes = limited(file, LONGEST_DOCUMENT)?;
        let manifest = serde_json::from_slice(&bytes).map_err(|_| {
            EngineError::Corrupt(format!("the manifest of {name} is damaged; pull the model again"))
        })?;
        Ok(Found { name, manifest, digest: Digest::of(&bytes), modified })
    }

    /// The document of details.
    pub(super) fn config(&self, manifest: &Manifest) -> Result<Config> {
        let bytes = self.small_blob(&manifest.config, LONGEST_DOCUMENT)?;
        serde_json::from_slice(&bytes)
            .map_err(|_| EngineError::Corrupt("the details of a model are damaged".into()))
    }

    /// The text of a layer.
    pub(super) fn text(&self, layer: &Layer) -> Result<String> {
        let bytes = self.small_blob(layer, LONGEST_TEXT)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn small_blob(&self, layer: &Layer, longest: u64) -> Result<Vec<u8>> {
        match File::open(self.blob(&layer.digest)) {
            Ok(file) => limited(file, longest),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(EngineError::Corrupt("a part of the model is missing; pull it again".into()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a manifest in place of the one that was there, and removes the blobs that only the old one used.
    ///
    /// The spelling that is already there stays. All blobs must be there and pinned by the caller.
    pub(super) fn replace(&self, name: &ModelName, bytes: &[u8]) -> Result<ModelName> {
        let _gate = self.lock();
        let name = self.resolve(name)?.unwrap_or_else(|| name.clone());
        let before = self.blobs_of(&name);
        let path = self.manifests().join(name.path());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut temporary = self.temporary()?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        temporary.persist(&path).map_err(|error| error.error)?;
        self.remove_unused(before);
        Ok(name)
    }

    /// Deletes a manifest, the folders that it leaves empty, and the blobs that only it used.
    pub(super) fn delete(&self, name: &ModelName) -> Result<()> {
        let _gate = self.lock();
        let missing = || EngineError::NotFound(name.to_string());
        let name = self.resolve(name)?.ok_or_else(missing)?;
        let before = self.blobs_of(&name);
        let path = self.manifests().join(name.path());
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing()),
            other => other?,
        }
        // model, namespace, host; a folder that still holds something is not removed
        for folder in path.ancestors().skip(1).take(3) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        self.remove_unused(before);
        Ok(())
    }

    /// Removes blobs that were of no use after all, unless somebody has a use for them.
    pub(super) fn forget(&self, blobs: Vec<Digest>) {
        let _gate = self.lock();
        self.remove_unused(blobs);
    }

    fn blobs_of(&self, name: &ModelName) -> Vec<Digest> {
        let found = self.found(name).ok();
        found
            .map(|found| found.manifest.blobs().into_iter().map(|layer| layer.digest.clone()).collect())
            .unwrap_or_default()
    }

    /// Removes those of the blobs that no manifest names and nobody has pinned. The caller holds the gate.
    ///
    /// The manifests are searched as text: one that is damaged still protects its blobs.
    fn remove_unused(&self, mut blobs: Vec<Digest>) {
        let names = if blobs.is_empty() { return } else { self.names() };
        let Ok(names) = names else { return };
        for name in names {
            match fs::read(self.manifests().join(name.path())) {
                Ok(bytes) => {
                    let text = String::from_utf8_lossy(&bytes);
                    blobs.retain(|digest| !text.contains(digest.hex()));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                // what it names is not known
                Err(_) => return,
            }
        }
        for digest in blobs {
            // held over the removal, so that nobody pins it in between and believes it to be there
            let pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
            if !pins.contains_key(&digest) {
                match fs::remove_file(self.blob(&digest)) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        tracing::warn!(%error, blob = digest.short(), "cannot remove an unused blob");
                    }
                    _ => {}
                }
            }
        }
    }

    /// Says once that a model cannot be listed.
    pub(super) fn complain(&self, name: &ModelName, error: &EngineError) {
        let first = self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(name.path());
        if first {
            tracing::warn!(model = %name, %error, "a model is left out of the list");
        }
    }
}

/// The visible entries of a folder; none when there is no folder.
fn entries(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error.into()),
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter(|name| !name.starts_with('.')).collect())
}

/// Whether the file is really called so: on disks that ignore case, any spelling opens it.
fn spelled_so(path: &Path, name: &ModelName) -> bool {
    if !cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    fs::canonicalize(path).is_ok_and(|real| real.ends_with(name.path()))
}

fn limited(file: File, longest: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        return Err(EngineError::Corrupt("a document of a model is far too large".into()));
    }
    Ok(bytes)
}
