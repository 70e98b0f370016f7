//! The proxy to Ollama servers.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_identity::{Caller, access::Action};
use transom_providers::{OllamaConfig, Requester};

use super::models::keep_usable;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, MaybeUser, Path, Upload, Verified},
    proxy::{self, requester},
    router::Routes,
    rule::{Resource, Rule},
};

type Form = Map<String, Value>;

/// The body names a model.
const MODEL: Rule = Rule::OwnerOrGrant(Resource::Model, Action::Read);

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/ollama/", Rule::Public, "Whether the proxy is there", alive)
        .route(Method::HEAD, "/ollama/", Rule::Public, "Whether the proxy is there", alive)
        .get("/ollama/config", Rule::Admin, "The connections", config)
        .post("/ollama/config/update", Rule::Admin, "Change the connections", set_config)
        .post("/ollama/verify", Rule::Admin, "Try a connection", verify)
        .get("/ollama/api/tags", Rule::Verified, "Models of all servers", tags)
        .get("/ollama/api/tags/{url_idx}", Rule::Verified, "Models of one server", tags_at)
        .get("/ollama/api/ps", Rule::Admin, "Loaded models", ps)
        .get("/ollama/api/version", Rule::Public, "The lowest version of all servers", version)
        .get("/ollama/api/version/{url_idx}", Rule::Public, "The version of one server", version_at)
        .post("/ollama/api/unload", Rule::Admin, "Unload a model everywhere", unload)
        .post("/ollama/api/pull", Rule::Admin, "Pull a model", pull)
        .or_gives("application/x-ndjson")
        .post("/ollama/api/pull/{url_idx}", Rule::Admin, "Pull a model to one server", pull_at)
        .or_gives("application/x-ndjson")
        .delete("/ollama/api/push", Rule::Admin, "Push a model", push)
        .or_gives("application/x-ndjson")
        .delete("/ollama/api/push/{url_idx}", Rule::Admin, "Push a model from one server", push_at)
        .or_gives("application/x-ndjson")
        .post("/ollama/api/create", Rule::Admin, "Create a model", create)
        .or_gives("application/x-ndjson")
        .post("/ollama/api/create/{url_idx}", Rule::Admin, "Create a model on one server", create_at)
        .or_gives("application/x-ndjson")
        .post("/ollama/api/copy", Rule::Admin, "Copy a model", copy)
        .post("/ollama/api/copy/{url_idx}", Rule::Admin, "Copy a model on one server", copy_at)
        .delete("/ollama/api/delete", Rule::Admin, "Delete a model", delete)
        .delete("/ollama/api/delete/{url_idx}", Rule::Admin, "Delete a model on one server", delete_at)
        .post("/ollama/api/show", MODEL, "Describe a model", show)
        .post("/ollama/api/embed", MODEL, "Embeddings", embed)
        .post("/ollama/api/embed/{url_idx}", MODEL, "Embeddings from one server", embed_at)
        .post("/ollama/api/embeddings", MODEL, "Embeddings, older form", embeddings)
        .post("/ollama/api/embeddings/{url_idx}", MODEL, "Embeddings, older form", embeddings_at)
        .post("/ollama/api/generate", MODEL, "Continue a prompt", generate)
        .or_gives("application/x-ndjson")
        .post("/ollama/api/generate/{url_idx}", MODEL, "Continue a prompt", generate_at)
        .or_gives("application/x-ndjson")
        .post("/ollama/api/chat", MODEL, "Answer a conversation", chat)
        .or_gives("application/x-ndjson")
        .post("/ollama/api/chat/{url_idx}", MODEL, "Answer a conversation", chat_at)
        .or_gives("application/x-ndjson")
        .post("/ollama/v1/completions", MODEL, "A completion, OpenAI form", v1_completions)
        .or_gives("text/event-stream")
        .post("/ollama/v1/completions/{url_idx}", MODEL, "A completion, OpenAI form", v1_completions_at)
        .or_gives("text/event-stream")
        .post("/ollama/v1/chat/completions", MODEL, "A chat completion, OpenAI form", v1_chat)
        .or_gives("text/event-stream")
        .post("/ollama/v1/chat/completions/{url_idx}", MODEL, "A chat completion, OpenAI form", v1_chat_at)
        .or_gives("text/event-stream")
        .get("/ollama/v1/models", Rule::Verified, "Models, OpenAI form", v1_models)
        .get("/ollama/v1/models/{url_idx}", Rule::Verified, "Models, OpenAI form", v1_models_at)
        .post("/ollama/models/download", Rule::Admin, "Fetch a model file", download)
        .or_gives("text/event-stream")
        .post(
            "/ollama/models/download/{url_idx}",
            Rule::Admin,
            "Fetch a model file to one server",
            download_at,
        )
        .or_gives("text/event-stream")
        .post("/ollama/models/upload", Rule::Admin, "Upload a model file", upload)
        .or_gives("text/event-stream")
        .post("/ollama/models/upload/{url_idx}", Rule::Admin, "Upload a model file to one server", upload_at)
        .or_gives("text/event-stream")
}

