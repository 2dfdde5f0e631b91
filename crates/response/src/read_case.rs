use journal::Work;
use kernel::{Id, kinds};
use people::{Grant, HandleIncident};

use crate::command_case::{note, rooms};
use crate::storage::case as table;
use crate::{CaseError, CaseFile, storage};

/// Reads the case file of an incident, as far as the officer's department may see it. That it was read is on record before a text
/// is opened: the `Committed` of this unit of work opens the entries.
pub fn read_case(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    id: Id<kinds::Incident>,
) -> Result<CaseFile, CaseError> {
    let incident = storage::incident(work.tx(), id)?.ok_or(CaseError::Missing)?;
    let rooms = rooms(work.tx(), grant.department(), &incident)?;
    let leads = incident.is_led_by(grant.department());
    let mut entries = table::entries(work.tx(), id)?;
    entries.retain(|entry| rooms.contains(&entry.room));
    let file = CaseFile {
        moments: table::moments(work.tx(), id)?,
        deadlines: table::deadlines(work.tx(), id)?,
        shares: if leads { table::shares(work.tx(), id)? } else { Vec::new() },
        steps: table::steps(work.tx(), id)?,
        call_outs: table::call_outs(work.tx(), id)?,
        incident,
        entries,
        rooms,
        leads,
    };
    note(work, grant, "response.case_read", id, |event| event.detail("entries", file.entries.len()))?;
    Ok(file)
}
