//! The library: what is listed, found, copied and deleted.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::blobs::Space;
use super::gguf::{Arrays, Gguf};
use super::layout::{Found, Inner};
use super::manifest::{Kind, Layer};
use super::modelfile::Modelfile;
use super::name::ModelName;
use crate::{EngineError, Result};

/// A folder of models. Clones are the same library.
#[derive(Clone)]
pub struct Library(pub(super) Arc<Inner>);

/// A model as `/api/tags` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// As short as it can be.
    #[serde(serialize_with = "as_text")]
    pub name: ModelName,
    /// The SHA-256 of the manifest, in hexadecimal.
    pub digest: String,
    /// All its blobs together.
    pub size: u64,
    /// RFC 3339 with nanoseconds.
    pub modified_at: String,
    /// What kind of model it is.
    pub details: Details,
}

/// What kind of model it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The model that this one was made from, if it is here or was.
    pub parent_model: String,
    /// `gguf`
    pub format: String,
    /// The architecture: `llama`, ...
    pub family: String,
    /// All architectures in it, with that of a projector.
    pub families: Option<Vec<String>>,
    /// `134.52M`
    pub parameter_size: String,
    /// `Q4_1`
    pub quantization_level: String,
}

/// A message that a model begins every chat with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// What is said.
    #[serde(default)]
    pub content: String,
}

/// A model with all that is needed to run it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// As it is spelled here.
    pub name: ModelName,
    /// The SHA-256 of the manifest, in hexadecimal: another digest means that the model has changed.
    pub digest: String,
    /// All its blobs together.
    pub size: u64,
    /// The GGUF file.
    pub model_path: PathBuf,
    /// The GGUF file that makes pictures readable.
    pub projector_path: Option<PathBuf>,
    /// LoRA adapters as GGUF files.
    pub adapters: Vec<PathBuf>,
    /// A template in the language of Ollama, used instead of the one in the GGUF file.
    pub template: Option<String>,
    /// What is said first when the request says nothing.
    pub system: Option<String>,
    /// Options that differ from the defaults.
    pub params: Map<String, Value>,
    /// Messages before those of the request.
    pub messages: Vec<Message>,
    /// The texts of its licences.
    pub licenses: Vec<String>,
    /// What kind of model it is.
    pub details: Details,
    /// RFC 3339 with nanoseconds.
    pub modified_at: String,
}

impl Library {
    /// The library in a folder, which need not exist yet. Asks the disk for its free space.
    #[must_use]
    pub fn open(dir: impl Into<PathBuf>) -> Self {
        Self::with_space(dir, Arc::new(|path: &Path| fs4::available_space(path)))
    }

    /// As [`Library::open`], with another way to know the free space.
    #[must_use]
    pub fn with_space(dir: impl Into<PathBuf>, space: Space) -> Self {
        Self(Arc::new(Inner::new(dir.into(), space)))
    }

    /// All models, the newest first. One whose files are damaged is logged and left out.
    ///
    /// # Errors
    /// `Io` when the folder cannot be read; that there is none is no error.
    pub async fn list(&self) -> Result<Vec<Listed>> {
        self.blocking(|inner| {
            let mut all = Vec::new();
            for name in inner.names()? {
                match inner.found(&name).and_then(|found| Ok((found.modified, inner.listed(found)?))) {
                    Ok(listed) => all.push(listed),
                    Err(EngineError::NotFound(_)) => {}
                    Err(error) => inner.complain(&name, &error),
                }
            }
            all.sort_by(|(a, _), (b, _)| b.cmp(a));
            Ok(all.into_iter().map(|(_, listed)| listed).collect())
        })
        .await
    }

    /// The model with a name.
    ///
    /// # Errors
    /// `NotFound`, or `Corrupt` when parts of it are missing or damaged.
    pub async fn find(&self, name: &ModelName) -> Result<Stored> {
        let name = name.clone();
        self.blocking(move |inner| inner.stored(inner.found(&name)?)).await
    }

    /// Gives a model a second name. A model that has that name already is replaced.
    ///
    /// # Errors
    /// `NotFound` when there is nothing to copy.
    pub async fn copy(&self, from: &ModelName, to: &ModelName) -> Result<()> {
        let (from, to) = (from.clone(), to.clone());
        self.blocking_with_arc(move |inner| {
            let found = inner.found(&from)?;
            if found.name.is_same(&to) {
                return Ok(());
            }
            let mut pins = super::blobs::Pins::new(inner);
            for layer in found.manifest.blobs() {
                pins.add(&layer.digest);
            }
            inner.write_manifest(&to, &found.manifest)?;
            Ok(())
        })
        .await
    }

