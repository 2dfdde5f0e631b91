use kernel::Instant;
use store::{Row, StoreError, Tx};

use crate::release::Release;

pub(crate) fn insert(tx: &mut Tx<'_>, id: [u8; 16], account: [u8; 16], release: &Release, expires: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_release\n\
         insert into provider_release (id, account, client, attributes, event, at, expires) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            id.into(),
            account.into(),
            release.client.as_str().into(),
            release.attributes.join(" ").into(),
            release.event.into(),
            release.at.into(),
            expires.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn of_account(tx: &mut Tx<'_>, account: [u8; 16]) -> Result<Vec<Release>, StoreError> {
    let rows = tx.query(
        "-- provider.releases\n\
         select client, attributes, event, at from provider_release where account = $1 order by at desc limit 500",
        &[account.into()],
    )?;
    let read = |row: &Row| {
        let attributes: String = row.get(1)?;
        let attributes = attributes.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(Release { client: row.get(0)?, attributes, event: row.get(2)?, at: row.get(3)? })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_releases\ndelete from provider_release where expires <= $1", &[now.into()])
}
