use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx, Value};

use super::officer::roles_to_text;
use crate::{Officer, ReviewDecision};

/// When a department was made, and when its rights were last reviewed.
pub(crate) fn last_done(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
) -> Result<Option<(Instant, Option<Instant>)>, StoreError> {
    let made = tx.query_opt("-- people.department_made\nselect created from department where id = $1", &[department.into()])?;
    let Some(made) = made else { return Ok(None) };
    let done = tx.query_opt(
        "-- people.last_review\nselect done from access_review where department = $1 order by done desc limit 1",
        &[department.into()],
    )?;
    Ok(Some((made.get(0)?, done.map(|row: Row| row.get(0)).transpose()?)))
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: Id<kinds::Review>,
    department: Id<kinds::Department>,
    reviewer: Id<kinds::Officer>,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- people.insert_review\ninsert into access_review (id, department, done, reviewer) values ($1, $2, $3, $4)",
        &[id.into(), department.into(), now.into(), reviewer.into()],
    )?;
    Ok(())
}

pub(crate) fn insert_lines(
    tx: &mut Tx<'_>,
    id: Id<kinds::Review>,
    lines: &[(Officer, ReviewDecision)],
) -> Result<(), StoreError> {
    let row = |(officer, decision): &(Officer, ReviewDecision)| -> Vec<Value> {
        vec![id.into(), officer.id.into(), roles_to_text(&officer.roles).into(), decision.slug().into()]
    };
    let rows: Vec<Vec<Value>> = lines.iter().map(row).collect();
    tx.bulk_insert("-- people.insert_review_lines\ninsert into access_review_line (review, officer, roles, decision)", &rows, "")?;
    Ok(())
}

/// When an officer last signed in, by any passkey.
pub(crate) fn last_sign_in(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Option<Instant>, StoreError> {
    let row = tx.query_opt(
        "-- people.last_sign_in\nselect max(last_used) from passkey where officer = $1",
        &[officer.into()],
    )?;
    Ok(row.map(|row: Row| row.get::<Option<Instant>>(0)).transpose()?.flatten())
}
