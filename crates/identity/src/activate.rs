use journal::{Event, Work};
use kernel::{Id, kinds};
use notify::Mobile;
use seal::{Keyring, constant_time_eq};
use store::{StoreError, Tx};

use crate::account::mobile_tag;
use crate::activation::{pin_hash, token_hash};
use crate::{Activation, AttributeName, Door, Level, PinState, Resident, Source, budget, storage};

/// Somebody at a door with a PIN.
#[derive(Clone, Debug)]
pub struct AtDoor {
    door: Door,
    key: Vec<u8>,
    payer: Option<budget::Payer>,
}

impl AtDoor {
    /// Whoever is signed in.
    pub fn own(who: &Resident) -> Self {
        Self { door: Door::Own, key: who.account.bytes().to_vec(), payer: None }
    }

    /// Whoever comes with a letter's token.
    pub fn letter(keys: &Keyring, token: &str) -> Self {
        Self { door: Door::Letter, key: token_hash(keys, token).to_vec(), payer: None }
    }

    /// Anybody with a mobile number, from a network.
    pub fn open(keys: &Keyring, mobile: &Mobile, network: &str) -> Self {
        let payer = Some(budget::Payer::stranger(keys, network));
        Self { door: Door::Open, key: mobile_tag(keys, mobile).to_vec(), payer }
    }
}

/// What became of a PIN that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The account is activated.
    Activated(Id<kinds::Account>),
    /// It is not the right one, there is none, its time is over, or its tries are used up: nobody is told which.
    Wrong,
    /// Too many were typed from this network.
    Often,
}

/// Tries a PIN. A wrong one is counted, so the unit of work commits either way; the same questions are asked of the store whether there
/// is an account or not.
pub fn try_pin(work: &mut Work<'_, '_>, keys: &Keyring, at: &AtDoor, typed: &str) -> Result<Tried, StoreError> {
    let (now, today) = (work.now(), work.today());
    if let Some(payer) = &at.payer
        && !budget::take_pin(work.tx(), now, payer)?
    {
        return Ok(Tried::Often);
    }
    let found = storage::pin::behind(work.tx(), at.door, &at.key)?;
    let (account, number) = found.as_ref().map_or((Id::from_bytes([0; 16]), 0), |pin| (pin.account, pin.number));
    storage::pin::count_try(work.tx(), at.door, (account, number))?;
    work.journal(Event::new("identity.pin_tried").detail("door", at.door.name()))?;
    let hash = pin_hash(keys, &account.bytes(), typed);
    let right = found.filter(|pin| {
        pin.tries < at.door.most() && today <= pin.lapses && constant_time_eq(&pin.pin, &hash)
    });
    let Some(pin) = right else { return Ok(Tried::Wrong) };
    activated(work, (pin.account, pin.number), (at.door, &pin.district))?;
    Ok(Tried::Activated(pin.account))
}

fn activated(
    work: &mut Work<'_, '_>,
    (account, number): (Id<kinds::Account>, i64),
    (door, district): (Door, &str),
) -> Result<(), StoreError> {
    let (now, today) = (work.now(), work.today());
    storage::pin::replace_all(work.tx(), account)?;
    storage::pin::set_state(work.tx(), (account, number), PinState::Used)?;
    storage::activation::set_activated(work.tx(), account, now)?;
    storage::activation::count(work.tx(), today, district, "activated")?;
    storage::account::set_level(work.tx(), account, Level::Activated)?;
    storage::attribute::set_source(work.tx(), account, AttributeName::Address, (Source::Confirmed, now))?;
    let event = Event::new("identity.account_activated").record(account.bytes());
    work.journal(event.detail("door", door.name()).detail("pin", number))?;
    Ok(())
}

/// How far an account's activation has come; nothing when it was never asked for.
pub fn activation(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Option<Activation>, StoreError> {
    let found = storage::activation::find(tx, account)?;
    found.map(|found| Ok(Activation { pins: storage::pin::of(tx, account)?, ..found })).transpose()
}

