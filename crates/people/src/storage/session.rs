use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::{officer, unreadable};
use crate::Officer;
use crate::session::SessionTimes;

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: Id<kinds::Session>,
    token_hash: [u8; 32],
    officer: Id<kinds::Officer>,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- people.insert_session\n\
         insert into session (id, token_hash, officer, started, seen) values ($1, $2, $3, $4, $4)",
        &[id.into(), token_hash.into(), officer.into(), now.into()],
    )?;
    Ok(())
}

/// A session that was not ended, with its officer, who was not ended either.
pub(crate) struct Opened {
    pub(crate) id: Id<kinds::Session>,
    pub(crate) times: SessionTimes,
    pub(crate) officer: Officer,
}

pub(crate) fn find(tx: &mut Tx<'_>, token_hash: [u8; 32]) -> Result<Option<Opened>, StoreError> {
    let row = tx.query_opt(
        "-- people.find_session\n\
         select o.id, o.department, o.post, o.roles, o.ended, s.id, s.started, s.seen \
         from session s join officer o on o.id = s.officer \
         where s.token_hash = $1 and s.ended is null and o.ended is null",
        &[token_hash.into()],
    )?;
    let read = |row: Row| {
        let times = SessionTimes { started: row.get(6)?, seen: row.get(7)? };
        Ok(Opened { id: row.get(5)?, times, officer: officer::read(&row).map_err(|_| unreadable("an officer"))? })
    };
    row.map(read).transpose()
}

pub(crate) fn keep(tx: &mut Tx<'_>, id: Id<kinds::Session>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.keep_session\nupdate session set seen = $2 where id = $1 and ended is null and seen < $2",
        &[id.into(), now.into()],
    )
}

/// Ends one session; 0 when it had ended.
pub(crate) fn end(tx: &mut Tx<'_>, token_hash: [u8; 32], now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.end_session\nupdate session set ended = $2 where token_hash = $1 and ended is null",
        &[token_hash.into(), now.into()],
    )
}

/// Ends all sessions of an officer.
pub(crate) fn end_all(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.end_sessions\nupdate session set ended = $2 where officer = $1 and ended is null",
        &[officer.into(), now.into()],
    )
}

/// Drops sessions that began before `before`; they are all dead.
pub(crate) fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute("-- people.sweep_sessions\ndelete from session where started < $1", &[before.into()])
}
