use identity::{Attribute, AttributeName, Source};
use journal::{Actor, Ledger, Work};
use kernel::{Id, Secret, kinds};
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

/// Keeps what a resident wrote, for as long as the account, and removes what was left blank. The values are sealed before the unit of
/// work.
pub fn write_own_attributes(
    ledger: &Ledger,
    account: Id<kinds::Account>,
    months: i32,
    values: Vec<(AttributeName, Secret<String>)>,
) -> Result<(), RunError<ReleaseError>> {
    let (written, blank): (Vec<_>, Vec<_>) = values.into_iter().partition(|(_, text)| !text.expose().is_empty());
    let sealed = identity::seal_attributes(ledger.keys(), ledger.now(), months, Source::Typed, &written);
    let sealed = sealed.map_err(|error| RunError::Refused(error.into()))?;
    let keep = move |work: &mut Work<'_, '_>| -> Result<(), ReleaseError> {
        for (name, _) in &blank {
            identity::remove_attribute(work, account, *name)?;
        }
        Ok(identity::keep_attributes(work, account, &sealed)?)
    };
    ledger.write("flows.write_own_attributes", Actor::Visitor, keep).map(|_| ())
}
