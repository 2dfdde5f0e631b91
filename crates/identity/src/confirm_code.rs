use journal::{Event, Work};
use seal::{Keyring, constant_time_eq};
use store::{StoreError, Tx};

use crate::account::mobile_tag;
use crate::{CODE_MINUTES, CodeFor, Ticket, code, storage};

/// A code is typed wrongly five times at most.
const TRIES_MOST: i64 = 5;

/// What became of a code. A wrong one is counted, so the unit of work commits either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The code, its age or the number of tries is not right.
    Wrong,
    /// The number is whose it should be, and has no account yet: a passkey or a password comes next.
    New,
    /// The number is whose it should be, and has an account. Only who reads its messages ever hears this.
    HasAccount,
}

/// Checks a code for signing up. Until it is right nothing is looked up that depends on whether there is an account.
pub fn confirm_code(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    ticket: &Ticket,
    typed: &str,
) -> Result<Checked, StoreError> {
    if ticket.aim != CodeFor::SignUp || !is_right(work, keys, ticket, typed)? {
        return Ok(Checked::Wrong);
    }
    let account = storage::account::by_mobile(work.tx(), mobile_tag(keys, &ticket.mobile))?;
    Ok(if account.is_some() { Checked::HasAccount } else { Checked::New })
}

/// Counts a try, notes it, and says whether the code is right; a right one gives the next step a quarter of an hour.
pub(crate) fn is_right(work: &mut Work<'_, '_>, keys: &Keyring, ticket: &Ticket, typed: &str) -> Result<bool, StoreError> {
    let (id, now) = (ticket.enrolment, work.now());
    let row = storage::enrolment::code(work.tx(), id)?;
    storage::enrolment::count_try(work.tx(), id)?;
    let hash = code::hash(keys, id, typed);
    let good = row.is_some_and(|row| {
        row.tries < TRIES_MOST && now < row.expires && constant_time_eq(&row.code, &hash)
    });
    work.journal(Event::new("identity.code_checked"))?;
    if good {
        storage::enrolment::confirm(work.tx(), id, now.plus_secs(i64::from(CODE_MINUTES) * 60))?;
    }
    Ok(good)
}

/// How far an enrolment has come, for the page after the code; [`Checked::Wrong`] when its code was not typed or its time is over.
pub fn enrolment_stands(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    ticket: &Ticket,
    now: kernel::Instant,
) -> Result<Checked, StoreError> {
    if ticket.aim != CodeFor::SignUp || !storage::enrolment::is_confirmed(tx, ticket.enrolment, now)? {
        return Ok(Checked::Wrong);
    }
    let account = storage::account::by_mobile(tx, mobile_tag(keys, &ticket.mobile))?;
    Ok(if account.is_some() { Checked::HasAccount } else { Checked::New })
}
