//! From a configuration to a running platform.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use callout::{Channel, Gateway, Gateways, MailPages, SmsPages};
use connectors::{
    Clamd, ClamdConfig, ConnectorError, DemoCarrier, DemoInbox, HttpPopulationRegister, ProbeConfig, ProberError, RegisterConfig,
    DemoMail, GatewayConfig, HttpIdentityVerifier, LogoutCaller, MailConfig, ServicesAt, SmsHttpGateway, SmtpServer, VerifierConfig, VoiceHttpGateway, WebProber,
};
use flows::{Escrow, Platform, PlatformError, PlatformParts, Ports, Roots, SigningOffice};
use hongkong::{Gazetteer, ImportError};
use identity::IdentityVerifier;
use kernel::{Random, Scanner, Secret};
use notify::{Carrier, MailCarrier};
use processors::Prober;
use provider::LogoutCarrier;
use registration::Sender;
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use seal::{Ed25519Signer, OsRandom, SealError, Signer, TokenPlace};
use store::{Location, Options, StoreError};
use thiserror::Error;

use crate::addresses::premises;
use crate::ambient::WallClock;
use crate::config::Config;
use crate::packs::packs;

/// Why nothing runs: one line that says what to do.
#[derive(Debug, Error)]
pub enum RuntimeError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The log key is missing, or cannot be used.
    #[error("log_key: {0}{next}", next = after_log_key(.0))]
    LogKey(SealError),
    /// The address list.
    #[error("addresses: {}: {}", .0.display(), .1)]
    Addresses(PathBuf, String),
    /// The address list that is shipped.
    #[error("addresses: {0}")]
    Shipped(#[from] ImportError),
    /// A scenario pack.
    #[error("drill_packs: {}: {}", .0.display(), .1)]
    Pack(PathBuf, String),
    /// A file.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// The platform.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// A store's address.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// A connector, with the key of the configuration that names it.
    #[error("{0}: {1}")]
    Connector(&'static str, ConnectorError),
    /// The prober.
    #[error("probes: {0}")]
    Prober(#[from] ProberError),
    /// A command about keys.
    #[error("{0}")]
    Keys(String),
    /// Anything about keys.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// What to do about a log key that cannot be used, where the error does not say it.
const fn after_log_key(error: &SealError) -> &'static str {
    match error {
        SealError::NoSigningKey(_) => ". `lionrock keys init --config FILE` makes one on a new installation",
        SealError::Io { .. } => ". Run this as the account that the installation belongs to",
        _ => "",
    }
}

/// What the faces and the worker share.
pub struct Runtime {
    /// The platform.
    pub platform: Arc<Platform>,
    /// The outside world.
    pub ports: Ports,
    /// The gazetteer.
    pub gazetteer: Arc<Gazetteer>,
    /// The clock, movable in demonstrations and tests.
    pub clock: Arc<WallClock>,
    /// Looks at contractors' addresses from outside.
    pub prober: Arc<dyn Prober>,
    /// Whoever carries mail to officers and contractors.
    pub mail: Option<Arc<dyn MailCarrier>>,
    /// Whoever tells online services that a resident signed out.
    pub logout: Arc<dyn LogoutCarrier>,
    /// Whoever carries the pages of a call-out.
    pub gateways: Gateways,
    /// Where the pages of a demonstration stand.
    pub demo_inbox: Arc<DemoInbox>,
    /// What residents' documents are signed with.
    pub signing: Option<Arc<SigningOffice>>,
    /// What looks at files that people send.
    pub scanner: Option<Arc<dyn Scanner>>,
    /// Who compares photos in an officer's place.
    pub verifier: Option<Arc<dyn IdentityVerifier>>,
}

impl Runtime {
    /// Opens everything that a configuration names.
    pub fn open(config: &Config, clock: Arc<WallClock>, options: Options) -> Result<Self, RuntimeError> {
        let random: Arc<dyn Random> = Arc::new(OsRandom);
        let signer = Ed25519Signer::open(&config.log_key, &config.log_name).map_err(RuntimeError::LogKey)?;
        let gazetteer = Arc::new(Gazetteer::build(premises(config.addresses.as_deref())?));
        let platform = Platform::open(PlatformParts {
            environment: config.environment,
            location: Location::parse(config.store.expose())?,
            options,
            keys: config.keys.clone(),
            roots: roots(config)?,
            tiles: config.tiles.clone(),
            signer: Arc::new(signer) as Arc<dyn Signer>,
            clock: clock.clone(),
            random: random.clone(),
            places: gazetteer.clone(),
            origin: config.log_name.clone(),
            sender: Sender { origin: config.origin.clone(), host: config.host().to_owned() },
        })?;
        for pack in packs(config.drill_packs.as_deref())? {
            platform.drills().add_pack(pack);
        }
        let ports = ports(config, &random)?;
        let (scanner, verifier) = (scanner(config, &clock)?, verifier(config, &random)?);
        let mail = mail(config, &clock)?;
        let signing = crate::office::open(config, &random)?;
        let demo_inbox = Arc::<DemoInbox>::default();
        let anywhere = config.services_private || config.environment.synthetic_only();
        let services_at = if anywhere { ServicesAt::Anywhere } else { ServicesAt::Public };
        let logout = Arc::new(Noted(LogoutCaller::new(config.services_authorities.as_deref(), services_at).map_err(of("services_authorities"))?));
        let gateways = gateways(config, &ports.carrier, mail.as_ref(), &demo_inbox)?;
        // Only a demonstration or a test looks at its own machine.
        let manners = ProbeConfig { private: config.environment.synthetic_only(), ..ProbeConfig::default() };
        let prober = Arc::new(WebProber::new(manners)?);
        Ok(Self { platform, ports, gazetteer, clock, prober, mail, logout, gateways, demo_inbox, signing, scanner, verifier })
    }
}

/// Says in the log why a service could not be told. An address is typed by officers and says nothing of any resident; a token is not logged.
struct Noted(LogoutCaller);

impl LogoutCarrier for Noted {
    fn carry(&self, address: &str, token: &str) -> Result<(), String> {
        let told = self.0.carry(address, token);
        if let Err(reason) = &told {
            tracing::warn!(target: "logout", address, reason, "a service could not be told that a session ended; it is told again later");
        }
        told
    }
}

/// The shape that `map_err` wants.
fn of(key: &'static str) -> impl FnOnce(ConnectorError) -> RuntimeError {
    move |error| RuntimeError::Connector(key, error)
}

/// Where the configuration keeps root keys; the PIN of a token is read from its file.
pub fn roots(config: &Config) -> Result<Roots, RuntimeError> {
    let (module, label, pin) = (&config.root_token_module, &config.root_token_label, &config.root_token_pin_file);
    let token = match (module, label, pin) {
        (Some(module), Some(label), Some(file)) => {
            let pin = std::fs::read_to_string(file).map_err(|e| RuntimeError::File(format!("root_token_pin_file: {}", file.display()), e))?;
            let pin = Secret::new(pin.trim().to_owned());
            Some(TokenPlace { module: module.clone(), token: label.clone(), pin })
        }
        _ => None,
    };
    let escrow = match (&config.escrow, &config.escrow_recipient) {
        (Some(directory), Some(recipient)) => {
            Some(Escrow { directory: directory.clone(), recipient: recipient.clone() })
        }
        _ => None,
    };
    Ok(Roots { directory: config.roots.clone(), token, escrow })
}

fn ports(config: &Config, random: &Arc<dyn Random>) -> Result<Ports, RuntimeError> {
    Ok(Ports { register: register(config, random)?, carrier: carrier(config)? })
}

/// The scanner is asked once at the start, so that its operator hears before the first file whether it works.
fn scanner(config: &Config, clock: &Arc<WallClock>) -> Result<Option<Arc<dyn Scanner>>, RuntimeError> {
    let Some(address) = config.uploads_scanner()? else { return Ok(None) };
    let config = ClamdConfig {
        address,
        timeout: Duration::from_mins(1),
        definitions_days_max: config.uploads_definitions_days,
    };
    let clamd = Clamd::new(config, clock.clone());
    match clamd.check() {
        Ok(version) => tracing::info!(target: "uploads", engine = version.engine, "files are looked at by a virus scanner"),
        Err(error) => tracing::error!(target: "uploads", %error, "uploads are stopped"),
    }
    Ok(Some(Arc::new(clamd)))
}

fn register(config: &Config, random: &Arc<dyn Random>) -> Result<Arc<dyn PopulationRegister>, RuntimeError> {
    let files = (&config.register_url, &config.register_authority, &config.register_certificate, &config.register_key);
    let (Some(url), Some(authority), Some(certificate), Some(key)) = files else { return Ok(Arc::new(NoRegister)) };
    let register = RegisterConfig {
        url: url.clone(),
        addresses: config.register_addresses_url.clone(),
        authority: authority.clone(),
        certificate: certificate.clone(),
        key: key.clone(),
        timeout: Duration::from_secs(30),
    };
    Ok(Arc::new(HttpPopulationRegister::new(&register, random.clone()).map_err(of("register_url"))?))
}

/// The external verifier of identities, if there is one.
fn verifier(config: &Config, random: &Arc<dyn Random>) -> Result<Option<Arc<dyn IdentityVerifier>>, RuntimeError> {
    let files = (&config.verifier_url, &config.verifier_authority, &config.verifier_certificate, &config.verifier_key);
    let (Some(url), Some(authority), Some(certificate), Some(key)) = files else { return Ok(None) };
    let verifier = VerifierConfig {
        url: url.clone(),
        authority: authority.clone(),
        certificate: certificate.clone(),
        key: key.clone(),
        timeout: Duration::from_secs(30),
    };
    Ok(Some(Arc::new(HttpIdentityVerifier::new(&verifier, random.clone()).map_err(of("verifier_url"))?)))
}

fn carrier(config: &Config) -> Result<Arc<dyn Carrier>, RuntimeError> {
    match &config.sms_url {
        Some(url) => {
            let sms = gateway(url, config.sms_token.as_ref(), config.sms_authorities.as_ref());
            Ok(Arc::new(SmsHttpGateway::new(sms).map_err(of("sms_url"))?))
        }
        None if config.environment == kernel::Environment::Demo => Ok(Arc::new(DemoCarrier)),
        None => Ok(Arc::new(NoGateway)),
    }
}

/// A demonstration has no telephones: what is not configured stands in its inbox. Anywhere else a channel without a gateway fails and
/// says so.
fn gateways(
    config: &Config,
    sms: &Arc<dyn Carrier>,
    mail: Option<&Arc<dyn MailCarrier>>,
    inbox: &Arc<DemoInbox>,
) -> Result<Gateways, RuntimeError> {
    let demo = |channel| (config.environment == kernel::Environment::Demo).then(|| inbox.gateway(channel));
    let texts = config.sms_url.is_some().then(|| Arc::new(SmsPages(sms.clone())) as Arc<dyn Gateway>);
    let mails = mail.filter(|_| config.mail_url.is_some()).map(|mail| Arc::new(MailPages(mail.clone())) as Arc<dyn Gateway>);
    Ok(Gateways {
        sms: texts.or_else(|| demo(Channel::Sms)),
        mail: mails.or_else(|| demo(Channel::Mail)),
        voice: voice(config)?.or_else(|| demo(Channel::Voice)),
    })
}

fn voice(config: &Config) -> Result<Option<Arc<dyn Gateway>>, RuntimeError> {
    let Some(url) = &config.voice_url else { return Ok(None) };
    let voice = gateway(url, config.voice_token.as_ref(), config.voice_authorities.as_ref());
    Ok(Some(Arc::new(VoiceHttpGateway::new(voice).map_err(of("voice_url"))?)))
}

fn gateway(url: &str, token: Option<&Secret<String>>, authorities: Option<&PathBuf>) -> GatewayConfig {
    GatewayConfig { url: url.to_owned(), token: token.cloned(), authorities: authorities.cloned(), timeout: Duration::from_secs(20) }
}

fn mail(config: &Config, clock: &Arc<WallClock>) -> Result<Option<Arc<dyn MailCarrier>>, RuntimeError> {
    match (config.mail_url()?, &config.mail_from) {
        (Some(url), Some(from)) => {
            let mail = MailConfig {
                url,
                authorities: config.mail_authorities.clone(),
                from: from.clone(),
                login: config.mail_user.clone().zip(config.mail_password.clone()),
                timeout: Duration::from_secs(20),
            };
            Ok(Some(Arc::new(SmtpServer::new(&mail, clock.clone()).map_err(of("mail_url"))?)))
        }
        _ if config.environment == kernel::Environment::Demo => Ok(Some(Arc::new(DemoMail))),
        _ => Ok(None),
    }
}

/// Stands where no population register is configured: matching waits, nothing is decided and nothing is lost.
struct NoRegister;

impl PopulationRegister for NoRegister {
    fn check(&self, _basis: &str, _questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        Err(RegisterUnavailable("none is configured: set register_url and its three files".into()))
    }
}

/// Stands where no gateway is configured: messages stay in the queue.
struct NoGateway;

impl Carrier for NoGateway {
    fn send(&self, _message: &notify::Outgoing) -> Result<notify::Sent, notify::CarrierError> {
        Err(notify::CarrierError::Later("no SMS gateway is configured: set sms_url".into()))
    }
}
