use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{CallPage, Channel, PageState, PersonId};

type CallOutId = Id<kinds::CallOut>;
type DepartmentId = Id<kinds::Department>;
type PageId = Id<kinds::CallPage>;

/// Whether there was no such page yet.
pub(crate) fn insert(tx: &mut Tx<'_>, page: &CallPage, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
    let inserted = tx.execute(
        "-- callout.insert_page\n\
         insert into call_page (id, callout, department, person, channel, step, state, due, attempts, token_hash, tries, \
         expires, queued) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, $10, $11) on conflict do nothing",
        &[
            page.id.into(),
            page.callout.into(),
            page.department.into(),
            page.person.into(),
            page.channel.slug().into(),
            i64::from(page.step).into(),
            page.state.slug().into(),
            page.due.into(),
            token_hash.into(),
            page.expires.into(),
            page.queued.into(),
        ],
    )?;
    Ok(inserted == 1)
}

pub(crate) fn is_due(tx: &mut Tx<'_>, channel: Channel, now: Instant) -> Result<bool, StoreError> {
    let row = tx.query_opt(
        "-- callout.pages_due\n\
         select 1 from call_page where channel = $1 and state = 'queued' and due <= $2 limit 1",
        &[channel.slug().into(), now.into()],
    )?;
    Ok(row.is_some())
}

pub(crate) fn next_due(tx: &mut Tx<'_>) -> Result<Option<Instant>, StoreError> {
    let row = tx.query_opt("-- callout.next_page\nselect min(due) from call_page where state = 'queued'", &[])?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// Takes due pages until `lease`.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    channel: Channel,
    now: Instant,
    lease: Instant,
    limit: usize,
) -> Result<Vec<CallPage>, StoreError> {
    let rows = tx.query(
        "-- callout.claim_pages\n\
         update call_page set due = $1, attempts = attempts + 1 \
         where state = 'queued' and id in (\
         select id from call_page where channel = $2 and state = 'queued' and due <= $3 order by due, id limit $4) \
         returning id, callout, department, person, channel, step, state, due, attempts, expires, queued, handed_over, \
         delivered, acknowledged, fault",
        &[lease.into(), channel.slug().into(), now.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn is_queued(tx: &mut Tx<'_>, id: PageId) -> Result<bool, StoreError> {
    let row = tx.query_opt("-- callout.is_queued\nselect 1 from call_page where id = $1 and state = 'queued'", &[id.into()])?;
    Ok(row.is_some())
}

/// A page that its person acknowledged, or that was stopped, while it was under way keeps its state; that it went out is noted.
pub(crate) fn handed_over(tx: &mut Tx<'_>, id: PageId, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- callout.went_out\nupdate call_page set handed_over = $2 where id = $1", &[id.into(), now.into()])?;
    tx.execute(
        "-- callout.handed_over\nupdate call_page set state = 'handed-over' where id = $1 and state = 'queued'",
        &[id.into()],
    )?;
    Ok(())
}

pub(crate) fn postpone(tx: &mut Tx<'_>, id: PageId, due: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.postpone\nupdate call_page set due = $2 where id = $1 and state = 'queued'",
        &[id.into(), due.into()],
    )?;
    Ok(())
}

pub(crate) fn failed(tx: &mut Tx<'_>, id: PageId, fault: &'static str) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.failed\n\
         update call_page set state = 'failed', fault = $2 where id = $1 and state in ('queued', 'handed-over')",
        &[id.into(), fault.into()],
    )?;
    Ok(())
}

pub(crate) fn delivered(tx: &mut Tx<'_>, id: PageId, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- callout.arrived\nupdate call_page set delivered = $2 where id = $1 and delivered is null",
        &[id.into(), now.into()],
    )?;
    tx.execute(
        "-- callout.delivered\nupdate call_page set state = 'delivered' where id = $1 and state in ('queued', 'handed-over')",
        &[id.into()],
    )
}

