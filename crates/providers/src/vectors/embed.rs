use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use transom_config::keys;

use super::Embedder;
use crate::Core;
use crate::connection::{Connection, Family};
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::upstream::{Call, Upstream, UpstreamBody};

/// Batches that are on their way to a service at the same time.
const AT_ONCE: usize = 8;
/// Texts of a batch at most, whatever the setting says.
const MOST: usize = 2_048;

/// What a text is for: models may be told by a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// What is looked for: `RAG_EMBEDDING_QUERY_PREFIX`.
    Query,
    /// What is found: `RAG_EMBEDDING_CONTENT_PREFIX`.
    Passage,
}

impl Embedder {
    /// Whether a vector can be had now, without fetching a model first.
    pub async fn is_ready(&self) -> bool {
        let conf = &self.core.conf;
        match conf.get(&keys::RAG_EMBEDDING_ENGINE).as_str() {
            "" => self.core.engine.has_encoder(&conf.get(&keys::RAG_EMBEDDING_MODEL)).await,
            engine => Service::of(&self.core, engine).is_ok(),
        }
    }

    /// Names the engine and the model: vectors of different ones cannot be compared.
    pub fn model(&self) -> String {
        let conf = &self.core.conf;
        format!("{}:{}", conf.get(&keys::RAG_EMBEDDING_ENGINE), conf.get(&keys::RAG_EMBEDDING_MODEL))
    }

    /// A vector for each text, in their order.
    ///
    /// # Errors
    /// See [`ProviderError`]; also when the answer holds another number of vectors, or vectors of different lengths.
    #[tracing::instrument(name = "embed", skip_all, fields(texts = texts.len()))]
    pub async fn embed(&self, who: &Requester, texts: Vec<String>, kind: TextKind) -> Result<Vec<Vec<f32>>> {
        let count = texts.len();
        let vectors = match self.core.conf.get(&keys::RAG_EMBEDDING_ENGINE).as_str() {
            "" => self.local(texts, kind).await?,
            engine => self.by_service(engine, who, texts, kind).await?,
        };
        let width = vectors.first().map_or(0, Vec::len);
        let sound =
            |vector: &Vec<f32>| vector.len() == width && width > 0 && vector.iter().all(|x| x.is_finite());
        if vectors.len() != count || !vectors.iter().all(sound) {
            return Err(ProviderError::Broken(
                "the answer does not hold a sound vector for each text".into(),
            ));
        }
        Ok(vectors)
    }

    /// The setting that names a prefix, for those texts that have one.
    fn prefix(&self, kind: TextKind) -> String {
        match kind {
            TextKind::Query => self.core.conf.get(&keys::RAG_EMBEDDING_QUERY_PREFIX),
            TextKind::Passage => self.core.conf.get(&keys::RAG_EMBEDDING_CONTENT_PREFIX),
        }
    }

    async fn local(&self, texts: Vec<String>, kind: TextKind) -> Result<Vec<Vec<f32>>> {
        let prefix = self.prefix(kind);
        let conf = &self.core.conf;
        let update = conf.get(&keys::RAG_EMBEDDING_MODEL_AUTO_UPDATE);
        self.core.engine.vectors(&conf.get(&keys::RAG_EMBEDDING_MODEL), update, &prefix, texts).await
    }

    async fn by_service(
        &self,
        engine: &str,
        who: &Requester,
        texts: Vec<String>,
        kind: TextKind,
    ) -> Result<Vec<Vec<f32>>> {
        let conf = &self.core.conf;
        let service = Service::of(&self.core, engine)?;
        let (prefix, field) = (self.prefix(kind), conf.get(&keys::RAG_EMBEDDING_PREFIX_FIELD_NAME));
        // a service that takes the prefix in a field of its own gets the bare text
        let (before, field) = if field.is_empty() || prefix.is_empty() {
            (prefix, None)
        } else {
            (String::new(), Some((field, prefix)))
        };
        let texts: Vec<String> = texts.into_iter().map(|text| format!("{before}{text}")).collect();
        let size = usize::try_from(conf.get(&keys::RAG_EMBEDDING_BATCH_SIZE)).unwrap_or(1).clamp(1, MOST);
        let at_once = if conf.get(&keys::ENABLE_ASYNC_EMBEDDING) { AT_ONCE } else { 1 };
        let mut batches = Vec::new();
        for batch in texts.chunks(size) {
            batches.push(service.ask(&self.core, who, batch, field.as_ref()).boxed());
        }
        let answers: Vec<Vec<Vec<f32>>> = stream::iter(batches).buffered(at_once).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }
}

