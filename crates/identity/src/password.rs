//! Passwords: bcrypt hashes, the 72-byte rule, and the contract's optional complexity rule.

use regex::Regex;
use transom_config::{Settings, keys};

use crate::{IdentityError, Result};

/// bcrypt reads no more than this many bytes.
const BCRYPT_LIMIT: usize = 72;
/// The contract's work factor.
const COST: u32 = 12;
/// A hash of nothing anyone can type, to spend the same time on unknown accounts.
const DECOY: &str = "$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZkqVb0Zz7Vq0rQ8jzYb0y2s3xGfQnW";

/// Hashes a password away from the async workers.
///
/// # Errors
/// `Invalid` when it is longer than 72 bytes.
pub(crate) async fn hash(password: &str) -> Result<String> {
    if password.len() > BCRYPT_LIMIT {
        return Err(IdentityError::Invalid(
            "The password is too long: it may have at most 72 bytes. Please choose a shorter one.".into(),
        ));
    }
    let password = password.to_string();
    blocking(move || bcrypt::hash(password, COST)).await
}

/// Whether a password matches; with no hash it takes as long and answers no.
pub(crate) async fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    let known = hash.is_some();
    let hash = hash.unwrap_or(DECOY).to_string();
    // Hashes made elsewhere may come from longer passwords that were cut at the limit.
    let bytes: Vec<u8> = password.bytes().take(BCRYPT_LIMIT).collect();
    let matches = blocking(move || bcrypt::verify(bytes, &hash)).await.unwrap_or(false);
    Ok(known && matches)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> bcrypt::BcryptResult<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| IdentityError::Crypto(e.to_string()))?
        .map_err(|e| IdentityError::Crypto(e.to_string()))
}

/// Checks a new password against the complexity rule, when the rule is on.
///
/// # Errors
/// `Invalid` with a sentence that says what is missing.
pub(crate) fn check_rule(settings: &Settings, password: &str) -> Result<()> {
    if !settings.get(&keys::ENABLE_PASSWORD_VALIDATION) {
        return Ok(());
    }
    let pattern = settings.get(&keys::PASSWORD_VALIDATION_REGEX_PATTERN);
    if matches_with_lookaheads(&pattern, password) {
        return Ok(());
    }
    Err(IdentityError::Invalid(
        "The password does not meet this server's rule. By default it needs 8 characters with a lower-case letter, \
         an upper-case letter, a digit and another character."
            .into(),
    ))
}

/// Matches a pattern that may begin with `(?=...)` groups, which a linear-time engine does not know: each group is
/// matched by itself. An unreadable pattern matches nothing, so that a typing error never switches the rule off.
fn matches_with_lookaheads(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.strip_prefix('^').unwrap_or(pattern);
    while let Some(inner) = rest.strip_prefix("(?=") {
        let Some(end) = closing(inner) else { return false };
        if !anchored(&inner[..end], text) {
            return false;
        }
        rest = &inner[end + 1..];
    }
    anchored(rest, text)
}

fn anchored(pattern: &str, text: &str) -> bool {
    Regex::new(&format!("^(?:{})", pattern.trim_end_matches('$')))
        .ok()
        .and_then(|re| re.find(text).map(|found| !pattern.ends_with('$') || found.end() == text.len()))
        .unwrap_or(false)
}

/// The index of the parenthesis that closes a group whose opening one stands before `text`.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut in_class, mut escaped) = (0, false, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class && depth == 0 => return Some(i),
            ')' if !in_class => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rule_is_understood() {
        let rule = r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w\s]).{8,}$";
        assert!(matches_with_lookaheads(rule, "Abcdef1!"));
        for weak in ["abcdef1!", "ABCDEF1!", "Abcdefg!", "Abcdefg1", "Ab1!", ""] {
            assert!(!matches_with_lookaheads(rule, weak), "{weak}");
        }
        assert!(!matches_with_lookaheads("(?=[", "Abcdef1!"));
        assert!(matches_with_lookaheads("^[0-9]{4}$", "1234"));
        assert!(!matches_with_lookaheads("^[0-9]{4}$", "12345"));
    }

    #[test]
    fn unknown_accounts_cost_as_much_as_known_ones() {
        // Something that is no hash would be refused at once, without the work.
        assert!(!bcrypt::verify("anything", DECOY).unwrap());
        assert!(DECOY.starts_with(&format!("$2b${COST}$")));
    }

    #[tokio::test]
    async fn hashes_verify_and_long_passwords_are_refused() {
        let hashed = hash("secret").await.unwrap();
        assert!(hashed.starts_with("$2b$12$"));
        assert!(verify("secret", Some(&hashed)).await.unwrap());
        assert!(!verify("other", Some(&hashed)).await.unwrap());
        assert!(!verify("secret", None).await.unwrap());
        assert!(hash(&"p".repeat(73)).await.is_err());
    }
}
