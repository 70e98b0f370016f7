//! The document that says which blobs a model is made of, in the public format of Ollama (an OCI image manifest).

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// The type of a manifest, sent as `Accept` to a registry.
pub const MANIFEST_TYPE: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// The type of the document of details.
pub const CONFIG_TYPE: &str = "application/vnd.docker.container.image.v1+json";

/// What a layer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Model,
    Projector,
    Adapter,
    Template,
    System,
    Params,
    Messages,
    License,
    /// Something that this version does not know; kept, not used.
    Other,
}

const KINDS: [(Kind, &str); 8] = [
    (Kind::Model, "application/vnd.ollama.image.model"),
    (Kind::Projector, "application/vnd.ollama.image.projector"),
    (Kind::Adapter, "application/vnd.ollama.image.adapter"),
    (Kind::Template, "application/vnd.ollama.image.template"),
    (Kind::System, "application/vnd.ollama.image.system"),
    (Kind::Params, "application/vnd.ollama.image.params"),
    (Kind::Messages, "application/vnd.ollama.image.messages"),
    (Kind::License, "application/vnd.ollama.image.license"),
];

impl Kind {
    pub(super) fn media_type(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("application/octet-stream", |(_, text)| text)
    }
}

/// One blob of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Layer {
    #[serde(rename = "mediaType")]
    pub(super) media_type: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
    /// The name of the model that it was taken over from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
}

impl Layer {
    pub(super) fn kind(&self) -> Kind {
        KINDS.iter().find(|(_, text)| *text == self.media_type).map_or(Kind::Other, |(kind, _)| *kind)
    }
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    #[serde(rename = "schemaVersion", default)]
    pub(super) schema_version: u32,
    #[serde(rename = "mediaType", default)]
    pub(super) media_type: String,
    pub(super) config: Layer,
    #[serde(default)]
    pub(super) layers: Vec<Layer>,
}

impl Manifest {
    pub(super) fn new(config: Layer, layers: Vec<Layer>) -> Self {
        Self { schema_version: 2, media_type: MANIFEST_TYPE.into(), config, layers }
    }

    /// All that it is made of, each blob once.
    pub(super) fn blobs(&self) -> Vec<&Layer> {
        let mut all: Vec<&Layer> = Vec::new();
        for layer in self.layers.iter().chain([&self.config]) {
            if !all.iter().any(|other| other.digest == layer.digest) {
                all.push(layer);
            }
        }
        all
    }

    pub(super) fn size(&self) -> u64 {
        self.layers.iter().chain([&self.config]).fold(0, |sum, layer| sum.saturating_add(layer.size))
    }

    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Layer> {
        self.layers.iter().filter(move |layer| layer.kind() == kind)
    }

    pub(super) fn first(&self, kind: Kind) -> Option<&Layer> {
        self.of_kind(kind).next()
    }
}

/// The document of details that a manifest points to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    pub(super) model_format: String,
    #[serde(default)]
    pub(super) model_family: String,
    #[serde(default)]
    pub(super) model_families: Option<Vec<String>>,
    #[serde(default)]
    pub(super) model_type: String,
    #[serde(default)]
    pub(super) file_type: String,
    #[serde(default)]
    pub(super) architecture: String,
    #[serde(default)]
    pub(super) os: String,
    #[serde(default)]
    pub(super) rootfs: RootFs,
    /// Where a model comes from that no registry gave; only this library writes and reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Origin>,
}

/// The list of blobs that image tools expect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RootFs {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) diff_ids: Option<Vec<String>>,
}

/// What a model was unpacked from, so that it need not be fetched again to see that nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    /// As the user wrote it, without secrets.
    pub(super) source: String,
    /// The checksum of the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<Digest>,
    /// The version that its server gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
}
