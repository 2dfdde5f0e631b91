use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::Terminal;

type Added<'a> = (Id<kinds::Terminal>, &'a str, Id<kinds::Officer>);

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    (id, place, officer): Added<'_>,
    code: [u8; 32],
    (added, expires): (Instant, Instant),
) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_terminal\n\
         insert into identity_terminal (id, place, code, code_expires, officer, added) values ($1, $2, $3, $4, $5, $6)",
        &[id.into(), place.into(), code.into(), expires.into(), officer.into(), added.into()],
    )?;
    Ok(())
}

/// Gives a terminal its token; 0 when no terminal waits for this code.
pub(crate) fn enrol(tx: &mut Tx<'_>, code: [u8; 32], token: [u8; 32], now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.enrol_terminal\n\
         update identity_terminal set token_hash = $2 where code = $1 and code_expires > $3 and token_hash is null",
        &[code.into(), token.into(), now.into()],
    )
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Terminal>, StoreError> {
    let rows = tx.query("-- identity.terminals\nselect id, place, added, token_hash from identity_terminal order by added desc, id", &[])?;
    let read = |row: &Row| {
        let enrolled = row.get::<Option<Vec<u8>>>(3)?.is_some();
        Ok(Terminal { id: row.get(0)?, place: row.get(1)?, added: row.get(2)?, enrolled })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn find(tx: &mut Tx<'_>, token: [u8; 32]) -> Result<Option<Id<kinds::Terminal>>, StoreError> {
    let row = tx.query_opt("-- identity.find_terminal\nselect id from identity_terminal where token_hash = $1", &[token.into()])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: Id<kinds::Terminal>) -> Result<u64, StoreError> {
    tx.execute("-- identity.remove_terminal\ndelete from identity_terminal where id = $1", &[id.into()])
}

/// No cookie is a terminal's any more, and no code makes one; how many were.
pub(crate) fn forget_tokens(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.forget_terminal_tokens\nupdate identity_terminal set token_hash = null, code_expires = 0 where token_hash is not null or code_expires > 0",
        &[],
    )
}
