use hongkong::IdNumber;
use journal::{Event, Work};
use people::{Grant, ProofIdentity};
use seal::Keyring;
use store::StoreError;

use crate::attribute::person_tag;
use crate::recovery::{account_of, parse_reference};
use crate::storage;

/// What became of an officer's word. It is on record either way, so the unit of work commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// No recovery has this reference, or the document is not that of the account's person: one answer for both.
    Refused,
    /// The first officer has vouched; another one must see the document too.
    First,
    /// This officer vouched before; it takes another one.
    Again,
    /// Two officers have seen the document.
    Both,
}

/// An officer has compared the person who stands there with an identity document, and vouches for the recovery with this reference.
/// It takes two officers, each of whom types reference and number; neither shortens the time in which the recovery can be stopped.
pub fn vouch_for_recovery(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    grant: &Grant<ProofIdentity>,
    reference: &str,
    number: &IdNumber,
) -> Result<Vouched, StoreError> {
    let (now, officer) = (work.now(), grant.officer());
    let reference = parse_reference(reference).unwrap_or_default();
    let row = storage::recovery::of_reference(work.tx(), &reference, now)?;
    let account = row.as_ref().map(|row| account_of(work.tx(), row)).transpose()?.flatten();
    let person = storage::attribute::person_of(work.tx(), person_tag(keys, number))?;
    let same = account.is_some() && account == person;
    let Some(row) = row.filter(|_| same) else {
        work.journal(Event::new("identity.recovery_vouch_refused"))?;
        return Ok(Vouched::Refused);
    };
    let vouched = match row.vouched_by {
        None => {
            storage::recovery::vouch(work.tx(), row.tag, officer)?;
            Vouched::First
        }
        Some(first) if first == officer => Vouched::Again,
        Some(_) => {
            storage::recovery::proof(work.tx(), row.tag, now)?;
            Vouched::Both
        }
    };
    let event = Event::new("identity.recovery_vouched").detail("recovery", row.recovery.id.to_string());
    let event = event.detail("officers", if vouched == Vouched::Both { 2 } else { 1 });
    work.journal(if let Some(account) = account { event.record(account.bytes()) } else { event })?;
    Ok(vouched)
}
