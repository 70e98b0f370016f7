//! People who call the HTTP API.

use std::sync::LazyLock;

use http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::TestServer;

/// The password of every account that the kit makes.
pub const PASSWORD: &str = "correct horse battery";

/// One client for all callers. Cookies are not kept: a test that wants one sends it.
pub(crate) fn client() -> &'static reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        // Whoever was first has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        builder.pool_max_idle_per_host(0).build().expect("an HTTP client")
    });
    &CLIENT
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.text))
    }

    /// The JSON body of a success.
    ///
    /// # Panics
    /// When it is no success.
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json()
    }

    /// A header's value, empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The `detail` of an error.
    pub fn detail(&self) -> String {
        let detail = self.json()["detail"].clone();
        detail.as_str().map_or_else(|| detail.to_string(), str::to_string)
    }
}

/// Somebody with an account, or nobody.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The server's address.
    pub base: String,
    /// The session token, empty for nobody.
    pub token: String,
    /// The account's id.
    pub id: String,
    /// The account's e-mail.
    pub email: String,
}

impl Caller {
    /// Somebody without an account.
    pub fn nobody(server: &TestServer) -> Self {
        Self {
            base: server.base().to_string(),
            token: String::new(),
            id: String::new(),
            email: String::new(),
        }
    }

    /// Signs up as `name@example.com`; the first one is the administrator.
    ///
    /// # Panics
    /// When sign-up fails.
    pub async fn sign_up(server: &TestServer, name: &str) -> Self {
        let nobody = Self::nobody(server);
        let email = format!("{name}@example.com");
        let form = json!({"name": name, "email": email, "password": PASSWORD});
        nobody.session(&nobody.post("/api/v1/auths/signup", &form).await.ok())
    }

    /// Signs in with any password.
    pub async fn try_sign_in(&self, email: &str, password: &str) -> Reply {
        self.post("/api/v1/auths/signin", &json!({"email": email, "password": password})).await
    }

    /// A new session of the account `name@example.com`.
    ///
    /// # Panics
    /// When signing in fails.
    pub async fn sign_in(server: &TestServer, name: &str) -> Self {
        let nobody = Self::nobody(server);
        let reply = nobody.try_sign_in(&format!("{name}@example.com"), PASSWORD).await;
        nobody.session(&reply.ok())
    }

    /// Makes an account as an administrator and signs it in.
    ///
    /// # Panics
    /// When that fails.
    pub async fn add(&self, name: &str, role: &str) -> Self {
        let email = format!("{name}@example.com");
        let form = json!({"name": name, "email": email, "password": PASSWORD, "role": role});
        self.post("/api/v1/auths/add", &form).await.ok();
        self.session(&self.try_sign_in(&email, PASSWORD).await.ok())
    }

    fn session(&self, session: &Value) -> Self {
        let text = |key: &str| session[key].as_str().unwrap_or_default().to_string();
        Self { base: self.base.clone(), token: text("token"), id: text("id"), email: text("email") }
    }

    /// The same person after the server was started again, perhaps on another port.
    #[must_use]
    pub fn at(&self, server: &TestServer) -> Self {
        Self { base: server.base().to_string(), ..self.clone() }
    }

    /// A request with this caller's token, still to be completed and sent.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = client().request(method, format!("{}{path}", self.base));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    /// Sends a request as it is.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, text: response.text().await.expect("a readable answer") }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Uploads a file; `query` such as `?process=false`.
    pub async fn upload(&self, query: &str, name: &str, kind: &str, bytes: impl Into<Vec<u8>>) -> Reply {
        let part = reqwest::multipart::Part::bytes(bytes.into()).file_name(name.to_string());
        let part = part.mime_str(kind).expect("a media type");
        let form = reqwest::multipart::Form::new().part("file", part);
        self.send(self.request(Method::POST, &format!("/api/v1/files/{query}")).multipart(form)).await
    }

    /// Sends a recording to be transcribed.
    pub async fn transcribe(&self, name: &str, kind: &str, bytes: &[u8], language: Option<&str>) -> Reply {
        let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_string());
        let part = part.mime_str(kind).expect("a media type");
        let mut form = reqwest::multipart::Form::new().part("file", part);
        if let Some(language) = language {
            form = form.text("language", language.to_string());
        }
        self.send(self.request(Method::POST, "/api/v1/audio/transcriptions").multipart(form)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }
}
