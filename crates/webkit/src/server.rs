use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::client_address::Proxies;
use crate::client_certificate::ClientCertificate;
use crate::live::end_with;
use crate::tls::{Current, TlsError, TlsFiles};

/// How the server treats connections.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// TLS, with HTTP/2 and HTTP/1.1; plain HTTP/1.1 without.
    pub tls: Option<TlsFiles>,
    /// Connections served at once; further ones wait in the kernel's queue.
    pub max_connections: usize,
    /// How long a client may take to send its headers, or rest between requests.
    pub header_timeout: Duration,
    /// How long open requests may take once the server is told to stop.
    pub grace: Duration,
    /// Who may say for whom it asks. Without any the peer of a connection is the client.
    pub proxies: Proxies,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            tls: None,
            max_connections: 8192,
            header_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(15),
            proxies: Proxies::default(),
        }
    }
}

/// Why the server could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Loading it did not come to an end.
    #[error("the certificate could not be loaded")]
    Load,
}

/// Serves until `shutdown` ends; then accepts nothing more, lets open requests finish, and returns.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let tls = match options.tls.clone() {
        Some(files) => Some(Arc::new(
            tokio::task::spawn_blocking(|| Current::load(files))
                .await
                .map_err(|_| ServeError::Load)??,
        )),
        None => None,
    };
    let watch = tls.clone().map(|current| tokio::spawn(look_again(current)));
    let host = Arc::new(Host::new(router, options, tls));
    accept_until(&listener, &host, shutdown).await;
    drop(listener);
    if let Some(watch) = watch {
        watch.abort();
    }
    if let Some(host) = Arc::into_inner(host) {
        host.drain().await;
    }
    Ok(())
}

struct Host {
    router: Router,
    plain: Builder<TokioExecutor>,
    http2: Builder<TokioExecutor>,
    options: ServeOptions,
    tls: Option<Arc<Current>>,
    permits: Arc<Semaphore>,
    graceful: GracefulShutdown,
    stopping: watch::Sender<bool>,
}

impl Host {
    /// The version is always known beforehand (ALPN), so nobody waits in hyper-util's version detection, which has no
    /// time limit.
    fn new(router: Router, options: ServeOptions, tls: Option<Arc<Current>>) -> Self {
        let mut plain = Builder::new(TokioExecutor::new()).http1_only();
        plain
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(options.header_timeout);
        let mut http2 = Builder::new(TokioExecutor::new()).http2_only();
        http2
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(128)
            .keep_alive_interval(options.header_timeout)
            .keep_alive_timeout(Duration::from_secs(20));
        let permits = Arc::new(Semaphore::new(
            options.max_connections.min(Semaphore::MAX_PERMITS),
        ));
        Self {
            router,
            plain,
            http2,
            options,
            tls,
            permits,
            graceful: GracefulShutdown::new(),
            stopping: watch::Sender::new(false),
        }
    }

    fn welcome(&self, stream: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        match &self.tls {
            None => self.converse(stream, false, peer, permit),
            Some(current) => {
                self.converse_by_tls(TlsAcceptor::from(current.config()), stream, peer, permit);
            }
        }
    }

    fn converse_by_tls(
        &self,
        acceptor: TlsAcceptor,
        stream: TcpStream,
        peer: SocketAddr,
        permit: OwnedSemaphorePermit,
    ) {
        let (plain, http2) = (self.plain.clone(), self.http2.clone());
        let asked = self.asked(peer);
        let (watcher, stopping) = (self.graceful.watcher(), self.stopping.subscribe());
        tokio::spawn(async move {
            let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await else {
                return;
            };
            let session = stream.get_ref().1;
            let is_http2 = session.alpn_protocol() == Some(b"h2");
            let shown = session.peer_certificates().and_then(<[_]>::first);
            let shown = shown.map(|certificate| ClientCertificate(certificate.as_ref().into()));
            let builder = if is_http2 { http2 } else { plain };
            let connection = builder
                .serve_connection(TokioIo::new(stream), answer(asked, shown, stopping))
                .into_owned();
            finish(watcher.watch(connection).await, permit);
        });
    }

    fn converse<I>(&self, stream: I, is_http2: bool, peer: SocketAddr, permit: OwnedSemaphorePermit)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let builder = if is_http2 { &self.http2 } else { &self.plain };
        let connection = builder
            .serve_connection(TokioIo::new(stream), answer(self.asked(peer), None, self.stopping.subscribe()))
            .into_owned();
        let watched = self.graceful.watch(connection);
        tokio::spawn(async move { finish(watched.await, permit) });
    }

    fn asked(&self, peer: SocketAddr) -> Asked {
        Asked { router: self.router.clone(), proxies: self.options.proxies.clone(), peer: peer.ip() }
    }

    async fn drain(self) {
        self.stopping.send_replace(true);
        if timeout(self.options.grace, self.graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests were still open when the server stopped");
        }
    }
}

async fn accept_until(
    listener: &TcpListener,
    host: &Arc<Host>,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let next = async {
            let permit = host.permits.clone().acquire_owned().await.ok()?;
            Some((permit, listener.accept().await))
        };
        tokio::select! {
            () = &mut shutdown => return,
            next = next => match next {
                Some((permit, Ok((stream, peer)))) => host.welcome(stream, peer, permit),
                // Out of file descriptors, or the client was gone already: wait a little, so as not to spin.
                Some((_, Err(error))) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                None => return,
            },
        }
    }
}

/// Who answers a connection, and whose it is.
#[derive(Clone)]
struct Asked {
    router: Router,
    proxies: Proxies,
    peer: IpAddr,
}

/// The client's address, in the request's extensions: for limits, never for the log. Beside it the certificate, if one was shown.
fn answer(
    asked: Asked,
    shown: Option<ClientCertificate>,
    stopping: watch::Receiver<bool>,
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Clone
+ Send
+ 'static {
    hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        let client = asked.proxies.client(asked.peer, request.headers());
        request.extensions_mut().insert(client);
        if let Some(shown) = shown.clone() {
            request.extensions_mut().insert(shown);
        }
        let (answered, stopping) = (asked.router.clone().call(request), stopping.clone());
        async move { answered.await.map(|response| end_with(response, &stopping)) }
    })
}

fn finish<E: std::fmt::Debug>(result: Result<(), E>, permit: OwnedSemaphorePermit) {
    if let Err(error) = result {
        tracing::debug!(?error, "a connection ended early");
    }
    drop(permit);
}

async fn look_again(current: Arc<Current>) {
    let mut ticks = tokio::time::interval(current.check_every().max(Duration::from_millis(50)));
    loop {
        ticks.tick().await;
        let look = current.clone();
        match tokio::task::spawn_blocking(move || look.refresh()).await {
            Ok(Ok(true)) => tracing::info!("a new certificate is in force"),
            Ok(Err(error)) => {
                tracing::error!(%error, "the certificate files changed but cannot be used; the old ones stay");
            }
            Ok(Ok(false)) | Err(_) => {}
        }
    }
}

const HANDSHAKE: Duration = Duration::from_secs(10);
