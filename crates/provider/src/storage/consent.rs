use kernel::Instant;
use store::{StoreError, Tx};

use crate::consent::Consent;

/// Remembers what a person agreed to; an earlier one of the same service gives way.
pub(crate) fn keep(tx: &mut Tx<'_>, account: [u8; 16], consent: &Consent) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.keep_consent\n\
         insert into provider_consent (account, client, scope, given, expires) values ($1, $2, $3, $4, $5) \
         on conflict (account, client) do update set scope = excluded.scope, given = excluded.given, expires = excluded.expires",
        &[account.into(), consent.client.as_str().into(), consent.scope.as_str().into(), consent.given.into(), consent.expires.into()],
    )?;
    Ok(())
}

pub(crate) fn of_account(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<Vec<Consent>, StoreError> {
    let rows = tx.query(
        "-- provider.consents\n\
         select client, scope, given, expires from provider_consent where account = $1 and expires > $2 order by client limit 200",
        &[account.into(), now.into()],
    )?;
    rows.iter()
        .map(|row| Ok(Consent { client: row.get(0)?, scope: row.get(1)?, given: row.get(2)?, expires: row.get(3)? }))
        .collect()
}

pub(crate) fn delete(tx: &mut Tx<'_>, account: [u8; 16], client: &str) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.delete_consent\ndelete from provider_consent where account = $1 and client = $2",
        &[account.into(), client.into()],
    )
}

pub(crate) fn delete_all(tx: &mut Tx<'_>, account: [u8; 16]) -> Result<u64, StoreError> {
    tx.execute("-- provider.delete_consents\ndelete from provider_consent where account = $1", &[account.into()])
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_consents\ndelete from provider_consent where expires <= $1", &[now.into()])
}
