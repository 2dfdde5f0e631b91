//! The configuration: one table generates parser, `explain` and tests.

use std::path::{Path, PathBuf};

use connectors::{ClamdAddress, MailUrl};
use kernel::{Environment, Secret};
use serde::Deserialize;
use store::Location;
use thiserror::Error;
use webkit::{Network, Proxies, ProxyHeader};

use crate::apart;
use crate::forms::{is_listen, is_origin, without_their_other};
use crate::misread::misread;

/// One key of the configuration file, as `explain` prints it.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it means, in which form, and what happens without it.
    pub meaning: &'static str,
    /// An example.
    pub example: &'static str,
    /// Whether its value is never printed.
    pub secret: bool,
    /// Its effective value.
    pub value: fn(&Config) -> Option<String>,
}

impl Key {
    /// A line of the file with the example as its value.
    pub fn line(&self) -> String {
        let plain = self.example.starts_with('[') || self.example.parse::<i64>().is_ok() || self.example.parse::<bool>().is_ok();
        if plain { format!("{} = {}", self.name, self.example) } else { format!("{} = \"{}\"", self.name, self.example) }
    }
}

macro_rules! config {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:expr, $example:literal, $kind:ident;)*) => {
        /// The configuration of `serve` and `work`.
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Config { $($(#[doc = $doc])+ pub $name: $type),* }

        impl Default for Config {
            fn default() -> Self { Self { $($name: $default),* } }
        }

        /// Every key, in the order of the manual.
        pub const KEYS: &[Key] = &[$(Key {
            name: stringify!($name),
            meaning: concat!($($doc),+),
            example: $example,
            secret: config!(@secret $kind),
            value: |config| config.$name.shown(),
        }),*];
    };
    (@secret secret) => { true };
    (@secret plain) => { false };
}

config! {
    /// `demo`, `test` or `live`. Demo and test accept synthetic identity numbers only (prefixes Q, U, I, O), live refuses them.
    environment: Environment = Environment::Test, "live", plain;
    /// Address and port to listen on. Port 0 takes a free one and prints it.
    listen: String = "127.0.0.1:8443".into(), "0.0.0.0:8443", plain;
    /// The public address of the service as residents type it, without a slash at the end; passkeys and one-time codes are
    /// bound to its host. `https` also when a proxy before this process ends TLS; `http` for `localhost` only.
    origin: String = "https://localhost:8443".into(), "https://register.example", plain;
    /// First part of the name of every journal; never changes, since receipts name it.
    log_name: String = "lionrock.local".into(), "register.example", plain;
    /// Where stores are: `sqlite:DIRECTORY`, or the address of a PostgreSQL database; on another machine with
    /// `?sslmode=verify-full&sslrootcert=FILE`, so that nobody on the way reads along.
    store: Secret<String> = Secret::new("sqlite:lionrock-data/stores".into()), "sqlite:/srv/lionrock/stores", secret;
    /// Directory of the key trees. `lionrock backup --keys` copies them, still wrapped by their roots; after the next roll a copy opens
    /// nothing.
    keys: PathBuf = "lionrock-data/keys".into(), "/srv/lionrock/keys", plain;
    /// Directory of the root keys: another disk or a protected directory, outside every backup.
    roots: PathBuf = "lionrock-data/roots".into(), "/etc/lionrock/roots", plain;
    /// PKCS#11 module of the token that keeps the root keys instead of `roots`: each erasure then ends with a key destroyed in
    /// the token, not with a file overwritten. Goes with `root_token_label` and `root_token_pin_file`.
    root_token_module: Option<PathBuf> = None, "/usr/lib/softhsm/libsofthsm2.so", plain;
    /// Label or serial number of the token.
    root_token_label: Option<String> = None, "lionrock", plain;
    /// File with the PIN of the token's user, readable by the installation's own account only.
    root_token_pin_file: Option<PathBuf> = None, "/etc/lionrock/token.pin", plain;
    /// Directory of the escrow slots: the present root keys, encrypted to a custodian, made anew at each change. It must exist,
    /// best on a disk of its own. Without it a lost root key means lost data. Goes with `escrow_recipient`.
    escrow: Option<PathBuf> = None, "/mnt/escrow/lionrock", plain;
    /// The custodian's age recipient. The identity stays with the custodian; `lionrock keys recover` asks for it.
    escrow_recipient: Option<String> = None, "age1…", plain;
    /// Directory of the journals' tiles and checkpoints. Holds hashes only and may be published.
    tiles: PathBuf = "lionrock-data/tiles".into(), "/srv/lionrock/tiles", plain;
    /// Whom backups are encrypted to (age recipients, `age1…`); each can open every archive alone, so their identities belong in a safe.
    backup_recipients: Vec<String> = Vec::new(), "[\"age1…\"]", plain;
    /// The log key (Ed25519, PKCS#8), made by `lionrock keys init`.
    log_key: PathBuf = "lionrock-data/roots/log.key".into(), "/etc/lionrock/log.key", plain;
    /// Which officers need a security key of a known make: a file with `roles` and `[[models]]` of `name`, `aaguid` and `authority`
    /// (PEM). Without it any passkey that verifies its user is taken.
    attestation: Option<PathBuf> = None, "/etc/lionrock/attestation.toml", plain;
    /// Certificate chain in PEM. Renewed files are taken over without a restart. Without it the server speaks plain HTTP and
    /// listens on loopback addresses only.
    tls_certificate: Option<PathBuf> = None, "/etc/lionrock/tls/chain.pem", plain;
    /// Private key of the certificate in PEM.
    tls_key: Option<PathBuf> = None, "/etc/lionrock/tls/key.pem", plain;
    /// Networks of the proxies before this process that may say for whom they ask: `10.0.0.0/24`, `2001:db8::/64`, or one address. Only of a
    /// connection from there is `proxy_header` read; anybody else's is ignored. Without it all who come through a proxy share the limits
    /// of one network. Goes with `proxy_header`.
    trusted_proxies: Vec<String> = Vec::new(), "[\"127.0.0.1\", \"10.0.0.0/24\"]", plain;
    /// The one header that is believed of a trusted proxy: `forwarded` (RFC 7239) or `x-forwarded-for`. Name the one that your proxies
    /// write themselves: the other they may pass on as a client made it up.
    proxy_header: Option<ProxyHeader> = None, "x-forwarded-for", plain;
    /// A second address and port to listen on, where online services are asked for their certificates (RFC 8705): only the endpoints
    /// that services call answer there, no page. Needs `tls_certificate`, and no proxy before it may end TLS. Port 0 takes a free one
    /// and prints it. Without it services prove themselves and bind their tokens in other ways.
    certificates_listen: Option<String> = None, "0.0.0.0:8444", plain;
    /// The public address of that second one, without a slash at the end; its host stands in `tls_certificate` too. Goes with
    /// `certificates_listen`.
    certificates_origin: Option<String> = None, "https://register.example:8444", plain;
    /// Whether each DPoP proof of an online service must carry a nonce of ours (RFC 9449, section 8), which each answer brings. Then
    /// a proof that was made beforehand is worth nothing, and a service's first request is sent twice.
    dpop_nonces: bool = false, "true", plain;
    /// Address of the population register (HTTPS with mutual TLS).
    register_url: Option<String> = None, "https://register.internal:9443", plain;
    /// Where the register confirms addresses, if it can: then PINs of accounts go by text message where it does, and not by post.
    register_addresses_url: Option<String> = None, "https://register.internal:9443/v1/addresses", plain;
    /// The authority that signed the register's certificate, in PEM.
    register_authority: Option<PathBuf> = None, "/etc/lionrock/register/ca.pem", plain;
    /// Our certificate for the register, in PEM.
    register_certificate: Option<PathBuf> = None, "/etc/lionrock/register/client.pem", plain;
    /// Our private key for the register, in PEM.
    register_key: Option<PathBuf> = None, "/etc/lionrock/register/client.key", plain;
    /// Address of an external verifier of identities (HTTPS with mutual TLS). It is asked only while the charter in force names one; the
    /// photos leave for it in that TLS session and nowhere else.
    verifier_url: Option<String> = None, "https://verifier.example/v1/compare", plain;
    /// The authority that signed the verifier's certificate, in PEM; no other is believed.
    verifier_authority: Option<PathBuf> = None, "/etc/lionrock/verifier/ca.pem", plain;
    /// Our certificate for the verifier, in PEM.
    verifier_certificate: Option<PathBuf> = None, "/etc/lionrock/verifier/client.pem", plain;
    /// Our private key for the verifier, in PEM.
    verifier_key: Option<PathBuf> = None, "/etc/lionrock/verifier/client.key", plain;
    /// Address of the SMS gateway; plain HTTP on this machine only. Without it text messages are tried again until they are
    /// no longer worth sending (in a demonstration: they stay in the inbox).
    sms_url: Option<String> = None, "https://sms.example/v1/messages", plain;
    /// The authorities that sign the SMS gateway's certificate, in PEM; needed for `https`.
    sms_authorities: Option<PathBuf> = None, "/etc/lionrock/sms/ca.pem", plain;
    /// The authorities that sign the TLS certificates of online services, in PEM: to tell them that a resident signed out. Without them
    /// only services on this machine are told.
    services_authorities: Option<PathBuf> = None, "/etc/lionrock/services/ca.pem", plain;
    /// Whether online services may stand in private networks, to be told there that a resident signed out. Without it a live system calls
    /// public addresses alone; a demonstration or test calls any.
    services_private: bool = false, "true", plain;
    /// The bearer token of our account at the SMS gateway, if it wants one.
    sms_token: Option<Secret<String>> = None, "a long random text", secret;
    /// Address of the gateway that telephones people who are called out and takes the code that they key in; plain HTTP on this machine
    /// only. Without it calls fail, and the call-out says so (in a demonstration: they stand in its inbox).
    voice_url: Option<String> = None, "https://voice.example/v1/calls", plain;
    /// The authorities that sign the voice gateway's certificate, in PEM; needed for `https`.
    voice_authorities: Option<PathBuf> = None, "/etc/lionrock/voice/ca.pem", plain;
    /// The bearer token of our account at the voice gateway, if it wants one.
    voice_token: Option<Secret<String>> = None, "a long random text", secret;
    /// The server that takes our mail to officers and contractors (what is due, never anything about a resident):
    /// `smtps://HOST:465`, or `smtp://HOST:587`, which must offer STARTTLS; `smtp+plain://` for a loopback address of a
    /// demonstration or test. Without it mails wait until they are of no use (in a demonstration: they stand beside the messages).
    mail_url: Option<String> = None, "smtps://mail.example:465", plain;
    /// The authorities that sign the mail server's certificate, in PEM; needed with `smtps` and `smtp`.
    mail_authorities: Option<PathBuf> = None, "/etc/lionrock/mail/ca.pem", plain;
    /// The address that mail comes from. Goes with `mail_url`.
    mail_from: Option<String> = None, "lionrock@register.example", plain;
    /// The name of our account at the mail server, if it wants one. Goes with `mail_password`.
    mail_user: Option<String> = None, "lionrock", plain;
    /// The password of our account at the mail server.
    mail_password: Option<Secret<String>> = None, "a long random text", secret;
    /// Where ClamAV's daemon listens: the path of its socket, or a loopback address with its port. With it every file that an
    /// officer or a resident sends is scanned before anything is kept, and none is taken while it does not answer. Without it files are only
    /// told by kind and size.
    uploads_scanner: Option<String> = None, "/run/clamav/clamd.ctl", plain;
    /// How many days old the scanner's definitions may be. Older ones stop uploads.
    uploads_definitions_days: u16 = 7, "7", plain;
    /// Address list for the gazetteer: a file, or a directory of which every file is read. GeoJSON as the Address Lookup Service
    /// publishes it (one file a district), or a table of the shipped form. Without it the shipped sample is used.
    addresses: Option<PathBuf> = None, "/srv/lionrock/addresses", plain;
    /// Folder of scenario packs of one's own for exercises: each folder in it is a pack (`pack.toml`, `marking.toml`, evidence). They are
    /// offered beside those that come with the product, and stand in their place where the name is the same.
    drill_packs: Option<PathBuf> = None, "/srv/lionrock/packs", plain;
    /// Font for letters, with Hong Kong's characters. Without it letters are refused.
    letter_font: PathBuf = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc".into(),
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", plain;
    /// Directory of the certificate authority for residents' signatures, made by `lionrock keys signing`: certificates, the root's list, and the
    /// keys that issue and stamp unless a token is named (`root_token_module`), which holds them then. Without it nobody signs documents.
    signing: Option<PathBuf> = None, "/etc/lionrock/signing", plain;
    /// Program that draws the pages of a document before it is signed: Poppler's. It runs as a bounded child.
    signing_renderer: PathBuf = "pdftoppm".into(), "/usr/bin/pdftoppm", plain;
    /// How many documents may be drawn at once, each by a child of up to 1 GiB and 20 seconds of computing; whoever comes while so many are drawn
    /// is asked to come again in a minute. 1 to 64.
    signing_renderers: u16 = 4, "4", plain;
    /// Address of a time-stamping authority elsewhere (RFC 3161), in place of our own. Goes with `timestamp_root`.
    timestamp_url: Option<String> = None, "https://tsa.example/stamp", plain;
    /// The authorities that signed the TLS certificate of that address, in PEM.
    timestamp_authorities: Option<PathBuf> = None, "/etc/lionrock/tsa/tls.pem", plain;
    /// The root certificate of that time-stamping authority, in DER: timestamps below it count.
    timestamp_root: Option<PathBuf> = None, "/etc/lionrock/tsa/root.cer", plain;
    /// Whether this process also does the slow work (matching, messages, erasure). One process of an installation should.
    work: bool = true, "true", plain;
    /// Whether the log has a line for each request: its identifier, method, route, status, milliseconds and language, never an address, a
    /// query or a body. Without it only what fails or needs somebody is logged.
    log_requests: bool = false, "true", plain;
    /// Log format: `text` or `json`.
    log_format: String = "text".into(), "json", plain;
}

/// Why a configuration is not taken: one line that says what to do.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {}. Name a configuration file with --config, or see `lionrock explain`", .0.display(), .1)]
    Read(PathBuf, std::io::Error),
    /// The file does not parse.
    #[error("{}: {}. `lionrock explain` lists every key", .0.display(), .1)]
    Parse(PathBuf, String),
    /// Two values do not go together, or one is not acceptable.
    #[error("{key}: {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong and what to do.
        problem: String,
    },
}

