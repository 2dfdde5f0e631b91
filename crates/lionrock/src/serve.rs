//! The server: every face behind one shell.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use flows::Platform;
use installation::ambient::WallClock;
use installation::config::{Config, ConfigError};
use installation::runtime::{Runtime, RuntimeError};
use kernel::{Instant, Random};
use seal::OsRandom;
use store::Options;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use webkit::{FormKeys, ServeError, ServeOptions, Shell, TlsFiles};

use crate::beside::Door;
use crate::control;
use crate::own_memory;
use crate::services::{Asking, provider_door, serve_both};
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
    /// The origin does not suit passkeys.
    #[error("origin: {0}")]
    Passkeys(people::RelyingPartyError),
    /// The policy about officers' passkeys.
    #[error("attestation: {0}: {1}")]
    Attestation(String, String),
    /// TLS or the accept loop.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The signals that stop the server cannot be awaited.
    #[error("cannot wait for signals: {0}")]
    Signal(std::io::Error),
    /// Core dumps cannot be switched off.
    #[error("cannot keep the memory of this program to itself: {0}")]
    Memory(std::io::Error),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// What the program is made of; `build.rs` lists it.
const COMPONENTS: &str = include_str!(concat!(env!("OUT_DIR"), "/components.json"));

/// Message authentication for forms, lent by the platform's keyring.
pub struct PlatformKeys(pub Arc<Platform>);

impl FormKeys for PlatformKeys {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        self.0.ledger().keys().prf(&format!("form:{label}"), bytes)
    }
}

/// What only demonstrations and tests may ask for; a live system does not listen to it.
#[derive(Debug, Default)]
pub struct Trial {
    /// The token of the routes that move the clock.
    pub control: Option<String>,
    /// What the clock shows at first: before any key is looked at, since keys of past days die when they are loaded.
    pub now: Option<Instant>,
    /// Acknowledges before the disk has it: only to see the power-cut test fail.
    pub synchronous_off: bool,
}

/// Serves a configuration until Ctrl-C or SIGTERM.
pub fn serve(path: &Path, trial: Trial) -> Result<(), RunError> {
    let config = Config::read(path)?;
    for line in config.warnings().into_iter().chain(installation::open_places(&config)) {
        tracing::warn!(target: "serve", "{line}");
    }
    let clock = Arc::new(WallClock::default());
    let trial = if config.environment.synthetic_only() { trial } else { Trial::default() };
    if let Some(now) = trial.now {
        clock.show(now);
    }
    own_memory::keep_to_itself(trial.control.is_some()).map_err(RunError::Memory)?;
    let options = Options { synchronous_off: trial.synchronous_off, ..Options::default() };
    // A start may change a root key; the thread that did it waits for the end of the server from then on.
    let runtime = kernel::scrubbed(|| Runtime::open(&config, clock, options))?;
    let extra = match trial.control {
        Some(token) => control::routes(runtime.clock.clone(), runtime.platform.clone(), token),
        None => Router::new(),
    };
    block_on(async { run(&config, &runtime, extra, |address| announce(&config, address)).await })
}

fn announce(config: &Config, address: SocketAddr) {
    let scheme = if config.tls_certificate.is_some() { "https" } else { "http" };
    installation::say(&format!("listening on {scheme}://{address} as {} ({})", config.origin, config.environment));
}

/// Runs a future on a runtime of as many threads as there are cores.
pub fn block_on<T>(future: impl Future<Output = Result<T, RunError>>) -> Result<T, RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().on_thread_park(kernel::scrub_stack).build().map_err(RunError::Thread)?;
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
    let address = listener.local_addr().map_err(listen)?;
    let faces = router(config, runtime, extra)?;
    let asking = Asking::bind(config, runtime).await?;
    let stopped = stop_signal().map_err(RunError::Signal)?;
    let worker = config.work.then(|| Worker::start(runtime.platform.clone(), runtime.ports.clone()));
    let worker = worker.transpose().map_err(RunError::Thread)?;
    let probes = config.work.then(|| Worker::probe(runtime.platform.clone(), runtime.prober.clone()));
    let probes = probes.transpose().map_err(RunError::Thread)?;
    let mail = config.work.then(|| Worker::mail(runtime.platform.clone(), runtime.mail.clone()));
    let mail = mail.transpose().map_err(RunError::Thread)?;
    let issuer = people::RelyingParty::new(&config.origin, "Lionrock").map_err(RunError::Passkeys)?.origin();
    let logout = config.work.then(|| Worker::logout(runtime.platform.clone(), runtime.logout.clone(), issuer));
    let logout = logout.transpose().map_err(RunError::Thread)?;
    match own_memory::software() {
        Ok(software) => runtime.platform.set_software(software),
        Err(error) => tracing::warn!(target: "serve", %error, "receipts will not name the file of this program"),
    }
    let call_out = config.work.then(|| Worker::call_out(&runtime.platform, &runtime.gateways, &config.origin));
    let call_out = call_out.transpose().map_err(RunError::Thread)?;
    let watch = Worker::watch(runtime.platform.clone()).map_err(RunError::Thread)?;
    let drills = Worker::drills(runtime.platform.clone()).map_err(RunError::Thread)?;
    let proofing = Worker::proofing(runtime.platform.clone(), runtime.ports.register.clone()).map_err(RunError::Thread)?;
    let verifier = runtime.verifier.clone().map(|verifier| Worker::verifier(runtime.platform.clone(), verifier));
    let verifier = verifier.transpose().map_err(RunError::Thread)?;
    let door = Door::open(config, runtime.platform.clone());
    if let Err(error) = &door {
        tracing::warn!(target: "serve", %error, "commands beside this server are not answered: its socket cannot be made");
    }
    let tls = config.tls_certificate.as_ref().zip(config.tls_key.as_ref());
    let tls = tls.map(|(certificate, key)| TlsFiles::new(certificate, key));
    let options = ServeOptions { tls, proxies: config.proxies()?, ..ServeOptions::default() };
    // Whoever reads this line may send a request or a signal at once: both are awaited from here on.
    announced(address);
    let served = serve_both((listener, faces), asking, options, stopped).await;
    drop(door);
    // Their threads may wait for the store; join them away from the async threads.
    let _ = tokio::task::spawn_blocking(move || drop((worker, watch, drills, proofing, verifier, probes, mail, logout, call_out))).await;
    Ok(served?)
}

