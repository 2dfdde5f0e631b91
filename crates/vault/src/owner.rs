use kernel::{Id, kinds};
use people::{Action, Grant};
use store::{StoreError, Tx};

use crate::storage;

/// The service whose personal data this store holds; nothing before its first statement is in force.
pub fn owner(tx: &mut Tx<'_>) -> Result<Option<Id<kinds::Service>>, StoreError> {
    storage::owner(tx)
}

/// Whether a grant was minted for the service of this store. Every verb that takes a grant asks: what an officer may do in
/// one service says nothing about another.
pub fn covers<A: Action>(tx: &mut Tx<'_>, grant: &Grant<A>) -> Result<bool, StoreError> {
    Ok(storage::owner(tx)?.is_some_and(|service| grant.covers(service)))
}
