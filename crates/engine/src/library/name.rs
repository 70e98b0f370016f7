//! Names of models, written as an Ollama server writes them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::{EngineError, Result};

/// The host that a name without one means.
pub const DEFAULT_HOST: &str = "registry.ollama.ai";
/// The namespace that a name without one means.
pub const DEFAULT_NAMESPACE: &str = "library";
/// The tag that a name without one means.
pub const DEFAULT_TAG: &str = "latest";

const LONGEST_HOST: usize = 253;
const LONGEST_PART: usize = 80;

/// `[host/][namespace/]model[:tag]`, every part known and safe to be the name of a file.
///
/// The spelling is kept, but two names that differ in case only mean the same model: [`ModelName::is_same`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelName {
    host: String,
    namespace: String,
    model: String,
    tag: String,
}

impl ModelName {
    /// From its four parts; each is checked.
    ///
    /// # Errors
    /// `Invalid` when a part is empty, too long, or holds something that a file name or an address cannot hold.
    pub fn new(host: &str, namespace: &str, model: &str, tag: &str) -> Result<Self> {
        let sound = is_part(host, LONGEST_HOST, ".-_:")
            && is_part(namespace, LONGEST_PART, "-_.")
            && is_part(model, LONGEST_PART, "-_.")
            && is_part(tag, LONGEST_PART, "-_.");
        if !sound {
            return Err(EngineError::Invalid("this is not a name that a model can have".into()));
        }
        Ok(Self { host: host.into(), namespace: namespace.into(), model: model.into(), tag: tag.into() })
    }

    /// Where the name comes from: `registry.ollama.ai`, `hf.co`, ...
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The owner: `library`, an organisation, ...
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The model without its tag.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The tag: a size, a quantisation, `latest`.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// With all four parts, defaults too.
    #[must_use]
    pub fn full(&self) -> String {
        format!("{}/{}/{}:{}", self.host, self.namespace, self.model, self.tag)
    }

    /// Whether both mean the same model; case does not count.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.full().eq_ignore_ascii_case(&other.full())
    }

    /// Whether the host is the hub of Hugging Face.
    #[must_use]
    pub fn is_hugging_face(&self) -> bool {
        is_hugging_face(&self.host)
    }

    /// Where the manifest lies, below `manifests/`.
    pub(super) fn path(&self) -> PathBuf {
        [&self.host, &self.namespace, &self.model, &self.tag].iter().collect()
    }
}

/// The name of the hub that answers itself: the other one redirects there, and a token does not follow a redirect.
pub(super) const HUB: &str = "huggingface.co";

/// Whether a host is one of the names of the Hugging Face hub.
pub(super) fn is_hugging_face(host: &str) -> bool {
    host.eq_ignore_ascii_case("hf.co") || host.eq_ignore_ascii_case(HUB)
}

/// A part begins with a letter, a digit or `_`, and holds only those and `also`; so it is never `..`, hidden or absolute.
fn is_part(text: &str, longest: usize, also: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= longest
        && text.starts_with(word)
        && text.chars().all(|c| word(c) || also.contains(c))
        && !text.contains("..")
}

impl FromStr for ModelName {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            let shown: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
            EngineError::Invalid(format!("'{shown}' is not a name that a model can have"))
        };
        let (path, tag) = match text.rsplit_once(':') {
            // a colon before a slash belongs to the port of the host
            Some((path, tag)) if !tag.contains('/') => (path, tag),
            _ => (text, DEFAULT_TAG),
        };
        let parts: Vec<&str> = path.split('/').collect();
        let (host, namespace, model) = match parts[..] {
            [model] => (DEFAULT_HOST, DEFAULT_NAMESPACE, model),
            [namespace, model] => (DEFAULT_HOST, namespace, model),
            [host, namespace, model] => (host, namespace, model),
            _ => return Err(wrong()),
        };
        Self::new(host, namespace, model, tag).map_err(|_| wrong())
    }
}

/// As short as it can be without loss: the default host and namespace are left out, the tag never is.
impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, namespace, model, tag } = self;
        if !host.eq_ignore_ascii_case(DEFAULT_HOST) {
            write!(f, "{host}/{namespace}/{model}:{tag}")
        } else if !namespace.eq_ignore_ascii_case(DEFAULT_NAMESPACE) {
            write!(f, "{namespace}/{model}:{tag}")
        } else {
            write!(f, "{model}:{tag}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_and_printed_short() {
        for (text, full, short) in [
            ("smollm2", "registry.ollama.ai/library/smollm2:latest", "smollm2:latest"),
            ("smollm2:135m", "registry.ollama.ai/library/smollm2:135m", "smollm2:135m"),
            ("me/mine", "registry.ollama.ai/me/mine:latest", "me/mine:latest"),
            ("library/a", "registry.ollama.ai/library/a:latest", "a:latest"),
            ("hf.co/Org/Repo-GGUF:Q4_K_M", "hf.co/Org/Repo-GGUF:Q4_K_M", "hf.co/Org/Repo-GGUF:Q4_K_M"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest", "localhost:5000/a/b:latest"),
            ("localhost:5000/a/b:c", "localhost:5000/a/b:c", "localhost:5000/a/b:c"),
            ("qwen2.5-coder:0.5b", "registry.ollama.ai/library/qwen2.5-coder:0.5b", "qwen2.5-coder:0.5b"),
        ] {
            let name: ModelName = text.parse().unwrap();
            assert_eq!(name.full(), full);
            assert_eq!(name.to_string(), short);
            assert!(name.to_string().parse::<ModelName>().unwrap().is_same(&name));
        }
    }

    #[test]
    fn tricks_are_refused() {
        let long = "x".repeat(81);
        for text in [
            "",
            ":",
            "a:",
            ":b",
            "/",
            "a/",
            "/a",
            "..",
            "../a",
            "a/..",
            "a/../b",
            "a:..",
            ".a",
            "a:.b",
            "-a",
            "a b",
            "a\\b",
            "a\0b",
            "a/b/c/d",
            "c:\\windows",
            "a:b/c:d/e:f/g",
            "ä",
            "a..b",
            "a%2fb",
            "a?b",
            "a@sha256",
            "h:1:2/..:3/b",
            &long,
        ] {
            assert!(text.parse::<ModelName>().is_err(), "{text:?}");
        }
        assert!(format!("a:{long}").parse::<ModelName>().is_err());
    }

    #[test]
    fn case_does_not_count() {
        let a: ModelName = "HF.co/Org/Repo:q4_0".parse().unwrap();
        let b: ModelName = "hf.co/org/repo:Q4_0".parse().unwrap();
        assert!(a.is_same(&b) && a != b);
        assert!(a.is_hugging_face());
    }
}