pub(crate) fn acknowledged(tx: &mut Tx<'_>, id: PageId, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.acknowledged\nupdate call_page set state = 'acknowledged', acknowledged = $2 where id = $1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// Nothing more goes to this person in this call-out.
pub(crate) fn stop_person(tx: &mut Tx<'_>, callout: CallOutId, person: PersonId) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.stop_person\n\
         update call_page set state = 'stopped' where callout = $1 and person = $2 and state = 'queued'",
        &[callout.into(), person.into()],
    )?;
    Ok(())
}

/// Nothing more goes to anybody of this department in this call-out.
pub(crate) fn stop_department(tx: &mut Tx<'_>, callout: CallOutId, department: DepartmentId) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.stop_department\n\
         update call_page set state = 'stopped' where callout = $1 and department = $2 and state = 'queued'",
        &[callout.into(), department.into()],
    )?;
    Ok(())
}

pub(crate) fn count_try(tx: &mut Tx<'_>, id: PageId) -> Result<(), StoreError> {
    tx.execute("-- callout.count_try\nupdate call_page set tries = tries + 1 where id = $1", &[id.into()])?;
    Ok(())
}

pub(crate) fn by_token(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<CallPage>, StoreError> {
    let row = tx.query_opt(
        "-- callout.page_by_token\n\
         select id, callout, department, person, channel, step, state, due, attempts, expires, queued, handed_over, \
         delivered, acknowledged, fault from call_page where token_hash = $1",
        &[hash.into()],
    )?;
    row.as_ref().map(read).transpose()
}

/// A page, and how many wrong codes it has borne.
pub(crate) fn with_tries(tx: &mut Tx<'_>, id: PageId) -> Result<Option<(CallPage, u32)>, StoreError> {
    let row = tx.query_opt(
        "-- callout.page\n\
         select id, callout, department, person, channel, step, state, due, attempts, expires, queued, handed_over, \
         delivered, acknowledged, fault, tries from call_page where id = $1",
        &[id.into()],
    )?;
    row.map(|row| Ok((read(&row)?, row.get(15)?))).transpose()
}

pub(crate) fn of_call_out(tx: &mut Tx<'_>, callout: CallOutId) -> Result<Vec<CallPage>, StoreError> {
    let rows = tx.query(
        "-- callout.pages\n\
         select id, callout, department, person, channel, step, state, due, attempts, expires, queued, handed_over, \
         delivered, acknowledged, fault from call_page where callout = $1 order by department, step, person, channel",
        &[callout.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn people(tx: &mut Tx<'_>, callout: CallOutId, department: DepartmentId) -> Result<Vec<PersonId>, StoreError> {
    let rows = tx.query(
        "-- callout.people_called\nselect distinct person from call_page where callout = $1 and department = $2",
        &[callout.into(), department.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whom the first step called that called anybody.
pub(crate) fn first_called(
    tx: &mut Tx<'_>,
    callout: CallOutId,
    department: DepartmentId,
) -> Result<Vec<PersonId>, StoreError> {
    let rows = tx.query(
        "-- callout.first_called\n\
         select distinct person from call_page where callout = $1 and department = $2 and step = \
         (select min(step) from call_page where callout = $1 and department = $2)",
        &[callout.into(), department.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<CallPage, StoreError> {
    Ok(CallPage {
        id: row.get(0)?,
        callout: row.get(1)?,
        department: row.get(2)?,
        person: row.get(3)?,
        channel: Channel::from_slug(&row.get::<String>(4)?).ok_or_else(|| unreadable("a channel"))?,
        step: row.get(5)?,
        state: PageState::from_slug(&row.get::<String>(6)?).ok_or_else(|| unreadable("a state"))?,
        due: row.get(7)?,
        attempts: row.get(8)?,
        expires: row.get(9)?,
        queued: row.get(10)?,
        handed_over: row.get(11)?,
        delivered: row.get(12)?,
        acknowledged: row.get(13)?,
        fault: row.get(14)?,
    })
}
