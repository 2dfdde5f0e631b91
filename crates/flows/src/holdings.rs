use kernel::{Id, Text, kinds};
use processors::{Lease, Trade};
use store::{RunError, StoreError, Tx};

use crate::Platform;

/// What a contractor holds of a service.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Who.
    pub contractor: Text,
    /// What it does.
    pub trade: Trade,
    /// The lease: purpose, field groups, form, until when, where it stands.
    pub lease: Lease,
}

/// Every lease on records of a service that is not closed yet: for the inventory, the trust page and a resident's own view.
pub fn holdings(platform: &Platform, service: Id<kinds::Service>) -> Result<Vec<Holding>, RunError<StoreError>> {
    platform.ledger().read("flows.holdings", |tx| holdings_in(tx, service))
}

pub(crate) fn holdings_in(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Vec<Holding>, StoreError> {
    let mut found = Vec::new();
    for lease in processors::leases_of_service(tx, service)?.into_iter().filter(|lease| lease.closed.is_none()) {
        if let Some(contractor) = processors::contractor(tx, lease.contractor)? {
            found.push(Holding { contractor: contractor.name, trade: contractor.trade, lease });
        }
    }
    Ok(found)
}
