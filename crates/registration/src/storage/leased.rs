use store::{StoreError, Tx};

use super::household::{HouseholdRow, household};

/// Registrations that stand, of one district or of all, by id.
pub(crate) fn standing(
    tx: &mut Tx<'_>,
    district: Option<&str>,
    limit: i64,
) -> Result<Vec<HouseholdRow>, StoreError> {
    let rows = tx.query(
        "-- registration.households_standing
select id, code, submission, record, state, reason, language, channel, district, people, address_state, received, decided,
    replaces, export from household
where state in ('confirmed', 'dispatched', 'delivered', 'undelivered') and ($1 = '' or district = $1)
order by id limit $2",
        &[district.unwrap_or_default().into(), limit.into()],
    )?;
    rows.iter().map(household).collect()
}

/// How many those are.
pub(crate) fn count(tx: &mut Tx<'_>, district: Option<&str>) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- registration.count_households_standing
-- small: asked once, when a lease is given
select count(*) from household
where state in ('confirmed', 'dispatched', 'delivered', 'undelivered') and ($1 = '' or district = $1)",
        &[district.unwrap_or_default().into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}
