//! What was spoken, kept on the disk: the same words are paid for once. Errors are never kept.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use bytes::Bytes;

use super::Spoken;

/// Files that are kept; when there are more, the oldest quarter goes.
const MOST: usize = 4_000;

/// The folder of what was spoken.
pub struct Cache(PathBuf);

impl Cache {
    pub fn new(data: &Path) -> Self {
        Self(data.join("cache/audio/speech"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.mp3"))
    }

    /// What was kept under a name.
    pub async fn get(&self, name: &str) -> Option<Spoken> {
        let bytes = tokio::fs::read(self.file(name)).await.ok()?;
        // the type stands beside only when it is another one
        let kind = tokio::fs::read_to_string(self.file(name).with_extension("type")).await;
        let content_type = kind.unwrap_or_else(|_| "audio/mpeg".to_owned());
        Some(Spoken { bytes: bytes.into(), content_type })
    }

    /// Written beside and renamed, so that nobody reads half a file. A full disk costs the copy, not the answer.
    pub async fn keep(&self, name: &str, spoken: &Spoken) {
        if let Err(error) = self.write(name, spoken).await {
            tracing::warn!(%error, "speech could not be kept");
        }
    }

    async fn write(&self, name: &str, spoken: &Spoken) -> std::io::Result<()> {
        tokio::fs::create_dir_all(&self.0).await?;
        let part = self.0.join(format!("{}.part", uuid::Uuid::new_v4()));
        if spoken.content_type != "audio/mpeg" {
            tokio::fs::write(self.file(name).with_extension("type"), &spoken.content_type).await?;
        }
        let bytes: Bytes = spoken.bytes.clone();
        let written = async {
            tokio::fs::write(&part, &bytes).await?;
            tokio::fs::rename(&part, self.file(name)).await
        };
        if let Err(error) = written.await {
            let _ = tokio::fs::remove_file(&part).await;
            return Err(error);
        }
        let folder = self.0.clone();
        tokio::task::spawn_blocking(move || thin_out(&folder, MOST)).await.map_err(std::io::Error::other)?
    }
}

/// Removes the oldest quarter when a folder holds more than `most` files.
fn thin_out(folder: &Path, most: usize) -> std::io::Result<()> {
    let entries = std::fs::read_dir(folder)?.flatten();
    let age = |entry: &std::fs::DirEntry| entry.metadata().and_then(|data| data.modified());
    let mut files: Vec<(SystemTime, PathBuf)> =
        entries.filter_map(|entry| Some((age(&entry).ok()?, entry.path()))).collect();
    if files.len() <= most {
        return Ok(());
    }
    files.sort();
    for (_, file) in files.iter().take(files.len() - most * 3 / 4) {
        std::fs::remove_file(file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn kept_with_its_type() {
        let data = tempfile::tempdir().unwrap();
        let cache = Cache::new(data.path());
        assert!(cache.get("a").await.is_none());
        for kind in ["audio/mpeg", "audio/wav"] {
            let spoken = Spoken { bytes: Bytes::from_static(b"sound"), content_type: kind.to_owned() };
            cache.keep(kind.trim_start_matches("audio/"), &spoken).await;
            let kept = cache.get(kind.trim_start_matches("audio/")).await.unwrap();
            assert_eq!((kept.bytes, kept.content_type.as_str()), (spoken.bytes, kind));
        }
    }

    #[test]
    fn the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..9 {
            let file = folder.path().join(n.to_string());
            std::fs::write(&file, "").unwrap();
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(n);
            std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        }
        thin_out(folder.path(), 9).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 9);
        thin_out(folder.path(), 8).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 6);
        assert!(folder.path().join("8").is_file() && !folder.path().join("2").is_file());
    }
}