async fn alive() -> Json<Value> {
    Json(json!({"status": true}))
}

async fn config(State(app): State<App>, _: Admin) -> Json<OllamaConfig> {
    Json(app.providers.ollama.config())
}

async fn set_config(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<OllamaConfig>,
) -> Result<Json<OllamaConfig>> {
    Ok(Json(app.providers.ollama.update_config(form).await?))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OllamaVerifyForm")]
struct Verify {
    url: String,
    #[serde(default)]
    key: Option<String>,
}

async fn verify(
    State(app): State<App>,
    Admin(caller): Admin,
    Body(form): Body<Verify>,
) -> Result<Json<Value>> {
    let key = form.key.unwrap_or_default();
    Ok(Json(app.providers.ollama.verify(&requester(&caller, None), &form.url, &key).await?))
}

async fn tags(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Value>> {
    let mut list = app.providers.ollama.tags(&requester(&caller, None), None).await?;
    keep_usable(&app, &caller, &mut list, "models", &["model", "name"]).await?;
    Ok(Json(list))
}

async fn tags_at(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(idx): Path<usize>,
) -> Result<Json<Value>> {
    let mut list = app.providers.ollama.tags(&requester(&caller, None), Some(idx)).await?;
    keep_usable(&app, &caller, &mut list, "models", &["model", "name"]).await?;
    Ok(Json(list))
}

async fn v1_models(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Value>> {
    let mut list = app.providers.ollama.v1_models(&requester(&caller, None), None).await?;
    keep_usable(&app, &caller, &mut list, "data", &["id", "name"]).await?;
    Ok(Json(list))
}

async fn v1_models_at(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(idx): Path<usize>,
) -> Result<Json<Value>> {
    let mut list = app.providers.ollama.v1_models(&requester(&caller, None), Some(idx)).await?;
    keep_usable(&app, &caller, &mut list, "data", &["id", "name"]).await?;
    Ok(Json(list))
}

async fn ps(State(app): State<App>, Admin(caller): Admin) -> Json<Value> {
    Json(app.providers.ollama.ps(&requester(&caller, None)).await)
}

fn nobody() -> Requester {
    Requester::default()
}

async fn version(State(app): State<App>, MaybeUser(caller): MaybeUser) -> Result<Json<Value>> {
    let who = caller.map_or_else(nobody, |caller| requester(&caller, None));
    Ok(Json(app.providers.ollama.version(&who, None).await?))
}

async fn version_at(
    State(app): State<App>,
    MaybeUser(caller): MaybeUser,
    Path(idx): Path<usize>,
) -> Result<Json<Value>> {
    let who = caller.map_or_else(nobody, |caller| requester(&caller, None));
    Ok(Json(app.providers.ollama.version(&who, Some(idx)).await?))
}

async fn unload(State(app): State<App>, Admin(caller): Admin, Body(form): Body<Form>) -> Result<Json<Value>> {
    Ok(Json(app.providers.ollama.unload(&requester(&caller, None), form).await?))
}

async fn show(
    State(app): State<App>,
    Verified(caller): Verified,
    headers: HeaderMap,
    Body(form): Body<Form>,
) -> Result<Response> {
    check(&app, &caller, &form, true).await?;
    Ok(proxy::pass(app.providers.ollama.show(&requester(&caller, Some(&headers)), form).await?))
}

/// Whether the caller may use the model a body names; `name` is its older field.
async fn check(app: &App, caller: &Caller, form: &Form, either: bool) -> Result<()> {
    if app.chat.uses_everything(caller) {
        return Ok(());
    }
    let field = |name: &str| form.get(name).and_then(Value::as_str);
    let name = field("model").or_else(|| field("name").filter(|_| either)).unwrap_or_default();
    let catalogue = app.providers.catalogue();
    let mut model = catalogue.find(name).await;
    if model.is_none() && !name.contains(':') {
        model = catalogue.find(&format!("{name}:latest")).await;
    }
    match model {
        Some(model) if app.chat.may_use(caller, &model).await? => Ok(()),
        Some(_) => Err(ApiError::forbidden("Model not found")),
        None => Err(ApiError::bad_request(format!("Model '{name}' was not found"))),
    }
}

/// Refuses a body that lacks a field.
fn require(form: &Form, fields: &[&str]) -> Result<()> {
    match fields.iter().find(|field| !form.contains_key(**field)) {
        Some(field) => Err(ApiError::invalid("missing", vec![json!("body"), json!(field)], "Field required")),
        None => Ok(()),
    }
}

/// A route that administrators send to the servers, with and without a chosen one.
macro_rules! managed {
    ($name:ident, $at:ident, $call:ident, $fields:expr, $answer:expr) => {
        async fn $name(
            State(app): State<App>,
            Admin(caller): Admin,
            headers: HeaderMap,
            Body(form): Body<Form>,
        ) -> Result<Response> {
            require(&form, &$fields)?;
            let answered =
                app.providers.ollama.$call(&requester(&caller, Some(&headers)), None, form).await?;
            Ok($answer(answered))
        }

        async fn $at(
            State(app): State<App>,
            Admin(caller): Admin,
            Path(idx): Path<usize>,
            headers: HeaderMap,
            Body(form): Body<Form>,
        ) -> Result<Response> {
            require(&form, &$fields)?;
            let answered =
                app.providers.ollama.$call(&requester(&caller, Some(&headers)), Some(idx), form).await?;
            Ok($answer(answered))
        }
    };
}

/// A route by which people use models, with and without a chosen server.
macro_rules! used {
    ($name:ident, $at:ident, $call:ident, $fields:expr) => {
        async fn $name(
            State(app): State<App>,
            Verified(caller): Verified,
            headers: HeaderMap,
            Body(form): Body<Form>,
        ) -> Result<Response> {
            require(&form, &$fields)?;
            check(&app, &caller, &form, false).await?;
            Ok(proxy::pass(
                app.providers.ollama.$call(&requester(&caller, Some(&headers)), None, form).await?,
            ))
        }

        async fn $at(
            State(app): State<App>,
            Verified(caller): Verified,
            Path(idx): Path<usize>,
            headers: HeaderMap,
            Body(form): Body<Form>,
        ) -> Result<Response> {
            require(&form, &$fields)?;
            check(&app, &caller, &form, false).await?;
            Ok(proxy::pass(
                app.providers.ollama.$call(&requester(&caller, Some(&headers)), Some(idx), form).await?,
            ))
        }
    };
}

fn as_json(value: Value) -> Response {
    axum::response::IntoResponse::into_response(Json(value))
}

managed!(pull, pull_at, pull, [], proxy::pass);
managed!(push, push_at, push, ["model"], proxy::pass);
managed!(create, create_at, create, [], proxy::pass);
managed!(copy, copy_at, copy, ["source", "destination"], as_json);
managed!(delete, delete_at, delete, [], as_json);
used!(embed, embed_at, embed, ["model", "input"]);
used!(embeddings, embeddings_at, embeddings, ["model", "prompt"]);
used!(generate, generate_at, generate, ["model", "prompt"]);
used!(chat, chat_at, chat, []);
used!(v1_completions, v1_completions_at, v1_completions, []);
used!(v1_chat, v1_chat_at, v1_chat, []);

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "DownloadForm")]
struct Download {
    url: String,
}

async fn download(
    State(app): State<App>,
    Admin(caller): Admin,
    Body(form): Body<Download>,
) -> Result<Response> {
    let who = requester(&caller, None);
    Ok(proxy::pass(app.providers.ollama.download(&who, None, &form.url).await?))
}

async fn download_at(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(idx): Path<usize>,
    Body(form): Body<Download>,
) -> Result<Response> {
    let who = requester(&caller, None);
    Ok(proxy::pass(app.providers.ollama.download(&who, Some(idx), &form.url).await?))
}

async fn upload(State(app): State<App>, Admin(caller): Admin, Upload(form): Upload) -> Result<Response> {
    receive(&app, &caller, None, form).await
}

async fn upload_at(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(idx): Path<usize>,
    Upload(form): Upload,
) -> Result<Response> {
    receive(&app, &caller, Some(idx), form).await
}

/// Takes the file of a form and passes it on as it arrives.
async fn receive(
    app: &App,
    caller: &Caller,
    idx: Option<usize>,
    mut form: axum::extract::Multipart,
) -> Result<Response> {
    use futures::{StreamExt as _, TryStreamExt as _};
    let unreadable =
        |error: axum::extract::multipart::MultipartError| ApiError::bad_request(error.body_text());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let Some(name) = field.file_name().map(str::to_string) else { continue };
        // The form's reader cannot leave this function, so the file goes through a pipe.
        let (sender, receiver) = tokio::sync::mpsc::channel(8);
        let content = futures::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|piece| (piece, receiver))
        });
        let who = requester(caller, None);
        let pump = async {
            let mut pieces = field.map_err(|e| transom_providers::ProviderError::Broken(e.body_text()));
            while let Some(piece) = pieces.next().await {
                if sender.send(piece).await.is_err() {
                    break;
                }
            }
            drop(sender);
        };
        let (answered, ()) =
            tokio::join!(app.providers.ollama.upload(&who, idx, &name, content.boxed()), pump);
        return Ok(proxy::pass(answered?));
    }
    Err(ApiError::invalid("missing", vec![json!("body"), json!("file")], "Field required"))
}
