use kernel::{Day, Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::lesson::Lesson;

type LessonId = Id<kinds::Lesson>;
const LESSONS_MOST: i64 = 500;

pub(crate) fn insert(tx: &mut Tx<'_>, lesson: &Lesson, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- drill.insert_lesson\n\
         insert into drill_lesson (id, drill, body, department, officer, due, written) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            lesson.id.into(),
            lesson.drill.into(),
            (&lesson.text).into(),
            lesson.owner_department.into(),
            lesson.owner_officer.into(),
            lesson.due.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn settle(tx: &mut Tx<'_>, id: LessonId, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- drill.settle_lesson\nupdate drill_lesson set done = $2 where id = $1 and done is null", &[id.into(), now.into()])?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: LessonId) -> Result<Option<Lesson>, StoreError> {
    let row = tx.query_opt(
        "-- drill.find_lesson\nselect id, drill, body, department, officer, due, done from drill_lesson where id = $1",
        &[id.into()],
    )?;
    row.map(|row| read(&row)).transpose()
}

pub(crate) fn of_drill(tx: &mut Tx<'_>, drill: Id<kinds::Drill>) -> Result<Vec<Lesson>, StoreError> {
    let rows = tx.query(
        "-- drill.lessons\n\
         select id, drill, body, department, officer, due, done from drill_lesson where drill = $1 order by written, id limit $2",
        &[drill.into(), LESSONS_MOST.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Open ones that a department owns, or of exercises that it holds; what is due first comes first.
pub(crate) fn open(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Lesson>, StoreError> {
    let rows = tx.query(
        "-- drill.open_lessons\n\
         select id, drill, body, department, officer, due, done from drill_lesson where done is null and (department = $1 \
         or drill in (select id from drill where host = $1) or drill in (select drill from drill_host where department = $1)) \
         order by due, written, id limit $2",
        &[department.into(), LESSONS_MOST.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn insert_note(tx: &mut Tx<'_>, (id, drill): (LessonId, Id<kinds::Drill>), text: &str, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- drill.insert_note\ninsert into drill_note (id, drill, body, written) values ($1, $2, $3, $4)",
        &[id.into(), drill.into(), text.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn notes(tx: &mut Tx<'_>, drill: Id<kinds::Drill>) -> Result<Vec<String>, StoreError> {
    let rows = tx.query(
        "-- drill.notes\nselect body from drill_note where drill = $1 order by written, id limit $2",
        &[drill.into(), LESSONS_MOST.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<Lesson, StoreError> {
    Ok(Lesson {
        id: row.get(0)?,
        drill: row.get(1)?,
        text: row.get(2)?,
        owner_department: row.get(3)?,
        owner_officer: row.get(4)?,
        due: row.get::<Day>(5)?,
        done: row.get(6)?,
    })
}
