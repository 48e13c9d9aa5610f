//! `runstead serve`

use std::future::IntoFuture;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::time::Duration;

use axum::ServiceExt;
use axum::extract::Request;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{Said, open, output};
use crate::config::{Config, LogFormat};
use crate::http::metrics;
use crate::{App, Error, Problem, notices, router};

/// How long running requests may take to finish after the server was asked to stop.
const FINISH: Duration = Duration::from_secs(30);

/// Serves until the process is asked to stop; requests that are running then are finished.
pub async fn run(config: Config) -> Result<(), Error> {
    start_log(&config)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|e| {
        Error::Usage(Problem::CannotListen { address: config.listen.to_string(), detail: e.to_string() })
    })?;
    let address = listener.local_addr().map_err(|e| Error::startup("reading the address listened on", e))?;
    let base_url = config.base_url(address);
    let domain = open::domain(&config, base_url.clone()).await?;
    let (version, data, database) = (env!("CARGO_PKG_VERSION"), config.data_dir(), domain.database_kind());
    tracing::info!(version, base_url, data_dir = %data.display(), database, ?config, "starting");

    let recorder = metrics::recorder()?;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            recorder.run_upkeep();
        }
    });
    let app = App::new(domain.clone(), config)?;
    let stopping = app.stopping.clone();
    tokio::spawn(notices::run(app.clone()));
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "set_nodelay");
        }
    });
    let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(router::service(app));
    let server = axum::serve(listener, service).with_graceful_shutdown(stopping.clone().cancelled_owned());
    let server = tokio::spawn(server.into_future());
    let jobs = tokio::spawn({
        let (domain, stopping) = (domain.clone(), stopping.clone());
        async move { domain.run_jobs(stopping.cancelled_owned()).await }
    });

    output::say(&Said::Listening { url: base_url.clone() })?;
    if let Some(token) = domain.setup_token().await? {
        output::say(&Said::NoUsersYet)?;
        output::line(format_args!("  {base_url}/setup?token={token}"))?;
    }

    asked_to_stop().await?;
    tracing::info!("stopping: finishing the requests that are running");
    stopping.cancel();
    match tokio::time::timeout(FINISH, server).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(error))) => return Err(Error::startup("serving", error)),
        Ok(Err(error)) => return Err(Error::startup("serving", error)),
        Err(_) => tracing::warn!("requests were still running after {} s", FINISH.as_secs()),
    }
    jobs.await.map_err(|error| Error::startup("ending the background work", error))?;
    domain.close().await;
    Ok(())
}

/// The log goes to stderr: stdout has the lines that people and scripts wait for.
fn start_log(config: &Config) -> Result<(), Error> {
    let filter = EnvFilter::try_new(&config.log_level)
        .map_err(|e| Error::Usage(Problem::LogLevel { level: config.log_level.clone(), detail: e.to_string() }))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    }
    .map_err(|e| Error::startup("starting the log", e))
}

/// Waits for Ctrl-C or a polite `kill`.
async fn asked_to_stop() -> Result<(), Error> {
    let failed = |e| Error::startup("listening for signals", e);
    #[cfg(unix)]
    {
        let kind = tokio::signal::unix::SignalKind::terminate();
        let mut terminate = tokio::signal::unix::signal(kind).map_err(failed)?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result.map_err(failed),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)
}
