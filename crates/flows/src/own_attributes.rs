use identity::Attribute;
use journal::{Actor, Ledger};
use kernel::{Id, kinds};
use store::{RunError, StoreError};

use crate::ReleaseError;

/// What is known of an account's person, opened for that person: on the page that asks what to give, and among the own data. That it
/// was read is on record first.
pub fn own_attributes(ledger: &Ledger, account: Id<kinds::Account>) -> Result<Vec<Attribute>, RunError<ReleaseError>> {
    let (sealed, committed) = ledger.write("flows.own_attributes", Actor::Visitor, move |work| {
        identity::read_own_attributes(work, account).map_err(|error: StoreError| ReleaseError::from(error))
    })?;
    identity::open_attributes(&committed, ledger.keys(), &sealed).map_err(|error| RunError::Refused(error.into()))
}
