use journal::{Event, Work};
use kernel::{Id, kinds};
use store::{StoreError, Tx};

use crate::{PinState, storage};

/// PINs that one round lets lapse at most.
const LAPSES: i64 = 500;

/// PINs whose last day is over are good no more.
pub fn lapse_pins(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let today = work.today();
    let lapsed = storage::pin::lapsed(work.tx(), today, LAPSES)?;
    for (one, district) in &lapsed {
        storage::pin::set_state(work.tx(), *one, PinState::Lapsed)?;
        storage::activation::count(work.tx(), today, district, "lapsed")?;
        work.journal(Event::new("identity.pin_lapsed").record(one.0.bytes()).detail("pin", one.1))?;
    }
    Ok(lapsed.len())
}

/// Accounts that nobody activated in time: they end by themselves.
pub fn never_activated(tx: &mut Tx<'_>, today: kernel::Day) -> Result<Vec<Id<kinds::Account>>, StoreError> {
    Ok(storage::activation::over(tx, today, 100)?.into_iter().map(|(account, _)| account).collect())
}
