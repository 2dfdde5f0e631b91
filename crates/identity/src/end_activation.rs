use journal::{Event, Work};
use kernel::{Id, kinds};
use store::{StoreError, Tx};

use crate::activation::REMIND_DAYS;
use crate::{Notice, PinState, Reach, storage, tell_account};

/// PINs that one round looks at at most, and accounts that it ends.
const PINS: i64 = 500;
const ENDS: i64 = 100;

/// PINs whose last day is over are good no more. Returns how many.
pub fn lapse_pins(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let today = work.today();
    let lapsed = storage::pin::lapsed(work.tx(), today, PINS)?;
    for (one, _) in &lapsed {
        storage::pin::set_state(work.tx(), *one, PinState::Lapsed)?;
        work.journal(Event::new("identity.pin_lapsed").record(one.0.bytes()).detail("pin", one.1))?;
    }
    Ok(lapsed.len())
}

/// Whoever has a PIN that lapses within five days hears of it, once. Returns how many.
pub fn remind_pins(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let by = work.today().plus(REMIND_DAYS);
    let due = storage::pin::to_remind(work.tx(), by, PINS)?;
    for (one, until) in &due {
        storage::pin::set_reminded(work.tx(), *one)?;
        tell_account(work, one.0, Notice::PinLapses { until: *until }, Reach::Every)?;
    }
    Ok(due.len())
}

/// Accounts that nobody activated in time: they end by themselves.
pub fn never_activated(tx: &mut Tx<'_>, today: kernel::Day) -> Result<Vec<Id<kinds::Account>>, StoreError> {
    storage::activation::over(tx, today, ENDS)
}

/// Puts on record that an account ends because nobody activated it, before anything of it is erased. It counts as lapsed: a PIN that
/// lapsed may be followed by another.
pub fn note_ended(work: &mut Work<'_, '_>, account: Id<kinds::Account>) -> Result<(), StoreError> {
    let district = storage::activation::find(work.tx(), account)?.and_then(|activation| activation.district);
    if let Some(district) = district {
        let today = work.today();
        storage::activation::count(work.tx(), today, district.code(), "lapsed")?;
    }
    work.journal(Event::new("identity.never_activated").record(account.bytes())).map(drop)
}
