//! What has passed its day.

use kernel::Day;
use store::{StoreError, Tx};

/// Removes packages and secrets of leases whose day has passed. Returns how many.
pub(crate) fn forget_leased(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    let packages = tx.execute(
        "-- processors.forget_packages\n\
         update hand_over set package = null where package_expiry < $1 and package is not null",
        &[today.into()],
    )?;
    let secrets = tx.execute(
        "-- processors.forget_secrets\nupdate lease set secret = null where secret_expiry < $1 and secret is not null",
        &[today.into()],
    )?;
    Ok(packages + secrets)
}
