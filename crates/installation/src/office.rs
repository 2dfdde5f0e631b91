//! The certificate authority of residents' signatures: made once at a ceremony, opened at each start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flows::SigningOffice;
use kernel::{Instant, Random};
use seal::{CertificateKey, Es256Signer, OsRandom, SealError, TokenKey, TokenPlace};
use signing::{Addresses, Authority, Reason, Renderer, Revoked, Root, SigningError, StampingAuthority, Timestamps, Trust, paths, revoked_authorities, to_der};

use crate::config::Config;
use crate::runtime::{RuntimeError, roots};

/// The root's list counts for so long: it lies in a safe, and whoever takes it out for a new list has a year and a month.
const ROOT_LIST_DAYS: i64 = 400;
/// One in five years is a change too; nobody needs so many.
const AUTHORITIES_MOST: u32 = 1000;
const ORGANISATION: &str = "Lionrock";

/// Opens what the configuration names; an installation without it has no signing.
pub fn open(config: &Config, random: &Arc<dyn Random>) -> Result<Option<Arc<SigningOffice>>, RuntimeError> {
    let Some(directory) = &config.signing else { return Ok(None) };
    if present(directory) == 0 {
        let what = "holds no certificate authority yet: make it with `lionrock keys signing make --config FILE --root DIRECTORY`, or remove the key";
        return Err(RuntimeError::Keys(format!("signing: {} {what}", directory.display())));
    }
    let addresses = Addresses { base: config.origin.clone() };
    let token = roots(config)?.token;
    let root = read(&directory.join("root.cer"))?;
    let of_number = |number: u32| {
        let issuing = key(directory, &ISSUING, (number, token.as_ref()))?;
        let certificate = read(&directory.join(ISSUING.file(number, "cer")))?;
        Authority::open(issuing, &root, &certificate, &addresses).map(|one| one.numbered(number)).map_err(|error| wrong(&error))
    };
    let present = present(directory);
    let authority = of_number(present)?;
    let stamping = key(directory, &STAMPING, (present, token.as_ref()))?;
    let stamping = StampingAuthority::open(stamping, &read(&directory.join(STAMPING.file(present, "cer")))?).map_err(|error| wrong(&error))?;
    let renderer = connectors::Poppler::open(&config.signing_renderer, usize::from(config.signing_renderers));
    let renderer = renderer.map_err(|error| RuntimeError::Keys(format!("signing_renderer: {error}")))?;
    let root_list = read(&directory.join("root.crl"))?;
    let trust = Trust {
        roots: vec![authority.root().clone()],
        stamping: config.timestamp_root.iter().map(|path| certificate(path)).collect::<Result<_, _>>()?,
        revoked: revoked_authorities(&root_list, authority.root()).map_err(|error| wrong(&error))?,
        site: config.origin.clone(),
    };
    if trust.revoked.iter().any(|gone| gone.serial == signing::serial(authority.issuing())) {
        return Err(RuntimeError::Keys(format!("signing: authority {present} is revoked and would issue: change the keys with `roll` first")));
    }
    Ok(Some(Arc::new(SigningOffice {
        authority,
        earlier: (1..present).rev().map(of_number).collect::<Result<_, _>>()?,
        stamping,
        elsewhere: elsewhere(config, random)?,
        renderer: Arc::new(renderer) as Arc<dyn Renderer>,
        root_list,
        trust,
        random: random.clone(),
    })))
}

/// The ceremony: makes the root in a directory that is taken away afterwards, and below it the authority that issues and the one that
/// stamps. A root that is there already gets another installation below it. Returns what to do next.
pub fn make(config: &Config, safe: &Path, now: Instant) -> Result<String, RuntimeError> {
    let directory = directory(config)?;
    if present(directory) > 0 {
        return Err(RuntimeError::Keys("signing: this was made already; change the key with `roll`, the root's list with `list`".into()));
    }
    let addresses = Addresses { base: config.origin.clone() };
    let path = safe.join("root.key");
    if !path.exists() {
        let made = Es256Signer::create(&path)?;
        let root = Root::make(&made, (ORGANISATION, &addresses), &OsRandom, now).map_err(|error| wrong(&error))?;
        write(&safe.join("root.cer"), &der(root.certificate())?)?;
    }
    std::fs::create_dir_all(directory).map_err(|error| RuntimeError::File(directory.display().to_string(), error))?;
    below(config, safe, 1, now)?;
    Ok(format!("Take {} away now: it is needed again in a year, for a new list. Publish {}.", path.display(), safe.join("root.cer").display()))
}

