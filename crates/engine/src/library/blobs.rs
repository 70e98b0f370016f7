//! Blobs: how they are written, kept from being removed, and whether the disk has room for them.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use super::Library;
use super::digest::{Digest, Hasher};
use super::layout::Inner;
use super::manifest::{Kind, Layer};
use crate::{EngineError, Result};

/// How many bytes are free where a folder lies.
pub type Space = Arc<dyn Fn(&Path) -> std::io::Result<u64> + Send + Sync>;

/// What stays free for everything else on the disk.
const MARGIN: u64 = 256 * 1024 * 1024;
/// How often the free space is looked at while something of unknown size is written.
const STEP: u64 = 64 * 1024 * 1024;

impl Library {
    /// Whether a blob is there.
    pub async fn has_blob(&self, digest: &Digest) -> bool {
        tokio::fs::metadata(self.0.blob(digest)).await.is_ok_and(|data| data.is_file())
    }

    /// Where a blob lies, or would lie.
    #[must_use]
    pub fn blob_path(&self, digest: &Digest) -> std::path::PathBuf {
        self.0.blob(digest)
    }

    /// Removes what earlier pulls and crashes left half done, if nobody has touched it for so long or holds it now.
    ///
    /// # Errors
    /// `Io` when the folder cannot be read.
    pub async fn tidy(&self, untouched: Duration) -> Result<()> {
        self.blocking(move |inner| inner.tidy(untouched)).await
    }

    /// Takes in a blob whose digest the sender says. Nothing stays of one that is not what was said.
    ///
    /// # Errors
    /// `Invalid` when the content has another digest or more than `limit` bytes, `Unavailable` when the disk is full,
    /// and what the stream reports.
    pub async fn put_blob<S>(&self, digest: &Digest, content: S, limit: u64) -> Result<()>
    where
        S: Stream<Item = Result<Bytes>> + Send,
    {
        if self.has_blob(digest).await {
            return Ok(());
        }
        let temporary = self.blocking(Inner::temporary).await?;
        let mut file = tokio::fs::File::from_std(temporary.as_file().try_clone()?);
        let (mut hasher, mut size, mut checked) = (Hasher::default(), 0, 0);
        let mut content = std::pin::pin!(content);
        while let Some(bytes) = content.next().await {
            let bytes = bytes?;
            size += bytes.len() as u64;
            if size > limit {
                return Err(EngineError::Invalid("the file is larger than what is allowed".into()));
            }
            if size >= checked {
                self.blocking(|inner| inner.need_space(STEP)).await?;
                checked = size + STEP;
            }
            hasher.update(&bytes);
            file.write_all(&bytes).await.map_err(full)?;
        }
        file.flush().await.map_err(full)?;
        if hasher.finish() != *digest {
            return Err(EngineError::Invalid("the file does not have the digest that was said".into()));
        }
        let digest = digest.clone();
        self.blocking(move |inner| inner.settle(temporary, &digest)).await
    }
}

impl Inner {
    fn tidy(&self, untouched: Duration) -> Result<()> {
        let entries = match fs::read_dir(self.dir.join("partial")) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for entry in entries.flatten() {
            let old = entry.metadata().and_then(|data| data.modified());
            let old = old.is_ok_and(|time| time.elapsed().is_ok_and(|age| age >= untouched));
            if !old {
                continue;
            }
            let path = entry.path();
            let free = fs::File::open(&path).is_ok_and(|file| {
                // held while the file is removed
                file.try_lock().is_ok() && fs::remove_file(&path).is_ok()
            });
            if free {
                tracing::info!(file = %entry.file_name().display(), "removed what was left half done");
            }
        }
        Ok(())
    }

