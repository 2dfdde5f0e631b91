use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::{text_from_json, text_to_json};
use crate::Department;

/// Inserts a department; 0 when its code is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, department: &Department, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.insert_department\n\
         insert into department (id, code, name, created) values ($1, $2, $3, $4) on conflict (code) do nothing",
        &[department.id.into(), department.code.as_str().into(), text_to_json(&department.name).into(), now.into()],
    )
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<kinds::Department>) -> Result<Option<Department>, StoreError> {
    let row =
        tx.query_opt("-- people.find_department\nselect id, code, name from department where id = $1", &[id.into()])?;
    row.as_ref().map(read).transpose()
}

/// All departments, by code.
pub(crate) fn list(tx: &mut Tx<'_>) -> Result<Vec<Department>, StoreError> {
    let rows =
        tx.query("-- people.list_departments\nselect id, code, name from department order by code limit 1000", &[])?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Department, StoreError> {
    Ok(Department { id: row.get(0)?, code: row.get(1)?, name: text_from_json(&row.get::<String>(2)?)? })
}
