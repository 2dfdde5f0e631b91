//! The SQL of case files.

use kernel::{Id, Instant, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx, Value};

use super::unreadable;
use crate::fact::fact_names;
use crate::{Deadline, Entry, EntryKind, Fact, KeptDeadline, Milestone, Moment, Room, SealedEntry, Share};

type IncidentId = Id<kinds::Incident>;
type DepartmentId = Id<kinds::Department>;
type OfficerId = Id<kinds::Officer>;

const ENTRIES_MOST: i64 = 5_000;
const MOMENTS_MOST: i64 = 500;

pub(crate) fn set_commander(tx: &mut Tx<'_>, id: IncidentId, lead: DepartmentId, officer: OfficerId) -> Result<(), StoreError> {
    tx.execute(
        "-- response.set_commander\nupdate incident set lead = $2, commander = $3 where id = $1",
        &[id.into(), lead.into(), officer.into()],
    )?;
    Ok(())
}

pub(crate) fn set_facts(tx: &mut Tx<'_>, id: IncidentId, facts: &[Fact]) -> Result<(), StoreError> {
    tx.execute("-- response.set_facts\nupdate incident set facts = $2 where id = $1", &[id.into(), fact_names(facts).into()])?;
    Ok(())
}

pub(crate) fn insert_moment(
    tx: &mut Tx<'_>,
    id: IncidentId,
    moment: &Moment,
    (number, officer, entry): (i64, OfficerId, i64),
) -> Result<(), StoreError> {
    tx.execute(
        "-- response.insert_moment\n\
         insert into case_moment (incident, number, milestone, happened, noted, officer, entry) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            id.into(),
            number.into(),
            moment.milestone.slug().into(),
            moment.at.into(),
            moment.noted.into(),
            officer.into(),
            entry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn moments(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<Moment>, StoreError> {
    let rows = tx.query(
        "-- response.moments\n\
         select milestone, happened, noted from case_moment where incident = $1 order by number limit $2",
        &[id.into(), MOMENTS_MOST.into()],
    )?;
    let read = |row: &Row| {
        let milestone = Milestone::from_slug(&row.get::<String>(0)?).ok_or_else(|| unreadable("a milestone"))?;
        Ok(Moment { milestone, at: row.get(1)?, noted: row.get(2)? })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn insert_deadline(
    tx: &mut Tx<'_>,
    id: IncidentId,
    deadline: &Deadline<'_>,
    (number, now): (i64, Instant),
) -> Result<(), StoreError> {
    tx.execute(
        "-- response.insert_deadline\n\
         insert into case_deadline (incident, number, clock, begins, due, met, is_excused, noted) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            id.into(),
            number.into(),
            deadline.clock.slug.as_str().into(),
            deadline.start.into(),
            deadline.due.into(),
            deadline.met.into(),
            deadline.is_excused.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn settle_deadline(
    tx: &mut Tx<'_>,
    id: IncidentId,
    number: i64,
    (met, is_excused): (Option<Instant>, bool),
) -> Result<(), StoreError> {
    tx.execute(
        "-- response.settle_deadline\n\
         update case_deadline set met = $3, is_excused = $4 where incident = $1 and number = $2",
        &[id.into(), number.into(), met.into(), is_excused.into()],
    )?;
    Ok(())
}

pub(crate) fn supersede_deadline(tx: &mut Tx<'_>, id: IncidentId, number: i64, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- response.supersede_deadline\n\
         update case_deadline set superseded = $3 where incident = $1 and number = $2",
        &[id.into(), number.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn deadlines(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<KeptDeadline>, StoreError> {
    let rows = tx.query(
        "-- response.deadlines\n\
         select number, clock, begins, due, met, is_excused, noted, superseded from case_deadline \
         where incident = $1 order by number",
        &[id.into()],
    )?;
    rows.iter().map(|row| read_deadline(row, 0)).collect()
}

/// Open deadlines of real incidents that end before this moment, earliest first.
pub(crate) fn open_deadlines(
    tx: &mut Tx<'_>,
    until: Instant,
    limit: i64,
) -> Result<Vec<(IncidentId, KeptDeadline)>, StoreError> {
    let rows = tx.query(
        "-- response.open_deadlines\n\
         select d.incident, d.number, d.clock, d.begins, d.due, d.met, d.is_excused, d.noted, d.superseded \
         from case_deadline d join incident i on i.id = d.incident \
         where d.superseded is null and d.met is null and d.is_excused = $3 and i.is_exercise = $3 and i.closed is null \
         and d.due <= $1 order by d.due, d.incident limit $2",
        &[until.into(), limit.into(), false.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, read_deadline(row, 1)?))).collect()
}

fn read_deadline(row: &Row, first: usize) -> Result<KeptDeadline, StoreError> {
    Ok(KeptDeadline {
        number: row.get(first)?,
        clock: row.get(first + 1)?,
        start: row.get(first + 2)?,
        due: row.get(first + 3)?,
        met: row.get(first + 4)?,
        is_excused: row.get(first + 5)?,
        noted: row.get(first + 6)?,
        superseded: row.get(first + 7)?,
    })
}

pub(crate) fn insert_entry(tx: &mut Tx<'_>, id: IncidentId, entry: &Entry) -> Result<(), StoreError> {
    let record = i64::try_from(entry.sealed.record.0).map_err(|_| unreadable("a record number"))?;
    tx.execute(
        "-- response.insert_entry\n\
         insert into case_entry (incident, number, kind, room, happened, noted, officer, department, about, due, digest, \
         sealed, file, sealed_record, expiry) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        &[
            id.into(),
            entry.number.into(),
            entry.kind.slug().into(),
            entry.room.slug().into(),
            entry.happened.into(),
            entry.noted.into(),
            entry.officer.into(),
            entry.department.into(),
            entry.about.into(),
            entry.due.into(),
            entry.digest.map(|digest| digest.to_vec()).into(),
            entry.sealed.sealed.as_bytes().into(),
            entry.sealed.file.as_bytes().into(),
            record.into(),
            entry.sealed.expiry.into(),
        ],
    )?;
    Ok(())
}

/// How many entries there are; the next one has the number after.
pub(crate) fn entry_count(tx: &mut Tx<'_>, id: IncidentId) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- response.entry_count\nselect coalesce(max(number), 0) from case_entry where incident = $1",
        &[id.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn entries(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<Entry>, StoreError> {
    let rows = tx.query(
        "-- response.entries\n\
         select number, kind, room, happened, noted, officer, department, about, due, settled, digest, sealed, file, \
         sealed_record, expiry from case_entry where incident = $1 order by number limit $2",
        &[id.into(), ENTRIES_MOST.into()],
    )?;
    rows.iter().map(read_entry).collect()
}

fn read_entry(row: &Row) -> Result<Entry, StoreError> {
    let digest: Option<Vec<u8>> = row.get(10)?;
    let digest = digest.map(|bytes| <[u8; 32]>::try_from(bytes).map_err(|_| unreadable("a digest"))).transpose()?;
    Ok(Entry {
        number: row.get(0)?,
        kind: EntryKind::from_slug(&row.get::<String>(1)?).ok_or_else(|| unreadable("a kind of entry"))?,
        room: Room::from_slug(&row.get::<String>(2)?).ok_or_else(|| unreadable("a room"))?,
        happened: row.get(3)?,
        noted: row.get(4)?,
        officer: row.get(5)?,
        department: row.get(6)?,
        about: row.get(7)?,
        due: row.get(8)?,
        settled: row.get(9)?,
        digest,
        sealed: SealedEntry {
            sealed: Sealed::from_bytes(row.get(11)?),
            file: Sealed::from_bytes(row.get(12)?),
            record: RecordNumber(row.get(13)?),
            expiry: row.get(14)?,
            digest,
        },
    })
}

pub(crate) fn settle_entry(
    tx: &mut Tx<'_>,
    id: IncidentId,
    number: i64,
    (now, officer): (Instant, OfficerId),
) -> Result<u64, StoreError> {
    tx.execute(
        "-- response.settle_entry\n\
         update case_entry set settled = $3, settled_by = $4 where incident = $1 and number = $2 and settled is null",
        &[id.into(), number.into(), now.into(), officer.into()],
    )
}

/// Removes texts and files whose day has passed; the entries stand, empty.
pub(crate) fn forget_entries(tx: &mut Tx<'_>, today: kernel::Day) -> Result<u64, StoreError> {
    let nothing: &[u8] = &[];
    tx.execute(
        "-- response.forget_entries\n\
         update case_entry set sealed = $2, file = $2 where expiry < $1 and (length(sealed) > 0 or length(file) > 0)",
        &[today.into(), nothing.into()],
    )
}

pub(crate) fn insert_share(
    tx: &mut Tx<'_>,
    id: IncidentId,
    (room, department): (Room, DepartmentId),
    (now, officer): (Instant, OfficerId),
) -> Result<(), StoreError> {
    tx.execute(
        "-- response.insert_share\n\
         insert into case_share (incident, room, department, since, officer) values ($1, $2, $3, $4, $5)",
        &[id.into(), room.slug().into(), department.into(), now.into(), officer.into()],
    )?;
    Ok(())
}

pub(crate) fn end_share(
    tx: &mut Tx<'_>,
    id: IncidentId,
    (room, department): (Room, DepartmentId),
    now: Instant,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- response.end_share\n\
         update case_share set ended = $4 where incident = $1 and room = $2 and department = $3 and ended is null",
        &[id.into(), room.slug().into(), department.into(), now.into()],
    )
}

pub(crate) fn shares(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<Share>, StoreError> {
    let rows = tx.query(
        "-- response.shares\n\
         select room, department, since, ended from case_share where incident = $1 order by since, department, room",
        &[id.into()],
    )?;
    let read = |row: &Row| {
        let room = Room::from_slug(&row.get::<String>(0)?).ok_or_else(|| unreadable("a room"))?;
        Ok(Share { room, department: row.get(1)?, since: row.get(2)?, ended: row.get(3)? })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn tick(
    tx: &mut Tx<'_>,
    id: IncidentId,
    (playbook, step): (&str, &str),
    (now, officer): (Instant, OfficerId),
) -> Result<u64, StoreError> {
    tx.execute(
        "-- response.tick\n\
         insert into case_step (incident, playbook, step, ticked, officer) values ($1, $2, $3, $4, $5) \
         on conflict (incident, playbook, step) do nothing",
        &[id.into(), playbook.into(), step.into(), now.into(), officer.into()],
    )
}

pub(crate) fn steps(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<(String, String, Instant)>, StoreError> {
    let rows = tx.query(
        "-- response.steps\nselect playbook, step, ticked from case_step where incident = $1 order by ticked, playbook, step",
        &[id.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

pub(crate) fn insert_call_out(tx: &mut Tx<'_>, id: IncidentId, callout: Id<kinds::CallOut>) -> Result<(), StoreError> {
    let row: [Value; 2] = [id.into(), callout.into()];
    tx.execute("-- response.insert_call_out\ninsert into case_call_out (incident, callout) values ($1, $2)", &row)?;
    Ok(())
}

pub(crate) fn call_outs(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<Id<kinds::CallOut>>, StoreError> {
    let rows = tx.query(
        "-- response.case_call_outs\nselect callout from case_call_out where incident = $1 order by callout",
        &[id.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}
