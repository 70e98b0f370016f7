//! Where the folder of a model lies: names as `WHISPER_MODEL` takes them, folders as the Hugging Face cache lays them.

use std::path::{Path, PathBuf};

/// A model that is asked for by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Repository on Hugging Face.
    pub repository: String,
}

/// The repository behind a name: the names of faster-whisper, or `owner/name` itself. `None` for other names.
pub fn source(name: &str) -> Option<Source> {
    let repository = match name {
        "tiny" | "tiny.en" | "base" | "base.en" | "small" | "small.en" | "medium" | "medium.en"
        | "large-v1" | "large-v2" | "large-v3" => format!("Systran/faster-whisper-{name}"),
        "large" => "Systran/faster-whisper-large-v3".to_owned(),
        "turbo" | "large-v3-turbo" => "mobiuslabsgmbh/faster-whisper-large-v3-turbo".to_owned(),
        "distil-small.en" | "distil-medium.en" | "distil-large-v2" | "distil-large-v3" => {
            format!("Systran/faster-distil-whisper-{}", name.trim_start_matches("distil-"))
        }
        "distil-large-v3.5" => "distil-whisper/distil-large-v3.5-ct2".to_owned(),
        _ => {
            let (owner, repository) = name.split_once('/')?;
            let plain = |part: &str| {
                let letters = part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
                letters && !part.is_empty() && !part.starts_with('.')
            };
            (plain(owner) && plain(repository)).then(|| name.to_owned())?
        }
    };
    Some(Source { repository })
}

/// The folder of a model that is already there: a path, a folder of that name below `models`, or a snapshot in the
/// layout of the Hugging Face cache (`models--OWNER--NAME/snapshots/REVISION`).
pub fn find(models: &Path, name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.is_absolute() {
        return complete(path).then(|| path.to_owned());
    }
    let source = source(name);
    // a name from outside must not lead out of the folder
    if !name.contains(['/', '\\']) && !name.starts_with('.') {
        let plain = [models.join(name), models.join(format!("faster-whisper-{name}"))];
        if let Some(folder) = plain.into_iter().find(|folder| complete(folder)) {
            return Some(folder);
        }
    }
    let repository = models.join(format!("models--{}", source?.repository.replace('/', "--")));
    let main = std::fs::read_to_string(repository.join("refs/main")).ok();
    let main = main.map(|revision| revision.trim().to_owned());
    let main =
        main.filter(|revision| !revision.is_empty() && revision.chars().all(|c| c.is_ascii_alphanumeric()));
    let snapshots = repository.join("snapshots");
    if let Some(folder) = main.map(|revision| snapshots.join(revision)).filter(|folder| complete(folder)) {
        return Some(folder);
    }
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(snapshots).ok()?.flatten().map(|entry| entry.path()).collect();
    found.sort();
    found.into_iter().rev().find(|folder| complete(folder))
}

/// Whether a folder holds what a model needs.
pub fn complete(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_file();
    has("model.bin") && has("config.json") && (has("vocabulary.json") || has("vocabulary.txt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let repository = |name: &str| source(name).map(|source| source.repository);
        assert_eq!(repository("base").as_deref(), Some("Systran/faster-whisper-base"));
        assert_eq!(repository("distil-small.en").as_deref(), Some("Systran/faster-distil-whisper-small.en"));
        assert_eq!(repository("turbo").as_deref(), Some("mobiuslabsgmbh/faster-whisper-large-v3-turbo"));
        assert_eq!(repository("someone/their-model").as_deref(), Some("someone/their-model"));
        for name in ["huge", "", "../x", "a/../b", "a/b/c", "/etc"] {
            assert_eq!(repository(name), None, "{name}");
        }
    }

    #[test]
    fn folders() {
        let models = tempfile::tempdir().unwrap();
        let make = |place: &str| {
            let folder = models.path().join(place);
            std::fs::create_dir_all(&folder).unwrap();
            for file in ["model.bin", "config.json", "vocabulary.txt"] {
                std::fs::write(folder.join(file), "").unwrap();
            }
            folder
        };
        assert_eq!(find(models.path(), "base"), None);
        let old = make("models--Systran--faster-whisper-base/snapshots/aa");
        assert_eq!(find(models.path(), "base"), Some(old.clone()));
        let new = make("models--Systran--faster-whisper-base/snapshots/bb");
        assert_eq!(find(models.path(), "base"), Some(new));
        let refs = models.path().join("models--Systran--faster-whisper-base/refs");
        std::fs::create_dir_all(&refs).unwrap();
        std::fs::write(refs.join("main"), "aa\n").unwrap();
        assert_eq!(find(models.path(), "base"), Some(old));
        let plain = make("base");
        assert_eq!(find(models.path(), "base"), Some(plain.clone()));
        assert_eq!(find(models.path(), plain.to_str().unwrap()), Some(plain));
        assert_eq!(find(&models.path().join("models--Systran--faster-whisper-base"), "../base"), None);
    }
}