/// The site as officers' passkeys know it, with the policy about their makes if there is one.
fn officers_party(config: &Config) -> Result<people::RelyingParty, RunError> {
    let party = people::RelyingParty::new(&config.origin, "Lionrock").map_err(RunError::Passkeys)?;
    let Some(path) = &config.attestation else { return Ok(party) };
    let failed = |error: &dyn std::fmt::Display| RunError::Attestation(path.display().to_string(), error.to_string());
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let rules: people::AttestationRules = toml::from_str(&text).map_err(|error| failed(&error.message()))?;
    Ok(party.demanding(people::AttestationPolicy::new(&rules).map_err(|error| failed(&error))?))
}

fn router(config: &Config, runtime: &Runtime, extra: Router) -> Result<Router, RunError> {
    let platform = &runtime.platform;
    let keys = Arc::new(PlatformKeys(platform.clone()));
    let random: &dyn Random = &OsRandom;
    let components = assurance::parse_components(COMPONENTS).unwrap_or_default();
    let font = notify::LetterFont::open(&config.letter_font).ok();
    let residents = resident::ResidentState::new(platform.clone(), runtime.gazetteer.clone(), components);
    let residents = residents.with_font(font.clone()).with_scanner(runtime.scanner.clone());
    let account_font = font.clone();
    let officers = staff::StaffState {
        platform: platform.clone(),
        relying_party: officers_party(config)?,
        origin: config.origin.clone(),
        letter_font: font,
        secure: config.is_https(),
        uploads: staff::Uploads::new(runtime.scanner.clone()),
    };
    let (secure, cookie) = (officers.secure, officers.session_cookie());
    let contractors = partner::PartnerState { platform: platform.clone(), secure, scanner: runtime.scanner.clone() };
    let partner_cookie = contractors.session_cookie();
    let accounts = resident::AccountState {
        platform: platform.clone(),
        relying_party: people::RelyingParty::new(&config.origin, "Lionrock").map_err(RunError::Passkeys)?,
        secure,
        font: account_font,
        passwords: resident::Turns::default(),
        signing: runtime.signing.clone(),
        pictures: resident::Pictures::new(runtime.scanner.clone()),
    };
    let account_cookie = accounts.session_cookie();
    let connected = provider_door(config, runtime)?;
    let pki = runtime.signing.clone().map_or_else(Router::new, |office| api::signing_routes(platform.clone(), office));
    let faces = api::routes(platform.clone())
        .merge(api::connect_routes(Arc::new(connected)))
        .merge(resident::routes(Arc::new(residents)))
        .merge(resident::account_routes(Arc::new(accounts)))
        .merge(staff::routes(Arc::new(officers)))
        .merge(partner::routes(Arc::new(contractors)))
        .merge(pki)
        .merge(extra);
    let shell = Shell::new(Arc::new(resident::layout(config.environment)), keys, runtime.clock.clone(), random)
        .hsts(secure)
        .forms_of_others(&resident::FROM_SERVICES)
        .session_cookie(cookie)
        .session_cookie_below("/partner", partner_cookie)
        .session_cookie_below(resident::ACCOUNT_PATH, account_cookie)
        .layout_below(resident::ACCOUNT_PATH, Arc::new(resident::account_layout(config.environment)))
        .layout_below("/partner", Arc::new(partner::layout(config.environment)))
        .layout_below("/staff", Arc::new(staff::layout(config.environment)));
    Ok(shell.wrap(faces))
}

/// Ends at Ctrl-C or SIGTERM. Both are awaited from this call on, not from the first poll: a supervisor that stops the
/// server in its first moment must not kill it in the middle of a request.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
