//! The other end of a line with certificates on both sides, for demonstrations and tests: a real server over real mutual TLS.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use kernel::{Fault, Kind};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::TestPki;

/// Why a simulator does not run.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// A certificate or key cannot be used.
    #[error("a simulator cannot use {}: {reason}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("a simulator cannot set up TLS: {0}")]
    Tls(String),
    /// The socket failed.
    #[error("a simulator lost its socket: {0}")]
    Socket(#[from] io::Error),
}

impl Fault for SimulatorError {
    fn kind(&self) -> Kind {
        Kind::Broken
    }
}

/// Serves a router until the future is dropped. Who shows no certificate of the authority gets no connection.
pub(crate) async fn serve(router: Router, listener: TcpListener, pki: &TestPki) -> Result<(), SimulatorError> {
    let acceptor = acceptor(pki)?;
    axum::serve(TlsListener::start(listener, acceptor)?, router).await?;
    Ok(())
}

fn acceptor(pki: &TestPki) -> Result<TlsAcceptor, SimulatorError> {
    let tls = |error: &dyn std::error::Error| SimulatorError::Tls(error.to_string());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for authority in chain(&pki.authority)? {
        roots.add(authority).map_err(|error| tls(&error))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| tls(&error))?;
    let key = PrivateKeyDer::from_pem_file(&pki.server_key).map_err(|error| pem(&pki.server_key, &error))?;
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| tls(&error))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain(&pki.server_certificate)?, key)
        .map_err(|error| tls(&error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, SimulatorError> {
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| pem(path, &error))?;
    certificates.collect::<Result<_, _>>().map_err(|error| pem(path, &error))
}

fn pem(path: &Path, error: &dyn std::error::Error) -> SimulatorError {
    SimulatorError::Pem { path: path.to_owned(), reason: error.to_string() }
}

/// Hands out connections whose handshake is done. Handshakes run beside each other, so that a slow one holds up nobody.
struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    fn start(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, ready) = mpsc::channel(64);
        tokio::spawn(async move {
            while !sender.is_closed() {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = sender.closed() => break,
                };
                if let Ok((stream, peer)) = accepted {
                    tokio::spawn(shake_hands(acceptor.clone(), stream, peer, sender.clone()));
                }
            }
        });
        Ok(Self { ready, address })
    }
}

async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
    ready: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
        let _ = ready.send((stream, peer)).await;
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Runs a simulator for as long as the test process lives.
#[cfg(test)]
pub(crate) fn serve_on_a_thread(router: Router, pki: &TestPki) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let pki = pki.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            serve(router, listener, &pki).await.unwrap();
        });
    });
    address
}
