//! Hiding secrets wherever values are shown.

use crate::declaration::{Declaration, Kind};

/// What stands in place of a secret.
pub(crate) const MASK: &str = "********";

/// A value in quotes for a message, or the mask.
pub(crate) fn quoted(declaration: &Declaration, value: &str) -> String {
    if declaration.secret && !value.is_empty() { MASK.to_owned() } else { format!("{value:?}") }
}

/// A value for people: secrets masked, passwords inside addresses masked.
pub(crate) fn shown(declaration: &Declaration, value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else if declaration.secret {
        MASK.to_owned()
    } else if matches!(declaration.kind, Kind::Url | Kind::List(_) | Kind::Text) {
        address(value)
    } else {
        value.to_owned()
    }
}

/// Masks the password in every `scheme://user:password@host` of a text.
pub(crate) fn address(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        shown.push_str(before);
        let authority = after.find(['/', '?', '#', ' ', ',', ';']).unwrap_or(after.len());
        // Passwords that were not escaped may hold a slash, so look for the last @ before a blank too.
        let end = after.find([' ', ',', ';']).unwrap_or(after.len());
        let credentials = after[..authority].rfind('@').or_else(|| after[..end].rfind('@'));
        rest = match credentials.and_then(|at| after[..at].find(':').map(|colon| (colon, at))) {
            Some((colon, at)) => {
                shown.push_str(&after[..=colon]);
                shown.push_str(MASK);
                &after[at..]
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}
