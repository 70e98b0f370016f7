//! The small files of a folder.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::Error;

/// The most that a JSON file of settings may have, in bytes.
const SETTINGS: u64 = 1 << 20;
/// The most that `tokenizer.json` may have: the largest in use have some 20 MB.
const TOKENIZER: u64 = 256 << 20;

/// A JSON file; `None` when there is none.
pub(crate) fn settings<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let Some(bytes) = bytes(path, SETTINGS)? else { return Ok(None) };
    let value = serde_json::from_slice(&bytes).map_err(|error| wrong(path, &error))?;
    Ok(Some(value))
}

/// `tokenizer.json`, which must be there.
pub(crate) fn tokenizer(folder: &Path) -> Result<Vec<u8>, Error> {
    let path = folder.join("tokenizer.json");
    bytes(&path, TOKENIZER)?.ok_or_else(|| {
        Error::Unsupported(
            "The model has no tokenizer.json, the only form of tokenizer that is read here: choose another model.".into(),
        )
    })
}

fn bytes(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Error> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file(path, error)),
    };
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| Error::file(path, error))?;
    if bytes.len() as u64 > most {
        return Err(Error::damaged(format!("{} has more than {most} bytes", path.display())));
    }
    Ok(Some(bytes))
}

pub(crate) fn wrong(path: &Path, error: &dyn std::fmt::Display) -> Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Error::damaged(format!("{name} is not as expected ({error})"))
}
