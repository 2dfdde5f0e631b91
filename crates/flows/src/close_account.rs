use identity::Resident;
use journal::{Actor, Ledger, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::{StoreError, Tx};
use thiserror::Error;
use vault::{Cause, EraseOrder, ErasureState};

use crate::erase::{CHUNK, Values, forget, put_on_record};
use crate::{EraseError, Erased, IdentityService};

/// Why an account is not closed.
#[derive(Debug, Error)]
pub enum CloseAccountError {
    /// The sign-in is too long ago for what matters.
    #[error("sign in again first")]
    Stale,
    /// It is closed.
    #[error("there is no such account any more")]
    Gone,
    /// The erasure. What was ordered is finished by the next round.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

impl Fault for CloseAccountError {
    fn kind(&self) -> Kind {
        match self {
            Self::Stale => Kind::Denied,
            Self::Gone => Kind::Gone,
            Self::Erase(error) => error.kind(),
        }
    }
}

/// Closes an account at its owner's wish, at once: ordered in the database, then written into the erasure ledger and punctured, then
/// its rows go, and with them its sessions, and what it allowed to online services. [`crate::certify_accounts`] makes it final.
pub fn close_account(service: &IdentityService, who: &Resident) -> Result<Erased, CloseAccountError> {
    let ledger = service.ledger();
    if !who.is_fresh(ledger.now()) {
        return Err(CloseAccountError::Stale);
    }
    let account = who.account();
    let values = ledger.read("flows.plan_closing", |tx| doomed(tx, account)).map_err(EraseError::from)?;
    if values.is_empty() {
        return Err(CloseAccountError::Gone);
    }
    let order = EraseOrder {
        record: Some(account.bytes()),
        scope: "all personal data of one resident account".to_owned(),
        households: 1,
        persons: 1,
        targets: Vec::new(),
        cause: Cause::Withdrawal,
    };
    let ordered = put_on_record(ledger, Actor::Visitor, &values, order)?;
    complete(ledger, ordered.id, false)?;
    Ok(ordered)
}

/// Everything that is sealed for an account: by the account itself, and by the documents that wait for its signature.
pub(crate) fn doomed(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Values, StoreError> {
    let mut values = identity::doomed(tx, account)?;
    values.extend(signing::doomed(tx, account)?);
    Ok(values)
}

/// What ends with an account, and when it is given back to somebody who had lost it: what it allowed to online services, and its
/// signing key with the documents that wait for it.
pub fn end_rights(work: &mut Work<'_, '_>, account: [u8; 16]) -> Result<u64, StoreError> {
    let id = Id::from_bytes(account);
    signing::end_account(work, id)?;
    identity::set_plus(work, id, false)?;
    provider::end_account(work, account)
}

/// Brings an order that is on record to its end, wherever a crash has left it when it was `begun` before.
pub(crate) fn complete(ledger: &Ledger, id: Id<kinds::Erasure>, begun: bool) -> Result<(), EraseError> {
    let targets = ledger.read("flows.closing_targets", |tx| vault::targets_of(tx, id))?;
    let entries = forget(ledger, &targets, begun)?;
    let numbers = entries.iter().map(|entry| entry.number);
    let span = (numbers.clone().min().unwrap_or(0), numbers.max().unwrap_or(0));
    ledger.write("flows.note_closed", Actor::Job("erasure"), move |work| vault::note_erased(work, id, span))?;
    follow_closings(ledger)
}

/// Removes the rows of every account that the erasure ledger says is gone: after a closing, and before a store that was restored is
/// served.
pub(crate) fn follow_closings(ledger: &Ledger) -> Result<(), EraseError> {
    let from = ledger.read("flows.closing_cursor", vault::applied)?;
    for chunk in ledger.keys().erasures_since(from)?.chunks(CHUNK) {
        let Some(last) = chunk.last().map(|entry| entry.number) else { break };
        let chunk = chunk.to_vec();
        ledger.write("flows.apply_closings", Actor::Job("erasure"), move |work| {
            for account in identity::apply_erasures(work, &chunk)? {
                end_rights(work, account.bytes())?;
            }
            notify::apply_erasures(work, &chunk)?;
            vault::apply_erasures(work, &chunk)?;
            vault::set_applied(work, last)
        })?;
    }
    Ok(())
}

/// Brings closings that a crash left behind to their end, if they are older than `age_ms`: a younger one may be under way.
pub(crate) fn finish_closings(ledger: &Ledger, age_ms: i64) -> Result<(), EraseError> {
    let mut open = ledger.read("flows.closings_ordered", |tx| vault::open_erasures(tx, ErasureState::Ordered, CHUNK))?;
    let now = ledger.now();
    open.retain(|order| now.since(order.at) >= age_ms);
    for order in &open {
        complete(ledger, order.id, true)?;
    }
    Ok(())
}
