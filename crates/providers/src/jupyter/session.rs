//! Signing in, and the life of a kernel.

use reqwest::{Client, Method, RequestBuilder, Response, header};
use serde_json::Value;
use transom_net::{Net, WebSocket, open_websocket};
use url::Url;

use super::{Auth, Failure, REQUEST};

/// The largest message of a kernel: pictures come in one.
const MAX_MESSAGE: usize = 64 << 20;
/// The name of the cookie that a request which changes something repeats in a header.
const XSRF: &str = "_xsrf";

/// A Jupyter server that let us in.
#[derive(Clone)]
pub(super) struct Session {
    client: Client,
    base: Url,
    token: Option<String>,
    /// Names and values.
    cookies: Vec<(String, String)>,
}

impl Session {
    pub async fn open(net: &Net, url: &str, auth: &Auth) -> Result<Self, Failure> {
        let mut base = Url::parse(url.trim()).map_err(|_| Failure::Address)?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(Failure::Address);
        }
        // Paths are joined to a folder.
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let mut session = Self { client: net.upstream().clone(), base, token: None, cookies: Vec::new() };
        match auth {
            Auth::None => {}
            Auth::Token(token) => session.token = Some(token.clone()),
            Auth::Password(password) => session.sign_in(password).await?,
        }
        Ok(session)
    }

    async fn sign_in(&mut self, password: &str) -> Result<(), Failure> {
        let page = self.request(Method::GET, "login")?.send().await?;
        self.keep_cookies(&page);
        let xsrf = self
            .cookie(XSRF)
            .ok_or(Failure::Refused { when: "signing in", status: page.status().as_u16() })?;
        let form = [(XSRF, xsrf.as_str()), ("password", password)];
        let answer = self.request(Method::POST, "login")?.form(&form).send().await?;
        self.keep_cookies(&answer);
        // Who is let in is sent on; who is not sees the form again.
        if answer.status().is_redirection() { Ok(()) } else { Err(Failure::Credentials) }
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn keep_cookies(&mut self, answer: &Response) {
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let Some((name, value)) =
                line.to_str().ok().and_then(|line| line.split(';').next()?.split_once('='))
            else {
                continue;
            };
            self.cookies.retain(|(known, _)| known != name.trim());
            self.cookies.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        Ok(self.signed(self.client.request(method, self.address(path)?)).timeout(REQUEST))
    }

    fn address(&self, path: &str) -> Result<Url, Failure> {
        let mut address = self.base.join(path).map_err(|_| Failure::Address)?;
        if let Some(token) = &self.token {
            address.query_pairs_mut().append_pair("token", token);
        }
        Ok(address)
    }

    fn signed(&self, mut request: RequestBuilder) -> RequestBuilder {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(xsrf) = self.cookie(XSRF) {
            request = request.header("X-XSRFToken", xsrf);
        }
        request
    }

    pub async fn start_kernel(&self) -> Result<Kernel, Failure> {
        let answer = self.request(Method::POST, "api/kernels")?.json(&serde_json::json!({})).send().await?;
        let status = answer.status();
        if matches!(status.as_u16(), 302 | 401 | 403) {
            return Err(Failure::Credentials);
        }
        if !status.is_success() {
            return Err(Failure::Refused { when: "starting a kernel", status: status.as_u16() });
        }
        let kernel: Value = answer.json().await.map_err(|_| Failure::Unreadable)?;
        let id = kernel.get("id").and_then(Value::as_str).ok_or(Failure::Unreadable)?;
        // It becomes part of a path.
        let sound =
            !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !sound {
            return Err(Failure::Unreadable);
        }
        Ok(Kernel { session: self.clone(), id: Some(id.to_owned()) })
    }

    pub async fn channels(&self, net: &Net, kernel: &str) -> Result<WebSocket, Failure> {
        let address = self.address(&format!("api/kernels/{kernel}/channels"))?;
        let opened = open_websocket(self.signed(net.upgradable().get(address)), MAX_MESSAGE);
        match tokio::time::timeout(REQUEST, opened).await {
            Ok(opened) => Ok(opened?),
            Err(_) => Err(Failure::Timeout(REQUEST.as_secs())),
        }
    }

    async fn end_kernel(&self, id: &str) {
        let ended = match self.request(Method::DELETE, &format!("api/kernels/{id}")) {
            Ok(request) => request.send().await.map_err(Failure::from),
            Err(failure) => Err(failure),
        };
        match ended {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => tracing::warn!(status = answer.status().as_u16(), "a Jupyter kernel was not ended"),
            Err(failure) => tracing::warn!(%failure, "a Jupyter kernel could not be ended"),
        }
    }
}

/// A running kernel. It ends with this value at the latest.
pub(super) struct Kernel {
    session: Session,
    id: Option<String>,
}

impl Kernel {
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    pub async fn end(mut self) {
        if let Some(id) = self.id.take() {
            self.session.end_kernel(&id).await;
        }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let session = self.session.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { session.end_kernel(&id).await });
        }
    }
}
