use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{TakenPlace, Way};

pub(crate) fn insert(tx: &mut Tx<'_>, place: &TakenPlace, course: &str) -> Result<(), StoreError> {
    tx.execute(
        "-- training.insert_place\n\
         insert into training_place (session, officer, department, course, enrolled, wrong) values ($1, $2, $3, $4, $5, $6)",
        &[place.session.into(), place.officer.into(), place.department.into(), course.into(), place.enrolled.into(), place.wrong.into()],
    )?;
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, session: Id<kinds::TrainingSession>, officer: Id<kinds::Officer>) -> Result<(), StoreError> {
    tx.execute(
        "-- training.remove_place\ndelete from training_place where session = $1 and officer = $2",
        &[session.into(), officer.into()],
    )?;
    Ok(())
}

pub(crate) fn count_wrong(tx: &mut Tx<'_>, session: Id<kinds::TrainingSession>, officer: Id<kinds::Officer>) -> Result<(), StoreError> {
    tx.execute(
        "-- training.count_wrong\nupdate training_place set wrong = wrong + 1 where session = $1 and officer = $2",
        &[session.into(), officer.into()],
    )?;
    Ok(())
}

pub(crate) fn note_attended(tx: &mut Tx<'_>, place: &TakenPlace, (at, way): (Instant, Way)) -> Result<(), StoreError> {
    tx.execute(
        "-- training.note_attended\nupdate training_place set attended = $3, way = $4 where session = $1 and officer = $2",
        &[place.session.into(), place.officer.into(), at.into(), way.slug().into()],
    )?;
    Ok(())
}

pub(crate) fn find(
    tx: &mut Tx<'_>,
    session: Id<kinds::TrainingSession>,
    officer: Id<kinds::Officer>,
) -> Result<Option<TakenPlace>, StoreError> {
    let row = tx.query_opt(
        "-- training.place\n\
         select session, officer, department, enrolled, attended, way, wrong from training_place where session = $1 and officer = $2",
        &[session.into(), officer.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn of_session(tx: &mut Tx<'_>, session: Id<kinds::TrainingSession>) -> Result<Vec<TakenPlace>, StoreError> {
    let rows = tx.query(
        "-- training.places_in\n\
         select session, officer, department, enrolled, attended, way, wrong from training_place \
         where session = $1 order by enrolled, officer limit 2000",
        &[session.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn of_officer(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<TakenPlace>, StoreError> {
    let rows = tx.query(
        "-- training.places_of\n\
         select session, officer, department, enrolled, attended, way, wrong from training_place \
         where officer = $1 order by enrolled desc, session limit 200",
        &[officer.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn last_attended(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, course: &str) -> Result<Option<Instant>, StoreError> {
    let row = tx.query_opt(
        "-- training.last_attended\n\
         select attended from training_place where officer = $1 and course = $2 and attended is not null order by attended desc limit 1",
        &[officer.into(), course.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn purge(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- training.purge_places\ndelete from training_place where session in (select id from training_session where begins < $1)",
        &[before.into()],
    )
}

fn read(row: &Row) -> Result<TakenPlace, StoreError> {
    let (at, way): (Option<Instant>, Option<String>) = (row.get(4)?, row.get(5)?);
    let way = match way.as_deref() {
        None | Some("code") => Way::Code,
        Some("host") => Way::Host,
        Some(_) => return Err(unreadable("a way of attendance")),
    };
    Ok(TakenPlace {
        session: row.get(0)?,
        officer: row.get(1)?,
        department: row.get(2)?,
        enrolled: row.get(3)?,
        attended: at.map(|at| (at, way)),
        wrong: row.get(6)?,
    })
}
