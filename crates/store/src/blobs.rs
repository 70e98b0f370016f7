//! The bytes of uploaded files. Names are given out here and never come from a user.

use std::fmt::Write as _;
use std::path::Path as FsPath;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};

use crate::db::new_id;
use crate::{Result, StoreError};

/// Bytes that one part of an upload holds in memory.
const PART: usize = 1024 * 1024;
/// Parts that may wait for the disk at once.
const WAITING: usize = 4;

/// Where blobs lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

/// What is known of a finished upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its generated name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub sha256: String,
}

impl Blobs {
    /// Blobs as files of a folder, which is made when it is missing.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be made or read.
    pub fn local(folder: &FsPath) -> Result<Self> {
        let unusable =
            |error: &dyn std::fmt::Display| StoreError::Unavailable(format!("{}: {error}", folder.display()));
        std::fs::create_dir_all(folder).map_err(|error| unusable(&error))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| unusable(&error))?;
        Ok(Self { store: Arc::new(store.with_fsync(true)) })
    }

    /// Begins an upload. Nothing is seen of it until it is finished.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn create(&self) -> Result<Upload> {
        let name = new_id();
        let parts = self.store.put_multipart(&path(&name)?).await.map_err(unavailable)?;
        let parts = WriteMultipart::new_with_chunk_size(parts, PART);
        Ok(Upload { name, parts, size: 0, hash: Sha256::new() })
    }

    /// Keeps some bytes as a whole.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn put(&self, bytes: Bytes) -> Result<Stored> {
        let mut upload = self.create().await?;
        upload.push(bytes).await?;
        upload.finish().await
    }

    /// How many bytes a blob has; `None` when there is no such blob.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn size(&self, name: &str) -> Result<Option<u64>> {
        match self.store.head(&path(name)?).await {
            Ok(about) => Ok(Some(about.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// A part of a blob, piece by piece.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn read(
        &self,
        name: &str,
        range: std::ops::Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        if range.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        let options = object_store::GetOptions { range: Some(range.into()), ..Default::default() };
        let found = self.store.get_opts(&path(name)?, options).await.map_err(unavailable)?;
        Ok(found.into_stream().map_err(unavailable).boxed())
    }

    /// A whole blob of at most `limit` bytes.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`; `Invalid` when it is larger.
    pub async fn bytes(&self, name: &str, limit: u64) -> Result<Bytes> {
        let found = self.store.get(&path(name)?).await.map_err(unavailable)?;
        if found.meta.size > limit {
            return Err(StoreError::Invalid(format!("The file has more than {limit} bytes.")));
        }
        found.bytes().await.map_err(unavailable)
    }

    /// Removes a blob; a missing one is fine.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete(&self, name: &str) -> Result<()> {
        match self.store.delete(&path(name)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

/// An upload that is not finished.
pub struct Upload {
    name: String,
    parts: WriteMultipart,
    size: u64,
    hash: Sha256,
}

impl Upload {
    /// Adds bytes; waits while the disk is behind.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn push(&mut self, bytes: Bytes) -> Result<()> {
        self.size += bytes.len() as u64;
        self.hash.update(&bytes);
        self.parts.wait_for_capacity(WAITING).await.map_err(unavailable)?;
        self.parts.put(bytes);
        Ok(())
    }

    /// Bytes so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes the blob visible.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn finish(self) -> Result<Stored> {
        self.parts.finish().await.map_err(unavailable)?;
        Ok(Stored { name: self.name, size: self.size, sha256: hex(&self.hash.finalize()) })
    }

    /// Gives up: nothing stays.
    pub async fn abort(self) {
        if let Err(error) = self.parts.abort().await {
            tracing::warn!(%error, "an upload that was given up left something behind");
        }
    }
}

/// SHA-256 of a text, in hexadecimal digits.
#[must_use]
pub fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn path(name: &str) -> Result<Path> {
    Path::parse(name).map_err(|_| StoreError::NotFound)
}

fn unavailable(error: object_store::Error) -> StoreError {
    match error {
        object_store::Error::NotFound { .. } => StoreError::NotFound,
        error => StoreError::Unavailable(error.to_string()),
    }
}
