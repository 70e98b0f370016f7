//! Models on the disk: their names, what they are made of, and where they come from.
//!
//! The folder has the public layout of an Ollama server (`manifests/HOST/NAMESPACE/MODEL/TAG` and `blobs/sha256-HEX`), so
//! that a folder filled by one can be used as it is. What is being written lies in a third folder, `partial/`, and is
//! renamed when it is whole: a crash leaves no half model.

mod blobs;
mod create;
mod digest;
pub mod gguf;
mod layout;
mod manifest;
mod modelfile;
mod name;
mod parameters;
mod pull;
mod store;

pub use blobs::Space;
pub use create::{From, Recipe};
pub use digest::Digest;
pub use modelfile::Modelfile;
pub use name::ModelName;
pub use parameters::parameters_text;
pub use pull::{
    Fetch, FetchReply, FetchRequest, FolderRules, FolderSource, HUB_URL, PYPI, Progress, PullOptions, Source,
};
pub use store::{Details, Library, Listed, Message, Stored};
