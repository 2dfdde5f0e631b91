//! Ways into an account that were taken away: what they are called in the ledger of removals, and how a restored store is told.

use journal::{Removed, Work};
use kernel::{Id, kinds};
use store::StoreError;

use crate::storage;

/// A passkey, by its id.
pub(crate) const PASSKEY: &str = "passkey";
/// A passkey that may exist twice, by its id.
pub(crate) const SUSPENDED: &str = "suspended-passkey";
/// The password of an account: changed, given anew or removed.
pub(crate) const PASSWORD: &str = "password";
/// Every way in of an account that was given back.
pub(crate) const WAYS: &str = "ways-in";

const PAGE: i64 = 4096;

/// What was closed again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) passkeys: u64,
    pub(crate) passwords: u64,
}

/// Takes away again what was taken away since the backup. Whoever chose a new password since has neither: the new one was lost with the
/// database, and the old one may be in other hands.
pub(crate) fn close_again(work: &mut Work<'_, '_>, removed: &Removed) -> Result<Closed, StoreError> {
    let mut closed = Closed::default();
    if [PASSKEY, SUSPENDED, WAYS].into_iter().any(|kind| removed.any(kind)) {
        closed.passkeys = passkeys(work, removed)?;
    }
    if [PASSWORD, WAYS].into_iter().any(|kind| removed.any(kind)) {
        closed.passwords = passwords(work, removed)?;
    }
    Ok(closed)
}

fn passkeys(work: &mut Work<'_, '_>, removed: &Removed) -> Result<u64, StoreError> {
    let (mut after, mut closed) = (Id::<kinds::AccountPasskey>::from_bytes([0; 16]), 0);
    loop {
        let page = storage::passkey::page(work.tx(), after, PAGE)?;
        let Some(last) = page.last() else { return Ok(closed) };
        after = last.id;
        for found in &page {
            let id = found.id.bytes();
            let ways = removed.find(WAYS, &found.account.bytes()).is_some_and(|removal| found.created < removal.at);
            if ways || removed.find(PASSKEY, &id).is_some() {
                closed += storage::passkey::delete(work.tx(), found.account, found.id)?;
            } else if let Some(removal) = removed.find(SUSPENDED, &id) {
                closed += storage::passkey::suspend(work.tx(), found.id, removal.at)?;
            }
        }
    }
}

fn passwords(work: &mut Work<'_, '_>, removed: &Removed) -> Result<u64, StoreError> {
    let (mut after, mut closed) = (Id::<kinds::Account>::from_bytes([0; 16]), 0);
    loop {
        let page = storage::password::page(work.tx(), after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(closed) };
        after = *last;
        for (account, since) in page {
            let over = |kind| removed.find(kind, &account.bytes()).is_some_and(|removal| since < removal.at);
            if over(PASSWORD) || over(WAYS) {
                closed += storage::password::delete(work.tx(), account)?;
            }
        }
    }
}
