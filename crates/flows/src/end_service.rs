use std::sync::Arc;

use journal::{Actor, Event, JournalError};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use registration::{Remains, SchemeService};
use seal::{Destroyed, Keyring, SealError};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use thiserror::Error;
use vault::{CERTIFICATE_FORMAT, Certificate, Erasure, certificate_note};

use crate::lost_ledger::lost_ledger;
use crate::open_platform::{SERVICE_TABLES, key_place, store_name};
use crate::replay_end::keep_end;
use crate::{Platform, Service};

/// Why a service was not ended. What was begun is finished by the next try.
#[derive(Debug, Error)]
pub enum EndError {
    /// Keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database was busy.
    #[error("the write queue is full")]
    Busy,
    /// The facts of an end could not be kept outside the database, or not be read from there.
    #[error("{0}: {1}")]
    Evidence(std::path::PathBuf, std::io::Error),
    /// The facts written before destruction cannot be read.
    #[error("the facts of the end of {0} cannot be read")]
    Facts(String),
}

impl Fault for EndError {
    fn kind(&self) -> Kind {
        match self {
            Self::Seal(error) => error.kind(),
            Self::Journal(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Facts(_) | Self::Evidence(..) => Kind::Broken,
        }
    }
}

store::from_run_error!(EndError);

/// What is written down before anything is destroyed; a crash after that is finished from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Facts {
    title: String,
    households: u64,
    persons: u64,
    values: String,
    /// Purposes with the last day of the values under each.
    purposes: Vec<(String, kernel::Day)>,
    /// Lines of the erasure ledger that were lost, and when a new one was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ledger_lost: Option<(u64, Instant)>,
}

/// Ends a service: facts first, then its keys die, then its store is removed, then the certificate is signed.
pub fn end_service(platform: &Arc<Platform>, service: &Arc<Service>) -> Result<(), EndError> {
    let _alone = platform.hold_directory();
    registration::count_unmatched(service.ledger())?;
    let remains = registration::remains(service.ledger())?;
    registration::note_end(service.ledger(), remains)?;
    service.ledger().integrate()?;
    let unreadable = || EndError::Facts(service.slug().into());
    let facts = facts(service, remains, lost_ledger(service.ledger())?);
    let facts = serde_json::to_string(&facts).map_err(|_| unreadable())?;
    let id = service.id();
    let kept = facts.clone();
    platform.ledger().write("flows.note_ending", Actor::Job("retire"), move |work| {
        registration::note_ending(work, id, &facts)
    })?;
    keep_end(&platform.parts, (id, service.slug()), &kept, remains.values, None)?;
    platform.forget(service.slug());
    let destroyed = service.ledger().keys().destroy(platform.now(), remains.values)?;
    service.ledger().store().clone().destroy()?;
    let slug = service.slug().to_owned();
    let listed = platform.ledger().read("flows.end_begun", |tx| registration::scheme_by_slug(tx, &slug))?;
    finish_end(platform, &listed.ok_or_else(unreadable)?, Some(destroyed))
}

fn facts(service: &Service, remains: Remains, ledger_lost: Option<(u64, Instant)>) -> Facts {
    let scheme = service.scheme();
    let mut purposes: Vec<(String, kernel::Day)> = Vec::new();
    let own = [notify::PURPOSE, vault::REASONS].map(|purpose| (purpose.to_owned(), scheme.last_expiry()));
    let queue = scheme.queue_hours().map(|_| (registration::FIELD_QUEUE.to_owned(), scheme.last_expiry()));
    let groups = scheme.groups().iter().map(|group| (group.purpose.clone(), group.expiry));
    for (purpose, expiry) in groups.chain(own).chain(queue) {
        // Groups may share a purpose; its keys live as long as the last of them.
        match purposes.iter_mut().find(|(known, _)| *known == purpose) {
            Some((_, last)) => *last = expiry.max(*last),
            None => purposes.push((purpose, expiry)),
        }
    }
    Facts {
        title: scheme.title(kernel::Language::En).to_owned(),
        households: remains.households,
        persons: remains.people,
        values: to_hex(&remains.values),
        purposes,
        ledger_lost,
    }
}

