use hongkong::{IdNumber, Phone};
use journal::{Event, Work};
use kernel::{Environment, Id, kinds};
use seal::Keyring;
use store::{StoreError, Tx};

use crate::declare_address::{self, AddressUse, DeclareError};
use crate::escalate::escalate;
use crate::key::folded;
use crate::{Cause, Escalation, LeaseRules, canary, storage};

/// Somebody shows a record that may be a planted one.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// Anything of it: an identity number, a mobile number, a reference.
    pub shown: String,
    /// The public address at which it was seen, if it was one.
    pub address: Option<String>,
}

/// Whether an identity number is one of a planted record: the only synthetic ones that a live system takes.
pub fn is_canary(tx: &mut Tx<'_>, keys: &Keyring, number: &IdNumber) -> Result<bool, StoreError> {
    Ok(storage::planted::by_number(tx, canary::number_tag(keys, number.number()))?.is_some())
}

/// Judges a sighting. When it is a planted record, its lease is escalated, and the address is looked at with the others from now
/// on. Nothing when it is none of ours.
pub fn report_canary(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    sighting: &Sighting,
    environment: Environment,
    rules: &LeaseRules,
) -> Result<Option<Escalation>, StoreError> {
    let Some((id, lease)) = find(work.tx(), keys, &sighting.shown)? else { return Ok(None) };
    if let (Some(address), Some(lease)) = (&sighting.address, storage::lease::find(work.tx(), lease)?) {
        // What was seen at an address that cannot be looked at was seen all the same.
        let added = declare_address::add(work, lease, (address, AddressUse::Data), "report", environment);
        if let Err(DeclareError::Store(error)) = added {
            return Err(error);
        }
    }
    seen(work, id, lease, rules)
}

/// Somebody asks for a record: whether it is a planted one, by its reference or by a number of its person, which is escalated.
pub(crate) fn see_planted(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    shown: &str,
    rules: &LeaseRules,
) -> Result<bool, StoreError> {
    match find(work.tx(), keys, shown)? {
        Some((id, lease)) => seen(work, id, lease, rules).map(|_| true),
        None => Ok(false),
    }
}

fn seen(
    work: &mut Work<'_, '_>,
    id: Id<kinds::Canary>,
    lease: Id<kinds::Lease>,
    rules: &LeaseRules,
) -> Result<Option<Escalation>, StoreError> {
    let now = work.now();
    storage::planted::note_seen(work.tx(), id, now)?;
    work.journal(
        Event::new("processors.canary_seen").detail("canary", id.to_string()).detail("lease", lease.to_string()),
    )?;
    let Some(lease) = storage::lease::find(work.tx(), lease)? else { return Ok(None) };
    escalate(work, lease, Cause::CanarySeen, rules)
}

type Found = Option<(Id<kinds::Canary>, Id<kinds::Lease>)>;

fn find(tx: &mut Tx<'_>, keys: &Keyring, shown: &str) -> Result<Found, StoreError> {
    let number = IdNumber::parse(shown).or_else(|_| IdNumber::from_number(shown));
    if let Ok(number) = number
        && let Some(found) = storage::planted::by_number(tx, canary::number_tag(keys, number.number()))?
    {
        return Ok(Some(found));
    }
    if let Ok(phone) = Phone::parse(shown)
        && let Some(found) = storage::planted::by_mobile(tx, canary::mobile_tag(keys, phone.digits()))?
    {
        return Ok(Some(found));
    }
    storage::planted::by_reference(tx, canary::reference_tag(keys, &folded(shown)))
}

/// Removes canaries whose own day has passed, contact details of contractors, and what was kept for leases. Returns how many values.
pub fn purge(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    let canaries = storage::planted::forget_expired(work.tx(), today)?;
    let contacts = storage::contractor::forget_contacts(work.tx(), today)?;
    Ok(canaries + contacts + storage::expired::forget_leased(work.tx(), today)?)
}
