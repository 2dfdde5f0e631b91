use kernel::{Id, Instant, kinds};
use people::KeptPasskey;
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{Device, Passkey};

/// A passkey with its public key. `body` is its exact text: it changes with each use, so comparing it finds a use in between.
pub(crate) struct Stored {
    pub(crate) id: Id<kinds::AccountPasskey>,
    pub(crate) account: Id<kinds::Account>,
    pub(crate) body: String,
    pub(crate) suspended: bool,
}

/// Keeps a passkey; 0 when its credential is known already, whoever's it is.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: Id<kinds::AccountPasskey>,
    account: Id<kinds::Account>,
    passkey: &KeptPasskey,
    now: Instant,
) -> Result<u64, StoreError> {
    let body = passkey.to_text().map_err(|_| unreadable("a passkey"))?;
    tx.execute(
        "-- identity.insert_passkey\n\
         insert into identity_passkey (id, account, credential, body, device, created) values ($1, $2, $3, $4, $5, $6) \
         on conflict (credential) do nothing",
        &[id.into(), account.into(), passkey.credential().into(), body.into(), Device::Other.name().into(), now.into()],
    )
}

pub(crate) fn find(tx: &mut Tx<'_>, credential: &[u8]) -> Result<Option<Stored>, StoreError> {
    let row = tx.query_opt(
        "-- identity.find_passkey\nselect id, account, body, suspended from identity_passkey where credential = $1",
        &[credential.into()],
    )?;
    let read = |row: Row| {
        let suspended = row.get::<Option<Instant>>(3)?.is_some();
        Ok(Stored { id: row.get(0)?, account: row.get(1)?, body: row.get(2)?, suspended })
    };
    row.map(read).transpose()
}

/// Whose a passkey is and since when.
pub(crate) struct Kept {
    pub(crate) id: Id<kinds::AccountPasskey>,
    pub(crate) account: Id<kinds::Account>,
    pub(crate) created: Instant,
}

/// The passkeys of everybody, after one of them.
pub(crate) fn page(tx: &mut Tx<'_>, after: Id<kinds::AccountPasskey>, limit: i64) -> Result<Vec<Kept>, StoreError> {
    let rows = tx.query(
        "-- identity.page_of_passkeys\nselect id, account, created from identity_passkey where id > $1 order by id limit $2",
        &[after.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok(Kept { id: row.get(0)?, account: row.get(1)?, created: row.get(2)? })).collect()
}

/// The text of a passkey of this account, unless it was suspended.
pub(crate) fn body(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    id: Id<kinds::AccountPasskey>,
) -> Result<Option<String>, StoreError> {
    let row = tx.query_opt(
        "-- identity.passkey_body\nselect body from identity_passkey where id = $1 and account = $2 and suspended is null",
        &[id.into(), account.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// Brings a passkey's counter up to date; 0 when it was used, suspended or removed in between.
pub(crate) fn mark_used(
    tx: &mut Tx<'_>,
    before: &Stored,
    body: &str,
    now: Instant,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.use_passkey\n\
         update identity_passkey set body = $3, last_used = $4 where id = $1 and body = $2 and suspended is null",
        &[before.id.into(), before.body.as_str().into(), body.into(), now.into()],
    )
}

pub(crate) fn suspend(tx: &mut Tx<'_>, id: Id<kinds::AccountPasskey>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.suspend_passkey\nupdate identity_passkey set suspended = $2 where id = $1",
        &[id.into(), now.into()],
    )
}

/// The credentials of an account, so that one authenticator is not registered twice.
pub(crate) fn credentials(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx.query(
        "-- identity.account_credentials\n\
         select credential from identity_passkey where account = $1 order by id limit 100",
        &[account.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) fn list(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<Passkey>, StoreError> {
    let rows = tx.query(
        "-- identity.list_passkeys\n\
         select id, device, created, last_used, suspended, body from identity_passkey \
         where account = $1 order by id limit 100",
        &[account.into()],
    )?;
    let read = |row: &Row| {
        let device = Device::from_name(&row.get::<String>(1)?).ok_or_else(|| unreadable("a device"))?;
        let body = KeptPasskey::parse(&row.get::<String>(5)?).ok_or_else(|| unreadable("a passkey"))?;
        let suspended = row.get::<Option<Instant>>(4)?.is_some();
        let (created, last_used) = (row.get(2)?, row.get(3)?);
        Ok(Passkey { id: row.get(0)?, device, created, last_used, synced: body.is_synced(), suspended })
    };
    rows.iter().map(read).collect()
}

/// Says what an account's passkey is on; 0 when it is not the account's.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    id: Id<kinds::AccountPasskey>,
    device: Device,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.tell_device\nupdate identity_passkey set device = $3 where id = $1 and account = $2",
        &[id.into(), account.into(), device.name().into()],
    )
}

pub(crate) fn delete_all(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.delete_passkeys\ndelete from identity_passkey where account = $1", &[account.into()])
}

pub(crate) fn delete(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    id: Id<kinds::AccountPasskey>,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.delete_passkey\ndelete from identity_passkey where id = $1 and account = $2",
        &[id.into(), account.into()],
    )
}
