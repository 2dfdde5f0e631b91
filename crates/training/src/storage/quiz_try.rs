use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::{QuizOutcome, QuizTry};

pub(crate) fn insert(tx: &mut Tx<'_>, begun: &QuizTry) -> Result<(), StoreError> {
    tx.execute(
        "-- training.insert_try\n\
         insert into training_try (id, officer, department, course, digest, seed, begun, score, asked, passed) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            begun.id.into(),
            begun.officer.into(),
            begun.department.into(),
            begun.course.as_str().into(),
            begun.digest.into(),
            begun.seed.into(),
            begun.begun.into(),
            0_i64.into(),
            0_i64.into(),
            false.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn settle(tx: &mut Tx<'_>, id: Id<kinds::QuizTry>, outcome: QuizOutcome) -> Result<(), StoreError> {
    tx.execute(
        "-- training.settle_try\nupdate training_try set handed_in = $2, score = $3, asked = $4, passed = $5 where id = $1",
        &[id.into(), outcome.at.into(), outcome.score.into(), outcome.asked.into(), outcome.passed.into()],
    )?;
    Ok(())
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::QuizTry>) -> Result<Option<QuizTry>, StoreError> {
    let row = tx.query_opt(
        "-- training.try_by_id\n\
         select id, officer, department, course, digest, seed, begun, handed_in, score, asked, passed from training_try where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn last(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, course: &str) -> Result<Option<QuizTry>, StoreError> {
    let row = tx.query_opt(
        "-- training.last_try\n\
         select id, officer, department, course, digest, seed, begun, handed_in, score, asked, passed from training_try \
         where officer = $1 and course = $2 order by begun desc, id desc limit 1",
        &[officer.into(), course.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn last_handed_in(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, course: &str) -> Result<Option<QuizTry>, StoreError> {
    let row = tx.query_opt(
        "-- training.last_handed_in\n\
         select id, officer, department, course, digest, seed, begun, handed_in, score, asked, passed from training_try \
         where officer = $1 and course = $2 and handed_in is not null order by handed_in desc, id desc limit 1",
        &[officer.into(), course.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn last_passed(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, course: &str) -> Result<Option<QuizTry>, StoreError> {
    let row = tx.query_opt(
        "-- training.last_passed\n\
         select id, officer, department, course, digest, seed, begun, handed_in, score, asked, passed from training_try \
         where officer = $1 and course = $2 and passed order by handed_in desc, id desc limit 1",
        &[officer.into(), course.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn of_officer(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<QuizTry>, StoreError> {
    let rows = tx.query(
        "-- training.tries_of\n\
         select id, officer, department, course, digest, seed, begun, handed_in, score, asked, passed from training_try \
         where officer = $1 order by begun desc, id desc limit 200",
        &[officer.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn purge(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute("-- training.purge_tries\ndelete from training_try where begun < $1", &[before.into()])
}

fn read(row: &Row) -> Result<QuizTry, StoreError> {
    let handed_in: Option<Instant> = row.get(7)?;
    let (score, asked, passed) = (row.get(8)?, row.get(9)?, row.get(10)?);
    Ok(QuizTry {
        id: row.get(0)?,
        officer: row.get(1)?,
        department: row.get(2)?,
        course: row.get(3)?,
        digest: row.get(4)?,
        seed: row.get(5)?,
        begun: row.get(6)?,
        outcome: handed_in.map(|at| QuizOutcome { at, score, asked, passed }),
    })
}
