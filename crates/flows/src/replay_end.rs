//! The end of a service is evidence that outlives every database: its facts stand beside its journal before anything is
//! destroyed. A platform that is restored from an older backup does not know of the end; it is told before anything is served.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use journal::Actor;
use kernel::{Id, kinds};
use registration::SchemeService;
use serde::{Deserialize, Serialize};
use store::Store;

use crate::end_service::destroy_keys;
use crate::open_platform::{PlatformParts, SERVICE_TABLES, store_name};
use crate::{EndError, Platform};

/// What is kept of an end.
#[derive(Serialize, Deserialize)]
struct Ended {
    service: Id<kinds::Service>,
    /// The facts, as the platform's store has them.
    facts: String,
    /// SHA-256 root over the sealed values, which the destruction of the keys commits to.
    values: [u8; 32],
    /// The certificate, once there is one.
    certificate: Option<String>,
}

/// Keeps the facts of an end, and later its certificate, outside every database.
pub(crate) fn keep_end(
    parts: &PlatformParts,
    listed: (Id<kinds::Service>, &str),
    facts: &str,
    values: [u8; 32],
    certificate: Option<&str>,
) -> Result<(), EndError> {
    let (service, slug) = listed;
    let place = place(parts, slug);
    let ended = Ended { service, facts: facts.to_owned(), values, certificate: certificate.map(str::to_owned) };
    let failed = |error| EndError::Evidence(place.clone(), error);
    let text = serde_json::to_string(&ended).map_err(|error| failed(io::Error::other(error)))?;
    write_whole(&place, text.as_bytes()).map_err(failed)
}

/// Brings a restored platform to what it had ended before: the store that came back is removed, its keys are gone, and the
/// certificate is the one that was issued then. An end that had no certificate yet is finished by the worker.
pub(crate) fn replay_ends(platform: &Platform) -> Result<(), EndError> {
    for listed in platform.ledger().read("flows.ends", registration::schemes)? {
        if listed.ended.is_none()
            && let Some(ended) = kept(&platform.parts, &listed)?
        {
            replay(platform, &listed, ended)?;
        }
    }
    Ok(())
}

fn replay(platform: &Platform, listed: &SchemeService, ended: Ended) -> Result<(), EndError> {
    let (service, name) = (listed.service, store_name(&listed.slug));
    if listed.ending.is_none() {
        let facts = ended.facts.clone();
        platform.ledger().write("flows.replay_ending", Actor::Job("restore"), move |work| {
            registration::note_ending(work, service, &facts)
        })?;
    }
    let Some(certificate) = ended.certificate else { return Ok(()) };
    destroy_keys(platform, &name, ended.values)?;
    if Store::exists(&platform.parts.location, &name)? {
        Store::open(&platform.parts.location, &name, SERVICE_TABLES, platform.parts.options.clone())?.destroy()?;
    }
    platform.ledger().write("flows.replay_ended", Actor::Job("restore"), move |work| {
        registration::note_ended(work, service, &certificate)
    })?;
    Ok(())
}

fn kept(parts: &PlatformParts, listed: &SchemeService) -> Result<Option<Ended>, EndError> {
    let place = place(parts, &listed.slug);
    let text = match fs::read_to_string(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| EndError::Evidence(place.clone(), error))?,
    };
    let ended: Ended = serde_json::from_str(&text).map_err(|error| EndError::Evidence(place, io::Error::other(error)))?;
    Ok(Some(ended).filter(|ended| ended.service == listed.service))
}

fn place(parts: &PlatformParts, slug: &str) -> PathBuf {
    parts.tiles.join(store_name(slug)).join("ended")
}

fn write_whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let beside = place.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, place)?;
    File::open(directory)?.sync_all()
}
