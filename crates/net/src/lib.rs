//! The only place that builds an HTTP client.
//!
//! [`Net::upstream`] is for addresses an administrator configured (model servers and the like): private networks are
//! where those servers live, so nothing is filtered. [`Net::guarded`] is for every address a user, a web page or a
//! model can influence: each address is checked after name resolution and the connection goes to the checked address.

mod address;
mod error;
mod fetch;
mod policy;
mod proxy;
mod resolve;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use transom_config::{Settings, keys};

pub use address::{is_metadata, is_public};
pub use error::{NetError, Result};
pub use fetch::{Fetched, Guarded, GuardedRequest, Limits, Opened};
pub use policy::Policy;
pub use resolve::{Lookup, SystemLookup};
pub use socket::{Message, Utf8Bytes, WebSocket, open_websocket};

/// How the clients are built.
#[derive(Clone)]
pub struct NetOptions {
    /// Check the certificates of upstream servers. Guarded requests always check them.
    pub verify_tls: bool,
    /// Longest time for a TCP and TLS handshake.
    pub connect_timeout: Duration,
    /// The `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` variables that upstream calls follow.
    pub proxy_variables: Vec<(String, String)>,
    /// Send guarded requests through that proxy as well. The proxy then resolves the names, so that only addresses
    /// written as numbers and names known here can be checked: an operator's decision, off by default.
    pub guard_through_proxy: bool,
    /// Which addresses guarded requests may reach.
    pub policy: Policy,
    /// Name resolution of guarded requests.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for NetOptions {
    fn default() -> Self {
        NetOptions {
            verify_tls: true,
            connect_timeout: Duration::from_secs(10),
            proxy_variables: Vec::new(),
            guard_through_proxy: false,
            policy: Policy::default(),
            lookup: Arc::new(SystemLookup),
        }
    }
}

impl NetOptions {
    /// The options an operator has set.
    #[must_use]
    pub fn from_settings(settings: &Settings) -> Self {
        NetOptions {
            verify_tls: settings.get(&keys::AIOHTTP_CLIENT_SESSION_SSL),
            proxy_variables: settings.proxy_variables(),
            guard_through_proxy: settings.get(&keys::WEB_SEARCH_TRUST_ENV),
            policy: Policy {
                allow_local: settings.get(&keys::ENABLE_RAG_LOCAL_WEB_FETCH),
                hosts: settings.get(&keys::WEB_FETCH_FILTER_LIST),
            },
            ..NetOptions::default()
        }
    }
}

/// The clients, made once and shared.
pub struct Net {
    upstream: reqwest::Client,
    upgradable: reqwest::Client,
    guarded: Guarded,
}

impl Net {
    /// Builds the clients. A TLS provider must be installed before (`rustls::crypto::ring`), which is the binary's job.
    ///
    /// # Errors
    /// [`NetError::Build`] when the TLS configuration cannot be made.
    pub fn new(options: NetOptions) -> Result<Self> {
        let configured = || {
            let builder = base(&options).tls_danger_accept_invalid_certs(!options.verify_tls);
            proxy::follow(builder, &options.proxy_variables)
        };
        let build =
            |builder: reqwest::ClientBuilder| builder.build().map_err(|e| NetError::Build(error::chain(&e)));
        let upstream = build(configured()?)?;
        let upgradable = build(configured()?.http1_only())?;
        Ok(Net { upstream, upgradable, guarded: Guarded::new(&options)? })
    }

    /// For addresses an administrator configured: private networks allowed, redirects off.
    pub fn upstream(&self) -> &reqwest::Client {
        &self.upstream
    }

    /// Like [`Net::upstream`], for connections that become WebSockets: HTTP/2 has no such way.
    pub fn upgradable(&self) -> &reqwest::Client {
        &self.upgradable
    }

    /// For addresses a user can influence.
    pub fn guarded(&self) -> Guarded {
        self.guarded.clone()
    }
}

/// What both clients share. Time limits of whole requests are set per request by the callers.
#[allow(clippy::disallowed_methods, reason = "this crate is the one place that may")]
fn base(options: &NetOptions) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("Transom/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        // the variables are read by the settings, which know `.env` files too
        .no_proxy()
        .pool_idle_timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(64)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
}
