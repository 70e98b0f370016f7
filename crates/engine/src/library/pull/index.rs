//! Python package indexes: which file of a project is taken.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use url::Url;

use super::fetch::document;
use super::version::Version;
use super::{PYPI, Pull, checked_scheme};
use crate::library::digest::Digest;
use crate::{EngineError, Result};

/// JSON (PEP 691) where there is any; mirrors often have pages only (PEP 503).
const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// A wheel that an index offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wheel {
    pub(super) file_name: String,
    pub(super) url: Url,
    pub(super) sha256: Digest,
    pub(super) size: Option<u64>,
}

/// A file as the index lists it.
#[derive(Debug, Deserialize)]
struct Entry {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: Hashes,
    #[serde(default)]
    yanked: serde_json::Value,
    size: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
struct Hashes {
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    files: Vec<Entry>,
}

impl Entry {
    fn is_yanked(&self) -> bool {
        !matches!(self.yanked, serde_json::Value::Null | serde_json::Value::Bool(false))
    }
}

impl Pull<'_> {
    /// The wheel that is meant: the newest one, or that of a version.
    pub(super) async fn wheel(&mut self, project: &str, version: Option<&str>) -> Result<Wheel> {
        let named = self.options.index_url.clone().map_or_else(|| Url::parse(PYPI), Ok);
        let mut url =
            named.map_err(|_| EngineError::Invalid("the package index has no sound address".into()))?;
        checked_scheme(&url, true)?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(project).push("");
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
        let answer = document(self.fetch, url.clone(), headers).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(EngineError::NotFound(format!("pypi:{project}"))),
            status => return Err(EngineError::Unavailable(format!("{host} answers {status}"))),
        }
        let kind =
            answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let files = if kind.contains("json") {
            let page: Page = serde_json::from_slice(&answer.bytes)
                .map_err(|_| EngineError::Corrupt(format!("the answer of {host} is not understood")))?;
            page.files
        } else {
            links(&String::from_utf8_lossy(&answer.bytes))
        };
        choose(project, version, files, &url)
    }
}

/// The newest wheel for every system. Yanked ones and pre-releases only if nothing else is meant.
fn choose(project: &str, version: Option<&str>, files: Vec<Entry>, base: &Url) -> Result<Wheel> {
    let wanted = version.and_then(Version::parse);
    let fitting = files.into_iter().filter_map(|entry| Some((wheel_version(&entry.filename)?, entry)));
    let fitting = fitting.filter(|(version, entry)| match &wanted {
        Some(wanted) => wanted == version,
        None => !entry.is_yanked(),
    });
    // a release before a pre-release, a sound one before a yanked one, then the newest
    let best = fitting
        .max_by_key(|(version, entry)| (!version.is_preliminary(), !entry.is_yanked(), version.clone()));
    let Some((_, entry)) = best else {
        let which = version.map(|version| format!(" of version {version}")).unwrap_or_default();
        return Err(EngineError::Unavailable(format!(
            "{project} has no wheel{which} that fits every system"
        )));
    };
    let broken =
        |what: &str| EngineError::Unavailable(format!("the index gives {what} for {}", entry.filename));
    let mut url = base.join(&entry.url).map_err(|_| broken("no sound address"))?;
    let fragment = url.fragment().and_then(|text| text.strip_prefix("sha256=")).map(str::to_owned);
    url.set_fragment(None);
    if url.origin() == base.origin() && url.username().is_empty() {
        // a mirror that wants to know who asks wants it for its files, too; setting what the base has cannot fail
        let _ = url.set_username(base.username());
        let _ = url.set_password(base.password());
    }
    // an index that is reached openly may point to files that are; they have a checksum
    checked_scheme(&url, base.scheme() == "http")?;
    let sha256 = entry.hashes.sha256.clone().or(fragment).ok_or_else(|| broken("no checksum"))?;
    Ok(Wheel { url, sha256: sha256.parse()?, size: entry.size, file_name: entry.filename })
}

/// The version in `name-1.0-py3-none-any.whl`; none for what is no wheel or not for every system.
fn wheel_version(file_name: &str) -> Option<Version> {
    let parts: Vec<&str> = file_name.strip_suffix("-none-any.whl")?.split('-').collect();
    match parts[..] {
        [_, version, _] | [_, version, _, _] => Version::parse(version),
        _ => None,
    }
}

