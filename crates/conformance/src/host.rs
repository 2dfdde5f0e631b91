use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connectors::{PkiError, TestPki, make_test_pki};
use journal::{JournalError, Ledger, LedgerParts};
use kernel::{Clock as _, Random};
use provider::KeysError;
use seal::{Ed25519Signer, Keyring, OsRandom, SealError};
use serde_json::{Value, json};
use store::{Location, Store, StoreError};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use webkit::{ServeOptions, TlsFiles};

use crate::desk::Desk;
use crate::door::Door;
use crate::services::{self, Service};
use crate::{authorise, wall::Wall};

/// How a host is set up.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether proofs of possession must carry a nonce.
    pub demands_nonces: bool,
    /// Where it is found from outside, if not at `https://localhost:PORT`: the two addresses without and with client certificates.
    pub addresses: Option<[String; 2]>,
    /// The ports; any that are free if 0.
    pub ports: [u16; 2],
    /// Where services send residents back to, beside the addresses of our own tests.
    pub redirect_uris: Vec<String>,
}

/// Why there is no host.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// A file or a socket.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The authority.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The keys that sign.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// What other languages need.
    #[error("{} is missing: `cargo xtask test` brings it", .0.display())]
    Packages(PathBuf),
    /// A service could not be registered.
    #[error("a service could not be registered: {0}")]
    Service(String),
}

/// A provider that is being served until it is dropped.
pub struct Host {
    door: Arc<Door>,
    services: Vec<Service>,
    pki: TestPki,
    directory: TempDir,
    stop: watch::Sender<bool>,
    runtime: Option<Runtime>,
}

impl Host {
    /// Starts one, with its services in force.
    pub fn start(options: &Options) -> Result<Self, HostError> {
        let directory = TempDir::new()?;
        let pki = make_test_pki(&directory.path().join("tls"))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let [plain, asking] = options.ports;
        let (plain, asking) = (listen(&runtime, plain)?, listen(&runtime, asking)?);
        let own = |listener: &TcpListener| Ok::<_, HostError>(format!("https://localhost:{}", listener.local_addr()?.port()));
        let [issuer, certificates] = match &options.addresses {
            Some(addresses) => addresses.clone(),
            None => [own(&plain)?, own(&asking)?],
        };
        let ledger = ledger(directory.path())?;
        provider::rotate_keys(&ledger, ledger.now())?;
        let keys = provider::load_keys(&ledger, ledger.now())?;
        let services = services::connect(&ledger, &pki, &options.redirect_uris)?;
        let door = Arc::new(Door { ledger, keys, issuer, certificates, demands_nonces: options.demands_nonces });
        let routes = api::connect_routes(door.clone()).merge(authorise::routes(Arc::new(Desk::new(door.clone()))));
        let (stop, stopped) = watch::channel(false);
        for (listener, ask_certificate) in [(plain, false), (asking, true)] {
            let tls = TlsFiles { ask_certificate, ..TlsFiles::new(&pki.server_certificate, &pki.server_key) };
            let serving = ServeOptions { tls: Some(tls), ..ServeOptions::default() };
            let mut stopped = stopped.clone();
            let ended = async move { stopped.changed().await.unwrap_or_default() };
            runtime.spawn(webkit::serve(listener, routes.clone(), serving, ended));
        }
        Ok(Self { door, services, pki, directory, stop, runtime: Some(runtime) })
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.door.issuer
    }

    /// The certificate of its authority, PEM.
    pub fn authority(&self) -> &Path {
        &self.pki.authority
    }

    /// A directory of its own, gone with it.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The services in force, with the secrets that they keep to themselves.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Its journal, for tests that look into it.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.door.ledger
    }

    /// All that a client has to be told.
    pub fn settings(&self) -> Value {
        json!({
            "issuer": self.door.issuer,
            "nonces": self.door.demands_nonces,
            "certificates": self.door.certificates,
            "authority": self.pki.authority,
            "server_certificate": self.pki.server_certificate,
            "server_key": self.pki.server_key,
            "certificate": self.pki.client_certificate,
            "certificate_key": self.pki.client_key,
            "services": self.services.iter().map(|service| (service.id.clone(), service.to_json())).collect::<serde_json::Map<_, _>>(),
        })
    }

    /// The settings in a file that only its owner reads.
    pub fn write_settings(&self) -> Result<PathBuf, HostError> {
        let path = self.directory.path().join("settings.json");
        std::fs::write(&path, self.settings().to_string())?;
        Ok(path)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn listen(runtime: &Runtime, port: u16) -> Result<TcpListener, HostError> {
    Ok(runtime.block_on(TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))))?)
}

fn ledger(directory: &Path) -> Result<Arc<Ledger>, HostError> {
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    let keys = Arc::new(Keyring::in_memory("identity", Wall.now().day(), random.clone()));
    identity::prepare_keys(&keys)?;
    provider::prepare_keys(&keys)?;
    let location = Location::parse(&format!("sqlite:{}", directory.join("store").display()))?;
    let parts = LedgerParts {
        store: Store::open(&location, "identity", &[journal::MIGRATIONS, notify::MIGRATIONS, identity::MIGRATIONS, provider::MIGRATIONS], store::Options::default())?,
        keys,
        signer: Arc::new(Ed25519Signer::create(&directory.join("log.key"), "conformance")?),
        clock: Arc::new(Wall),
        random,
        tiles: directory.join("tiles"),
        origin: "conformance.example/identity".to_owned(),
    };
    Ok(Ledger::open(parts)?)
}
