use kernel::{Day, Id, Instant, kinds};
use seal::Sealed;
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{KeptPasskey, PasskeyListed, SealedPasskeyName};

/// A passkey with its key material (public).
pub(crate) struct Stored {
    pub(crate) id: Id<kinds::Passkey>,
    pub(crate) officer: Id<kinds::Officer>,
    pub(crate) passkey: KeptPasskey,
    pub(crate) suspended: bool,
}

/// Keeps a passkey; 0 when its credential is known already, whoever's it is.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: Id<kinds::Passkey>,
    officer: Id<kinds::Officer>,
    passkey: &KeptPasskey,
    now: Instant,
) -> Result<u64, StoreError> {
    let credential = passkey.credential();
    tx.execute(
        "-- people.insert_passkey\n\
         insert into passkey (id, officer, credential, body, created) values ($1, $2, $3, $4, $5) \
         on conflict (credential) do nothing",
        &[id.into(), officer.into(), credential.into(), to_json(passkey)?.into(), now.into()],
    )
}

pub(crate) fn find(tx: &mut Tx<'_>, credential: &[u8]) -> Result<Option<Stored>, StoreError> {
    let row = tx.query_opt(
        "-- people.find_passkey\nselect id, officer, body, suspended from passkey where credential = $1",
        &[credential.into()],
    )?;
    let read = |row: Row| {
        let passkey = KeptPasskey::parse(&row.get::<String>(2)?).ok_or_else(|| unreadable("a passkey"))?;
        let suspended = row.get::<Option<Instant>>(3)?.is_some();
        Ok(Stored { id: row.get(0)?, officer: row.get(1)?, passkey, suspended })
    };
    row.map(read).transpose()
}

/// Whose a passkey is and since when.
pub(crate) struct Kept {
    pub(crate) id: Id<kinds::Passkey>,
    pub(crate) officer: Id<kinds::Officer>,
    pub(crate) created: Instant,
}

/// The passkeys of every officer.
pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Kept>, StoreError> {
    let rows = tx.query("-- people.all_passkeys\nselect id, officer, created from passkey order by id", &[])?;
    rows.iter().map(|row| Ok(Kept { id: row.get(0)?, officer: row.get(1)?, created: row.get(2)? })).collect()
}

pub(crate) fn mark_used(
    tx: &mut Tx<'_>,
    id: Id<kinds::Passkey>,
    passkey: &KeptPasskey,
    now: Instant,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.use_passkey\nupdate passkey set body = $2, last_used = $3 where id = $1",
        &[id.into(), to_json(passkey)?.into(), now.into()],
    )
}

pub(crate) fn suspend(tx: &mut Tx<'_>, id: Id<kinds::Passkey>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- people.suspend_passkey\nupdate passkey set suspended = $2 where id = $1", &[id.into(), now.into()])
}

/// The credentials of an officer, so that one authenticator is not registered twice.
pub(crate) fn credentials(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx.query(
        "-- people.officer_credentials\nselect credential from passkey where officer = $1 order by id limit 100",
        &[officer.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) fn list(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<PasskeyListed>, StoreError> {
    let rows = tx.query(
        "-- people.list_passkeys\n\
         select id, created, last_used, suspended, name, name_expiry from passkey where officer = $1 order by id limit 100",
        &[officer.into()],
    )?;
    let read = |row: &Row| {
        let suspended = row.get::<Option<Instant>>(3)?.is_some();
        let expiry = row.get(5)?;
        let name = row.get::<Option<Vec<u8>>>(4)?.map(|bytes| SealedPasskeyName { sealed: Sealed::from_bytes(bytes), expiry });
        Ok(PasskeyListed { id: row.get(0)?, name, created: row.get(1)?, last_used: row.get(2)?, suspended })
    };
    rows.iter().map(read).collect()
}

/// Names an officer's passkey; 0 when it is not the officer's.
pub(crate) fn rename(
    tx: &mut Tx<'_>,
    officer: Id<kinds::Officer>,
    id: Id<kinds::Passkey>,
    name: &SealedPasskeyName,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.rename_passkey\nupdate passkey set name = $3, name_expiry = $4 where id = $1 and officer = $2",
        &[id.into(), officer.into(), name.sealed.as_bytes().into(), name.expiry.into()],
    )
}

/// Forgets the names whose day has passed.
pub(crate) fn forget_names(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.forget_passkey_names\nupdate passkey set name = null where name is not null and name_expiry < $1",
        &[today.into()],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, id: Id<kinds::Passkey>) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.delete_passkey\ndelete from passkey where id = $1 and officer = $2",
        &[id.into(), officer.into()],
    )
}

pub(crate) fn delete_all(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<u64, StoreError> {
    tx.execute("-- people.delete_passkeys\ndelete from passkey where officer = $1", &[officer.into()])
}

fn to_json(passkey: &KeptPasskey) -> Result<String, StoreError> {
    passkey.to_text().map_err(|_| unreadable("a passkey"))
}
