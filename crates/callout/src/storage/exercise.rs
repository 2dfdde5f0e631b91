use std::collections::BTreeSet;

use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx, Value};

use super::{read_text, unreadable, write_text};
use crate::{CallOut, Exercise};

type ExerciseId = Id<kinds::Exercise>;
type DepartmentId = Id<kinds::Department>;
const EXERCISES_MOST: i64 = 200;

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    exercise: &Exercise,
    (salt, plan, opens): (&[u8; 32], &str, Instant),
) -> Result<(), StoreError> {
    let policy = serde_json::to_string(&exercise.policy).map_err(|_| unreadable("a policy"))?;
    tx.execute(
        "-- callout.insert_exercise\n\
         insert into call_exercise (id, title, body, policy, commitment, salt, plan, planned, opens) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            exercise.id.into(),
            write_text(&exercise.title),
            write_text(&exercise.body),
            policy.into(),
            exercise.commitment.into(),
            salt.into(),
            plan.into(),
            exercise.planned.into(),
            opens.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn insert_times(tx: &mut Tx<'_>, id: ExerciseId, times: &[Instant]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> =
        times.iter().zip(1_i64..).map(|(due, number)| vec![id.into(), number.into(), (*due).into()]).collect();
    tx.bulk_insert("-- callout.insert_times\ninsert into call_exercise_time (exercise, number, due)", &rows, "")?;
    Ok(())
}

pub(crate) fn insert_departments(tx: &mut Tx<'_>, id: ExerciseId, departments: &[DepartmentId]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = departments.iter().map(|department| vec![id.into(), (*department).into()]).collect();
    tx.bulk_insert(
        "-- callout.insert_exercise_departments\ninsert into call_exercise_department (exercise, department)",
        &rows,
        "",
    )?;
    Ok(())
}

pub(crate) fn departments(tx: &mut Tx<'_>, id: ExerciseId) -> Result<Vec<DepartmentId>, StoreError> {
    let rows = tx.query(
        "-- callout.exercise_departments\n\
         select department from call_exercise_department where exercise = $1 order by department",
        &[id.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The list: what the teams have on record at this moment, beside what it had.
pub(crate) fn list_teams(tx: &mut Tx<'_>, id: ExerciseId, departments: &[DepartmentId]) -> Result<(), StoreError> {
    let tags: BTreeSet<[u8; 32]> = super::call_out::tags_of(tx, departments)?;
    let rows: Vec<Vec<Value>> = tags.iter().map(|tag| vec![id.into(), tag.into()]).collect();
    tx.bulk_insert(
        "-- callout.list_exercise\ninsert into call_exercise_listed (exercise, tag)",
        &rows,
        "on conflict do nothing",
    )?;
    Ok(())
}

pub(crate) fn copy_list(tx: &mut Tx<'_>, id: ExerciseId, callout: Id<kinds::CallOut>) -> Result<(), StoreError> {
    let rows = tx.query("-- callout.exercise_list\nselect tag from call_exercise_listed where exercise = $1", &[id.into()])?;
    let tags: BTreeSet<[u8; 32]> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    super::call_out::insert_list(tx, callout, &tags)
}

pub(crate) fn times_due(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<(ExerciseId, i64)>, StoreError> {
    let rows = tx.query(
        "-- callout.times_due\n\
         select exercise, number from call_exercise_time where started is null and due <= $1 order by due limit 20",
        &[now.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub(crate) fn started(
    tx: &mut Tx<'_>,
    (id, number): (ExerciseId, i64),
    callout: Id<kinds::CallOut>,
    (now, ends): (Instant, Instant),
) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.time_started\n\
         update call_exercise_time set callout = $3, started = $4 where exercise = $1 and number = $2",
        &[id.into(), number.into(), callout.into(), now.into()],
    )?;
    tx.execute(
        "-- callout.opens_later\nupdate call_exercise set opens = $2 where id = $1 and opens < $2",
        &[id.into(), ends.into()],
    )?;
    Ok(())
}

/// Exercises whose last call is over: the salt and the plan.
pub(crate) fn to_open(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<(ExerciseId, [u8; 32], String)>, StoreError> {
    let rows = tx.query(
        "-- callout.to_open\n\
         select e.id, e.salt, e.plan from call_exercise e where e.opened is null and e.opens <= $1 and not exists \
         (select 1 from call_exercise_time t where t.exercise = e.id and t.started is null)",
        &[now.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

pub(crate) fn open(tx: &mut Tx<'_>, id: ExerciseId, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- callout.open_plan\nupdate call_exercise set opened = $2 where id = $1", &[id.into(), now.into()])?;
    Ok(())
}

pub(crate) fn next_due(tx: &mut Tx<'_>) -> Result<Option<Instant>, StoreError> {
    let time = tx.query_opt("-- callout.next_time\nselect min(due) from call_exercise_time where started is null", &[])?;
    let open = tx.query_opt("-- callout.next_opening\nselect min(opens) from call_exercise where opened is null", &[])?;
    let read = |row: Option<Row>| row.map_or(Ok(None), |row| row.get::<Option<Instant>>(0));
    let all = [read(time)?, read(open)?];
    Ok(all.into_iter().flatten().min())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: ExerciseId) -> Result<Option<Exercise>, StoreError> {
    let row = tx.query_opt(
        "-- callout.exercise\n\
         select id, title, body, policy, commitment, planned, opened, salt, plan from call_exercise where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn list(tx: &mut Tx<'_>) -> Result<Vec<Exercise>, StoreError> {
    let rows = tx.query(
        "-- callout.exercises\n\
         select id, title, body, policy, commitment, planned, opened, salt, plan from call_exercise \
         order by planned desc, id desc limit $1",
        &[EXERCISES_MOST.into()],
    )?;
    rows.iter().map(read).collect()
}

/// The calls of an exercise that have begun, and when each was due.
pub(crate) fn calls(tx: &mut Tx<'_>, id: ExerciseId) -> Result<Vec<(Instant, CallOut)>, StoreError> {
    let rows = tx.query(
        "-- callout.exercise_calls\n\
         select due, callout from call_exercise_time where exercise = $1 and callout is not null order by number",
        &[id.into()],
    )?;
    let mut calls = Vec::new();
    for row in &rows {
        if let Some(call_out) = super::call_out::find(tx, row.get(1)?)? {
            calls.push((row.get(0)?, call_out));
        }
    }
    Ok(calls)
}

fn read(row: &Row) -> Result<Exercise, StoreError> {
    let opened = row.get::<Option<Instant>>(6)?;
    let (salt, plan) = (row.get(7)?, row.get(8)?);
    Ok(Exercise {
        id: row.get(0)?,
        title: read_text(&row.get::<String>(1)?)?,
        body: read_text(&row.get::<String>(2)?)?,
        policy: serde_json::from_str(&row.get::<String>(3)?).map_err(|_| unreadable("a policy"))?,
        commitment: row.get(4)?,
        planned: row.get(5)?,
        opened: opened.map(|at| (at, salt, plan)),
    })
}