/// Finishes every end that was begun and not brought to its certificate, because of a crash or a disk that failed. One that
/// cannot be finished yet does not stop the others. Returns how many were finished.
pub(crate) fn finish_ends(platform: &Platform) -> Result<usize, EndError> {
    let _alone = platform.hold_directory();
    let begun = platform.ledger().read("flows.ends_begun", registration::schemes)?;
    let (mut finished, mut result) = (0, Ok(()));
    for listed in begun.into_iter().filter(|listed| listed.ending.is_some() && listed.ended.is_none()) {
        platform.forget(&listed.slug);
        let done = finish_end(platform, &listed, None);
        finished += usize::from(done.is_ok());
        result = result.and(done);
    }
    result.map(|()| finished)
}

/// Keys that perhaps live on after a crash. The stone may stand already while the root does not lie under it yet: opening
/// the keyring erases what is left of it.
pub(crate) fn destroy_keys(platform: &Platform, name: &str, values: [u8; 32]) -> Result<Destroyed, SealError> {
    let place = key_place(&platform.parts, name);
    match Keyring::open(place.clone(), name, platform.now().day(), platform.parts.random.clone()) {
        Ok(keys) => keys.destroy(platform.now(), values),
        Err(SealError::Gone) => Keyring::destroyed(&place)?.ok_or(SealError::Gone),
        Err(error) => Err(error),
    }
}

fn finish_end(platform: &Platform, listed: &SchemeService, destroyed: Option<Destroyed>) -> Result<(), EndError> {
    let unreadable = || EndError::Facts(listed.slug.clone());
    let kept = listed.ending.as_deref().ok_or_else(unreadable)?;
    let facts: Facts = serde_json::from_str(kept).map_err(|_| unreadable())?;
    let name = store_name(&listed.slug);
    let values = kernel::from_hex(&facts.values).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(unreadable)?;
    keep_end(&platform.parts, (listed.service, &listed.slug), kept, values, None)?;
    let destroyed = destroyed.map_or_else(|| destroy_keys(platform, &name, values), Ok)?;
    if Store::exists(&platform.parts.location, &name)? {
        Store::open(&platform.parts.location, &name, SERVICE_TABLES, platform.parts.options.clone())?.destroy()?;
    }
    let now = platform.now();
    let root = (destroyed.root_id, destroyed.kind.to_owned(), now);
    let certificate = issue(platform, listed.service, &listed.slug, &facts, root, now)?;
    let (service, json) = (listed.service, certificate.to_json().to_string());
    keep_end(&platform.parts, (service, &listed.slug), kept, values, Some(&json))?;
    platform.ledger().write("flows.note_ended", Actor::Job("retire"), move |work| {
        registration::note_ended(work, service, &json)
    })?;
    Ok(())
}

fn issue(
    platform: &Platform,
    service: Id<kinds::Service>,
    slug: &str,
    facts: &Facts,
    root: (String, String, Instant),
    now: Instant,
) -> Result<Certificate, EndError> {
    let ledger = platform.ledger();
    ledger.integrate()?;
    let unreadable = || EndError::Facts(slug.to_owned());
    let values = kernel::from_hex(&facts.values).ok().and_then(|bytes| bytes.try_into().ok());
    let erasure = Erasure {
        origin: ledger.origin().to_owned(),
        service: slug.to_owned(),
        scope: format!("all personal data of the scheme \"{}\"", facts.title),
        households: facts.households,
        persons: facts.persons,
        values: values.ok_or_else(unreadable)?,
        trees: facts.purposes.iter().map(|(purpose, last)| (purpose.clone(), died(*last, now))).collect(),
        custodians: vec![custodian(&root.1).into()],
        roots: vec![root],
        early: None,
        ledger_lost: facts.ledger_lost,
        store: ("dropped".into(), now),
        journal: ledger.size_and_root()?,
        issued: now,
    };
    let event = Event::new("vault.erased").detail("service", service.to_string());
    let note = certificate_note(&erasure);
    let form = (CERTIFICATE_FORMAT, note.as_str());
    Ok(ledger.sign_record("flows.certificate", Actor::Job("retire"), event, form, erasure.journal.0)?)
}

/// Who could have kept an old copy of a root that ended like this.
pub(crate) fn custodian(how: &str) -> &'static str {
    if how == "destroyed" {
        "whoever administers the token that held the root key"
    } else {
        "whoever administers the machine that held the root key file"
    }
}

/// The keys of a purpose died at the midnight after its last day, or now if that is still to come.
fn died(last: kernel::Day, now: Instant) -> Instant {
    Instant::at(last.plus(1), 0).min(now)
}
