//! Values that are worked out from several variables.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::datum::Datum;
use crate::environment::Environment;
use crate::{ConfigError, database, declarations, find, prompts};

const OPENAI: &str = "https://api.openai.com/v1";

/// Works out texts before they are read; the order matters, later ones build on earlier ones.
pub(crate) fn texts(environment: &mut Environment) -> Result<(), ConfigError> {
    openai(environment);
    ollama(environment);
    let address = database::address(environment)?;
    environment.derive("DATABASE_URL", address.text, address.set);
    if !environment.is_on("WEBUI_AUTH") {
        environment.derive("ENABLE_SIGNUP", "false".to_owned(), true);
    }
    if environment.is_on("OFFLINE_MODE") {
        for name in [
            "ENABLE_VERSION_UPDATE_CHECK",
            "RAG_EMBEDDING_MODEL_AUTO_UPDATE",
            "RAG_RERANKING_MODEL_AUTO_UPDATE",
            "WHISPER_MODEL_AUTO_UPDATE",
        ] {
            environment.derive(name, "false".to_owned(), true);
        }
    }
    when_empty(environment, "INSTANCE_ID", || Uuid::new_v4().to_string());
    when_empty(environment, "RAG_TEMPLATE", || prompts::RAG.to_owned());
    when_empty(environment, "COMFYUI_WORKFLOW", || prompts::COMFYUI_WORKFLOW.trim().to_owned());
    if environment.text("UVICORN_WORKERS").trim().parse::<i64>().is_ok_and(|workers| workers < 1) {
        environment.derive("UVICORN_WORKERS", "1".to_owned(), true);
    }
    Ok(())
}

fn when_empty(environment: &mut Environment, name: &'static str, value: impl FnOnce() -> String) {
    if environment.text(name).is_empty() {
        environment.derive(name, value(), false);
    }
}

fn openai(environment: &mut Environment) {
    let given = environment.given_text("OPENAI_API_BASE_URL").map(str::to_owned);
    let base = given.as_deref().map_or(OPENAI, |url| cut_slash(url.trim())).to_owned();
    environment.derive("OPENAI_API_BASE_URL", base.clone(), given.is_some());
    if environment.given_text("OPENAI_API_BASE_URLS").is_none() {
        environment.derive("OPENAI_API_BASE_URLS", base, given.is_some());
    }
    if environment.given_text("OPENAI_API_KEYS").is_none() {
        let key = environment.given_text("OPENAI_API_KEY").map(str::to_owned);
        let set = key.is_some();
        environment.derive("OPENAI_API_KEYS", key.unwrap_or_default(), set);
    }
}

fn ollama(environment: &mut Environment) {
    let named = environment.given_text("OLLAMA_BASE_URL").map(str::to_owned);
    let old = environment.given_text("OLLAMA_API_BASE_URL").is_some();
    let mut set = named.is_some() || old;
    let mut url = match named {
        Some(url) => cut_slash(url.trim()).to_owned(),
        None => {
            let api = environment.text("OLLAMA_API_BASE_URL");
            let api = cut_slash(api.trim());
            api.strip_suffix("/api").unwrap_or(api).to_owned()
        }
    };
    if environment.text("ENV").eq_ignore_ascii_case("prod") {
        if environment.given_text("K8S_FLAG").is_some() {
            url = "http://ollama-service.open-webui.svc.cluster.local:11434".to_owned();
            set = true;
        } else if url == "/ollama" {
            let bundled = environment.is_on("USE_OLLAMA_DOCKER");
            url = format!("http://{}:11434", if bundled { "localhost" } else { "host.docker.internal" });
        }
    }
    environment.derive("OLLAMA_BASE_URL", url.clone(), set);
    if environment.given_text("OLLAMA_BASE_URLS").is_none() {
        environment.derive("OLLAMA_BASE_URLS", url, set);
    }
}

fn cut_slash(url: &str) -> &str {
    url.strip_suffix('/').unwrap_or(url)
}

/// Works out values after they were read.
pub(crate) fn datum(name: &str, datum: Datum, environment: &Environment) -> Datum {
    match (name, datum) {
        ("OPENAI_API_BASE_URLS", Datum::List(urls)) => {
            let named = |url: String| if url.is_empty() { OPENAI.to_owned() } else { url };
            Datum::List(urls.into_iter().map(named).collect())
        }
        ("DEFAULT_PROMPT_SUGGESTIONS", Datum::Json(Value::Array(list))) if list.is_empty() => {
            Datum::Json(prompts::suggestions())
        }
        ("WEBUI_BANNERS", Datum::Json(Value::Array(list))) if !list.iter().all(is_banner) => {
            Datum::Json(json!([]))
        }
        ("USER_PERMISSIONS", Datum::Json(Value::Object(given))) => {
            Datum::Json(permissions(environment, given))
        }
        (_, datum) => datum,
    }
}

/// Whether a banner has all fields that the web UI needs.
fn is_banner(banner: &Value) -> bool {
    let text = |field: &str| banner.get(field).is_some_and(Value::is_string);
    let title = banner.get("title").is_none_or(|title| title.is_string() || title.is_null());
    text("id")
        && text("type")
        && text("content")
        && title
        && banner.get("dismissible").is_some_and(Value::is_boolean)
        && banner.get("timestamp").is_some_and(Value::is_number)
}

/// The default permissions: one field for each variable that seeds one, under what was given as a whole.
fn permissions(environment: &Environment, given: Map<String, Value>) -> Value {
    let mut all = json!({ "workspace": {}, "sharing": {}, "chat": {}, "features": {} });
    for declaration in declarations() {
        if let Some((group, field)) = declaration.seeds.and_then(|path| path.split_once('.')) {
            all[group][field] = Value::Bool(environment.is_on(declaration.name));
        }
    }
    for (group, fields) in given {
        match (all.get_mut(&group), fields) {
            (Some(Value::Object(known)), Value::Object(fields)) => known.extend(fields),
            (_, fields) => all[group] = fields,
        }
    }
    all
}

/// What the user should know about the database variables and those this version does not act on.
pub(crate) fn unheeded(environment: &Environment, differs: impl Fn(&str) -> bool) -> Option<String> {
    let names: Vec<&str> = declarations()
        .iter()
        .filter(|declaration| !declaration.acts)
        .filter_map(|declaration| {
            let (spelled, _) = environment.given(declaration)?;
            // An old name has a declaration of its own; one mention is enough.
            let own = spelled == declaration.name || find(spelled).is_none();
            (own && differs(declaration.name)).then_some(spelled)
        })
        .collect();
    if names.is_empty() {
        return None;
    }
    Some(format!("These variables are set, but this version does not act on them yet: {}.", names.join(", ")))
}
