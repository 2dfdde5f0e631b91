use kernel::{Id, kinds};
use store::{StoreError, Tx};

use crate::entry::Entry;
use crate::record::{DrillRecord, DrillStage};
use crate::seat::{Seat, Sitter};
use crate::pack::Pack;
use crate::storage::{drill as table, entry, pack, seat, unreadable};

/// The exercises that a department holds, alone or with others, or plays in; the latest first, two hundred at most.
pub fn drills(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<DrillRecord>, StoreError> {
    table::list(tx, department)
}

/// One exercise.
pub fn drill(tx: &mut Tx<'_>, id: Id<kinds::Drill>) -> Result<Option<DrillRecord>, StoreError> {
    table::find(tx, id)
}

/// The pack that was kept under this digest with the plan of an exercise: also one that has changed since, or is not there any more.
pub fn kept_pack(tx: &mut Tx<'_>, digest: [u8; 32]) -> Result<Option<Pack>, StoreError> {
    let files = pack::files(tx, digest)?;
    if files.is_empty() {
        return Ok(None);
    }
    let read = Pack::read(&|name: &str| files.get(name).cloned()).ok().filter(|pack| pack.digest == digest);
    read.map(Some).ok_or_else(|| unreadable("the pack of an exercise"))
}

/// The exercises that are being played.
pub fn running_drills(tx: &mut Tx<'_>) -> Result<Vec<Id<kinds::Drill>>, StoreError> {
    table::ids_of(tx, DrillStage::Running)
}

/// Everybody who has a seat at this moment: by part, team and number.
pub fn seats(tx: &mut Tx<'_>, id: Id<kinds::Drill>) -> Result<Vec<Seat>, StoreError> {
    seat::list(tx, id)
}

/// An officer's seat.
pub fn seat_of(tx: &mut Tx<'_>, id: Id<kinds::Drill>, officer: Id<kinds::Officer>) -> Result<Option<Seat>, StoreError> {
    seat::find(tx, id, Sitter::Officer(officer))
}

/// The exercises in which an officer has a seat, with it; the latest first, fifty at most.
pub fn drills_of(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<(DrillRecord, Seat)>, StoreError> {
    let mut found = Vec::new();
    for seat in seat::of_sitter(tx, Sitter::Officer(officer))? {
        if let Some(record) = table::find(tx, seat.drill)? {
            found.push((record, seat));
        }
    }
    Ok(found)
}

/// What happened in an exercise after an entry, in order; everything after 0. As it is stored: [`crate::Exercise::from_entries`] tells
/// whether it is whole.
pub fn entries_after(tx: &mut Tx<'_>, id: Id<kinds::Drill>, after: u64) -> Result<Vec<Entry>, StoreError> {
    entry::after(tx, id, after)
}

/// The number of the last entry; 0 when there is none.
pub fn last_entry(tx: &mut Tx<'_>, id: Id<kinds::Drill>) -> Result<u64, StoreError> {
    entry::last(tx, id)
}
