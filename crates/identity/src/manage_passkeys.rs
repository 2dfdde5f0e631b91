use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Random, kinds};
use people::RelyingParty;
use seal::{Keyring, SealError};
use serde_json::Value;
use store::{RunError, StoreError, Tx};

use crate::answered::answer;
use crate::ceremony::{Aim, Half, Unmade, handle};
use crate::session::follow;
use crate::{Alongside, Ceremony, Device, Level, Means, Passkey, Resident, removal, storage};

const PASSKEYS_MAX: usize = 10;

/// Why no passkey was added.
#[derive(Debug, thiserror::Error)]
pub enum AddPasskeyError {
    /// The ceremony took longer than five minutes, or was answered already.
    #[error("this took too long; start again")]
    Over,
    /// The sign-in is too long ago for what matters.
    #[error("sign in again first")]
    Stale,
    /// The browser's answer does not count.
    #[error("this passkey cannot be used here; it must be stored on the device and check that it is you")]
    Refused,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    Taken,
    /// The identity is verified, and the session began with a password.
    #[error("sign in with a passkey to add another one")]
    Weak,
    /// Ten passkeys are enough.
    #[error("you have ten passkeys; remove one first")]
    TooMany,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AddPasskeyError {
    fn kind(&self) -> Kind {
        match self {
            Self::Over => Kind::Gone,
            Self::Stale | Self::Weak => Kind::Denied,
            Self::Refused | Self::TooMany => Kind::Invalid,
            Self::Taken => Kind::Taken,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<Unmade> for AddPasskeyError {
    fn from(unmade: Unmade) -> Self {
        match unmade {
            Unmade::Refused => Self::Refused,
            Unmade::Seal(error) => Self::Seal(error),
        }
    }
}

/// Why a passkey is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// It is not one of the account's.
    #[error("this is not one of your passkeys")]
    Missing,
    /// Without the last one there is no way in.
    #[error("this is your last passkey; add another one first")]
    Last,
    /// The sign-in is too long ago for what matters.
    #[error("sign in again first")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for PasskeyError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Last => Kind::Invalid,
            Self::Stale => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// The passkeys of an account, oldest first.
pub fn passkeys(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<Passkey>, StoreError> {
    storage::passkey::list(tx, account)
}

/// Begins a further passkey. Where the identity is verified, a session that began with a password gives none: a passkey opens more.
pub fn further_passkey(
    tx: &mut Tx<'_>,
    (keys, random): (&Keyring, &dyn Random),
    rp: &RelyingParty,
    now: Instant,
    who: &Resident,
    label: &str,
) -> Result<Ceremony, AddPasskeyError> {
    if !who.is_fresh(now) {
        return Err(AddPasskeyError::Stale);
    }
    strong_enough(tx, who)?;
    let existing = storage::passkey::credentials(tx, who.account)?;
    if existing.len() >= PASSKEYS_MAX {
        return Err(AddPasskeyError::TooMany);
    }
    let made = rp.begin_registration(handle(who.account), label, existing);
    Ok(Half::begin(keys, random, now, Aim::Further { account: who.account }, made)?)
}

/// Ends adding a passkey.
pub fn add_passkey(
    ledger: &Ledger,
    rp: &RelyingParty,
    who: &Resident,
    (sealed, browser): (&str, Value),
) -> Result<Id<kinds::AccountPasskey>, RunError<AddPasskeyError>> {
    let refused = RunError::Refused;
    let half = Half::read(ledger.keys(), ledger.now(), sealed).ok_or(refused(AddPasskeyError::Over))?;
    if half.aim != (Aim::Further { account: who.account }) {
        return Err(refused(AddPasskeyError::Over));
    }
    let passkey = rp.finish_registration(&half.state, browser).map_err(|_| refused(AddPasskeyError::Refused))?;
    let who = *who;
    let added = ledger.write("identity.add_passkey", Actor::Visitor, move |work| {
        let now = work.now();
        if !answer(work, &half)? {
            return Err(AddPasskeyError::Over);
        }
        strong_enough(work.tx(), &who)?;
        let id = work.new_id();
        if storage::passkey::insert(work.tx(), id, who.account, &passkey, now)? == 0 {
            return Err(AddPasskeyError::Taken);
        }
        let event = Event::new("identity.passkey_added").record(who.account.bytes());
        work.journal(event.detail("passkey", id.to_string()))?;
        Ok(id)
    });
    added.map(|(id, _)| id)
}

/// Password and code must not grow into more than they are.
fn strong_enough(tx: &mut Tx<'_>, who: &Resident) -> Result<(), AddPasskeyError> {
    let verified = storage::account::find(tx, who.account)?.is_some_and(|account| account.level >= Level::Verified);
    if verified && who.means == Means::Password { Err(AddPasskeyError::Weak) } else { Ok(()) }
}

/// Says what a passkey is on.
pub fn tell_device(
    work: &mut Work<'_, '_>,
    who: &Resident,
    passkey: Id<kinds::AccountPasskey>,
    device: Device,
) -> Result<(), PasskeyError> {
    if storage::passkey::tell(work.tx(), who.account, passkey, device)? == 0 {
        return Err(PasskeyError::Missing);
    }
    let event = Event::new("identity.device_told").record(who.account.bytes());
    work.journal(event.detail("passkey", passkey.to_string()).detail("device", device.name()))?;
    Ok(())
}

/// Removes a passkey, but not the last that works, and ends the sessions that began with it, save this one, with what services were
/// given in them.
pub fn remove_passkey(
    work: &mut Work<'_, '_>,
    who: &Resident,
    passkey: Id<kinds::AccountPasskey>,
    alongside: Alongside,
) -> Result<(), PasskeyError> {
    if !who.is_fresh(work.now()) {
        return Err(PasskeyError::Stale);
    }
    let own = storage::passkey::list(work.tx(), who.account)?;
    if !own.iter().any(|one| one.id == passkey) {
        return Err(PasskeyError::Missing);
    }
    if !own.iter().any(|one| one.id != passkey && !one.suspended) {
        return Err(PasskeyError::Last);
    }
    storage::passkey::delete(work.tx(), who.account, passkey)?;
    work.removed(removal::PASSKEY, &passkey.bytes(), "")?;
    let ended = storage::session::end_of_passkey(work.tx(), passkey, who.session)?;
    let ended = follow(work, &ended, alongside)?;
    let event = Event::new("identity.passkey_removed").record(who.account.bytes());
    work.journal(event.detail("passkey", passkey.to_string()).detail("sessions_ended", ended))?;
    Ok(())
}
