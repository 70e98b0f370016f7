//! Values that are fine alone but stop the start together.

use url::Url;

use crate::settings::Settings;
use crate::{ConfigError, keys, mask};

/// Dimensions above which PostgreSQL needs half-precision vectors.
const FULL_PRECISION_DIMENSIONS: i64 = 2000;

/// Checks everything; the first problem is the answer.
pub(crate) fn run(settings: &Settings) -> Result<(), ConfigError> {
    settings.database_url()?;
    secret_key(settings)?;
    port(settings)?;
    origins(settings)?;
    match settings.get(&keys::VECTOR_DB).as_str() {
        "pgvector" => pgvector(settings),
        "oracle23ai" => oracle(settings),
        _ => Ok(()),
    }
}

fn bad(name: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError::BadValue {
        name: name.to_owned(),
        value: format!("{value:?}"),
        expected: expected.to_owned(),
    }
}

/// The key that public documents print.
const PUBLIC_KEY: &str = "t0p-s3cr3t";

/// An empty key signs nothing, and one that everybody knows proves nothing. With a file to keep a key in, an empty
/// variable just means that there is none.
fn secret_key(settings: &Settings) -> Result<(), ConfigError> {
    let given = settings.environment().given(keys::WEBUI_SECRET_KEY.declaration());
    let file = settings.environment().given_text("WEBUI_SECRET_KEY_FILE").is_some();
    match given {
        Some((name, "")) if settings.get(&keys::WEBUI_AUTH) && !file => {
            Err(bad(name, "", "a key, or unset to have one generated, while WEBUI_AUTH is on"))
        }
        Some((name, PUBLIC_KEY)) if settings.get(&keys::WEBUI_AUTH) => {
            let expected = "a key of your own: this one is publicly known, and anybody could sign in with it";
            Err(ConfigError::BadValue {
                name: name.to_owned(),
                value: mask::MASK.to_owned(),
                expected: expected.to_owned(),
            })
        }
        _ => Ok(()),
    }
}

fn port(settings: &Settings) -> Result<(), ConfigError> {
    let port = settings.get(&keys::PORT);
    u16::try_from(port).map(drop).map_err(|_| bad("PORT", &port.to_string(), "a number from 0 to 65535"))
}

fn origins(settings: &Settings) -> Result<(), ConfigError> {
    let schemes = settings.get(&keys::CORS_ALLOW_CUSTOM_SCHEME);
    for origin in settings.get(&keys::CORS_ALLOW_ORIGIN) {
        if origin != "*" && !is_origin(&origin, &schemes) {
            let expected = "*, or origins with the scheme http, https or one of CORS_ALLOW_CUSTOM_SCHEME and a host, \
                            separated by ;";
            return Err(bad("CORS_ALLOW_ORIGIN", &origin, expected));
        }
    }
    Ok(())
}

fn is_origin(origin: &str, schemes: &[String]) -> bool {
    Url::parse(origin).is_ok_and(|url| {
        let scheme = url.scheme();
        let known =
            matches!(scheme, "http" | "https") || schemes.iter().any(|s| s.eq_ignore_ascii_case(scheme));
        known && url.host_str().is_some_and(|host| !host.is_empty())
    })
}

fn pgvector(settings: &Settings) -> Result<(), ConfigError> {
    let url = settings.get(&keys::PGVECTOR_DB_URL);
    if !url.starts_with("postgres") {
        return Err(ConfigError::Conflict(
            "VECTOR_DB is \"pgvector\", but PGVECTOR_DB_URL (or else DATABASE_URL) is no postgresql:// address".to_owned(),
        ));
    }
    let dimensions = settings.get(&keys::PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH);
    if dimensions > FULL_PRECISION_DIMENSIONS && !settings.get(&keys::PGVECTOR_USE_HALFVEC) {
        let expected = "at most 2000 unless PGVECTOR_USE_HALFVEC is true";
        return Err(bad("PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH", &dimensions.to_string(), expected));
    }
    if settings.get(&keys::PGVECTOR_PGCRYPTO) && settings.get(&keys::PGVECTOR_PGCRYPTO_KEY).is_empty() {
        return Err(ConfigError::Conflict(
            "PGVECTOR_PGCRYPTO is on, but PGVECTOR_PGCRYPTO_KEY is not set".to_owned(),
        ));
    }
    Ok(())
}

fn oracle(settings: &Settings) -> Result<(), ConfigError> {
    let mut needed = vec![&keys::ORACLE_DB_USER, &keys::ORACLE_DB_PASSWORD, &keys::ORACLE_DB_DSN];
    if settings.get(&keys::ORACLE_DB_USE_WALLET) {
        needed.extend([&keys::ORACLE_WALLET_DIR, &keys::ORACLE_WALLET_PASSWORD]);
    }
    match needed.into_iter().find(|setting| settings.get(setting).is_empty()) {
        Some(missing) => Err(ConfigError::Conflict(format!(
            "VECTOR_DB is \"oracle23ai\", but {} is not set",
            missing.name()
        ))),
        None => Ok(()),
    }
}
