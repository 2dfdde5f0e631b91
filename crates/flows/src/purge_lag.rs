use journal::Ledger;
use store::{RunError, StoreError};
use vault::InventoryRow;

use crate::inventory::{identity_inventory, platform_inventory, scheme_inventory};
use crate::open_platform::{IDENTITY, PLATFORM};
use crate::{IdentityService, Platform, Service};

/// Something personal that still stands although its last day has passed. It cannot be read any more, but the purge is behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeLag {
    /// The store: the service's name, `identity`, or `platform`.
    pub store: String,
    /// Table and column of what should have gone first.
    pub place: String,
    /// How many hours ago it should have gone.
    pub hours: i64,
}

/// Where the purge is behind, in any store: every place of the inventory is looked at. Empty when it is up to date.
pub fn purge_lags(platform: &Platform) -> Result<Vec<PurgeLag>, RunError<StoreError>> {
    let mut lags: Vec<PurgeLag> = platform_lag(platform)?.into_iter().collect();
    if let Some(identity) = platform.identity() {
        lags.extend(identity_lag(&identity)?);
    }
    for service in platform.services() {
        match service_lag(&service) {
            // It has just ended.
            Err(RunError::Store(StoreError::Closed)) => {}
            found => lags.extend(found?),
        }
    }
    Ok(lags)
}

pub(crate) fn platform_lag(platform: &Platform) -> Result<Option<PurgeLag>, RunError<StoreError>> {
    lag(PLATFORM, platform.ledger(), &places(&platform_inventory().rows))
}

pub(crate) fn identity_lag(identity: &IdentityService) -> Result<Option<PurgeLag>, RunError<StoreError>> {
    lag(IDENTITY, identity.ledger(), &places(&identity_inventory(identity).rows))
}

pub(crate) fn service_lag(service: &Service) -> Result<Option<PurgeLag>, RunError<StoreError>> {
    let mut places = places(&scheme_inventory(&service.scheme()).rows);
    // What officers searched for is a keyed tag and no row of the inventory, and has its day all the same.
    places.push("vault_search.tag".to_owned());
    lag(service.slug(), service.ledger(), &places)
}

/// What waits on phones is in no store of ours.
fn places(rows: &[InventoryRow]) -> Vec<String> {
    rows.iter().filter(|row| (row.table, row.column) != registration::ON_PHONES).map(InventoryRow::place).collect()
}

fn lag(store: &str, ledger: &Ledger, places: &[String]) -> Result<Option<PurgeLag>, RunError<StoreError>> {
    let (now, today) = (ledger.now(), ledger.now().day());
    let oldest = ledger.read("flows.purge_lag", |tx| vault::oldest_expired(tx, places, today))?;
    Ok(oldest.map(|(day, place)| {
        // A value ends with its last day, so that is when it should have gone.
        let hours = now.since(kernel::Instant::at(day.plus(1), 0)).max(0) / 3_600_000;
        PurgeLag { store: store.to_owned(), place, hours }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::tests::{all_columns, charter_rows, scheme_rows};
    use crate::open_platform::{IDENTITY_TABLES, PLATFORM_TABLES, SERVICE_TABLES};

    #[test]
    fn every_place_of_the_inventory_has_its_lag_watched() {
        let rows: Vec<InventoryRow> =
            scheme_rows().into_iter().chain(platform_inventory().rows).chain(charter_rows()).collect();
        for row in rows.iter().filter(|row| (row.table, row.column) != registration::ON_PHONES) {
            assert!(vault::is_watched(&row.place()), "nobody would notice that {} is not purged: it needs a line in vault/src/storage/expiry.rs", row.place());
        }
    }

    /// Columns of a last day that no value of the inventory belongs to, and why.
    const NOT_A_VALUE: [(&str, &str); 3] = [
        // What was ordered to be erased, not something that is held.
        ("vault_erasure_target", "expiry"),
        // A signing key of our own, which is nobody's.
        ("provider_key", "private_expiry"),
        // Tags of searches: watched by its own line.
        ("vault_search", "expiry"),
    ];

    #[test]
    fn every_column_with_a_last_day_belongs_to_a_place_that_is_watched() {
        for (tables, rows) in
            [(SERVICE_TABLES, scheme_rows()), (PLATFORM_TABLES, platform_inventory().rows), (IDENTITY_TABLES, charter_rows())]
        {
            for (table, column) in all_columns(tables) {
                let Some(value) = column.strip_suffix("expiry") else { continue };
                let value = value.trim_end_matches('_');
                let listed = rows.iter().any(|row| row.table == table && (value.is_empty() || row.column == value));
                let watched = vault::is_watched(&format!("{table}.{value}"));
                let known = NOT_A_VALUE.contains(&(table.as_str(), column.as_str()));
                // The messages of the identity provider end within the hour and have no row of the inventory.
                let codes = table == "notify_message";
                assert!(listed || watched || known || codes, "{table}.{column}: whose last day is that?");
            }
        }
    }
}
