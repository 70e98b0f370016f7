//! Name resolution for guarded requests: the only addresses the client gets to see are checked ones, so the check and
//! the connection cannot be about different answers of a name server.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::{NetError, Refused};
use crate::policy::Policy;

/// Turns a host name into addresses.
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of `host`.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|a| a.ip()).collect()) })
    }
}

/// A resolver that fails when any address of the name is refused. One bad address is enough: a name that mixes public
/// and private addresses is an attack or a misconfiguration, and which one the client would pick is not ours to guess.
pub(crate) struct CheckedResolver {
    pub policy: Arc<Policy>,
    pub lookup: Arc<dyn Lookup>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, lookup) = (self.policy.clone(), self.lookup.clone());
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let ips = lookup.lookup(host).await?;
            if ips.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            for ip in &ips {
                if let Err(NetError::Blocked(why)) = policy.check_address(*ip) {
                    return Err(Refused(why).into());
                }
            }
            let addresses: Addrs = Box::new(ips.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}
