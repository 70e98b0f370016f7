//! The proxy variables that most programs follow.

use reqwest::{ClientBuilder, NoProxy, Proxy};

use crate::error::{NetError, Result};

/// Adds the proxies of these variables (any case) to a client.
pub(crate) fn follow(mut builder: ClientBuilder, variables: &[(String, String)]) -> Result<ClientBuilder> {
    let value = |name: &str| {
        let found = variables.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    let exceptions = value("no_proxy").and_then(NoProxy::from_string);
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        let Some(address) = value(name) else { continue };
        let proxy = match name {
            "http_proxy" => Proxy::http(address),
            "https_proxy" => Proxy::https(address),
            _ => Proxy::all(address),
        };
        let proxy = proxy.map_err(|_| NetError::Build(format!("{name} is not a valid address")))?;
        builder = builder.proxy(proxy.no_proxy(exceptions.clone()));
    }
    Ok(builder)
}
