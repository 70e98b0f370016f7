//! One file over HTTP, going on where an earlier try ended.

use std::fs::{self, File, TryLockError};
use std::io::SeekFrom;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures::StreamExt;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use url::Url;

use super::fetch::{FetchReply, FetchRequest};
use super::{Progress, Pull};
use crate::library::blobs::full;
use crate::library::digest::Digest;
use crate::{EngineError, Result};

/// How long a source may be silent in the middle of a file.
const SILENCE: Duration = Duration::from_secs(60);
/// How often the one who waits is told.
const REPORT: Duration = Duration::from_millis(100);
/// How often it is looked whether somebody else has finished what this one waits for.
pub(super) const LOOK: Duration = Duration::from_millis(200);
/// Nothing is larger; guards against sizes that are lies.
const LARGEST: u64 = 1 << 44;

/// What is fetched.
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// The checksum, when it is known before.
    pub(super) digest: Option<Digest>,
    pub(super) size: Option<u64>,
    /// The version that is here already: nothing is sent when it is still the one.
    pub(super) known: Option<HeaderValue>,
}

impl Target {
    fn stem(&self) -> String {
        match &self.digest {
            Some(digest) => digest.file_name(),
            None => format!("url-{}", self.id().hex()),
        }
    }

    /// Clients draw a bar only for what has a digest; what has none goes by that of its address.
    fn id(&self) -> Digest {
        self.digest.clone().unwrap_or_else(|| Digest::of(self.url.as_str().as_bytes()))
    }

    fn progress(&self, total: Option<u64>, completed: u64) -> Progress {
        let id = self.id();
        Progress {
            status: format!("pulling {}", id.short()),
            digest: Some(id.to_string()),
            total: total.or(self.size),
            completed: Some(completed),
        }
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

/// A file that is not whole yet. Only one at a time holds it, in this process and in others.
pub(super) struct Partial {
    file: File,
    pub(super) path: PathBuf,
    /// Where the version of a file without a checksum is kept.
    version: PathBuf,
}

impl Partial {
    fn size(&self) -> Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn start_over(&self) -> Result<()> {
        Ok(self.file.set_len(0)?)
    }

    /// The version of the source that the bytes so far belong to.
    pub(super) fn version(&self) -> Option<HeaderValue> {
        fs::read(&self.version).ok().and_then(|bytes| HeaderValue::from_bytes(&bytes).ok())
    }

    /// Makes it the blob, still holding it.
    pub(super) fn settle(self, path: &std::path::Path) -> Result<()> {
        self.file.sync_all().map_err(full)?;
        let _ = fs::remove_file(&self.version);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::rename(&self.path, path)?)
    }

    /// Removes it, before the next one may hold it.
    pub(super) fn discard(self) {
        let _ = fs::remove_file(&self.version);
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, "a partial file is gone already");
        }
    }

    /// Whether the file is still the one with that name: the one who held it before may have moved it.
    fn is_current(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let same = |a: &fs::Metadata, b: &fs::Metadata| a.ino() == b.ino() && a.dev() == b.dev();
            matches!((self.file.metadata(), fs::metadata(&self.path)), (Ok(a), Ok(b)) if same(&a, &b))
        }
        #[cfg(not(unix))]
        self.path.exists()
    }
}

/// How a try ended.
enum Failed {
    /// Another try may do better.
    Passing(EngineError),
    Lasting(EngineError),
}

impl<E: Into<EngineError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Lasting(error.into())
    }
}

/// What a download came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Whole,
    /// The source still has the version that is known.
    Unchanged,
}

