//! New models: from one that is here, from a blob, or from a file.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Library;
use super::blobs::{Meter, Pins};
use super::digest::Digest;
use super::gguf::{Arrays, Gguf};
use super::layout::Inner;
use super::manifest::{CONFIG_TYPE, Config, Kind, Layer, Manifest, Origin, RootFs};
use super::name::ModelName;
use super::store::{Details, Message};
use crate::{EngineError, Result};

/// What a model is made from.
#[derive(Debug, Clone)]
pub enum From {
    /// A model that is here.
    Name(ModelName),
    /// A blob that was put here.
    Blob(Digest),
    /// A file of this machine. Only the one who runs the server may say so.
    Path(PathBuf),
}

/// How a model is made. What is not said is taken over from the model that it is made from.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The model itself.
    pub from: From,
    /// What makes pictures readable; a blob or a file.
    pub projector: Option<From>,
    /// LoRA adapters; blobs or files.
    pub adapters: Vec<From>,
    /// The system prompt; an empty one removes that of the parent.
    pub system: Option<String>,
    /// The template in the language of Ollama; an empty one removes that of the parent.
    pub template: Option<String>,
    /// Options; they are put over those of the parent.
    pub params: Map<String, Value>,
    /// Messages that begin every chat, in place of those of the parent.
    pub messages: Vec<Message>,
    /// Licences, beside those of the parent.
    pub licenses: Vec<String>,
}

impl Recipe {
    /// A model as it is.
    #[must_use]
    pub fn new(from: From) -> Self {
        Self {
            from,
            projector: None,
            adapters: Vec::new(),
            system: None,
            template: None,
            params: Map::new(),
            messages: Vec::new(),
            licenses: Vec::new(),
        }
    }
}

impl Library {
    /// Makes a model, or makes it anew. It is there whole or not at all.
    ///
    /// # Errors
    /// `NotFound` when what it is made from is not here, `Corrupt` or `Invalid` when that is no model that can be run,
    /// `Unavailable` when the disk is full.
    pub async fn create(&self, name: &ModelName, recipe: Recipe) -> Result<()> {
        let name = name.clone();
        self.blocking_with_arc(move |inner| inner.create(&name, recipe, None, &Meter::default()))
            .await
            .map(drop)
    }
}

/// A model that is being put together.
struct Draft<'a> {
    inner: &'a Arc<Inner>,
    config: Config,
    layers: Vec<Layer>,
    pins: Pins,
    /// Blobs that are of no use if this comes to nothing.
    fresh: Vec<Digest>,
    meter: &'a Meter,
}

impl Inner {
    /// As [`Library::create`]; says under which spelling.
    pub(super) fn create(
        self: &Arc<Self>,
        name: &ModelName,
        recipe: Recipe,
        origin: Option<Origin>,
        meter: &Meter,
    ) -> Result<ModelName> {
        let mut draft = Draft {
            inner: self,
            config: Config::default(),
            layers: Vec::new(),
            pins: Pins::new(self),
            fresh: Vec::new(),
            meter,
        };
        let made = draft.make(name, recipe, origin);
        let fresh = std::mem::take(&mut draft.fresh);
        drop(draft);
        if made.is_err() {
            self.forget(fresh);
        }
        made
    }

    pub(super) fn write_manifest(&self, name: &ModelName, manifest: &Manifest) -> Result<ModelName> {
        let bytes = serde_json::to_vec(manifest).map_err(std::io::Error::other)?;
        self.replace(name, &bytes)
    }
}

