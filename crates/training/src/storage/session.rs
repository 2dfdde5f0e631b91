use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::TrainingSession;

pub(crate) fn insert(tx: &mut Tx<'_>, session: &TrainingSession, officer: Id<kinds::Officer>) -> Result<(), StoreError> {
    let venue = serde_json::to_string(&session.venue).map_err(|_| unreadable("a venue"))?;
    tx.execute(
        "-- training.insert_session\n\
         insert into training_session (id, department, officer, course, begins, minutes, venue, capacity, taken, salt) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            session.id.into(),
            session.department.into(),
            officer.into(),
            session.course.as_str().into(),
            session.begins.into(),
            session.minutes.into(),
            venue.into(),
            session.capacity.into(),
            session.taken.into(),
            session.salt.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn cancel(tx: &mut Tx<'_>, id: Id<kinds::TrainingSession>, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- training.cancel_session\nupdate training_session set cancelled = $2 where id = $1", &[id.into(), now.into()])?;
    Ok(())
}

pub(crate) fn add_taken(tx: &mut Tx<'_>, id: Id<kinds::TrainingSession>, by: i64) -> Result<(), StoreError> {
    tx.execute("-- training.add_taken\nupdate training_session set taken = taken + $2 where id = $1", &[id.into(), by.into()])?;
    Ok(())
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::TrainingSession>) -> Result<Option<TrainingSession>, StoreError> {
    let row = tx.query_opt(
        "-- training.session_by_id\n\
         select id, department, course, begins, minutes, venue, capacity, taken, salt, cancelled from training_session where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn after(tx: &mut Tx<'_>, from: Instant) -> Result<Vec<TrainingSession>, StoreError> {
    let rows = tx.query(
        "-- training.sessions_after\n\
         select id, department, course, begins, minutes, venue, capacity, taken, salt, cancelled from training_session \
         where begins > $1 order by begins, id limit 200",
        &[from.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn of_department(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<TrainingSession>, StoreError> {
    let rows = tx.query(
        "-- training.sessions_of\n\
         select id, department, course, begins, minutes, venue, capacity, taken, salt, cancelled from training_session \
         where department = $1 order by begins desc, id limit 200",
        &[department.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn purge(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute("-- training.purge_sessions\ndelete from training_session where begins < $1", &[before.into()])
}

fn read(row: &Row) -> Result<TrainingSession, StoreError> {
    Ok(TrainingSession {
        id: row.get(0)?,
        department: row.get(1)?,
        course: row.get(2)?,
        begins: row.get(3)?,
        minutes: row.get(4)?,
        venue: serde_json::from_str(&row.get::<String>(5)?).map_err(|_| unreadable("a venue"))?,
        capacity: row.get(6)?,
        taken: row.get(7)?,
        salt: row.get(8)?,
        cancelled: row.get(9)?,
    })
}
