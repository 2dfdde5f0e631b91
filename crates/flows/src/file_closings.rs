use journal::{Actor, Event, SignedRecord};
use processors::{CLOSURE_FORMAT, Closure, JournalAt, Lease};

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

fn sign(platform: &Platform, lease: &Lease) -> Result<SignedRecord, StepError> {
    let log = platform.ledger();
    log.integrate()?;
    let (size, root) = log.size_and_root()?;
    let at = JournalAt { origin: log.origin().to_owned(), size, root };
    let closure = log.read("flows.closure", |tx| Closure::of(tx, lease))?;
    let text = closure.record(&at, platform.now());
    let event = Event::new("processors.closing_record").detail("lease", lease.id.to_string());
    Ok(log.sign_record("flows.closing_record", JOB, event, (CLOSURE_FORMAT, &text), size)?)
}