/// Changes the keys that issue and that stamp, with the root from its safe. What was issued before stays what it is: the earlier authority
/// answers for it, and issues nothing more. Returns what to do next.
pub fn roll(config: &Config, safe: &Path, now: Instant) -> Result<String, RuntimeError> {
    let number = present(directory(config)?);
    if number == 0 {
        return Err(RuntimeError::Keys("signing: nothing was made yet; begin with `make`".into()));
    }
    below(config, safe, number + 1, now)?;
    Ok(format!("Take {} away. Start the server again: from then on authority {} issues, and the earlier ones answer for what they issued.", safe.display(), number + 1))
}

/// Signs a new list of the root; who was revoked stays revoked. Returns what to do next.
pub fn list(config: &Config, safe: &Path, now: Instant) -> Result<String, RuntimeError> {
    let directory = directory(config)?;
    with_root(config, safe, |root| root_list(root, directory, None, now))?;
    Ok(format!("Take {} away. Start the server again: the new list counts for {ROOT_LIST_DAYS} days.", safe.display()))
}

/// Revokes an earlier issuing authority whose key is in other hands: the root's list says so for ever, and what it certified counts only
/// where a timestamp shows that it was signed before. Returns what to do next.
pub fn revoke_authority(config: &Config, safe: &Path, number: u32, now: Instant) -> Result<String, RuntimeError> {
    let directory = directory(config)?;
    let present = present(directory);
    if number == 0 || number > present {
        return Err(RuntimeError::Keys(format!("signing: there is no authority {number}; `show` lists them")));
    }
    if number == present {
        return Err(RuntimeError::Keys(format!("signing: authority {number} issues now: change the keys with `roll` first, then revoke it")));
    }
    let serial = signing::serial(&certificate(&directory.join(ISSUING.file(number, "cer")))?).to_vec();
    with_root(config, safe, |root| {
        let gone = Revoked { serial, at: now, reason: Reason::Compromised };
        root_list(root, directory, Some(gone), now)
    })?;
    Ok(format!("Take {} away. Start the server again: its list of the root says that authority {number} is revoked.", safe.display()))
}

/// What stands in the directory, line by line: each certificate with its number and until when it counts, and where its key is.
pub fn show(config: &Config) -> Result<Vec<String>, RuntimeError> {
    let directory = directory(config)?;
    let place = if roots(config)?.token.is_some() { "token" } else { "file" };
    let (root, list) = (certificate(&directory.join("root.cer"))?, read(&directory.join("root.crl"))?);
    let revoked = revoked_authorities(&list, &root).map_err(|error| wrong(&error))?;
    let mut lines = vec![line("root", &root, "in its safe")];
    let present = present(directory);
    for number in (1..=present).rev() {
        let issuing = certificate(&directory.join(ISSUING.file(number, "cer")))?;
        let state = match revoked.iter().find(|gone| gone.serial == signing::serial(&issuing)) {
            Some(gone) => format!("revoked {}", gone.at.day()),
            None if number == present => "issues".to_owned(),
            None => "answers only".to_owned(),
        };
        lines.push(line(&format!("issuing {number}"), &issuing, &format!("{state}; key in {place}")));
    }
    let stamping = certificate(&directory.join(STAMPING.file(present, "cer")))?;
    lines.push(line(&format!("stamping {present}"), &stamping, &format!("stamps; key in {place}")));
    let ends = signing::list_ends(&list).map_err(|error| wrong(&error))?;
    lines.push(format!("{:<12} counts until {}", "root's list", ends.day()));
    Ok(lines)
}

fn line(what: &str, certificate: &signing::Certificate, state: &str) -> String {
    let (serial, ends) = (kernel::to_hex(signing::serial(certificate)), signing::ends(certificate).day());
    format!("{what:<12} {serial}  until {ends}  {state}")
}

/// Makes the authorities of a number below the root, and a new list of the root.
fn below(config: &Config, safe: &Path, number: u32, now: Instant) -> Result<(), RuntimeError> {
    let (directory, token) = (directory(config)?, roots(config)?.token);
    with_root(config, safe, |root| {
        let issuing = new_key(directory, &ISSUING, (number, token.as_ref()))?;
        let stamping = new_key(directory, &STAMPING, (number, token.as_ref()))?;
        let issuing = root.certify_issuing(issuing.public_point(), &OsRandom, now).map_err(|error| wrong(&error))?;
        let stamping = root.certify_stamping(stamping.public_point(), &OsRandom, now).map_err(|error| wrong(&error))?;
        write(&directory.join("root.cer"), &der(root.certificate())?)?;
        root_list(root, directory, None, now)?;
        write(&directory.join(STAMPING.file(number, "cer")), &der(&stamping)?)?;
        // Last: from here on this number is the present one.
        write(&directory.join(ISSUING.file(number, "cer")), &der(&issuing)?)
    })
}