/// A service that computes embeddings.
struct Service {
    connection: Connection,
    path: String,
    model: String,
}

impl Service {
    fn of(core: &Core, engine: &str) -> Result<Self> {
        let conf = &core.conf;
        let model = conf.get(&keys::RAG_EMBEDDING_MODEL);
        let (family, url, key, config, path) = match engine {
            "openai" => {
                let (url, key) =
                    (conf.get(&keys::RAG_OPENAI_API_BASE_URL), conf.get(&keys::RAG_OPENAI_API_KEY));
                (Family::OpenAi, url, key, json!({}), "/embeddings".to_owned())
            }
            "ollama" => {
                let (url, key) = (conf.get(&keys::RAG_OLLAMA_BASE_URL), conf.get(&keys::RAG_OLLAMA_API_KEY));
                (Family::Ollama, url, key, json!({}), "/api/embed".to_owned())
            }
            "azure_openai" => {
                let url = conf.get(&keys::RAG_AZURE_OPENAI_BASE_URL);
                let key = conf.get(&keys::RAG_AZURE_OPENAI_API_KEY);
                let version = conf.get(&keys::RAG_AZURE_OPENAI_API_VERSION);
                let escaped =
                    |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().replace("%2D", "-");
                let path = format!(
                    "/openai/deployments/{}/embeddings?api-version={}",
                    escaped(&model),
                    escaped(&version)
                );
                (Family::OpenAi, url, key, json!({"azure": true, "api_version": version}), path)
            }
            other => return Err(ProviderError::Invalid(format!("There is no embedding engine '{other}'"))),
        };
        let url = url.trim().trim_end_matches('/').to_owned();
        if url.is_empty() {
            return Err(ProviderError::Invalid(
                "The embedding engine has no address: set one in the settings of documents".into(),
            ));
        }
        let config = config.as_object().cloned().unwrap_or_default();
        Ok(Self { connection: Connection { family, idx: 0, url, key, config }, path, model })
    }

    /// One batch.
    async fn ask(
        &self,
        core: &Core,
        who: &Requester,
        texts: &[String],
        field: Option<&(String, String)>,
    ) -> Result<Vec<Vec<f32>>> {
        let mut body = Map::new();
        body.insert("input".into(), json!(texts));
        body.insert("model".into(), json!(self.model));
        if let Some((name, prefix)) = field {
            body.insert(name.clone(), json!(prefix));
        }
        let call = Call::post(core, &self.connection, &self.path, who, &body)?;
        let answer = Upstream::read_ok(core.send(call).await?).await?;
        let UpstreamBody::Json(answer) = answer.body else { return Err(no_vectors()) };
        vectors_of(&answer).filter(|vectors| vectors.len() == texts.len()).ok_or_else(no_vectors)
    }
}

fn no_vectors() -> ProviderError {
    ProviderError::Broken("the answer does not hold a vector for each text".into())
}

/// The vectors of an answer in the shape of OpenAI or of Ollama.
fn vectors_of(answer: &Value) -> Option<Vec<Vec<f32>>> {
    if let Some(list) = answer["embeddings"].as_array() {
        return list.iter().map(vector).collect();
    }
    let mut list: Vec<(u64, Vec<f32>)> = Vec::new();
    for (place, entry) in (0..).zip(answer["data"].as_array()?) {
        list.push((entry["index"].as_u64().unwrap_or(place), vector(&entry["embedding"])?));
    }
    list.sort_by_key(|(index, _)| *index);
    Some(list.into_iter().map(|(_, vector)| vector).collect())
}

fn vector(value: &Value) -> Option<Vec<f32>> {
    value.as_array()?.iter().map(|number| number.as_f64().map(|number| number as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_read() {
        let openai =
            json!({"data": [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2.5]}]});
        assert_eq!(vectors_of(&openai).unwrap(), [[1.0, 2.5], [3.0, 4.0]]);
        assert_eq!(vectors_of(&json!({"embeddings": [[0.5], [1]]})).unwrap(), [[0.5], [1.0]]);
        assert!(vectors_of(&json!({"data": [{"embedding": "AAA"}]})).is_none());
        assert!(vectors_of(&json!({"error": "no"})).is_none());
    }
}