impl Pull<'_> {
    /// Takes hold of the partial file, waiting while somebody else has it. Afterwards, look whether it is still needed.
    pub(super) async fn acquire(&mut self, target: &Target) -> Result<Partial> {
        loop {
            let stem = target.stem();
            let held = self.library.blocking(move |inner| {
                let folder = inner.partial()?;
                let path = folder.join(format!("{stem}.partial"));
                let file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
                let partial = Partial { file, path, version: folder.join(format!("{stem}.version")) };
                match partial.file.try_lock() {
                    Ok(()) if partial.is_current() => Ok(Ok(partial)),
                    Ok(()) => Ok(Err(0)),
                    Err(TryLockError::WouldBlock) => Ok(Err(partial.size()?)),
                    Err(TryLockError::Error(error)) => {
                        tracing::debug!(%error, "this disk cannot lock files");
                        Ok(Ok(partial))
                    }
                }
            });
            match held.await? {
                Ok(partial) => return Ok(partial),
                Err(size) => {
                    self.report(target.progress(None, size));
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// How much of a file is here already.
    pub(super) fn so_far(&self, digest: &Digest) -> u64 {
        let path = self.library.0.dir.join("partial").join(format!("{}.partial", digest.file_name()));
        fs::metadata(path).map_or(0, |data| data.len())
    }

    /// Fetches what is missing, and checks the whole.
    ///
    /// A connection that is cut is taken up again; only tries in a row that bring nothing are counted.
    pub(super) async fn download(&mut self, target: &Target, partial: Partial) -> Result<(Partial, Outcome)> {
        let outcome = self.try_again(target, &partial).await;
        match outcome {
            Ok(outcome) => Ok((partial, outcome)),
            Err(error) => {
                if partial.size().is_ok_and(|size| size == 0) {
                    partial.discard();
                }
                Err(error)
            }
        }
    }

    async fn try_again(&mut self, target: &Target, partial: &Partial) -> Result<Outcome> {
        let mut failures = 0;
        loop {
            let before = partial.size()?;
            match self.attempt(target, partial).await {
                Ok(outcome) => return Ok(outcome),
                Err(Failed::Lasting(error)) => return Err(error),
                Err(Failed::Passing(error)) => {
                    failures = if partial.size()? > before { 1 } else { failures + 1 };
                    if failures > self.options.retries {
                        return Err(error);
                    }
                    tracing::debug!(%error, failures, "a download goes on after a pause");
                    tokio::time::sleep(self.options.retry_delay * 2u32.pow((failures - 1).min(5))).await;
                }
            }
        }
    }

    /// Whether the file has its checksum; a file that has not is removed.
    pub(super) async fn verify(&mut self, expected: &Digest, partial: Partial) -> Result<Partial> {
        self.say("verifying sha256 digest");
        let path = partial.path.clone();
        let actual = self.library.blocking(move |_| Ok(Digest::of_reader(File::open(path)?)?.0)).await?;
        if actual == *expected {
            return Ok(partial);
        }
        partial.discard();
        Err(EngineError::Corrupt(format!(
            "digest mismatch: {} was expected and {} has come; the file was removed, try again",
            expected.short(),
            actual.short()
        )))
    }

    async fn attempt(&mut self, target: &Target, partial: &Partial) -> std::result::Result<Outcome, Failed> {
        let mut have = partial.size()?;
        let version = partial.version();
        // without a checksum, only a named version says that the rest belongs to what is here
        let usable = target.digest.is_some() || version.is_some();
        if have > 0 && (!usable || target.size.is_some_and(|size| have > size)) {
            partial.start_over()?;
            have = 0;
        }
        if target.digest.is_some() && target.size == Some(have) {
            return Ok(Outcome::Whole);
        }
        let reply = self.get(target, have, version.as_ref()).await.map_err(Failed::Passing)?;
        let (start, total) = match reply.status {
            StatusCode::OK => (0, length(&reply.headers)),
            StatusCode::PARTIAL_CONTENT => content_range(&reply.headers).unwrap_or((u64::MAX, None)),
            StatusCode::NOT_MODIFIED if target.known.is_some() => return Ok(Outcome::Unchanged),
            status => return Err(refused(status, target, partial)?),
        };
        if start == 0 {
            partial.start_over()?;
        } else if start != have {
            partial.start_over()?;
            return Err(Failed::Passing(EngineError::Corrupt(format!(
                "{} sent another part of the file",
                target.host()
            ))));
        }
        if target.digest.is_none() {
            keep_version(&reply.headers, partial)?;
        }
        let total = target.size.or(total);
        if let Some(total) = total {
            self.library.blocking(move |inner| inner.need_space(total.saturating_sub(start))).await?;
        }
        self.pour(target, partial, reply, start, total).await
    }

    async fn get(&mut self, target: &Target, have: u64, version: Option<&HeaderValue>) -> Result<FetchReply> {
        let mut headers = target.headers.clone();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if have > 0 {
            if let Some(version) = version {
                headers.insert(header::IF_RANGE, version.clone());
            }
        } else if let Some(known) = &target.known {
            headers.insert(header::IF_NONE_MATCH, known.clone());
        }
        let range_from = (have > 0).then_some(have);
        let request = FetchRequest { url: target.url.clone(), headers, range_from };
        let silent = || EngineError::Unavailable(format!("{} does not answer", target.host()));
        tokio::time::timeout(SILENCE, self.fetch.get(request)).await.map_err(|_| silent())?
    }

    /// Appends the body.
    async fn pour(
        &mut self,
        target: &Target,
        partial: &Partial,
        reply: FetchReply,
        start: u64,
        total: Option<u64>,
    ) -> std::result::Result<Outcome, Failed> {
        let cut = |why: &str| Failed::Passing(EngineError::Unavailable(format!("{} {why}", target.host())));
        let mut file = tokio::fs::File::from_std(partial.file.try_clone()?);
        file.seek(SeekFrom::End(0)).await?;
        let (mut have, mut reported) = (start, Instant::now());
        self.report(target.progress(total, have));
        let mut body = reply.body;
        loop {
            let piece = match tokio::time::timeout(SILENCE, body.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => break,
                Ok(Some(Err(error))) => {
                    file.flush().await.map_err(full)?;
                    return Err(Failed::Passing(error));
                }
                Err(_) => {
                    file.flush().await.map_err(full)?;
                    return Err(cut("has fallen silent"));
                }
            };
            have += piece.len() as u64;
            if have > total.unwrap_or(LARGEST) {
                file.flush().await.map_err(full)?;
                partial.start_over()?;
                return Err(EngineError::Corrupt(format!("{} sends more than it said", target.host())).into());
            }
            file.write_all(&piece).await.map_err(full)?;
            if reported.elapsed() >= REPORT {
                reported = Instant::now();
                self.report(target.progress(total, have));
            }
        }
        file.flush().await.map_err(full)?;
        if total.is_some_and(|total| have < total) {
            return Err(cut("has cut the connection"));
        }
        self.report(target.progress(Some(have), have));
        Ok(Outcome::Whole)
    }
}

/// What a bad status means.
fn refused(status: StatusCode, target: &Target, partial: &Partial) -> Result<Failed> {
    let host = target.host();
    let answered = EngineError::Unavailable(format!("{host} answers {status}"));
    Ok(match status {
        StatusCode::RANGE_NOT_SATISFIABLE => {
            partial.start_over()?;
            Failed::Passing(answered)
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Failed::Passing(answered),
        status if status.is_server_error() => Failed::Passing(answered),
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Failed::Lasting(EngineError::Unavailable(format!("{host} does not have this file")))
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failed::Lasting(EngineError::Unavailable(
            format!("{host} does not give this file to us ({status})"),
        )),
        _ => Failed::Lasting(answered),
    })
}

/// Keeps a version that names these very bytes; a weak one does not.
fn keep_version(headers: &HeaderMap, partial: &Partial) -> Result<()> {
    match headers.get(header::ETAG).filter(|version| version.as_bytes().starts_with(b"\"")) {
        Some(version) => fs::write(&partial.version, version.as_bytes())?,
        None => drop(fs::remove_file(&partial.version)),
    }
    Ok(())
}

fn length(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return None;
    }
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// `bytes 100-199/200` as the start and the total.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.trim().parse().ok()?, total.trim().parse().ok()))
}
