use kernel::Instant;
use store::{StoreError, Tx};

/// Counts one more within a period and says how many it are now.
pub(crate) fn count(tx: &mut Tx<'_>, scope: &str, tag: [u8; 32], ends: Instant) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- identity.count_code\n\
         insert into identity_budget (scope, tag, ends, used) values ($1, $2, $3, 1) \
         on conflict (scope, tag, ends) do update set used = identity_budget.used + 1 returning used",
        &[scope.into(), tag.into(), ends.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Drops the periods that are over.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.sweep_budgets\ndelete from identity_budget where ends <= $1", &[now.into()])
}
