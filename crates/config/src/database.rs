//! Which database: the address from `DATABASE_URL`, from its parts, or the SQLite file in the data folder.

use std::path::Path;

use crate::environment::Environment;
use crate::settings::Settings;
use crate::{ConfigError, keys, mask};

const KINDS: &str = "an address such as sqlite:///path, postgresql://user:password@host:port/name, mysql://user:password@host:port/name or sqlite+sqlcipher:///path";

/// The database to open.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    /// `sqlite:///absolute/path`, `sqlite::memory:`, `sqlite+sqlcipher:///absolute/path`, `postgresql://…` or
    /// `mysql://…`, without a driver name.
    pub url: String,
    /// Whether `DATABASE_URL` was set, as opposed to its parts or nothing.
    pub explicit: bool,
    /// The key of an encrypted SQLite file.
    pub password: Option<String>,
}

// Addresses hold passwords.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseUrl")
            .field("url", &mask::address(&self.url))
            .field("explicit", &self.explicit)
            .field("password", &self.password.as_ref().map(|_| mask::MASK))
            .finish()
    }
}

/// The address as the contract writes it.
pub(crate) struct Address {
    pub(crate) text: String,
    pub(crate) set: bool,
}

/// The parts, and whether they are enough for an address.
struct Parts {
    kind: Option<String>,
    user: Option<String>,
    password: Option<String>,
    host: Option<String>,
    port: Option<String>,
    name: Option<String>,
}

impl Parts {
    fn of(environment: &Environment) -> Self {
        let part = |name| environment.given_text(name).map(str::to_owned);
        Parts {
            kind: part("DATABASE_TYPE"),
            user: part("DATABASE_USER"),
            password: part("DATABASE_PASSWORD"),
            host: part("DATABASE_HOST"),
            port: part("DATABASE_PORT"),
            name: part("DATABASE_NAME"),
        }
    }

    /// The address made of the parts. They are not escaped: the contract promises so, and users escaped them already.
    fn address(&self) -> Option<String> {
        let (kind, user, host) = (self.kind.as_ref()?, self.user.as_ref()?, self.host.as_ref()?);
        let (port, name) = (self.port.as_ref()?, self.name.as_ref()?);
        let password = self.password.as_ref().map(|password| format!(":{password}")).unwrap_or_default();
        Some(format!("{kind}://{user}{password}@{host}:{port}/{name}"))
    }

    /// The parts without which there is no address.
    fn missing(&self) -> Vec<&'static str> {
        let parts = [
            ("DATABASE_TYPE", &self.kind),
            ("DATABASE_USER", &self.user),
            ("DATABASE_HOST", &self.host),
            ("DATABASE_PORT", &self.port),
            ("DATABASE_NAME", &self.name),
        ];
        parts.into_iter().filter(|(_, part)| part.is_none()).map(|(name, _)| name).collect()
    }

    fn is_encrypted_file(&self) -> bool {
        self.kind.as_deref() == Some("sqlite+sqlcipher")
    }
}

/// The address of the contract: an explicit one, else one made of the parts, else the file in the data folder.
pub(crate) fn address(environment: &Environment) -> Result<Address, ConfigError> {
    let parts = Parts::of(environment);
    if let Some(url) = environment.given_text("DATABASE_URL") {
        return Ok(Address { text: modern(url.trim()), set: true });
    }
    if let Some(url) = parts.address() {
        return Ok(Address { text: modern(&url), set: true });
    }
    let file = environment.substitute("{DATA_DIR}/webui.db");
    if parts.is_encrypted_file() {
        return Ok(Address { text: format!("sqlite+sqlcipher:///{file}"), set: true });
    }
    Ok(Address { text: format!("sqlite:///{file}"), set: false })
}

/// What the user should know about variables that contradict each other or are too few.
pub(crate) fn note(environment: &Environment) -> Option<String> {
    let parts = Parts::of(environment);
    let missing = parts.missing();
    if environment.given_text("DATABASE_URL").is_some() {
        return missing.is_empty().then(|| {
            "DATABASE_URL and all its parts (DATABASE_TYPE, DATABASE_HOST ...) are set: DATABASE_URL is used, \
             although older servers preferred the parts."
                .to_owned()
        });
    }
    let some = parts.host.is_some() || parts.name.is_some() || parts.user.is_some();
    (some && !missing.is_empty()).then(|| {
        format!(
            "The database address cannot be made of its parts, so SQLite is used: {} is not set.",
            missing.join(", ")
        )
    })
}

/// `postgres://` is an old name.
fn modern(url: &str) -> String {
    url.strip_prefix("postgres://").map_or_else(|| url.to_owned(), |rest| format!("postgresql://{rest}"))
}

impl Settings {
    /// The database to open.
    ///
    /// # Errors
    /// When the address names no known kind of database, or an encrypted file has no key.
    pub fn database_url(&self) -> Result<DatabaseUrl, ConfigError> {
        let text = self.get(&keys::DATABASE_URL);
        let explicit = self.environment().given_text("DATABASE_URL").is_some();
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad(&text))?;
        let plain = DatabaseUrl { url: String::new(), explicit, password: None };
        let url = |scheme: &str| Ok(DatabaseUrl { url: format!("{scheme}://{rest}"), ..plain.clone() });
        match scheme {
            "sqlite" => Ok(DatabaseUrl { url: self.file("sqlite", rest), ..plain }),
            "sqlite+sqlcipher" => {
                let password = self.get(&keys::DATABASE_PASSWORD);
                if password.trim().is_empty() {
                    return Err(ConfigError::BadValue {
                        name: "DATABASE_PASSWORD".to_owned(),
                        value: "empty".to_owned(),
                        expected: "the key of the encrypted database file".to_owned(),
                    });
                }
                let url = self.file("sqlite+sqlcipher", rest);
                Ok(DatabaseUrl { url, password: Some(password), ..plain })
            }
            // A driver name after + chooses a library of another language.
            scheme => match scheme.split('+').next() {
                Some("postgresql" | "postgres") => url("postgresql"),
                Some("mysql") => url("mysql"),
                Some("sqlite") => Ok(DatabaseUrl { url: self.file("sqlite", rest), ..plain }),
                _ => Err(bad(&text)),
            },
        }
    }

    /// The address of a file: three slashes lead to a relative path, four to an absolute one.
    fn file(&self, scheme: &str, rest: &str) -> String {
        let path = rest.strip_prefix('/').unwrap_or(rest);
        if path.is_empty() || path == ":memory:" {
            return format!("{scheme}::memory:");
        }
        let (path, query) = path.split_once('?').map_or((path, String::new()), |(p, q)| (p, format!("?{q}")));
        // Without the dots of ./data, so that the same file always has the same address.
        let absolute: std::path::PathBuf =
            self.environment().working_dir.join(Path::new(path)).components().collect();
        format!("{scheme}://{}{query}", absolute.display())
    }
}

fn bad(url: &str) -> ConfigError {
    ConfigError::BadValue {
        name: "DATABASE_URL".to_owned(),
        value: format!("{:?}", mask::address(url)),
        expected: KINDS.to_owned(),
    }
}