    /// A file that disappears unless it is renamed.
    pub(super) fn temporary(&self) -> Result<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("new-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // as the files of an Ollama server: a folder may be shared with one
            builder.permissions(fs::Permissions::from_mode(0o644));
        }
        Ok(builder.tempfile_in(self.partial()?)?)
    }

    /// Makes a written file the blob.
    pub(super) fn settle(&self, file: NamedTempFile, digest: &Digest) -> Result<()> {
        file.as_file().sync_all().map_err(full)?;
        let path = self.blob(digest);
        if !path.is_file() {
            file.persist(&path).map_err(|error| error.error)?;
        }
        Ok(())
    }

    /// Takes in a small document as a layer. The pin lasts until the manifest is written.
    pub(super) fn add_document(self: &Arc<Self>, kind: &str, bytes: &[u8], pins: &mut Pins) -> Result<Layer> {
        let digest = Digest::of(bytes);
        pins.add(&digest);
        if !self.blob(&digest).is_file() {
            let mut file = self.temporary()?;
            file.write_all(bytes).map_err(full)?;
            self.settle(file, &digest)?;
        }
        Ok(Layer { media_type: kind.into(), digest, size: bytes.len() as u64, from: None })
    }

    /// Takes in what a reader gives, which is `size` bytes long.
    pub(super) fn add_model(
        self: &Arc<Self>,
        reader: impl Read,
        size: u64,
        pins: &mut Pins,
        meter: &Meter,
    ) -> Result<Layer> {
        self.need_space(size)?;
        meter.total.store(size, Ordering::Relaxed);
        let mut file = self.temporary()?;
        let mut reader =
            Copying { reader: reader.take(size.saturating_add(1)), file: file.as_file_mut(), meter };
        let (digest, read) = Digest::of_reader(&mut reader).map_err(|error| match error.kind() {
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
                EngineError::Corrupt("the model cannot be read: the file is damaged".into())
            }
            _ => full(error),
        })?;
        if read != size {
            return Err(EngineError::Corrupt("the model does not have the size that was said".into()));
        }
        pins.add(&digest);
        self.settle(file, &digest)?;
        Ok(Layer { media_type: Kind::Model.media_type().into(), digest, size, from: None })
    }

    /// # Errors
    /// `Unavailable` when so many bytes and the margin do not fit on the disk.
    pub(super) fn need_space(&self, bytes: u64) -> Result<()> {
        let folder = self.partial()?;
        let free = match (self.space)(&folder) {
            Ok(free) => free,
            Err(error) => {
                // some network disks do not say; the write itself will
                tracing::debug!(%error, "the free disk space is not known");
                return Ok(());
            }
        };
        if free >= bytes.saturating_add(MARGIN) {
            return Ok(());
        }
        Err(EngineError::Unavailable(format!(
            "the disk has too little room: {} are needed and {} are free, of which {} are kept for other things",
            human_size(bytes),
            human_size(free),
            human_size(MARGIN)
        )))
    }
}

/// How far work is that somebody else waits for.
#[derive(Default)]
pub(super) struct Meter {
    pub(super) done: AtomicU64,
    pub(super) total: AtomicU64,
}

/// Writes to a file what is read through it.
struct Copying<'a, R> {
    reader: R,
    file: &'a mut fs::File,
    meter: &'a Meter,
}

impl<R: Read> Read for Copying<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.file.write_all(&buffer[..n])?;
        self.meter.done.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Blobs that are kept, manifest or not, until this is dropped.
pub(super) struct Pins {
    inner: Arc<Inner>,
    digests: Vec<Digest>,
}

impl Pins {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self { inner: inner.clone(), digests: Vec::new() }
    }

    /// Before looking whether the blob is there.
    pub(super) fn add(&mut self, digest: &Digest) {
        *self.inner.pins.lock().unwrap_or_else(PoisonError::into_inner).entry(digest.clone()).or_default() +=
            1;
        self.digests.push(digest.clone());
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        let mut pins = self.inner.pins.lock().unwrap_or_else(PoisonError::into_inner);
        for digest in &self.digests {
            if let Some(count) = pins.get_mut(digest) {
                *count -= 1;
                if *count == 0 {
                    pins.remove(digest);
                }
            }
        }
    }
}

/// A full disk is nothing that another try mends.
pub(super) fn full(error: std::io::Error) -> EngineError {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        return EngineError::Unavailable("the disk is full".into());
    }
    error.into()
}

/// `98362432` as `98.4 MB`.
pub(super) fn human_size(bytes: u64) -> String {
    // for people: one place is enough
    #[allow(clippy::cast_precision_loss)]
    let of = |unit: u64| bytes as f64 / unit as f64;
    match bytes {
        1_000_000_000.. => format!("{:.1} GB", of(1_000_000_000)),
        1_000_000.. => format!("{:.1} MB", of(1_000_000)),
        _ => format!("{:.1} kB", of(1_000)),
    }
}