impl Config {
    /// Reads and checks a configuration file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read(path.to_owned(), error))?;
        let wrong = |error: toml::de::Error| misread(&text, error.message(), error.span().map(|span| span.start));
        let config: Self = toml::from_str(&text).map_err(|error| ConfigError::Parse(path.to_owned(), wrong(error)))?;
        config.check()?;
        Ok(config)
    }

    /// Checks what the types cannot.
    pub fn check(&self) -> Result<(), ConfigError> {
        let value = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        self.check_directories()?;
        if !self.backup_recipients.iter().all(|recipient| seal::age_files::is_recipient(recipient)) {
            return value("backup_recipients", "each is an age recipient (age1…), as `age-keygen` prints it");
        }
        self.check_custody()?;
        if !is_origin(&self.origin) {
            return value("origin", "must be like https://register.example or https://register.example:8443: no path and no slash at the end");
        }
        if self.log_name.is_empty() || self.log_name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
            return value("log_name", "is a name like register.example, without spaces and plus signs");
        }
        if !is_listen(&self.listen) {
            return value("listen", "is an address and a port, such as 0.0.0.0:8443 (port 0 takes a free one)");
        }
        let local = self.origin.starts_with("http://") && self.host() == "localhost";
        if !self.is_https() && !local {
            return value("origin", "must begin with https:// (http://localhost is for demonstrations): cookies and passkeys need TLS");
        }
        if self.tls_certificate.is_some() && !self.is_https() {
            return value("origin", "must begin with https:// when there is a tls_certificate");
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return value("tls_key", "certificate and key go together: set both or neither");
        }
        if self.tls_certificate.is_none() && !is_loopback(&self.listen) {
            return value("listen", "without tls_certificate only a loopback address is allowed");
        }
        self.check_certificates()?;
        self.proxies()?;
        self.check_outside()?;
        if !matches!(self.log_format.as_str(), "text" | "json") {
            return value("log_format", "is `text` or `json`");
        }
        if self.uploads_definitions_days == 0 {
            return value("uploads_definitions_days", "is 1 or more: with 0 no definitions would be new enough, and no file taken");
        }
        if !(1..=64).contains(&self.signing_renderers) {
            return value("signing_renderers", "is 1 to 64: each takes up to 1 GiB of memory");
        }
        Ok(())
    }

    /// Whose word about a client's address is taken.
    pub fn proxies(&self) -> Result<Proxies, ConfigError> {
        let value = |key, problem: String| ConfigError::Value { key, problem };
        match (self.trusted_proxies.is_empty(), self.proxy_header) {
            (true, None) => Ok(Proxies::default()),
            (false, Some(header)) => {
                let networks = self.trusted_proxies.iter().map(|text| text.parse()).collect::<Result<Vec<Network>, _>>();
                Ok(Proxies::new(networks.map_err(|error| value("trusted_proxies", error.to_string()))?, header))
            }
            _ => Err(value("proxy_header", "goes with trusted_proxies: set both or neither".to_owned())),
        }
    }

    /// What is allowed and seldom meant: a line each, for the log of a start and for `explain`.
    pub fn warnings(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let everybody = |text: &&String| text.parse::<Network>().is_ok_and(|network| network.is_everybody());
        if let Some(text) = self.trusted_proxies.iter().find(everybody) {
            lines.push(format!("trusted_proxies: {text} trusts everybody: whoever reaches this process chooses the address that limits count; name your proxies' networks"));
        }
        if self.is_https() && self.tls_certificate.is_none() && self.trusted_proxies.is_empty() {
            lines.push("trusted_proxies: TLS ends at a proxy that nothing is known about, so all visitors share the limits of one network; name it, and its proxy_header".to_owned());
        }
        lines
    }

    /// Checks what is said about the second address, where services show certificates.
    fn check_certificates(&self) -> Result<(), ConfigError> {
        let value = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        let (listen, origin) = match (&self.certificates_listen, &self.certificates_origin) {
            (None, None) => return Ok(()),
            (Some(listen), Some(origin)) => (listen, origin),
            _ => return value("certificates_origin", "goes with certificates_listen: set both or neither"),
        };
        if self.tls_certificate.is_none() {
            return value("certificates_listen", "needs tls_certificate: a service's certificate is seen only where TLS ends");
        }
        if !is_listen(listen) {
            return value("certificates_listen", "is an address and a port, such as 0.0.0.0:8444 (port 0 takes a free one)");
        }
        if *listen == self.listen && !listen.ends_with(":0") {
            return value("certificates_listen", "must be another address than listen: there residents' browsers would be asked for certificates");
        }
        if !origin.starts_with("https://") || !is_origin(origin) {
            return value("certificates_origin", "must be like https://register.example:8444: no path and no slash at the end");
        }
        if *origin == self.origin {
            return value("certificates_origin", "must be another address than origin: discovery tells services which one asks for certificates");
        }
        Ok(())
    }

    /// Checks what is said about the custody of root keys.
    fn check_custody(&self) -> Result<(), ConfigError> {
        let value = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        let token = [self.root_token_module.is_some(), self.root_token_label.is_some(), self.root_token_pin_file.is_some()];
        if token.contains(&true) && token.contains(&false) {
            return value("root_token_module", "goes with root_token_label and root_token_pin_file: set all three or none");
        }
        match (&self.escrow, &self.escrow_recipient) {
            (None, None) => Ok(()),
            (Some(_), Some(recipient)) if seal::age_files::is_recipient(recipient) => Ok(()),
            (Some(_), Some(_)) => value("escrow_recipient", "is one age recipient (age1…), as `age-keygen` prints it"),
            _ => value("escrow", "goes with escrow_recipient: set both or neither"),
        }
    }

    /// Each directory is copied, backed up, published or never let go on its own, so none may lie in another.
    fn check_directories(&self) -> Result<(), ConfigError> {
        let store = match Location::parse(self.store.expose()) {
            Ok(Location::Sqlite(directory)) => Some(directory),
            _ => None,
        };
        let (keys, roots, tiles) = (("keys", &self.keys), ("roots", &self.roots), ("tiles", &self.tiles));
        let pairs = [
            (roots, keys, "whoever copies one must not get the other"),
            (tiles, keys, "tiles may be published"),
            (tiles, roots, "tiles may be published"),
            (("log_key", &self.log_key), tiles, "tiles may be published"),
        ];
        let stored = store.iter().flat_map(|store| {
            let store = ("store", store);
            [
                (roots, store, "a backup of the store must not hold keys"),
                (keys, store, "a backup of the store must not hold keys"),
                (("log_key", &self.log_key), store, "a backup of the store must not hold keys"),
                (tiles, store, "an older store that is put back must not overwrite the published journal"),
            ]
        });
        let escrow = self.escrow.iter().flat_map(|escrow| {
            let (escrow, why) = (("escrow", escrow), "the slots are for when the others are lost");
            [(escrow, keys, why), (escrow, roots, why), (escrow, tiles, "tiles may be published")]
        });
        let signing = self.signing.iter().flat_map(|signing| {
            let signing = ("signing", signing);
            [(signing, keys, "whoever copies one must not get the other"), (signing, tiles, "tiles may be published")]
        });
        let all = pairs.into_iter().chain(stored).chain(escrow).chain(signing);
        let together = all.into_iter().find(|((_, one), (_, other), _)| apart::nested(one, other));
        together.map_or(Ok(()), |((key, _), (other, _), why)| {
            let problem = format!("must be a directory outside that of {other}, and not around it: {why}");
            Err(ConfigError::Value { key, problem })
        })
    }

    /// Checks what is said about the external verifier of identities.
    fn check_verifier(&self) -> Result<(), ConfigError> {
        let value = |problem: &str| Err(ConfigError::Value { key: "verifier_url", problem: problem.to_owned() });
        let files = [&self.verifier_authority, &self.verifier_certificate, &self.verifier_key];
        let Some(url) = &self.verifier_url else {
            let alone = files.iter().any(|file| file.is_some());
            return if alone { value("set it, or remove the keys that go with it") } else { Ok(()) };
        };
        if files.iter().any(|file| file.is_none()) {
            return value("goes with verifier_authority, verifier_certificate and verifier_key: set all or none");
        }
        if !url.starts_with("https://") {
            return value("must begin with https://: it gets photos of people");
        }
        if self.register_url.is_none() {
            return value("needs the population register: the verifier is asked about people whom the register knows, and about nobody else");
        }
        Ok(())
    }

    /// Checks what is said about the population register and the SMS gateway.
    fn check_outside(&self) -> Result<(), ConfigError> {
        if let Some((key, other)) = without_their_other(self) {
            return Err(ConfigError::Value { key, problem: format!("means nothing without {other}: set that too, or remove this") });
        }
        self.uploads_scanner()?;
        self.check_mail()?;
        self.check_timestamps()?;
        self.check_voice()?;
        let value = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        let live = self.environment == Environment::Live;
        if live && self.register_url.is_none() {
            return value("register_url", "a live system needs the population register; set its address and certificates");
        }
        let files = [&self.register_authority, &self.register_certificate, &self.register_key];
        if self.register_url.is_some() != files.iter().all(|file| file.is_some()) {
            return value("register_url", "goes with register_authority, register_certificate and register_key: set all or none");
        }
        if self.register_addresses_url.is_some() && self.register_url.is_none() {
            return value("register_addresses_url", "goes with register_url and its certificates");
        }
        self.check_verifier()?;
        let Some(sms) = &self.sms_url else {
            return if live { value("sms_url", "a live system needs a gateway for text messages; set its address") } else { Ok(()) };
        };
        check_gateway(("sms_url", sms), ("sms_authorities", self.sms_authorities.is_some()))
    }

    /// Checks what is said about telephone calls.
    fn check_voice(&self) -> Result<(), ConfigError> {
        let Some(url) = &self.voice_url else { return Ok(()) };
        check_gateway(("voice_url", url), ("voice_authorities", self.voice_authorities.is_some()))
    }

    /// Checks what is said about a time-stamping authority elsewhere.
    fn check_timestamps(&self) -> Result<(), ConfigError> {
        let value = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        let Some(url) = &self.timestamp_url else { return Ok(()) };
        let local = url.strip_prefix("http://").and_then(|rest| rest.split('/').next()).is_some_and(is_loopback);
        if !local && !url.starts_with("https://") {
            return value("timestamp_url", "must begin with https:// unless the authority runs on this machine");
        }
        if !local && self.timestamp_authorities.is_none() {
            return value("timestamp_authorities", "set the authorities that sign the certificate of timestamp_url");
        }
        if self.timestamp_root.is_none() {
            return value("timestamp_root", "set the root of the time-stamping authority, or its timestamps count for nothing");
        }
        Ok(())
    }

    /// Checks what is said about mail.
    fn check_mail(&self) -> Result<(), ConfigError> {
        let value = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        if self.mail_user.is_some() != self.mail_password.is_some() {
            return value("mail_user", "goes with mail_password: set both or neither");
        }
        let Some(url) = self.mail_url()? else {
            let alone = self.mail_from.is_some() || self.mail_authorities.is_some() || self.mail_user.is_some();
            return if alone { value("mail_url", "is missing: the other mail keys go with it") } else { Ok(()) };
        };
        if self.mail_from.is_none() {
            return value("mail_from", "set the address that mail comes from, such as lionrock@register.example");
        }
        if url.is_plain() {
            let live = self.environment == Environment::Live;
            return if live { value("mail_url", "a live system sends mail over TLS: smtps:// or smtp://") } else { Ok(()) };
        }
        if self.mail_authorities.is_none() {
            return value("mail_authorities", "set the authorities that sign the mail server's certificate");
        }
        Ok(())
    }

    /// The mail server, if there is one.
    pub fn mail_url(&self) -> Result<Option<MailUrl>, ConfigError> {
        let parsed = self.mail_url.as_deref().map(str::parse::<MailUrl>).transpose();
        parsed.map_err(|error| ConfigError::Value { key: "mail_url", problem: error.to_string() })
    }

    /// Whether residents and officers reach the service by TLS, ended here or by a proxy before it. Cookies are marked Secure,
    /// and browsers are told to come by TLS only, accordingly.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Where the virus scanner listens, if there is one.
    pub fn uploads_scanner(&self) -> Result<Option<ClamdAddress>, ConfigError> {
        let parsed = self.uploads_scanner.as_deref().map(str::parse::<ClamdAddress>).transpose();
        parsed.map_err(|error| ConfigError::Value { key: "uploads_scanner", problem: error.to_string() })
    }

    /// The host that passkeys and one-time codes are bound to.
    pub fn host(&self) -> &str {
        let after = self.origin.split_once("://").map_or(self.origin.as_str(), |(_, rest)| rest);
        after.split([':', '/']).next().unwrap_or(after)
    }
}

