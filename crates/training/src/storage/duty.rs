use kernel::{Id, kinds};
use people::Duty;
use store::{Row, StoreError, Tx};

use super::unreadable;

pub(crate) fn replace(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, duties: &[Duty]) -> Result<(), StoreError> {
    tx.execute("-- training.forget_duties\ndelete from training_duty where officer = $1", &[officer.into()])?;
    for duty in duties {
        tx.execute(
            "-- training.insert_duty\ninsert into training_duty (officer, duty) values ($1, $2) on conflict do nothing",
            &[officer.into(), duty.slug().into()],
        )?;
    }
    Ok(())
}

pub(crate) fn of_officer(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<Duty>, StoreError> {
    let rows = tx.query("-- training.duties_of\nselect duty from training_duty where officer = $1 order by duty", &[officer.into()])?;
    let read = |row: &Row| Duty::from_slug(&row.get::<String>(0)?).ok_or_else(|| unreadable("a duty"));
    rows.iter().map(read).collect()
}
