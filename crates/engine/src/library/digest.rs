//! Checksums, which are also the names of the blobs.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{EngineError, Result};

const LENGTH: usize = 64;

/// The SHA-256 of a blob, `sha256:HEX` in small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// Of bytes in memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Hasher::default().update(bytes).finish()
    }

    /// Of all that a reader gives; also how much that was.
    pub(crate) fn of_reader(mut reader: impl Read) -> std::io::Result<(Self, u64)> {
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 256 * 1024];
        let mut size = 0;
        loop {
            let n = match reader.read(&mut buffer) {
                Ok(0) => return Ok((hasher.finish(), size)),
                Ok(n) => n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hasher.update(&buffer[..n]);
            size += n as u64;
        }
    }

    /// The 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0
    }

    /// The first twelve of them, as people are shown.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..12]
    }

    /// What its blob is called in the folder.
    pub(super) fn file_name(&self) -> String {
        format!("sha256-{}", self.0)
    }
}

impl FromStr for Digest {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self> {
        let hex = text.strip_prefix("sha256:").or_else(|| text.strip_prefix("sha256-")).unwrap_or(text);
        if hex.len() == LENGTH && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(hex.to_ascii_lowercase()))
        } else {
            Err(EngineError::Invalid("a digest is 'sha256:' and 64 hexadecimal digits".into()))
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = EngineError;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

/// SHA-256 of bytes that come in pieces.
#[derive(Default)]
pub(super) struct Hasher(Sha256);

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    pub(super) fn finish(&mut self) -> Digest {
        use std::fmt::Write;
        let mut hex = String::with_capacity(LENGTH);
        for byte in self.0.finalize_reset() {
            // writing to a string cannot fail
            let _ = write!(hex, "{byte:02x}");
        }
        Digest(hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_made_and_read() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let digest = Digest::of(b"");
        assert_eq!(digest.to_string(), format!("sha256:{empty}"));
        assert_eq!(digest.file_name(), format!("sha256-{empty}"));
        assert_eq!(digest.short(), "e3b0c44298fc");
        for text in [format!("sha256:{empty}"), format!("sha256-{}", empty.to_uppercase()), empty.to_owned()]
        {
            assert_eq!(text.parse::<Digest>().unwrap(), digest);
        }
        assert_eq!(Digest::of_reader(&b"abc"[..]).unwrap(), (Digest::of(b"abc"), 3));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for text in [
            "",
            "sha256:",
            "sha256:../../etc/passwd",
            "md5:abc",
            &"g".repeat(64),
            &"a".repeat(63),
            &"a".repeat(65),
        ] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Digest>("\"sha256:../x\"").is_err());
    }
}
