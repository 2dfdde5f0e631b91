use journal::{Event, Work};
use kernel::{Id, kinds};
use store::StoreError;

use crate::matching::State;
use crate::storage;
use crate::storage::counter::Tally;

/// Takes an export back that nobody can fetch (any more), because its lease ended before: its households wait for delivery again and
/// go into the next export of their district. What was delivered meanwhile, or erased, stays as it is. A second time changes nothing.
/// Returns how many households wait again; nothing when this store has no such export.
pub fn recall_export(work: &mut Work<'_, '_>, export: Id<kinds::Export>) -> Result<Option<u64>, StoreError> {
    let now = work.now();
    if !storage::export::exists(work.tx(), export)? {
        return Ok(None);
    }
    if storage::export::set_recalled(work.tx(), export, now)? == 0 {
        return Ok(Some(0));
    }
    let waiting = storage::household::set_waiting_again(work.tx(), export, now)?;
    let count = i64::try_from(waiting).unwrap_or(i64::MAX);
    let mut tally = Tally::default();
    tally.add(State::Dispatched.as_str(), "", -count);
    tally.add(State::Confirmed.as_str(), "", count);
    tally.write(work.tx())?;
    let event = Event::new("registration.export_recalled").detail("export", export.to_string()).detail("households", count);
    work.journal(event)?;
    Ok(Some(waiting))
}
