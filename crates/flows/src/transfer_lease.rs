use kernel::{Id, kinds};
use people::{Grant, GrantLease};
use processors::{
    Lease, LeaseError, Selection, TransferLease, Whereabouts, last_day, transfer_lease, transferred_key,
};

use crate::{GiveLeaseError, Platform, erase_lease_keys, export_contracts, lease_rules};

/// Hands a lease over to another contract of the department: the same records for the same purpose. The first contractor's lease ends
/// and its key dies at once; it owes its statement. A list goes on as it is. A lease of exports goes on only with the contractor whose
/// key the scheme names for its courier, who says where the data will be; what the first contractor has not fetched waits for delivery
/// again. Returns the lease that begins.
pub fn transfer(
    platform: &Platform,
    grant: &Grant<GrantLease>,
    lease: Id<kinds::Lease>,
    to: Id<kinds::Contract>,
    whereabouts: Option<Whereabouts>,
) -> Result<Lease, GiveLeaseError> {
    let ledger = platform.ledger();
    let (from, contract) = ledger.read("flows.transfer_lease", |tx| {
        Ok::<_, store::StoreError>((processors::lease(tx, lease)?, processors::contract(tx, to)?))
    })?;
    let (from, contract) = from.zip(contract).ok_or(LeaseError::Missing)?;
    if from.contract == contract.id {
        return Err(LeaseError::Contract.into());
    }
    if last_day(&contract, from.retention) < platform.now().day() {
        return Err(LeaseError::Days.into());
    }
    let own = from.department == grant.department() && grant.covers(from.service);
    if from.selection == Selection::Exports && own {
        let service = platform.services().into_iter().find(|service| service.id() == from.service);
        let service = service.ok_or(LeaseError::Missing)?;
        let couriers = export_contracts(platform, &service.scheme(), from.department)?;
        if !couriers.iter().any(|one| one.id == to) {
            return Err(GiveLeaseError::OtherKey);
        }
    }
    let command = TransferLease { contract: to, key: transferred_key(ledger, grant, &from, &contract)?, whereabouts };
    let (may, environment) = (*grant, platform.environment());
    let (begun, _) = ledger.write("flows.transfer", grant.actor(), move |work| {
        transfer_lease(work, &may, lease, &command, (&lease_rules(), environment)).map(|(_, begun)| begun)
    })?;
    // What fails here is done by the next round.
    let _ = erase_lease_keys(platform);
    Ok(begun)
}