/// A gateway gets telephone numbers: only over TLS, whose authorities are named, or on this machine.
fn check_gateway((key, url): (&'static str, &str), (authorities, named): (&'static str, bool)) -> Result<(), ConfigError> {
    let value = |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
    let local = url.strip_prefix("http://").and_then(|rest| rest.split('/').next()).is_some_and(is_loopback);
    if !local && !url.starts_with("https://") {
        return value(key, "must begin with https:// unless the gateway runs on this machine: it gets telephone numbers");
    }
    if url.starts_with("https://") && !named {
        return value(authorities, "set the authorities that sign the gateway's certificate");
    }
    Ok(())
}

/// Whether `HOST:PORT` can mean this machine only. A name that merely begins like a loopback address is another machine.
fn is_loopback(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let ip = address.parse::<std::net::SocketAddr>().map(|socket| socket.ip());
    host == "localhost" || ip.or_else(|_| host.parse()).is_ok_and(|ip| ip.is_loopback())
}

/// How a value is shown by `explain`; secrets are redacted whatever they are.
trait Shown {
    fn shown(&self) -> Option<String>;
}

impl Shown for String {
    fn shown(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Shown for PathBuf {
    fn shown(&self) -> Option<String> {
        Some(self.display().to_string())
    }
}

impl Shown for u16 {
    fn shown(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Shown for Vec<String> {
    fn shown(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.join(", "))
    }
}

impl Shown for bool {
    fn shown(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Shown for ProxyHeader {
    fn shown(&self) -> Option<String> {
        Some(self.name().into())
    }
}

impl Shown for Environment {
    fn shown(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Shown for Secret<String> {
    fn shown(&self) -> Option<String> {
        Some("(redacted)".into())
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> Option<String> {
        self.as_ref().and_then(Shown::shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Config)) -> String {
        let mut config = Config::default();
        change(&mut config);
        config.check().unwrap_err().to_string()
    }

    #[test]
    fn the_default_configuration_is_sound_and_every_key_is_explained() {
        Config::default().check().unwrap();
        for key in KEYS {
            assert!(key.meaning.trim().ends_with('.'), "{}", key.name);
            assert!(!key.example.is_empty());
        }
    }

    #[test]
    fn what_does_not_go_together_is_named_with_its_key() {
        assert!(refused(|c| c.roots = c.keys.clone()).starts_with("roots: "));
        assert!(refused(|c| c.root_token_label = Some("x".into())).starts_with("root_token_module: "));
        assert!(refused(|c| c.escrow = Some("x".into())).starts_with("escrow: "));
        assert!(refused(|c| (c.escrow, c.escrow_recipient) = (Some("x".into()), Some("y".into()))).starts_with("escrow_recipient: "));
        assert!(refused(|c| c.origin = "https://x/".into()).starts_with("origin: "));
        assert!(refused(|c| c.origin = "http://register.example".into()).starts_with("origin: "));
        assert!(refused(|c| c.origin = "http://localhost.example".into()).starts_with("origin: "));
        assert!(refused(|c| c.tls_key = Some("k".into())).starts_with("tls_key: "));
        assert!(refused(|c| c.listen = "0.0.0.0:80".into()).starts_with("listen: "));
        let asking = |listen: &str, origin: Option<&str>, tls: bool| {
            let (listen, origin) = (listen.to_owned(), origin.map(str::to_owned));
            refused(move |c| {
                (c.certificates_listen, c.certificates_origin) = (Some(listen), origin);
                (c.tls_certificate, c.tls_key) = (tls.then(|| "c".into()), tls.then(|| "k".into()));
            })
        };
        assert!(asking("127.0.0.1:8444", None, true).starts_with("certificates_origin: "));
        assert!(asking("127.0.0.1:8444", Some("https://localhost:8444"), false).starts_with("certificates_listen: needs tls_certificate"));
        assert!(asking("127.0.0.1:8443", Some("https://localhost:8444"), true).starts_with("certificates_listen: must be another"));
        assert!(asking("127.0.0.1:8444", Some("https://localhost:8443"), true).starts_with("certificates_origin: must be another"));
        for wrong in ["http://localhost:8444", "https://localhost:8444/", "https://"] {
            assert!(asking("127.0.0.1:8444", Some(wrong), true).starts_with("certificates_origin: must be like"), "{wrong}");
        }
        assert!(refused(|c| c.environment = Environment::Live).starts_with("register_url: "));
        assert!(refused(|c| c.register_url = Some("https://x".into())).starts_with("register_url: "));
        assert!(refused(|c| c.verifier_key = Some("k".into())).starts_with("verifier_url: set it"));
        assert!(refused(|c| c.verifier_url = Some("https://x/".into())).starts_with("verifier_url: goes with"));
        let verifier = |url: &str| {
            let url = url.to_owned();
            refused(move |c| {
                let file = || Some(PathBuf::from("f"));
                c.verifier_url = Some(url);
                (c.verifier_authority, c.verifier_certificate, c.verifier_key) = (file(), file(), file());
            })
        };
        assert!(verifier("http://x/").starts_with("verifier_url: must begin with https://"));
        assert!(verifier("https://x/").starts_with("verifier_url: needs the population register"));
        assert!(refused(|c| c.listen = "127.0.0.1.example:80".into()).starts_with("listen: "));
        assert!(refused(|c| c.sms_url = Some("http://sms.example/".into())).starts_with("sms_url: "));
        assert!(refused(|c| c.sms_url = Some("https://sms.example/".into())).starts_with("sms_authorities: "));
        assert!(refused(|c| c.voice_url = Some("http://voice.example/".into())).starts_with("voice_url: "));
        assert!(refused(|c| c.voice_url = Some("https://voice.example/".into())).starts_with("voice_authorities: "));
        assert!(refused(|c| c.uploads_scanner = Some("192.0.2.1:3310".into())).starts_with("uploads_scanner: "));
        assert!(refused(|c| c.mail_from = Some("a@b.hk".into())).starts_with("mail_url: "));
        assert!(refused(|c| c.mail_user = Some("a".into())).starts_with("mail_user: "));
        let mail = |url: &str, from: Option<&str>| {
            let (url, from) = (url.to_owned(), from.map(str::to_owned));
            refused(move |c| (c.mail_url, c.mail_from) = (Some(url), from))
        };
        assert!(mail("mail.example", None).starts_with("mail_url: "));
        assert!(mail("smtp+plain://mail.example", None).starts_with("mail_url: "));
        assert!(mail("smtps://mail.example", None).starts_with("mail_from: "));
        assert!(mail("smtps://mail.example", Some("a@b.hk")).starts_with("mail_authorities: "));
    }

    #[test]
    fn proxies_are_networks_with_the_header_that_they_write_and_nothing_else() {
        let read = |text: &str| toml::from_str::<Config>(text).unwrap();
        let trusting = |networks: &str, header: &str| read(&format!("trusted_proxies = [{networks}]\nproxy_header = \"{header}\""));
        trusting("\"127.0.0.1\", \"2001:db8::/48\"", "forwarded").check().unwrap();
        let refused = |config: Config| config.check().unwrap_err().to_string();
        assert!(refused(read("trusted_proxies = [\"10.0.0.1\"]")).starts_with("proxy_header: goes with"));
        assert!(refused(read("proxy_header = \"forwarded\"")).starts_with("proxy_header: goes with"));
        assert!(refused(trusting("\"proxy.example\"", "forwarded")).starts_with("trusted_proxies: `proxy.example`"));
        assert!(refused(trusting("\"10.0.0.1/8\"", "forwarded")).ends_with("did you mean 10.0.0.0/8?"));
        let unknown = toml::from_str::<Config>("proxy_header = \"x-real-ip\"").unwrap_err().to_string();
        assert!(unknown.contains("`forwarded` or `x-forwarded-for`"), "{unknown}");
    }

    #[test]
    fn the_example_of_the_operators_page_is_sound() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example/lionrock.toml");
        let config = Config::read(&path).unwrap();
        assert_eq!((config.environment, config.warnings()), (Environment::Live, Vec::new()));
    }

    #[test]
    fn what_is_seldom_meant_is_said() {
        let lines = |change: &dyn Fn(&mut Config)| {
            let mut config = Config { tls_certificate: Some("c".into()), ..Config::default() };
            change(&mut config);
            config.warnings().join("\n")
        };
        assert_eq!(lines(&|_| {}), "");
        assert_eq!(lines(&|c| c.trusted_proxies = vec!["10.0.0.0/8".into()]), "");
        assert!(lines(&|c| c.trusted_proxies = vec!["10.0.0.0/8".into(), "::/0".into()]).contains("::/0 trusts everybody"));
        assert!(lines(&|c| c.tls_certificate = None).contains("share the limits of one network"));
        assert_eq!(lines(&|c| (c.tls_certificate, c.trusted_proxies) = (None, vec!["127.0.0.1".into()])), "");
    }

    type Change<'a> = &'a dyn Fn(&mut Config);

    #[test]
    fn directories_lie_apart() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join(path);
        std::fs::create_dir_all(at("stores")).unwrap();
        std::os::unix::fs::symlink(at("stores"), at("link")).unwrap();
        let sound = || Config {
            store: Secret::new(format!("sqlite:{}", at("stores").display())),
            keys: at("keys"),
            roots: at("roots"),
            tiles: at("tiles"),
            log_key: at("roots/log.key"),
            ..Config::default()
        };
        sound().check().unwrap();
        let table: &[(Change<'_>, &str, &str)] = &[
            (&|c| c.roots = at("keys"), "roots", "of keys"),
            (&|c| c.roots = at("keys/roots"), "roots", "of keys"),
            (&|c| c.keys = at("roots/keys"), "roots", "of keys"),
            (&|c| c.roots = at("stores/roots"), "roots", "of store"),
            (&|c| c.roots = at("link/roots"), "roots", "of store"),
            (&|c| c.keys = at("stores/keys"), "keys", "of store"),
            (&|c| c.keys = at("link"), "keys", "of store"),
            (&|c| c.tiles = at("stores/tiles"), "tiles", "of store"),
            (&|c| c.tiles = at("roots/../link/tiles"), "tiles", "of store"),
            (&|c| c.tiles = home.path().to_owned(), "tiles", "of keys"),
            (&|c| c.tiles = at("roots"), "tiles", "of roots"),
            (&|c| c.log_key = at("tiles/log.key"), "log_key", "of tiles"),
            (&|c| c.log_key = at("stores/log.key"), "log_key", "of store"),
        ];
        for (change, key, of) in table {
            let mut config = sound();
            change(&mut config);
            let line = config.check().unwrap_err().to_string();
            assert!(line.starts_with(&format!("{key}: must be")) && line.contains(of) && !line.contains('\n'), "{line}");
        }
        let remote = Config { store: Secret::new("postgres://a@localhost/b".into()), ..sound() };
        remote.check().unwrap();
    }

    #[test]
    fn an_unknown_key_and_a_missing_file_are_one_line() {
        let dir = std::env::temp_dir().join("lionrock-config-test.toml");
        std::fs::write(&dir, "lissten = \"x\"\n").unwrap();
        let error = Config::read(&dir).unwrap_err().to_string();
        assert!(error.contains("lissten") && error.contains("lionrock explain") && !error.contains('\n'), "{error}");
        let error = Config::read(Path::new("no-such-file")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read no-such-file"), "{error}");
    }

    #[test]
    fn a_secret_is_not_shown() {
        let key = KEYS.iter().find(|key| key.name == "store").unwrap();
        assert_eq!((key.value)(&Config::default()).unwrap(), "(redacted)");
    }
}
