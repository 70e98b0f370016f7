//! `transom serve`: listen until told to stop, then stop without losing anything.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use axum::serve::ListenerExt as _;
use tokio::{net::TcpListener, signal};
use transom_config::{Settings, duration, keys};

use crate::{
    cli::DataArgs,
    compose::{self, Failure},
    listen,
};

/// How long open connections may take to end after everything else has.
const LAST_WORDS: Duration = Duration::from_secs(2);

pub async fn run(
    host: Option<String>,
    port: Option<u16>,
    demo: bool,
    data: &DataArgs,
) -> Result<ExitCode, Failure> {
    let mut overrides = Vec::new();
    overrides.extend(host.map(|host| ("HOST", host)));
    overrides.extend(port.map(|port| ("PORT", port.to_string())));
    let settings = compose::settings(data, overrides)?;
    transom_telemetry::init(&settings);
    for note in settings.notes() {
        tracing::info!("{note}");
    }
    let base = compose::base(settings.clone()).await?;
    let server = compose::server(&base).await?;
    let listener = bind(&settings).await?;
    let address = listener.local_addr()?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "Transom listens on http://{}", shown(address));

    #[cfg(feature = "local")]
    tokio::spawn(super::model::tidy(server.providers.local().clone()));
    #[cfg(feature = "local")]
    if demo {
        let providers = server.providers.clone();
        tokio::spawn(async move {
            super::model::fetch_starter(providers.local().clone()).await;
            providers.catalogue().invalidate_connections();
        });
    }
    #[cfg(not(feature = "local"))]
    let _ = demo;

    // Small writes are the rule here: a token must not wait for the next one.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let serving = tokio::spawn(listen::serve(listener, server.router, head_limit(&settings), stopped));

    asked_to_stop().await?;
    tracing::info!("stopping: no new connections; running answers may finish");
    let _ = stop.send(true);
    server.chat.shut_down(grace(&settings)).await;
    server.realtime.close().await;
    let _ = tokio::time::timeout(LAST_WORDS, serving).await;
    base.store.close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn bind(settings: &Settings) -> Result<TcpListener, Failure> {
    let (host, port) = (settings.get(&keys::HOST), settings.get(&keys::PORT));
    let port =
        u16::try_from(port).map_err(|_| format!("PORT is {port}, but it must be between 0 and 65535"))?;
    TcpListener::bind((host.as_str(), port)).await.map_err(|error| {
        format!("Port {port} on {host} cannot be used: {error}. Choose another with --port or PORT.").into()
    })
}

/// An address people can open: the wildcard address means this machine.
fn shown(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() }
}

/// How long running answers may finish. "For ever" is a day: something else will have ended the process by then.
fn grace(settings: &Settings) -> Duration {
    let wanted = duration::parse(&settings.get(&keys::TRANSOM_SHUTDOWN_GRACE));
    wanted.unwrap_or(Some(Duration::from_secs(10))).unwrap_or(Duration::from_secs(86_400))
}

/// How long the head of a request may take. "For ever" is a day, as above.
fn head_limit(settings: &Settings) -> Duration {
    let wanted = duration::parse(&settings.get(&keys::TRANSOM_REQUEST_HEAD_TIMEOUT));
    wanted.unwrap_or(Some(Duration::from_secs(75))).unwrap_or(Duration::from_secs(86_400))
}

async fn asked_to_stop() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => {}
            result = signal::ctrl_c() => result?,
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await?;
    Ok(())
}
