use journal::{Actor, Event, sign_note};
use processors::{Closure, JournalAt, Lease, SignedClosure};
use seal::sha256;
use store::StoreError;

use crate::{Platform, StepError};

const JOB: Actor = Actor::Job("contractors");

/// Signs the closing record of every lease that was closed since: what was done before, when, and what that leaves open, with the
/// proof that the platform's journal has it.
pub(crate) fn file_closings(platform: &Platform) -> Result<(), StepError> {
    for lease in platform.ledger().read("flows.closings", processors::closings_to_file)? {
        let (id, json) = (lease.id, sign(platform, &lease)?.to_json().to_string());
        platform.ledger().write("flows.keep_closing", JOB, move |work| processors::keep_closing_record(work, id, &json))?;
    }
    Ok(())
}

fn sign(platform: &Platform, lease: &Lease) -> Result<SignedClosure, StepError> {
    let log = platform.ledger();
    log.integrate()?;
    let (size, root) = log.size_and_root()?;
    let at = JournalAt { origin: log.origin().to_owned(), size, root };
    let closure = log.read("flows.closure", |tx| Closure::of(tx, lease))?;
    let text = closure.record(&at, platform.now());
    let (digest, id) = (kernel::to_hex(&sha256(&[text.as_bytes()])), lease.id);
    let ((), committed) = log.write("flows.closing_record", JOB, move |work| {
        let event = Event::new("processors.closing_record").detail("lease", id.to_string());
        work.journal(event.detail("certificate", digest.clone()))?;
        Ok::<_, StoreError>(())
    })?;
    let unproven = || {
        let why = "the event of a closing record has no place in the journal";
        StepError::Run(StoreError::Engine(why.into()).into())
    };
    let event = committed.events().first().cloned().ok_or_else(unproven)?;
    let inclusion = log.place(event.id)?.ok_or_else(unproven)?;
    let consistency = log.consistency(size)?.map(|consistency| consistency.path);
    let note = sign_note(&text, &**log.signer());
    Ok(SignedClosure { note, event: event.body, salt: event.salt.to_vec(), inclusion, consistency })
}