/// The root from its safe, for one act.
fn with_root<T>(config: &Config, safe: &Path, act: impl FnOnce(&Root<'_>) -> Result<T, RuntimeError>) -> Result<T, RuntimeError> {
    let addresses = Addresses { base: config.origin.clone() };
    let signer = Es256Signer::open(&safe.join("root.key"))?;
    let root = Root::open(&signer, &read(&safe.join("root.cer"))?, &addresses).map_err(|error| wrong(&error))?;
    act(&root)
}

/// A new list of the root: who stood on the one before, and who comes now.
fn root_list(root: &Root<'_>, directory: &Path, gone: Option<Revoked>, now: Instant) -> Result<(), RuntimeError> {
    let (path, number) = (directory.join("root.crl"), u64::try_from(now.millis() / 1000).unwrap_or(0));
    let before = if path.exists() { revoked_authorities(&read(&path)?, root.certificate()).map_err(|error| wrong(&error))? } else { Vec::new() };
    let new = gone.filter(|gone| !before.iter().any(|known| known.serial == gone.serial));
    let all: Vec<Revoked> = before.into_iter().chain(new).collect();
    write(&path, &root.list(number, ROOT_LIST_DAYS, &all, now).map_err(|error| wrong(&error))?)
}

/// One kind of authority, and how its files and its keys in a token are called.
struct Kind {
    file: &'static str,
    label: &'static str,
}

impl Kind {
    fn file(&self, number: u32, ending: &str) -> String {
        format!("{}{}.{ending}", self.file, paths::suffix(number))
    }

    fn label(&self, number: u32) -> String {
        format!("{}{}", self.label, paths::suffix(number))
    }
}

const ISSUING: Kind = Kind { file: "issuing", label: "lionrock signing issuing" };
const STAMPING: Kind = Kind { file: "stamping", label: "lionrock signing timestamps" };

/// The number of the authority that issues now; 0 before any was made.
fn present(directory: &Path) -> u32 {
    (1..=AUTHORITIES_MOST).take_while(|number| directory.join(ISSUING.file(*number, "cer")).exists()).last().unwrap_or(0)
}

fn directory(config: &Config) -> Result<&PathBuf, RuntimeError> {
    config.signing.as_ref().ok_or_else(|| RuntimeError::Keys("signing: name a directory in the configuration first".into()))
}

fn key(directory: &Path, kind: &Kind, (number, token): (u32, Option<&TokenPlace>)) -> Result<Arc<dyn CertificateKey>, SealError> {
    match token {
        Some(place) => Ok(Arc::new(TokenKey::open(place.clone(), &kind.label(number))?)),
        None => Ok(Arc::new(Es256Signer::open(&directory.join(kind.file(number, "key")))?)),
    }
}

fn new_key(directory: &Path, kind: &Kind, (number, token): (u32, Option<&TokenPlace>)) -> Result<Arc<dyn CertificateKey>, SealError> {
    match token {
        Some(place) => Ok(Arc::new(TokenKey::create(place.clone(), &kind.label(number))?)),
        None => Ok(Arc::new(Es256Signer::create(&directory.join(kind.file(number, "key")))?)),
    }
}

fn elsewhere(config: &Config, random: &Arc<dyn Random>) -> Result<Option<Arc<dyn Timestamps>>, RuntimeError> {
    let Some(url) = &config.timestamp_url else { return Ok(None) };
    let authority = connectors::HttpTimestamps::new(url, config.timestamp_authorities.as_deref(), random.clone()).map_err(|error| RuntimeError::Connector("timestamp_url", error))?;
    Ok(Some(Arc::new(authority) as Arc<dyn Timestamps>))
}

fn certificate(path: &Path) -> Result<signing::Certificate, RuntimeError> {
    signing::read_certificate(&read(path)?).map_err(|error| wrong(&error))
}

fn der(certificate: &signing::Certificate) -> Result<Vec<u8>, RuntimeError> {
    to_der(certificate).map_err(|error| wrong(&error))
}

fn wrong(error: &SigningError) -> RuntimeError {
    RuntimeError::Keys(format!("signing: {error}"))
}

fn read(path: &Path) -> Result<Vec<u8>, RuntimeError> {
    std::fs::read(path).map_err(|error| RuntimeError::File(path.display().to_string(), error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), RuntimeError> {
    std::fs::write(path, bytes).map_err(|error| RuntimeError::File(path.display().to_string(), error))
}
