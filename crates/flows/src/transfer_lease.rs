use kernel::{Id, kinds};
use people::{Grant, GrantLease};
use processors::{Chosen, GrantLeaseCommand, Lease, LeaseError, NewKey, Selection, last_day, transfer_lease};

use crate::{GiveLeaseError, Platform, erase_lease_keys, lease_rules};

/// Hands a lease over to another contract of the department: the same records for the same purpose. The first contractor's lease ends
/// and its key dies at once; it owes its statement. Returns the lease that begins.
pub fn transfer(
    platform: &Platform,
    grant: &Grant<GrantLease>,
    lease: Id<kinds::Lease>,
    to: Id<kinds::Contract>,
) -> Result<Lease, GiveLeaseError> {
    let ledger = platform.ledger();
    let (from, contract) = ledger.read("flows.transfer_lease", |tx| {
        Ok::<_, store::StoreError>((processors::lease(tx, lease)?, processors::contract(tx, to)?))
    })?;
    let (from, contract) = from.zip(contract).ok_or(LeaseError::Missing)?;
    if from.contract == contract.id {
        return Err(LeaseError::Contract.into());
    }
    let until = last_day(&contract, from.retention);
    if until < platform.now().day() {
        return Err(LeaseError::Days.into());
    }
    let command = GrantLeaseCommand {
        service: from.service,
        contract: to,
        purpose: from.purpose.clone(),
        groups: from.groups.clone(),
        selection: match &from.selection {
            Selection::All => Chosen::All,
            Selection::District { code } => Chosen::District(code.clone()),
            Selection::List { .. } | Selection::Exports => return Err(GiveLeaseError::NotTransferable),
        },
        records: from.records,
        form: from.form,
        retention: from.retention,
        key: NewKey::make(ledger.keys(), &**ledger.random(), until)?,
    };
    let may = *grant;
    let given = ledger.write("flows.transfer", grant.actor(), move |work| {
        transfer_lease(work, &may, lease, &command, &lease_rules()).map(|(_, begun)| begun)
    });
    let begun = given.map_err(LeaseError::from)?.0;
    // What fails here is done by the next round.
    let _ = erase_lease_keys(platform);
    Ok(begun)
}
