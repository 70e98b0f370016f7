//! Which web addresses guarded requests may reach, decided in two steps: the text of the address here, and each
//! resolved IP address again before the connection.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{is_metadata, is_public};
use crate::error::{NetError, Result};

/// Host names of cloud metadata services; they stay closed whatever the settings say.
const METADATA_NAMES: &[&str] = &[
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "metadata.tencentyun.com",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata",
];

/// The longest address that is looked at, in bytes.
const MAX_URL: usize = 8192;

/// Rules for user-influenced addresses. The default is the public internet and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Loopback, private and link-local addresses may be reached too. Metadata services stay closed.
    pub allow_local: bool,
    /// Host names: plain entries are the only ones allowed (with their subdomains), entries that begin with `!` are
    /// refused. Empty: every name.
    pub hosts: Vec<String>,
}

impl Policy {
    /// Reads and judges the text of an address. The returned value is the one to connect with: nothing else may
    /// parse the text again.
    ///
    /// # Errors
    /// [`NetError::InvalidUrl`] for anything that is not plain http(s), [`NetError::Blocked`] for refused hosts.
    pub fn check(&self, text: &str) -> Result<Url> {
        refuse_odd_text(text)?;
        let url = Url::parse(text).map_err(|e| NetError::InvalidUrl(e.to_string()))?;
        self.check_url(&url)?;
        Ok(url)
    }

    /// Judges an address that is already parsed, such as the target of a redirect.
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn check_url(&self, url: &Url) -> Result<()> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NetError::InvalidUrl("only http and https are understood".into()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NetError::InvalidUrl("it carries a user name or password".into()));
        }
        if url.port() == Some(0) {
            return Err(NetError::InvalidUrl("port 0 is reserved".into()));
        }
        match url.host() {
            None => Err(NetError::InvalidUrl("it names no host".into())),
            Some(Host::Domain(name)) => self.check_name(name),
            Some(Host::Ipv4(ip)) => {
                self.check_name(&ip.to_string()).and_then(|()| self.check_address(ip.into()))
            }
            Some(Host::Ipv6(ip)) => {
                self.check_name(&ip.to_string()).and_then(|()| self.check_address(ip.into()))
            }
        }
    }

    /// Judges a resolved address.
    ///
    /// # Errors
    /// [`NetError::Blocked`] when the address may not be reached.
    pub fn check_address(&self, ip: IpAddr) -> Result<()> {
        if is_metadata(ip) {
            return Err(NetError::Blocked("it belongs to a cloud metadata service".into()));
        }
        if self.allow_local || is_public(ip) {
            Ok(())
        } else {
            Err(NetError::Blocked("it does not lead to the public internet".into()))
        }
    }

    fn check_name(&self, name: &str) -> Result<()> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if name.is_empty() {
            return Err(NetError::InvalidUrl("it names no host".into()));
        }
        if METADATA_NAMES.contains(&name.as_str()) {
            return Err(NetError::Blocked("it belongs to a cloud metadata service".into()));
        }
        if !self.allow_local && (name == "localhost" || name.ends_with(".localhost")) {
            return Err(NetError::Blocked("it does not lead to the public internet".into()));
        }
        self.check_lists(&name)
    }

    fn check_lists(&self, name: &str) -> Result<()> {
        let blocked = self.hosts.iter().filter_map(|h| h.trim().strip_prefix('!'));
        if blocked.into_iter().any(|entry| covers(entry, name)) {
            return Err(NetError::Blocked("this host is on the list of refused hosts".into()));
        }
        let mut allowed =
            self.hosts.iter().map(|h| h.trim()).filter(|h| !h.is_empty() && !h.starts_with('!')).peekable();
        if allowed.peek().is_some() && !allowed.any(|entry| covers(entry, name)) {
            return Err(NetError::Blocked("this host is not on the list of allowed hosts".into()));
        }
        Ok(())
    }
}

/// A list entry covers the host itself and its subdomains.
fn covers(entry: &str, name: &str) -> bool {
    let entry = entry.trim().trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
    !entry.is_empty() && (name == entry || name.strip_suffix(&entry).is_some_and(|rest| rest.ends_with('.')))
}

/// Browsers and libraries disagree about these characters, so that one would check a host and another connect to a
/// different one. Nobody needs them.
fn refuse_odd_text(text: &str) -> Result<()> {
    if text.len() > MAX_URL {
        return Err(NetError::InvalidUrl("it is too long".into()));
    }
    if text.chars().any(|c| c == '\\' || c.is_control() || c.is_whitespace()) {
        return Err(NetError::InvalidUrl("it holds a space, a backslash or a control character".into()));
    }
    let after_scheme = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err(NetError::InvalidUrl("it has no scheme or names no host".into()));
    }
    if authority.contains('@') {
        return Err(NetError::InvalidUrl("it carries a user name or password".into()));
    }
    Ok(())
}
