use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use seal::SealError;
use store::{RunError, StoreError, Tx};

use crate::account::SealedValue;
use crate::session::follow;
use crate::{Alongside, Charter, NewPassword, Resident, removal, storage};

/// Why the password is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The account has none: whoever signs in with a passkey gets no weaker way in.
    #[error("this account has no password")]
    Missing,
    /// The sign-in is too long ago for what matters.
    #[error("sign in again first")]
    Stale,
    /// Without it there is no way in.
    #[error("this is your only way in; add a passkey first")]
    Last,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ChangePasswordError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Stale => Kind::Denied,
            Self::Last => Kind::Invalid,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Since when the account has its password; nothing when it has none.
pub fn password_since(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Option<Instant>, StoreError> {
    storage::password::since(tx, account)
}

/// Changes the password and ends the other sessions that began with the old one, with what services were given in them.
pub fn change_password(
    ledger: &Ledger,
    charter: &Charter,
    who: &Resident,
    password: &NewPassword,
    alongside: Alongside,
) -> Result<(), RunError<ChangePasswordError>> {
    let refused = |error: SealError| RunError::Refused(ChangePasswordError::Seal(error));
    let hash = password.hash(&**ledger.random()).map_err(refused)?;
    let (today, who) = (ledger.now().day(), *who);
    let hash = SealedValue::seal(ledger.keys(), today, charter.keep_months, hash.bytes().expose()).map_err(refused)?;
    ledger.write("identity.change_password", Actor::Visitor, move |work| {
        has_password(work, &who)?;
        let now = work.now();
        storage::password::put(work.tx(), who.account, &hash, now)?;
        ended(work, &who, "identity.password_changed", alongside)
    })?;
    Ok(())
}

/// Removes the password, once there is a passkey that works, and ends the sessions that began with it, save this one, with
/// what services were given in them.
pub fn remove_password(work: &mut Work<'_, '_>, who: &Resident, alongside: Alongside) -> Result<(), ChangePasswordError> {
    has_password(work, who)?;
    if !storage::passkey::list(work.tx(), who.account)?.iter().any(|passkey| !passkey.suspended) {
        return Err(ChangePasswordError::Last);
    }
    storage::password::delete(work.tx(), who.account)?;
    ended(work, who, "identity.password_removed", alongside)
}

fn has_password(work: &mut Work<'_, '_>, who: &Resident) -> Result<(), ChangePasswordError> {
    if !who.is_fresh(work.now()) {
        return Err(ChangePasswordError::Stale);
    }
    storage::password::since(work.tx(), who.account)?.map(drop).ok_or(ChangePasswordError::Missing)
}

fn ended(work: &mut Work<'_, '_>, who: &Resident, verb: &'static str, alongside: Alongside) -> Result<(), ChangePasswordError> {
    let ended = storage::session::end_of_password(work.tx(), who.account, who.session)?;
    let ended = follow(work, &ended, alongside)?;
    work.removed(removal::PASSWORD, &who.account.bytes(), "")?;
    work.journal(Event::new(verb).record(who.account.bytes()).detail("sessions_ended", ended))?;
    Ok(())
}
