//! The certificate authority of residents' signatures: made once at a ceremony, opened at each start.

use std::path::Path;
use std::sync::Arc;

use flows::SigningOffice;
use kernel::{Instant, Random};
use seal::{CertificateKey, Es256Signer, OsRandom, SealError, TokenKey, TokenPlace};
use signing::{Addresses, Authority, Renderer, Root, SigningError, StampingAuthority, Timestamps, Trust, to_der};

use crate::config::Config;
use crate::runtime::{RuntimeError, roots};

/// The root's list counts for so long: it lies in a safe, and whoever takes it out for a new list has a year and a month.
const ROOT_LIST_DAYS: i64 = 400;
const ISSUING_LABEL: &str = "lionrock signing issuing";
const STAMPING_LABEL: &str = "lionrock signing timestamps";
const ORGANISATION: &str = "Lionrock";

/// Opens what the configuration names; an installation without it has no signing.
pub fn open(config: &Config, random: &Arc<dyn Random>) -> Result<Option<Arc<SigningOffice>>, RuntimeError> {
    let Some(directory) = &config.signing else { return Ok(None) };
    let addresses = Addresses { base: config.origin.clone() };
    let token = roots(config)?.token;
    let read = |name: &str| read(&directory.join(name));
    let root = read("root.cer")?;
    let issuing = key(directory, "issuing.key", (ISSUING_LABEL, token.as_ref()))?;
    let stamping = key(directory, "stamping.key", (STAMPING_LABEL, token.as_ref()))?;
    let authority = Authority::open(issuing, &root, &read("issuing.cer")?, &addresses).map_err(|error| wrong(&error))?;
    let stamping = StampingAuthority::open(stamping, &read("stamping.cer")?).map_err(|error| wrong(&error))?;
    let renderer = connectors::Poppler::open(&config.signing_renderer);
    let renderer = renderer.map_err(|error| RuntimeError::Keys(format!("signing_renderer: {error}")))?;
    let trust = Trust {
        roots: vec![authority.root().clone()],
        stamping: config.timestamp_root.iter().map(|path| certificate(path)).collect::<Result<_, _>>()?,
        site: config.origin.clone(),
    };
    Ok(Some(Arc::new(SigningOffice {
        authority,
        stamping,
        elsewhere: elsewhere(config, random)?,
        renderer: Arc::new(renderer) as Arc<dyn Renderer>,
        root_list: read("root.crl")?,
        trust,
        random: random.clone(),
    })))
}

/// The ceremony: makes the root in a directory that is taken away afterwards, and below it the authority that issues and the one that
/// stamps. With a root that is there already it makes new ones below it. Returns what to do next.
pub fn make(config: &Config, safe: &Path, now: Instant) -> Result<String, RuntimeError> {
    let directory = config.signing.as_ref().ok_or_else(|| RuntimeError::Keys("signing: name a directory first".into()))?;
    let addresses = Addresses { base: config.origin.clone() };
    let random = OsRandom;
    let (path, certificate) = (safe.join("root.key"), safe.join("root.cer"));
    let (root_key, made) = if path.exists() { (Es256Signer::open(&path)?, true) } else { (Es256Signer::create(&path)?, false) };
    let root = if made {
        Root::open(&root_key, &read(&certificate)?, &addresses)
    } else {
        Root::make(&root_key, (ORGANISATION, &addresses), &random, now)
    };
    let root = root.map_err(|error| wrong(&error))?;
    let root_der = der(root.certificate())?;
    write(&certificate, &root_der)?;
    std::fs::create_dir_all(directory).map_err(|error| RuntimeError::File(directory.display().to_string(), error))?;
    let token = roots(config)?.token;
    let issuing = new_key(directory, "issuing.key", (ISSUING_LABEL, token.as_ref()))?;
    let stamping = new_key(directory, "stamping.key", (STAMPING_LABEL, token.as_ref()))?;
    let issuing = root.certify_issuing(issuing.public_point(), &random, now).map_err(|error| wrong(&error))?;
    let stamping = root.certify_stamping(stamping.public_point(), &random, now).map_err(|error| wrong(&error))?;
    let number = u64::try_from(now.millis() / 1000).unwrap_or(0);
    let list = root.list(number, ROOT_LIST_DAYS, &[], now).map_err(|error| wrong(&error))?;
    write(&directory.join("root.cer"), &root_der)?;
    write(&directory.join("root.crl"), &list)?;
    write(&directory.join("issuing.cer"), &der(&issuing)?)?;
    write(&directory.join("stamping.cer"), &der(&stamping)?)?;
    Ok(format!("Take {} away now: it is needed again in a year, for a new list. Publish {}.", path.display(), certificate.display()))
}

fn key(directory: &Path, name: &str, (label, token): (&str, Option<&TokenPlace>)) -> Result<Arc<dyn CertificateKey>, SealError> {
    match token {
        Some(place) => Ok(Arc::new(TokenKey::open(place.clone(), label)?)),
        None => Ok(Arc::new(Es256Signer::open(&directory.join(name))?)),
    }
}

fn new_key(directory: &Path, name: &str, (label, token): (&str, Option<&TokenPlace>)) -> Result<Arc<dyn CertificateKey>, SealError> {
    match token {
        Some(place) => Ok(Arc::new(TokenKey::create(place.clone(), label)?)),
        None => Ok(Arc::new(Es256Signer::create(&directory.join(name))?)),
    }
}

fn elsewhere(config: &Config, random: &Arc<dyn Random>) -> Result<Option<Arc<dyn Timestamps>>, RuntimeError> {
    let Some(url) = &config.timestamp_url else { return Ok(None) };
    let authority = connectors::HttpTimestamps::new(url, config.timestamp_authorities.as_deref(), random.clone())?;
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
