use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

/// Enters a service; 0 when it stands there already.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    department: Id<kinds::Department>,
    now: Instant,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.insert_service_owner\n\
         insert into service_owner (service, department, enrolled) values ($1, $2, $3) on conflict (service) do nothing",
        &[service.into(), department.into(), now.into()],
    )
}

pub(crate) fn find(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Option<Id<kinds::Department>>, StoreError> {
    let row = tx.query_opt(
        "-- people.find_service_owner\nselect department from service_owner where service = $1",
        &[service.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}
