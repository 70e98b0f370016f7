//! The server's secret key: given, found, or made and kept with owner-only rights.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::RngExt as _;
use transom_config::{Settings, keys};

/// The value that is printed in public documents: anyone could sign tokens with it.
const PUBLIC_DEFAULT: &str = "t0p-s3cr3t";
const FILE_NAME: &str = ".webui_secret_key";

/// Where the key came from.
#[derive(Debug, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Environment,
    /// A file that was there.
    File(PathBuf),
    /// A file that was made just now.
    Made(PathBuf),
}

/// Why there is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The key is the publicly known one.
    #[error(
        "WEBUI_SECRET_KEY is the publicly known default value. Set it to a long random text of your own, or leave it \
         unset and one is made for you."
    )]
    PublicDefault,
    /// The key is set to nothing.
    #[error("WEBUI_SECRET_KEY is empty. Set it to a long random text, or leave it unset and one is made for you.")]
    Empty,
    /// The file cannot be read or made.
    #[error("The secret key file {path} cannot be used: {source}. Check the rights of its folder.")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Finds or makes the key: variable, then a key file in the working directory (as existing installations have it), then
/// the one in the data folder.
///
/// # Errors
/// When the key is unusable, or its file cannot be read or written.
pub fn load(settings: &Settings, working_dir: &Path) -> Result<(String, Origin), SecretError> {
    let authentication = settings.get(&keys::WEBUI_AUTH);
    let given = [settings.get(&keys::WEBUI_SECRET_KEY), settings.get(&keys::WEBUI_JWT_SECRET_KEY)]
        .into_iter()
        .find(|key| !key.is_empty());
    if let Some(key) = given {
        if key == PUBLIC_DEFAULT && authentication {
            return Err(SecretError::PublicDefault);
        }
        return Ok((key, Origin::Environment));
    }
    let file = settings.get(&keys::WEBUI_SECRET_KEY_FILE);
    let file = if file.is_empty() { FILE_NAME.to_string() } else { file };
    for path in [working_dir.join(file), settings.data_dir().join(FILE_NAME)] {
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => return Err(SecretError::Empty),
            Ok(text) => return Ok((text.trim().to_string(), Origin::File(path))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(SecretError::File { path, source }),
        }
    }
    make(&settings.data_dir().join(FILE_NAME))
}

fn make(path: &Path) -> Result<(String, Origin), SecretError> {
    let mut bytes = [0u8; 32];
    rand::rng().fill(&mut bytes);
    let key = STANDARD.encode(bytes);
    let fail = |source| SecretError::File { path: path.to_path_buf(), source };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(key.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
            Ok((key, Origin::Made(path.to_path_buf())))
        }
        // Another node sharing the folder was faster: its key is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let key = fs::read_to_string(path).map_err(fail)?;
            Ok((key.trim().to_string(), Origin::File(path.to_path_buf())))
        }
        Err(source) => Err(fail(source)),
    }
}
