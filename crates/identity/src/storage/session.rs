use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{Device, Means, Resident, Session};

/// A session with the account that it is of.
pub(crate) type Owned = (Id<kinds::Account>, Id<kinds::AccountSession>);

/// The sessions that a statement ended.
pub(crate) type Ended = Vec<Id<kinds::AccountSession>>;

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    who: &Resident,
    token_hash: [u8; 32],
    passkey: Option<Id<kinds::AccountPasskey>>,
) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_session\n\
         insert into identity_session (id, token_hash, account, means, passkey, started, seen) \
         values ($1, $2, $3, $4, $5, $6, $6)",
        &[
            who.session.into(),
            token_hash.into(),
            who.account.into(),
            who.means.name().into(),
            passkey.into(),
            who.started.into(),
        ],
    )?;
    Ok(())
}

/// A living session and when it was last used.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    token_hash: [u8; 32],
    idle: Instant,
    old: Instant,
) -> Result<Option<(Resident, Instant)>, StoreError> {
    let row = tx.query_opt(
        "-- identity.find_session\n\
         select account, id, started, means, seen from identity_session \
         where token_hash = $1 and seen > $2 and started > $3",
        &[token_hash.into(), idle.into(), old.into()],
    )?;
    let read = |row: Row| {
        let means = means(&row.get::<String>(3)?)?;
        Ok((Resident { account: row.get(0)?, session: row.get(1)?, started: row.get(2)?, means }, row.get(4)?))
    };
    row.map(read).transpose()
}

pub(crate) fn keep(tx: &mut Tx<'_>, id: Id<kinds::AccountSession>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.keep_session\nupdate identity_session set seen = $2 where id = $1 and seen < $2",
        &[id.into(), now.into()],
    )
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    idle: Instant,
    old: Instant,
) -> Result<Vec<Session>, StoreError> {
    let rows = tx.query(
        "-- identity.list_sessions\n\
         select s.id, p.device, s.started, s.seen, s.means from identity_session s left join identity_passkey p on p.id = s.passkey \
         where s.account = $1 and s.seen > $2 and s.started > $3 order by s.seen desc limit 100",
        &[account.into(), idle.into(), old.into()],
    )?;
    let read = |row: &Row| {
        let device = row.get::<Option<String>>(1)?;
        let device = device.map(|name| Device::from_name(&name).ok_or_else(|| unreadable("a device"))).transpose()?;
        let means = means(&row.get::<String>(4)?)?;
        Ok(Session { id: row.get(0)?, means, device, started: row.get(2)?, seen: row.get(3)? })
    };
    rows.iter().map(read).collect()
}

/// The session of a cookie goes; its account and itself, or nothing when it had gone.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    token_hash: [u8; 32],
) -> Result<Option<Owned>, StoreError> {
    let row = tx.query_opt(
        "-- identity.end_session\ndelete from identity_session where token_hash = $1 returning account, id",
        &[token_hash.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// One of an account's own sessions goes; 0 when it is not the account's.
pub(crate) fn end_one(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    id: Id<kinds::AccountSession>,
) -> Result<Ended, StoreError> {
    let rows = tx.query(
        "-- identity.end_own_session\ndelete from identity_session where account = $1 and id = $2 returning id",
        &[account.into(), id.into()],
    )?;
    ids(&rows)
}

/// All sessions of an account but one go.
pub(crate) fn end_others(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    kept: Id<kinds::AccountSession>,
) -> Result<Ended, StoreError> {
    let rows = tx.query(
        "-- identity.end_other_sessions\ndelete from identity_session where account = $1 and id <> $2 returning id",
        &[account.into(), kept.into()],
    )?;
    ids(&rows)
}

/// All sessions of an account go.
pub(crate) fn end_all(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Ended, StoreError> {
    let rows = tx.query(
        "-- identity.end_all_sessions\ndelete from identity_session where account = $1 returning id",
        &[account.into()],
    )?;
    ids(&rows)
}

/// All sessions that began with the password go, but one.
pub(crate) fn end_of_password(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    kept: Id<kinds::AccountSession>,
) -> Result<Ended, StoreError> {
    let rows = tx.query(
        "-- identity.end_password_sessions\n\
         delete from identity_session where account = $1 and means = 'password' and id <> $2 returning id",
        &[account.into(), kept.into()],
    )?;
    ids(&rows)
}

/// All sessions that began with a passkey go, but one.
pub(crate) fn end_of_passkey(
    tx: &mut Tx<'_>,
    passkey: Id<kinds::AccountPasskey>,
    kept: Id<kinds::AccountSession>,
) -> Result<Ended, StoreError> {
    let rows = tx.query(
        "-- identity.end_passkey_sessions\ndelete from identity_session where passkey = $1 and id <> $2 returning id",
        &[passkey.into(), kept.into()],
    )?;
    ids(&rows)
}

/// Drops the dead.
pub(crate) fn sweep(tx: &mut Tx<'_>, idle: Instant, old: Instant) -> Result<u64, StoreError> {
    let idle = tx.execute("-- identity.sweep_idle_sessions\ndelete from identity_session where seen <= $1", &[idle.into()])?;
    let old = tx.execute("-- identity.sweep_old_sessions\ndelete from identity_session where started <= $1", &[old.into()])?;
    Ok(idle + old)
}

fn ids(rows: &[Row]) -> Result<Ended, StoreError> {
    rows.iter().map(|row| row.get(0)).collect()
}

fn means(name: &str) -> Result<Means, StoreError> {
    Means::from_name(name).ok_or_else(|| unreadable("what a session was begun with"))
}
