//! What still stands although its last day has passed. The queries look into the tables of every slice, because the vault answers for
//! all that is personal; each place of the inventory has its line here, and a test of `flows` fails where one is missing.

use kernel::Day;
use store::{StoreError, Tx};

// A value is gone when its column is null or, where it may not be, empty.
macro_rules! late {
    ($($table:ident . $column:ident, $expiry:ident;)*) => {
        &[$((
            concat!(stringify!($table), ".", stringify!($column)),
            concat!(
                "-- vault.late_", stringify!($table), "_", stringify!($column),
                "\nselect min(", stringify!($expiry), ") from ", stringify!($table),
                " where ", stringify!($expiry), " < $1 and length(", stringify!($column), ") > 0"
            ),
        )),*]
    };
}

const LATE: &[(&str, &str)] = late! {
    // A scheme.
    household_submission.identity, identity_expiry;
    household_submission.contact, contact_expiry;
    household_submission.mobile, mobile_expiry;
    household_submission.health, health_expiry;
    delivery_export.file, file_expiry;
    notify_message.sealed, expiry;
    vault_opening.reason, reason_expiry;
    vault_search.tag, expiry;
    // The platform itself.
    officer.contact, contact_expiry;
    passkey.name, name_expiry;
    contractor.contact, contact_expiry;
    lease.secret, secret_expiry;
    hand_over.package, package_expiry;
    canary.sealed, sealed_expiry;
    call_person.sealed, sealed_expiry;
    case_entry.sealed, expiry;
    case_entry.file, expiry;
    advisory_subscriber.address, expiry;
    drill_guest.sealed, sealed_expiry;
    subject_request.details, details_expiry;
    subject_request_proof.sealed, sealed_expiry;
    // The identity provider.
    identity_account.mobile, mobile_expiry;
    identity_attribute.sealed, sealed_expiry;
    identity_password.hash, hash_expiry;
    identity_pin.letter, letter_expiry;
    signing_request.body, body_expiry;
    signing_request.signed, body_expiry;
    signing_page.picture, picture_expiry;
};

/// The earliest last day of any value of a place that should be gone; an error for a place that nobody has a query for.
pub(crate) fn oldest_expired(tx: &mut Tx<'_>, place: &str, today: Day) -> Result<Option<Day>, StoreError> {
    let found = LATE.iter().find(|(known, _)| *known == place);
    let (_, sql) = found.ok_or_else(|| StoreError::Engine(format!("no query tells whether {place} is purged")))?;
    tx.query_opt(sql, &[today.into()])?.map_or(Ok(None), |row| row.get(0))
}

/// Whether a place (table and column) has its query.
pub fn is_watched(place: &str) -> bool {
    LATE.iter().any(|(known, _)| *known == place)
}
