//! Registries that speak Ollama's protocol; the hub of Hugging Face is one of them.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use url::Url;

use super::download::Target;
use super::fetch::{Document, document};
use super::{Pull, bearer, checked_scheme};
use crate::library::blobs::Pins;
use crate::library::manifest::{Kind, Layer, MANIFEST_TYPE, Manifest};
use crate::library::name::{HUB, ModelName};
use crate::{EngineError, Result};

const MOST_LAYERS: usize = 64;
const LARGEST_LAYER: u64 = 1 << 44;

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

impl Pull<'_> {
    pub(super) async fn pull_registry(&mut self, source: &ModelName) -> Result<ModelName> {
        self.say("pulling manifest");
        let mut headers = HeaderMap::new();
        if source.is_hugging_face() {
            headers.extend(bearer(self.options.hf_token.as_deref())?);
        }
        let bytes = self.manifest(source, &mut headers).await?;
        let manifest = sound_manifest(source, &bytes)?;
        let mut pins = Pins::new(&self.library.0);
        for layer in manifest.blobs() {
            pins.add(&layer.digest);
        }
        let missing = self.missing(&manifest).await?;
        for layer in missing {
            let path = format!("blobs/{}", layer.digest);
            let url = self.address(source, &path)?;
            self.blob(Target {
                url,
                headers: headers.clone(),
                digest: Some(layer.digest.clone()),
                size: Some(layer.size),
                known: None,
            })
            .await?;
        }
        self.say("writing manifest");
        let name = self.options.name.clone().unwrap_or_else(|| source.clone());
        self.library
            .blocking(move |inner| {
                let name = inner.replace(&name, &bytes)?;
                drop(pins);
                Ok(name)
            })
            .await
    }

    /// The layers that are not here, for which the disk has room.
    async fn missing(&mut self, manifest: &Manifest) -> Result<Vec<Layer>> {
        let layers: Vec<Layer> = manifest.blobs().into_iter().cloned().collect();
        let layers: Vec<Layer> = self
            .library
            .blocking(move |inner| {
                // a blob of another size was damaged when the machine went down
                let here = |layer: &Layer| {
                    inner.blob(&layer.digest).metadata().is_ok_and(|data| data.len() == layer.size)
                };
                Ok(layers.into_iter().filter(|layer| !here(layer)).collect())
            })
            .await?;
        let needed = layers.iter().fold(0u64, |sum, layer| {
            sum.saturating_add(layer.size.saturating_sub(self.so_far(&layer.digest)))
        });
        if needed > 0 {
            self.library.blocking(move |inner| inner.need_space(needed)).await?;
        }
        Ok(layers)
    }

    /// Fetches a blob whose digest is known, unless somebody else has done so in the meantime.
    pub(super) async fn blob(&mut self, target: Target) -> Result<()> {
        let Some(digest) = target.digest.clone() else {
            return Err(EngineError::Invalid("a blob has a digest".into()));
        };
        let partial = self.acquire(&target).await?;
        let path = self.library.0.blob(&digest);
        if path.metadata().is_ok_and(|data| target.size.is_none_or(|size| size == data.len())) {
            partial.discard();
            return Ok(());
        }
        let (partial, _) = self.download(&target, partial).await?;
        let partial = self.verify(&digest, partial).await?;
        self.library.blocking(move |inner| partial.settle(&inner.blob(&digest))).await
    }

    /// The manifest as it was sent: its digest is the version of the model.
    async fn manifest(&mut self, name: &ModelName, headers: &mut HeaderMap) -> Result<Vec<u8>> {
        let url = self.address(name, &format!("manifests/{}", name.tag()))?;
        let fetch = self.fetch;
        let ask = async |headers: &HeaderMap| {
            let mut headers = headers.clone();
            headers.insert(header::ACCEPT, HeaderValue::from_static(MANIFEST_TYPE));
            document(fetch, url.clone(), headers).await
        };
        let mut answer = ask(headers).await?;
        if answer.status == StatusCode::UNAUTHORIZED
            && !headers.contains_key(header::AUTHORIZATION)
            && let Some(challenge) = challenge(&answer.headers)
        {
            headers.extend(bearer(Some(&self.token(&challenge).await?))?);
            answer = ask(headers).await?;
        }
        let Document { status, bytes, .. } = answer;
        let host = name.host();
        match status {
            StatusCode::OK => Ok(bytes),
            StatusCode::NOT_FOUND => Err(EngineError::NotFound(name.to_string())),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if name.is_hugging_face() => {
                Err(EngineError::Unavailable(format!(
                    "{host} does not give {name} to us: it does not exist, or it wants an access token whose owner may have it"
                )))
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(EngineError::Unavailable(format!(
                "{host} does not give {name} to us: it does not exist or is private"
            ))),
            status => Err(EngineError::Unavailable(format!("{host} answers {status}"))),
        }
    }

    /// A token for everybody, from where the registry says.
    async fn token(&mut self, challenge: &Challenge) -> Result<String> {
        let wrong = || {
            EngineError::Unavailable("the registry asks for a token in a way that is not understood".into())
        };
        let mut url = Url::parse(&challenge.realm).map_err(|_| wrong())?;
        checked_scheme(&url, self.options.insecure)?;
        for (key, value) in [("service", &challenge.service), ("scope", &challenge.scope)] {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(key, value);
            }
        }
        let answer = document(self.fetch, url, HeaderMap::new()).await?;
        let token =
            serde_json::from_slice::<Token>(&answer.bytes).ok().filter(|_| answer.status.is_success());
        Ok(token.ok_or_else(wrong)?.token)
    }

    fn address(&self, name: &ModelName, path: &str) -> Result<Url> {
        let (scheme, host) = match name.host() {
            _ if name.is_hugging_face() => ("https", HUB),
            host if self.options.insecure => ("http", host),
            host => ("https", host),
        };
        let text = format!("{scheme}://{host}/v2/{}/{}/{path}", name.namespace(), name.model());
        Url::parse(&text).map_err(|_| EngineError::Invalid(format!("'{}' is not a host", name.host())))
    }
}

fn sound_manifest(source: &ModelName, bytes: &[u8]) -> Result<Manifest> {
    let host = source.host();
    let manifest: Manifest = serde_json::from_slice(bytes)
        .map_err(|_| EngineError::Corrupt(format!("what {host} sent for {source} is no manifest")))?;
    if manifest.first(Kind::Model).is_none() {
        return Err(EngineError::Invalid(format!("{source} holds no GGUF file; it cannot be run here")));
    }
    if manifest.layers.len() > MOST_LAYERS || manifest.blobs().iter().any(|layer| layer.size > LARGEST_LAYER)
    {
        return Err(EngineError::Corrupt(format!("the manifest of {source} makes no sense")));
    }
    Ok(manifest)
}

/// What a registry asks for.
struct Challenge {
    realm: String,
    service: Option<String>,
    scope: Option<String>,
}

/// Reads `Bearer realm="…",service="…",scope="…"`.
fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let text = headers.get(header::WWW_AUTHENTICATE)?.to_str().ok()?;
    let (scheme, mut rest) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let (mut realm, mut service, mut scope) = (None, None, None);
    while let Some((key, after)) = rest.split_once('=') {
        let (value, after) = match after.strip_prefix('"') {
            // commas inside quotes belong to the value
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        match key.trim_matches([' ', ',']).to_ascii_lowercase().as_str() {
            "realm" => realm = Some(value.to_owned()),
            "service" => service = Some(value.to_owned()),
            "scope" => scope = Some(value.to_owned()),
            _ => {}
        }
        rest = after;
    }
    Some(Challenge { realm: realm?, service, scope })
}
