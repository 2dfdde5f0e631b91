use std::sync::PoisonError;

use journal::{Actor, Event};
use kernel::{Id, kinds};
use registration::SchemeService;
use store::StoreError;

use crate::{Platform, PlatformError, StepError};

/// A gate whose history cannot be read closes its service, which is right, and nobody would know why: the operator is told which
/// one and what to do, at once and then each hour, and the journal of the platform notes it once for each process.
pub(crate) fn watch_gates(platform: &Platform, report: &dyn Fn(&str, &StepError)) -> Result<(), StepError> {
    let (damaged, listed) = platform.ledger().read("flows.watch_gates", |tx| {
        let damaged = assurance::unreadable_gates(tx)?;
        let listed = if damaged.is_empty() { Vec::new() } else { registration::schemes(tx)? };
        Ok::<_, StoreError>((damaged, listed))
    })?;
    let now = platform.now();
    for (service, version) in damaged {
        let said = platform.damaged.lock().unwrap_or_else(PoisonError::into_inner).get(&version).copied();
        if said.is_some_and(|said| now.since(said) < SAID_AGAIN_MS) {
            continue;
        }
        if said.is_none() {
            note(platform, service, version)?;
        }
        platform.damaged.lock().unwrap_or_else(PoisonError::into_inner).insert(version, now);
        let slug = slug(&listed, service);
        report(&slug, &PlatformError::Gate { slug: slug.clone(), version }.into());
    }
    Ok(())
}

const SAID_AGAIN_MS: i64 = 3_600_000;

fn slug(listed: &[SchemeService], service: Id<kinds::Service>) -> String {
    let known = listed.iter().find(|listed| listed.service == service);
    known.map_or_else(|| service.to_string(), |listed| listed.slug.clone())
}

fn note(
    platform: &Platform,
    service: Id<kinds::Service>,
    version: Id<kinds::SchemeVersion>,
) -> Result<(), StepError> {
    platform.ledger().write("flows.gate_unreadable", Actor::Job("gate"), move |work| {
        let event = Event::new("assurance.gate_unreadable").detail("service", service.to_string());
        work.journal(event.detail("version", version.to_string())).map(|_| ())
    })?;
    Ok(())
}
