use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::paper::{Marks, PaperRow, PaperState};

pub(crate) fn next_number(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let sql = "-- registration.last_paper\nselect number from registration_paper order by number desc limit 1";
    Ok(tx.query_opt(sql, &[])?.map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0) + 1)
}

pub(crate) fn insert(tx: &mut Tx<'_>, row: &PaperRow, expires: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.insert_paper
insert into registration_paper (id, number, state, first_officer, first_marks, begun, expires) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            row.id.into(),
            row.number.into(),
            row.state.slug().into(),
            row.first.0.into(),
            text(&row.first.1)?.into(),
            row.begun.into(),
            expires.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn set_second(
    tx: &mut Tx<'_>,
    id: Id<kinds::PaperForm>,
    (officer, marks): (Id<kinds::Officer>, &Marks),
) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.second_paper
update registration_paper set second_officer = $2, second_marks = $3, state = 'differs' where id = $1",
        &[id.into(), officer.into(), text(marks)?.into()],
    )?;
    Ok(())
}

pub(crate) fn set_state(tx: &mut Tx<'_>, id: Id<kinds::PaperForm>, state: PaperState) -> Result<(), StoreError> {
    let sql = "-- registration.set_paper_state\nupdate registration_paper set state = $2 where id = $1";
    tx.execute(sql, &[id.into(), state.slug().into()])?;
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: Id<kinds::PaperForm>) -> Result<u64, StoreError> {
    tx.execute("-- registration.remove_paper\ndelete from registration_paper where id = $1", &[id.into()])
}

pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- registration.forget_papers\ndelete from registration_paper where expires <= $1", &[now.into()])
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::PaperForm>, now: Instant) -> Result<Option<PaperRow>, StoreError> {
    let sql = "-- registration.paper_by_id
select id, number, state, first_officer, first_marks, second_officer, second_marks, begun from registration_paper
where id = $1 and expires > $2";
    tx.query_opt(sql, &[id.into(), now.into()])?.as_ref().map(read).transpose()
}

pub(crate) fn all(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<PaperRow>, StoreError> {
    let sql = "-- registration.papers
select id, number, state, first_officer, first_marks, second_officer, second_marks, begun from registration_paper
where expires > $1 order by number limit 500";
    tx.query(sql, &[now.into()])?.iter().map(read).collect()
}

fn text(marks: &Marks) -> Result<String, StoreError> {
    serde_json::to_string(marks).map_err(|_| StoreError::Engine("marks have no JSON".into()))
}

fn marks(text: &str) -> Result<Marks, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Engine("marks cannot be read".into()))
}

fn read(row: &Row) -> Result<PaperRow, StoreError> {
    let slug: String = row.get(2)?;
    let state = PaperState::ALL.into_iter().find(|state| state.slug() == slug);
    let state = state.ok_or_else(|| StoreError::Engine("a paper's state cannot be read".into()))?;
    let first: String = row.get(4)?;
    let second = match (row.get::<Option<Id<kinds::Officer>>>(5)?, row.get::<Option<String>>(6)?) {
        (Some(officer), Some(text)) => Some((officer, marks(&text)?)),
        _ => None,
    };
    Ok(PaperRow { id: row.get(0)?, number: row.get(1)?, state, first: (row.get(3)?, marks(&first)?), second, begun: row.get(7)? })
}