impl Draft<'_> {
    fn make(&mut self, name: &ModelName, recipe: Recipe, origin: Option<Origin>) -> Result<ModelName> {
        match &recipe.from {
            From::Name(parent) => self.inherit(parent)?,
            other => self.model(other)?,
        }
        if let Some(projector) = &recipe.projector {
            self.layers.retain(|layer| layer.kind() != Kind::Projector);
            self.part(projector, Kind::Projector)?;
        }
        if !recipe.adapters.is_empty() {
            self.layers.retain(|layer| layer.kind() != Kind::Adapter);
        }
        for adapter in &recipe.adapters {
            self.part(adapter, Kind::Adapter)?;
        }
        self.texts(&recipe)?;
        self.options(recipe.params, name)?;
        if !recipe.messages.is_empty() {
            let messages = serde_json::to_vec(&recipe.messages).map_err(std::io::Error::other)?;
            self.replace(Kind::Messages, &messages)?;
        }
        self.config.origin = origin;
        self.write(name)
    }

    /// All of a model that is here.
    fn inherit(&mut self, parent: &ModelName) -> Result<()> {
        let found = self.inner.found(parent)?;
        self.config = self.inner.config(&found.manifest)?;
        self.layers.clone_from(&found.manifest.layers);
        for layer in &mut self.layers {
            self.pins.add(&layer.digest);
            if !self.inner.blob(&layer.digest).is_file() {
                return Err(EngineError::Corrupt(format!(
                    "a part of {} is missing; pull it again",
                    found.name
                )));
            }
            if layer.kind() == Kind::Model {
                layer.from = Some(found.name.to_string());
            }
        }
        Ok(())
    }

    /// A GGUF file as the model itself.
    fn model(&mut self, from: &From) -> Result<()> {
        let (mut layer, gguf) = self.file(from)?;
        if gguf.is_projector() {
            return Err(EngineError::Invalid("this file is a projector; it needs a model beside it".into()));
        }
        if gguf.text("general.type") == Some("adapter") {
            return Err(EngineError::Invalid("this file is an adapter; it needs a model beside it".into()));
        }
        if gguf.get("split.count").and_then(super::gguf::Value::as_u64).is_some_and(|count| count > 1) {
            return Err(EngineError::Invalid(
                "this model is split over several files; join them first (llama-gguf-split --merge)".into(),
            ));
        }
        Kind::Model.media_type().clone_into(&mut layer.media_type);
        let mut details = Details::default();
        details.complete(&gguf);
        self.config = Config {
            model_format: details.format,
            model_family: details.family,
            model_families: details.families,
            model_type: details.parameter_size,
            file_type: details.quantization_level,
            // what image tools expect; models run anywhere
            architecture: "amd64".into(),
            os: "linux".into(),
            ..Config::default()
        };
        self.layers.push(layer);
        Ok(())
    }

    /// A GGUF file beside the model.
    fn part(&mut self, from: &From, kind: Kind) -> Result<()> {
        let (mut layer, gguf) = self.file(from)?;
        if kind == Kind::Projector {
            if !gguf.is_projector() {
                return Err(EngineError::Invalid("this file is no projector".into()));
            }
            let families = self.config.model_families.get_or_insert_default();
            if !families.iter().any(|family| family == gguf.architecture()) {
                families.push(gguf.architecture().to_owned());
            }
        }
        kind.media_type().clone_into(&mut layer.media_type);
        self.layers.push(layer);
        Ok(())
    }

    fn file(&mut self, from: &From) -> Result<(Layer, Gguf)> {
        match from {
            From::Name(name) => Err(EngineError::Invalid(format!("{name} is a model, not a file"))),
            From::Blob(digest) => {
                self.pins.add(digest);
                let path = self.inner.blob(digest);
                let size = match path.metadata() {
                    Ok(data) => data.len(),
                    Err(_) => return Err(EngineError::NotFound(digest.to_string())),
                };
                let layer = Layer { media_type: String::new(), digest: digest.clone(), size, from: None };
                Ok((layer, Gguf::open(&path, Arrays::Pass)?))
            }
            From::Path(path) => {
                let gguf = open_file(path)?;
                let file = File::open(path)?;
                let size = file.metadata()?.len();
                let layer = self.inner.add_model(BufReader::new(file), size, &mut self.pins, self.meter)?;
                self.fresh.push(layer.digest.clone());
                Ok((layer, gguf))
            }
        }
    }

    fn texts(&mut self, recipe: &Recipe) -> Result<()> {
        if let Some(template) = &recipe.template {
            self.replace(Kind::Template, template.as_bytes())?;
        }
        if let Some(system) = &recipe.system {
            self.replace(Kind::System, system.as_bytes())?;
        }
        for license in recipe.licenses.iter().filter(|text| !text.trim().is_empty()) {
            let layer =
                self.inner.add_document(Kind::License.media_type(), license.as_bytes(), &mut self.pins)?;
            if !self.layers.contains(&layer) {
                self.layers.push(layer);
            }
        }
        Ok(())
    }

    fn options(&mut self, params: Map<String, Value>, name: &ModelName) -> Result<()> {
        if params.is_empty() {
            return Ok(());
        }
        let old = self.layers.iter().find(|layer| layer.kind() == Kind::Params);
        let mut all: Map<String, Value> = self.inner.json(old, name)?;
        all.extend(params);
        let bytes = serde_json::to_vec(&all).map_err(std::io::Error::other)?;
        self.replace(Kind::Params, &bytes)
    }

    /// Puts a document in place of those of its kind; an empty one only removes them.
    fn replace(&mut self, kind: Kind, bytes: &[u8]) -> Result<()> {
        self.layers.retain(|layer| layer.kind() != kind);
        if !bytes.is_empty() {
            self.layers.push(self.inner.add_document(kind.media_type(), bytes, &mut self.pins)?);
        }
        Ok(())
    }

    fn write(&mut self, name: &ModelName) -> Result<ModelName> {
        let digests = self.layers.iter().map(|layer| layer.digest.to_string()).collect();
        self.config.rootfs = RootFs { kind: "layers".into(), diff_ids: Some(digests) };
        let config = serde_json::to_vec(&self.config).map_err(std::io::Error::other)?;
        let config = self.inner.add_document(CONFIG_TYPE, &config, &mut self.pins)?;
        self.inner.write_manifest(name, &Manifest::new(config, std::mem::take(&mut self.layers)))
    }
}

/// The header of a file that somebody named.
fn open_file(path: &Path) -> Result<Gguf> {
    if !path.is_file() {
        return Err(EngineError::NotFound(path.display().to_string()));
    }
    Gguf::open(path, Arrays::Pass)
}
