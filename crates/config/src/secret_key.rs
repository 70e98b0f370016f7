//! The key that signs sessions: the variable, else a key that is generated once and kept in a file.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt;

use crate::settings::Settings;
use crate::{ConfigError, keys};

/// Random bytes in a generated key.
const KEY_BYTES: usize = 32;

impl Settings {
    /// The key that signs session tokens and cookies.
    ///
    /// Unset, it is read from the first of these files that exists: `WEBUI_SECRET_KEY_FILE`, `.webui_secret_key` in the
    /// working folder, the same in the data folder. Without any, a key is made and kept: in `WEBUI_SECRET_KEY_FILE`
    /// if that is set, else in the data folder, because that one outlives a container.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn secret_key(&self) -> Result<String, ConfigError> {
        let key = self.get(&keys::WEBUI_SECRET_KEY);
        if !key.is_empty() {
            return Ok(key);
        }
        let environment = self.environment();
        let file = environment.working_dir.join(self.get(&keys::WEBUI_SECRET_KEY_FILE));
        let chosen = environment.given_text("WEBUI_SECRET_KEY_FILE").is_some();
        let kept = if chosen { file.clone() } else { self.data_dir().join(".webui_secret_key") };
        for path in [&file, &kept] {
            if let Some(key) = read(path)? {
                return Ok(key);
            }
        }
        keep(&kept)
    }
}

fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|key| !key.is_empty())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError::Unreadable {
            what: "the secret key".to_owned(),
            path: path.to_path_buf(),
            problem: error.to_string(),
        }),
    }
}

/// Makes a key and writes it whole under a name of its own first: of several processes that start at once, one wins and
/// the others read its key.
fn keep(path: &Path) -> Result<String, ConfigError> {
    let unwritable =
        |source| ConfigError::Unwritable { what: "the secret key", path: path.to_path_buf(), source };
    let mut bytes = [0_u8; KEY_BYTES];
    rand::rng().fill(&mut bytes);
    let key = STANDARD.encode(bytes);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let draft = draft(path);
    write_private(&draft, &key).map_err(unwritable)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(unwritable)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match read(path)? {
            Some(winner) => Ok(winner),
            // An empty file somebody left there: fill it.
            None => write_over(path, &key).map(|()| key).map_err(unwritable),
        },
        // Some file systems know no links; then the plain way has to do.
        Err(_) => write_over(path, &key).map(|()| key).map_err(unwritable),
    }
}

fn draft(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4()));
    PathBuf::from(name)
}

fn write_private(path: &Path, key: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(key.as_bytes())
}

fn write_over(path: &Path, key: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(key.as_bytes())
}
