use journal::{Event, Ledger, Work};
use kernel::{Environment, Id, kinds};
use people::{Grant, GrantLease};

use crate::declare_address::{self, AddressUse};
use crate::grant_lease::{Terms, begin, enter, own_lease, sound_contract};
use crate::{
    Chosen, Contract, EndedBy, GrantLeaseCommand, Lease, LeaseError, LeaseExportsError, LeaseRules, NewKey, Selection,
    Whereabouts, end_lease, last_day, storage,
};

/// To whom a lease goes on.
#[derive(Clone, Debug)]
pub struct TransferLease {
    /// The contract.
    pub contract: Id<kinds::Contract>,
    /// The key of the lease that begins, made by [`transferred_key`].
    pub key: NewKey,
    /// Where the other contractor will hold the data, when the lease is one of exports: from then on it is looked at there.
    pub whereabouts: Option<Whereabouts>,
}

/// The key under which a lease goes on until another contract's last day. Who is in a list, only the lease's own secret tells: it is
/// opened, which the journal records, and goes into the new lease; the old one's key dies with its end.
pub fn transferred_key(
    ledger: &Ledger,
    grant: &Grant<GrantLease>,
    from: &Lease,
    contract: &Contract,
) -> Result<NewKey, LeaseError> {
    let until = last_day(contract, from.retention);
    if !matches!(from.selection, Selection::List { .. }) {
        return Ok(NewKey::make(ledger.keys(), &**ledger.random(), until)?);
    }
    let (id, asked) = (from.id, *grant);
    let ((lease, sealed), committed) = ledger.write("processors.open_for_transfer", grant.actor(), move |work| {
        let lease = own_lease(work, &asked, id)?;
        let sealed = storage::lease::secret(work.tx(), id)?.filter(|_| lease.ended.is_none()).ok_or(LeaseError::Ended)?;
        work.journal(Event::new("processors.lease_opened").detail("lease", id.to_string()))?;
        Ok::<_, LeaseError>((lease, sealed))
    })?;
    let secret = lease.open_secret(&committed, ledger.keys(), &sealed)?;
    Ok(NewKey::of(ledger.keys(), secret, until)?)
}

/// Hands a lease over to another contract of the department: the first contractor's ends and owes its statement, the other
/// begins with the same terms and a key of its own. Returns both, the ended one first.
pub fn transfer_lease(
    work: &mut Work<'_, '_>,
    grant: &Grant<GrantLease>,
    lease: Id<kinds::Lease>,
    to: &TransferLease,
    (rules, environment): (&LeaseRules, Environment),
) -> Result<(Lease, Lease), LeaseExportsError> {
    let from = own_lease(work, grant, lease)?;
    if from.ended.is_some() {
        return Err(LeaseError::Ended.into());
    }
    let contract = sound_contract(work, grant.department(), to.contract)?;
    if contract.id == from.contract {
        return Err(LeaseError::Contract.into());
    }
    let until = last_day(&contract, from.retention);
    if until < work.today() || to.key.expiry != until {
        return Err(LeaseError::Days.into());
    }
    let exports = from.selection == Selection::Exports;
    let terms = Terms { officer: grant.officer(), selection: from.selection.clone(), until };
    // Under a lease of exports each package adds what is in it.
    let records = if exports { 0 } else { from.records };
    let begun = Lease { records, ..begin(work, &contract, &same_terms(&from, to), terms) };
    let listed = matches!(from.selection, Selection::List { .. });
    enter(work, &begun, &to.key, &Chosen::All)?;
    if listed {
        storage::lease::copy_members(work.tx(), from.id, begun.id)?;
    }
    match &to.whereabouts {
        Some(Whereabouts::At(address)) => {
            declare_address::add(work, begun.clone(), (address, AddressUse::Data), "officer", environment)?;
        }
        None if exports => return Err(LeaseError::Empty.into()),
        Some(Whereabouts::Offline) | None => {}
    }
    Ok((end_lease::end(work, from, EndedBy::Transfer, rules)?, begun))
}

fn same_terms(from: &Lease, to: &TransferLease) -> GrantLeaseCommand {
    GrantLeaseCommand {
        service: from.service,
        contract: to.contract,
        purpose: from.purpose.clone(),
        groups: from.groups.clone(),
        selection: Chosen::All,
        records: from.records,
        form: from.form,
        retention: from.retention,
        key: to.key.clone(),
    }
}
