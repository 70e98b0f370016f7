//! `transom serve`: listen until told to stop, then stop without losing anything.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use axum::serve::ListenerExt as _;
use tokio::{net::TcpListener, signal};
use transom_config::{Settings, duration, keys};

use crate::{
    cli::DataArgs,
    compose::{self, Failure},
    output,
};

/// How long open connections may take to end after everything else has.
const LAST_WORDS: Duration = Duration::from_secs(2);

pub async fn run(host: Option<String>, port: Option<u16>, data: &DataArgs) -> Result<ExitCode, Failure> {
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
    let listener = listen(&settings).await?;
    let address = listener.local_addr()?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "Transom listens on http://{}", shown(address));

    // Small writes are the rule here: a token must not wait for the next one.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let service = server.router.into_make_service_with_connect_info::<SocketAddr>();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut ending = stopped.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = ending.wait_for(|stop| *stop).await;
    });
    let serving = tokio::spawn(async move { serving.await });

    asked_to_stop().await?;
    tracing::info!("stopping: no new connections; running answers may finish");
    let _ = stop.send(true);
    server.chat.shut_down(grace(&settings)).await;
    server.realtime.close().await;
    let ended = tokio::time::timeout(LAST_WORDS, serving).await;
    base.store.close().await;
    if let Ok(Ok(Err(error))) = ended {
        output::error(&format!("The server stopped with an error: {error}"));
        return Ok(ExitCode::FAILURE);
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn listen(settings: &Settings) -> Result<TcpListener, Failure> {
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
