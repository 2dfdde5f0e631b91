//! The server: every face behind one shell.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use flows::Platform;
use kernel::{Random, Text};
use seal::OsRandom;
use store::Options;
use tokio::net::TcpListener;
use webkit::{FormKeys, Layout, ServeError, ServeOptions, Shell, TlsFiles};

use crate::ambient::WallClock;
use crate::config::{Config, ConfigError};
use crate::control;
use crate::runtime::{Runtime, RuntimeError};
use crate::worker::Worker;

/// Why the server stopped or did not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The platform.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}. Is another server running there?")]
    Listen(String, std::io::Error),
    /// TLS or the accept loop.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// Message authentication for forms, lent by the platform's keyring.
struct PlatformKeys(Arc<Platform>);

impl FormKeys for PlatformKeys {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        self.0.ledger().keys().prf(&format!("form:{label}"), bytes)
    }
}

/// Serves a configuration until Ctrl-C or SIGTERM.
pub fn serve(path: &Path, options: Options, control_token: Option<String>) -> Result<(), RunError> {
    let config = Config::read(path)?;
    let clock = Arc::new(WallClock::default());
    let runtime = Runtime::open(&config, clock, options)?;
    let extra = match control_token.filter(|_| config.environment.synthetic_only()) {
        Some(token) => control::routes(runtime.clock.clone(), runtime.platform.clone(), token),
        None => Router::new(),
    };
    block_on(async { run(&config, &runtime, extra, |address| announce(&config, address)).await })
}

fn announce(config: &Config, address: SocketAddr) {
    let scheme = if config.tls_certificate.is_some() { "https" } else { "http" };
    crate::say(&format!("listening on {scheme}://{address} as {} ({})", config.origin, config.environment));
}

/// Runs a future on a runtime of as many threads as there are cores.
pub fn block_on<T>(future: impl Future<Output = Result<T, RunError>>) -> Result<T, RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(RunError::Thread)?;
    runtime.block_on(future)
}

/// Listens, works and serves until told to stop. `announced` is called with the address once it is known.
pub async fn run(
    config: &Config,
    runtime: &Runtime,
    extra: Router,
    announced: impl FnOnce(SocketAddr),
) -> Result<(), RunError> {
    let listen = |error| RunError::Listen(config.listen.clone(), error);
    let listener = TcpListener::bind(&config.listen).await.map_err(listen)?;
    announced(listener.local_addr().map_err(listen)?);
    let worker = config.work.then(|| Worker::start(runtime.platform.clone(), runtime.ports.clone()));
    let worker = worker.transpose().map_err(RunError::Thread)?;
    let tls = config.tls_certificate.as_ref().zip(config.tls_key.as_ref());
    let tls = tls.map(|(certificate, key)| TlsFiles::new(certificate, key));
    let options = ServeOptions { tls, ..ServeOptions::default() };
    let served = webkit::serve(listener, router(config, runtime, extra)?, options, stopped()).await;
    // The worker's thread may wait for the store; join it away from the async threads.
    let _ = tokio::task::spawn_blocking(move || drop(worker)).await;
    Ok(served?)
}

fn router(config: &Config, runtime: &Runtime, extra: Router) -> Result<Router, RunError> {
    let platform = &runtime.platform;
    let keys = Arc::new(PlatformKeys(platform.clone()));
    let random: &dyn Random = &OsRandom;
    let layout = Arc::new(Layout::new(Text::new("Lionrock", "獅子山", "狮子山"), config.environment));
    let faces = api::routes(platform.clone()).merge(extra);
    let secure = config.tls_certificate.is_some();
    let cookie = if secure { "__Host-session" } else { "session" };
    let shell = Shell::new(layout, keys, runtime.clock.clone(), random).hsts(secure).session_cookie(cookie);
    Ok(shell.wrap(faces))
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}
