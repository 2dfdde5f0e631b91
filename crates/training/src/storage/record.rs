use kernel::{Day, Id, kinds};
use store::{Row, StoreError, Tx};

use crate::TrainingRecord;

pub(crate) fn insert(tx: &mut Tx<'_>, record: &TrainingRecord) -> Result<(), StoreError> {
    tx.execute(
        "-- training.insert_record\n\
         insert into training_record (id, officer, department, course, digest, attended, passed, score, asked, completed, last_day) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            record.id.into(),
            record.officer.into(),
            record.department.into(),
            record.course.as_str().into(),
            record.digest.into(),
            record.attended.into(),
            record.passed.into(),
            record.score.into(),
            record.asked.into(),
            record.completed.into(),
            record.last_day.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::TrainingRecord>) -> Result<Option<TrainingRecord>, StoreError> {
    let row = tx.query_opt(
        "-- training.record_by_id\n\
         select id, officer, department, course, digest, attended, passed, score, asked, completed, last_day from training_record \
         where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn latest(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, course: &str) -> Result<Option<TrainingRecord>, StoreError> {
    let row = tx.query_opt(
        "-- training.latest_record\n\
         select id, officer, department, course, digest, attended, passed, score, asked, completed, last_day from training_record \
         where officer = $1 and course = $2 order by completed desc, id desc limit 1",
        &[officer.into(), course.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn of_officer(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<TrainingRecord>, StoreError> {
    let rows = tx.query(
        "-- training.records_of\n\
         select id, officer, department, course, digest, attended, passed, score, asked, completed, last_day from training_record \
         where officer = $1 order by completed desc, id desc limit 200",
        &[officer.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn lapsing(tx: &mut Tx<'_>, from: Day, until: Day) -> Result<Vec<TrainingRecord>, StoreError> {
    let rows = tx.query(
        "-- training.lapsing\n\
         select id, officer, department, course, digest, attended, passed, score, asked, completed, last_day from training_record \
         where last_day >= $1 and last_day <= $2 order by last_day, id limit 1000",
        &[from.into(), until.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn purge(tx: &mut Tx<'_>, before: Day) -> Result<u64, StoreError> {
    tx.execute("-- training.purge_records\ndelete from training_record where last_day < $1", &[before.into()])
}

fn read(row: &Row) -> Result<TrainingRecord, StoreError> {
    Ok(TrainingRecord {
        id: row.get(0)?,
        officer: row.get(1)?,
        department: row.get(2)?,
        course: row.get(3)?,
        digest: row.get(4)?,
        attended: row.get(5)?,
        passed: row.get(6)?,
        score: row.get(7)?,
        asked: row.get(8)?,
        completed: row.get(9)?,
        last_day: row.get(10)?,
    })
}