/// The files on a page of an index: links whose text is the name of the file.
fn links(page: &str) -> Vec<Entry> {
    let mut files = Vec::new();
    // small letters keep the length, as only those of ASCII are made
    let lower = page.to_ascii_lowercase();
    let mut at = 0;
    while let Some(start) = lower[at..].find("<a").map(|n| at + n) {
        at = start + 2;
        let Some(end) = lower[at..].find('>').map(|n| at + n) else { break };
        let Some(close) = lower[end..].find("</a").map(|n| end + n) else { break };
        let (tag, lower_tag) = (&page[at..end], &lower[at..end]);
        at = close;
        if !lower_tag.starts_with(char::is_whitespace) {
            continue;
        }
        if let Some(url) = attribute(tag, lower_tag, "href") {
            files.push(Entry {
                filename: unescaped(page[end + 1..close].trim()),
                url: unescaped(url),
                hashes: Hashes::default(),
                yanked: lower_tag.contains("data-yanked").into(),
                size: None,
            });
        }
    }
    files
}

fn attribute<'a>(tag: &'a str, lower_tag: &str, name: &str) -> Option<&'a str> {
    let start = lower_tag.find(&format!("{name}="))? + name.len() + 1;
    let rest = &tag[start..];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => rest[1..].split(quote).next(),
        None => rest.split_whitespace().next(),
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(filename: &str, yanked: serde_json::Value) -> Entry {
        let hashes = Hashes { sha256: Some("a".repeat(64)) };
        Entry {
            filename: filename.into(),
            url: format!("https://files/{filename}"),
            hashes,
            yanked,
            size: None,
        }
    }

    fn chosen(files: &[(&str, bool)], version: Option<&str>) -> String {
        let files = files.iter().map(|(name, yanked)| entry(name, (*yanked).into())).collect();
        let base = Url::parse("https://index/simple/a/").unwrap();
        choose("a", version, files, &base).map_or_else(|error| error.to_string(), |wheel| wheel.file_name)
    }

    #[test]
    fn the_newest_sound_wheel_is_taken() {
        let files = [
            ("a-0.9-py3-none-any.whl", false),
            ("a-0.10-py3-none-any.whl", false),
            ("a-0.11-py3-none-any.whl", true),
            ("a-1.0rc1-py3-none-any.whl", false),
            ("a-2.0-cp312-cp312-win_amd64.whl", false),
            ("a-3.0.tar.gz", false),
        ];
        assert_eq!(chosen(&files, None), "a-0.10-py3-none-any.whl");
        assert_eq!(chosen(&files, Some("0.11.0")), "a-0.11-py3-none-any.whl");
        assert_eq!(chosen(&files, Some("1.0-rc.1")), "a-1.0rc1-py3-none-any.whl");
        assert_eq!(chosen(&files[3..4], None), "a-1.0rc1-py3-none-any.whl");
        assert_eq!(chosen(&files, Some("5")), "a has no wheel of version 5 that fits every system");
        assert_eq!(chosen(&files[4..], None), "a has no wheel that fits every system");
    }

    #[test]
    fn credentials_go_to_the_index_only() {
        let of = |base: &str| {
            let base = Url::parse(base).unwrap();
            choose("a", None, vec![entry("a-1-py3-none-any.whl", false.into())], &base)
                .unwrap()
                .url
                .to_string()
        };
        assert_eq!(of("https://me:pw@files/simple/a/"), "https://me:pw@files/a-1-py3-none-any.whl");
        assert_eq!(of("https://me:pw@index/simple/a/"), "https://files/a-1-py3-none-any.whl");
    }

    #[test]
    fn pages_are_read_as_well() {
        let sum = "b".repeat(64);
        let page = format!(
            "<!DOCTYPE html><html><body><abbr>x</abbr>\n<A class=x HREF='../../p/a-1.0-py3-none-any.whl?x=1&amp;y=2#sha256={sum}' >a-1.0-py3-none-any.whl</A>\
            <a href=\"a-2.0-py3-none-any.whl\" data-yanked=\"\">a-2.0-py3-none-any.whl</a><a href=\"é"
        );
        let base = Url::parse("https://mirror/simple/a/").unwrap();
        let wheel = choose("a", None, links(&page), &base).unwrap();
        assert_eq!(wheel.url.as_str(), "https://mirror/p/a-1.0-py3-none-any.whl?x=1&y=2");
        assert_eq!(wheel.sha256.hex(), sum);
        let error = choose("a", Some("2.0"), links(&page), &base).unwrap_err();
        assert!(error.to_string().contains("no checksum"), "{error}");
    }
}
