use std::collections::BTreeSet;

use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx, Value};

use super::{read_text, unreadable, write_text};
use crate::{CallOut, CallPage, Called, CalledState, PersonId, Severity, Way};

type CallOutId = Id<kinds::CallOut>;
type DepartmentId = Id<kinds::Department>;

pub(crate) fn insert(tx: &mut Tx<'_>, call_out: &CallOut, departments: &[DepartmentId]) -> Result<(), StoreError> {
    let policy = serde_json::to_string(&call_out.policy).map_err(|_| unreadable("a policy"))?;
    tx.execute(
        "-- callout.insert_call_out\n\
         insert into call_out (id, title, body, severity, is_exercise, exercise, policy, started, ends) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            call_out.id.into(),
            write_text(&call_out.title),
            write_text(&call_out.body),
            call_out.severity.slug().into(),
            call_out.is_exercise.into(),
            call_out.exercise.into(),
            policy.into(),
            call_out.started.into(),
            call_out.ends.into(),
        ],
    )?;
    let row = |department: &DepartmentId| -> Vec<Value> {
        let open = CalledState::Open.slug().into();
        vec![call_out.id.into(), (*department).into(), open, 0_i64.into(), call_out.started.into(), 0_i64.into(), 0_i64.into()]
    };
    let rows: Vec<Vec<Value>> = departments.iter().map(row).collect();
    tx.bulk_insert(
        "-- callout.insert_departments\n\
         insert into call_out_department (callout, department, state, step, due, fired, gaps)",
        &rows,
        "",
    )?;
    Ok(())
}

/// The tags of every address that the teams of these departments have on record at this moment.
pub(crate) fn tags_of(tx: &mut Tx<'_>, departments: &[DepartmentId]) -> Result<BTreeSet<[u8; 32]>, StoreError> {
    let mut tags = BTreeSet::new();
    for department in departments {
        let rows = tx.query(
            "-- callout.tags_of_team\n\
             select a.tag from call_person p join call_address a on a.person = p.id \
             where p.department = $1 and p.ended is null",
            &[(*department).into()],
        )?;
        for row in &rows {
            tags.insert(row.get(0)?);
        }
    }
    Ok(tags)
}

/// An exercise's list.
pub(crate) fn insert_list(tx: &mut Tx<'_>, id: CallOutId, tags: &BTreeSet<[u8; 32]>) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = tags.iter().map(|tag| vec![id.into(), tag.into()]).collect();
    tx.bulk_insert("-- callout.list_tags\ninsert into call_listed (callout, tag)", &rows, "on conflict do nothing")?;
    Ok(())
}