    /// Deletes a model, and the blobs that no other one uses.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, name: &ModelName) -> Result<()> {
        let name = name.clone();
        self.blocking(move |inner| inner.delete(&name)).await
    }

    /// Runs work that touches the disk where it may block.
    pub(super) async fn blocking<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> Result<T> + Send + 'static,
    {
        self.blocking_with_arc(move |inner| work(inner)).await
    }

    pub(super) async fn blocking_with_arc<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Inner>) -> Result<T> + Send + 'static,
    {
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(std::io::Error::other)?
    }
}

impl Inner {
    fn listed(&self, found: Found) -> Result<Listed> {
        let details = self.details(&found)?;
        let missing = found.manifest.blobs().into_iter().find(|layer| !self.blob(&layer.digest).is_file());
        if missing.is_some() {
            return Err(incomplete(&found.name));
        }
        Ok(Listed {
            name: found.name,
            digest: found.digest.hex().to_owned(),
            size: found.manifest.size(),
            modified_at: rfc3339(found.modified),
            details,
        })
    }

    fn stored(&self, found: Found) -> Result<Stored> {
        let manifest = &found.manifest;
        let path = |layer: &Layer| {
            let path = self.blob(&layer.digest);
            if path.is_file() { Ok(path) } else { Err(incomplete(&found.name)) }
        };
        let text = |kind| manifest.first(kind).map(|layer| self.text(layer)).transpose();
        let model = manifest.first(Kind::Model).ok_or_else(|| {
            EngineError::Unavailable(format!("{} holds no GGUF file; it cannot be run here", found.name))
        })?;
        Ok(Stored {
            digest: found.digest.hex().to_owned(),
            size: manifest.size(),
            model_path: path(model)?,
            projector_path: manifest.first(Kind::Projector).map(path).transpose()?,
            adapters: manifest.of_kind(Kind::Adapter).map(path).collect::<Result<_>>()?,
            template: text(Kind::Template)?,
            system: text(Kind::System)?,
            params: self.json(manifest.first(Kind::Params), &found.name)?,
            messages: self.json(manifest.first(Kind::Messages), &found.name)?,
            licenses: manifest.of_kind(Kind::License).map(|layer| self.text(layer)).collect::<Result<_>>()?,
            details: self.details(&found)?,
            modified_at: rfc3339(found.modified),
            name: found.name.clone(),
        })
    }

    /// The content of a JSON layer, or nothing when there is no such layer.
    pub(super) fn json<T>(&self, layer: Option<&Layer>, name: &ModelName) -> Result<T>
    where
        T: Default + serde::de::DeserializeOwned,
    {
        let Some(layer) = layer else { return Ok(T::default()) };
        let text = self.text(layer)?;
        serde_json::from_str::<Option<T>>(&text).map(Option::unwrap_or_default).map_err(|_| {
            EngineError::Corrupt(format!("the settings of {name} are damaged; pull the model again"))
        })
    }

    fn details(&self, found: &Found) -> Result<Details> {
        let config = self.config(&found.manifest)?;
        let model = found.manifest.first(Kind::Model);
        let parent = model.and_then(|layer| layer.from.clone()).unwrap_or_default();
        let mut details = Details {
            parent_model: parent,
            format: config.model_format,
            family: config.model_family,
            families: config.model_families,
            parameter_size: config.model_type,
            quantization_level: config.file_type,
        };
        let incomplete = details.family.is_empty() || details.parameter_size.is_empty();
        if let Some(model) = model.filter(|_| incomplete || details.quantization_level.is_empty()) {
            details.complete(&Gguf::open(&self.blob(&model.digest), Arrays::Pass)?);
        }
        Ok(details)
    }
}

impl Details {
    /// Fills in what is not said, from the file itself.
    pub(super) fn complete(&mut self, gguf: &Gguf) {
        let fill = |field: &mut String, value: &str| {
            if field.is_empty() {
                value.clone_into(field);
            }
        };
        fill(&mut self.format, "gguf");
        fill(&mut self.family, gguf.architecture());
        fill(&mut self.parameter_size, &gguf.parameter_size());
        fill(&mut self.quantization_level, gguf.quantization());
        self.families.get_or_insert_with(|| vec![gguf.architecture().to_owned()]);
    }
}

impl Stored {
    /// The recipe of the model as a Modelfile. It names models, not files: no path of the server is shown.
    #[must_use]
    pub fn modelfile(&self) -> Modelfile {
        let parent = &self.details.parent_model;
        let from = if parent.is_empty() { self.name.to_string() } else { parent.clone() };
        Modelfile {
            from: vec![from],
            adapters: Vec::new(),
            template: self.template.clone(),
            system: self.system.clone(),
            parameters: self.params.clone(),
            messages: self.messages.clone(),
            licenses: self.licenses.clone(),
        }
    }
}

fn incomplete(name: &ModelName) -> EngineError {
    EngineError::Corrupt(format!("a part of {name} is missing; pull it again"))
}

fn rfc3339(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn as_text<S: serde::Serializer>(name: &ModelName, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(name)
}
