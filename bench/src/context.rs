//! What all measurements of a run share: the server, the provider, the accounts.

use std::time::Duration;

use serde_json::json;

use crate::api::{self, Account};
use crate::cli::RunArgs;
use crate::client::Endpoint;
use crate::process::Server;
use crate::upstream::{FAST_MODEL, Upstream};
use crate::{BenchError, Result};

/// How long the server may take to list the provider's models.
const MODELS_LIMIT: Duration = Duration::from_secs(30);

/// The state of a run.
#[derive(Debug)]
pub struct Context {
    /// Address of the server.
    pub endpoint: Endpoint,
    /// The server, when this tool started it.
    pub server: Option<Server>,
    /// The provider.
    pub upstream: Upstream,
    /// The first account.
    pub admin: Account,
    /// Whether to measure only roughly.
    pub quick: bool,
    users: Vec<Account>,
}

impl Context {
    /// Starts what must run, signs in, and points the server at the provider.
    ///
    /// # Errors
    /// When any of it fails.
    pub async fn prepare(args: &RunArgs) -> Result<Self> {
        let upstream = Upstream::start(args.upstream_port)?;
        let mut server = None;
        let endpoint = match (&args.target.target_cmd, &args.target.url) {
            (Some(command), _) => {
                let mut started = Server::prepare(command, &upstream.url("/v1"), &args.target_env).await?;
                let took = started.start().await?;
                eprintln!("first start, with an empty data folder: {:.0} ms", took.as_secs_f64() * 1000.0);
                let endpoint = started.endpoint().clone();
                server = Some(started);
                endpoint
            }
            (None, Some(url)) => Endpoint::parse(url)?,
            (None, None) => return Err(BenchError::Target("--target-cmd or --url is needed".to_owned())),
        };
        let admin = api::admin(&endpoint, &args.admin_email, &args.admin_password).await?;
        let context = Self { endpoint, server, upstream, admin, quick: args.quick, users: Vec::new() };
        context.set_connections(&[context.upstream.url("/v1")]).await?;
        context.wait_for_model(FAST_MODEL).await?;
        Ok(context)
    }

    /// The first `count` ordinary users; missing ones are created.
    ///
    /// # Errors
    /// When a user cannot be created.
    pub async fn users(&mut self, count: usize) -> Result<&[Account]> {
        if let Some(missing) = count.checked_sub(self.users.len()).filter(|missing| *missing > 0) {
            eprintln!("creating {missing} users");
            self.users.extend(api::add_users(&self.endpoint, &self.admin, missing).await?);
        }
        Ok(&self.users[..count])
    }

    /// Replaces the server's OpenAI connections.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn set_connections(&self, urls: &[String]) -> Result<()> {
        let keys = vec!["sk-bench"; urls.len()];
        let body = json!({"ENABLE_OPENAI_API": true, "OPENAI_API_BASE_URLS": urls, "OPENAI_API_KEYS": keys,
                          "OPENAI_API_CONFIGS": {}});
        self.as_admin("POST", "/openai/config/update", Some(&body)).await?;
        Ok(())
    }

    /// Calls a route as the first account.
    ///
    /// # Errors
    /// See [`api::call`].
    pub async fn as_admin(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<serde_json::Value> {
        api::call(&self.endpoint, method, path, Some(&self.admin.token), body).await
    }

    /// Asks for the model list until it has a model.
    ///
    /// # Errors
    /// When it does not appear in time.
    pub async fn wait_for_model(&self, id: &str) -> Result<()> {
        let look = async {
            loop {
                let list = self.as_admin("GET", "/api/models", None).await?;
                let models = list["data"].as_array().map_or(&[][..], Vec::as_slice);
                if models.iter().any(|model| model["id"] == id) {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        crate::error::within("the appearance of a provider's models", MODELS_LIMIT, look).await
    }
}