pub(crate) fn listed(tx: &mut Tx<'_>, id: CallOutId) -> Result<BTreeSet<[u8; 32]>, StoreError> {
    let rows = tx.query("-- callout.listed\nselect tag from call_listed where callout = $1", &[id.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) fn find(tx: &mut Tx<'_>, id: CallOutId) -> Result<Option<CallOut>, StoreError> {
    let row = tx.query_opt(
        "-- callout.call_out\n\
         select id, title, body, severity, is_exercise, exercise, policy, started, ends, closed from call_out where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read).transpose()
}

/// The newest call-outs; of one department only, unless none is named.
pub(crate) fn newest(tx: &mut Tx<'_>, department: Option<DepartmentId>, limit: i64) -> Result<Vec<CallOut>, StoreError> {
    let rows = match department {
        Some(department) => tx.query(
            "-- callout.newest_of_department\n\
             select c.id, c.title, c.body, c.severity, c.is_exercise, c.exercise, c.policy, c.started, c.ends, c.closed \
             from call_out_department d join call_out c on c.id = d.callout \
             where d.department = $1 order by c.started desc, c.id desc limit $2",
            &[department.into(), limit.into()],
        )?,
        None => tx.query(
            "-- callout.newest\n\
             select id, title, body, severity, is_exercise, exercise, policy, started, ends, closed \
             from call_out order by started desc, id desc limit $1",
            &[limit.into()],
        )?,
    };
    rows.iter().map(read).collect()
}

pub(crate) fn close(tx: &mut Tx<'_>, id: CallOutId, now: Instant) -> Result<u64, StoreError> {
    let closed = tx.execute(
        "-- callout.close\nupdate call_out set closed = $2 where id = $1 and closed is null and ends > $2",
        &[id.into(), now.into()],
    )?;
    if closed == 1 {
        tx.execute(
            "-- callout.stand_down\n\
             update call_out_department set state = $3, settled = $2 where callout = $1 and state = 'open'",
            &[id.into(), now.into(), CalledState::StoodDown.slug().into()],
        )?;
        tx.execute(
            "-- callout.stop_all\nupdate call_page set state = 'stopped' where callout = $1 and state = 'queued'",
            &[id.into()],
        )?;
    }
    Ok(closed)
}

pub(crate) fn due(tx: &mut Tx<'_>, now: Instant, limit: usize) -> Result<Vec<Called>, StoreError> {
    let rows = tx.query(
        "-- callout.departments_due\n\
         select callout, department, state, step, due, fired, gaps, settled from call_out_department \
         where state = 'open' and due <= $1 order by due, department limit $2",
        &[now.into(), limit.into()],
    )?;
    rows.iter().map(read_called).collect()
}

pub(crate) fn next_due(tx: &mut Tx<'_>) -> Result<Option<Instant>, StoreError> {
    let row = tx.query_opt("-- callout.next_step\nselect min(due) from call_out_department where state = 'open'", &[])?;
    row.map_or(Ok(None), |row| row.get(0))
}

pub(crate) fn departments(tx: &mut Tx<'_>, id: CallOutId) -> Result<Vec<Called>, StoreError> {
    let rows = tx.query(
        "-- callout.departments\n\
         select callout, department, state, step, due, fired, gaps, settled from call_out_department \
         where callout = $1 order by department",
        &[id.into()],
    )?;
    rows.iter().map(read_called).collect()
}

pub(crate) fn called(tx: &mut Tx<'_>, id: CallOutId, department: DepartmentId) -> Result<Option<Called>, StoreError> {
    let row = tx.query_opt(
        "-- callout.called\n\
         select callout, department, state, step, due, fired, gaps, settled from call_out_department \
         where callout = $1 and department = $2",
        &[id.into(), department.into()],
    )?;
    row.as_ref().map(read_called).transpose()
}

pub(crate) fn moved(tx: &mut Tx<'_>, called: &Called) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.moved\n\
         update call_out_department set state = $3, step = $4, due = $5, fired = $6, gaps = $7, settled = $8 \
         where callout = $1 and department = $2",
        &[
            called.callout.into(),
            called.department.into(),
            called.state.slug().into(),
            i64::from(called.step).into(),
            called.due.into(),
            i64::from(called.fired).into(),
            i64::from(called.gaps).into(),
            called.settled.into(),
        ],
    )?;
    Ok(())
}

/// An acknowledgement on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Who.
    pub person: PersonId,
    /// The person's department.
    pub department: Id<kinds::Department>,
    /// By which page.
    pub page: Id<kinds::CallPage>,
    /// When.
    pub at: Instant,
    /// How.
    pub way: Way,
    /// The officer who noted it, when it was relayed.
    pub officer: Option<Id<kinds::Officer>>,
}

pub(crate) fn insert_answer(
    tx: &mut Tx<'_>,
    page: &CallPage,
    now: Instant,
    way: Way,
    officer: Option<Id<kinds::Officer>>,
) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.insert_answer\n\
         insert into call_answer (callout, person, department, page, answered, way, officer) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            page.callout.into(),
            page.person.into(),
            page.department.into(),
            page.id.into(),
            now.into(),
            way.slug().into(),
            officer.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn answer(tx: &mut Tx<'_>, id: CallOutId, person: PersonId) -> Result<Option<Instant>, StoreError> {
    let row = tx.query_opt(
        "-- callout.answer\nselect answered from call_answer where callout = $1 and person = $2",
        &[id.into(), person.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn answered(tx: &mut Tx<'_>, id: CallOutId, department: DepartmentId) -> Result<Vec<PersonId>, StoreError> {
    let rows = tx.query(
        "-- callout.answered\nselect person from call_answer where callout = $1 and department = $2",
        &[id.into(), department.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) fn answers(tx: &mut Tx<'_>, id: CallOutId) -> Result<Vec<Answer>, StoreError> {
    let rows = tx.query(
        "-- callout.answers\n\
         select person, department, page, answered, way, officer from call_answer where callout = $1 order by answered, person",
        &[id.into()],
    )?;
    let answer = |row: &Row| {
        Ok(Answer {
            person: row.get(0)?,
            department: row.get(1)?,
            page: row.get(2)?,
            at: row.get(3)?,
            way: Way::from_slug(&row.get::<String>(4)?).ok_or_else(|| unreadable("a way"))?,
            officer: row.get(5)?,
        })
    };
    rows.iter().map(answer).collect()
}

fn read(row: &Row) -> Result<CallOut, StoreError> {
    Ok(CallOut {
        id: row.get(0)?,
        title: read_text(&row.get::<String>(1)?)?,
        body: read_text(&row.get::<String>(2)?)?,
        severity: Severity::from_slug(&row.get::<String>(3)?).ok_or_else(|| unreadable("a severity"))?,
        is_exercise: row.get(4)?,
        exercise: row.get(5)?,
        policy: serde_json::from_str(&row.get::<String>(6)?).map_err(|_| unreadable("a policy"))?,
        started: row.get(7)?,
        ends: row.get(8)?,
        closed: row.get(9)?,
    })
}

fn read_called(row: &Row) -> Result<Called, StoreError> {
    let count = |column| u32::try_from(row.get::<i64>(column)?).map_err(|_| unreadable("a count"));
    Ok(Called {
        callout: row.get(0)?,
        department: row.get(1)?,
        state: CalledState::from_slug(&row.get::<String>(2)?).ok_or_else(|| unreadable("a state"))?,
        step: count(3)?,
        due: row.get(4)?,
        fired: count(5)?,
        gaps: count(6)?,
        settled: row.get(7)?,
    })
}
