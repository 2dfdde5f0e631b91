use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

/// A living invitation.
pub(crate) struct Invitation {
    pub(crate) id: Id<kinds::Invitation>,
    pub(crate) officer: Id<kinds::Officer>,
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    invitation: &Invitation,
    token_hash: [u8; 32],
    expires: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- people.insert_invitation\n\
         insert into invitation (id, token_hash, officer, expires) values ($1, $2, $3, $4)",
        &[invitation.id.into(), token_hash.into(), invitation.officer.into(), expires.into()],
    )?;
    Ok(())
}

/// The invitation of a token, if it is neither used nor expired.
pub(crate) fn find(tx: &mut Tx<'_>, token_hash: [u8; 32], now: Instant) -> Result<Option<Invitation>, StoreError> {
    let row = tx.query_opt(
        "-- people.find_invitation\n\
         select id, officer from invitation where token_hash = $1 and used is null and expires > $2",
        &[token_hash.into(), now.into()],
    )?;
    row.map(|row| Ok(Invitation { id: row.get(0)?, officer: row.get(1)? })).transpose()
}

/// Uses an invitation; 0 when it has been used or has expired since.
pub(crate) fn mark_used(tx: &mut Tx<'_>, id: Id<kinds::Invitation>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.use_invitation\nupdate invitation set used = $2 where id = $1 and used is null and expires > $2",
        &[id.into(), now.into()],
    )
}

/// Makes every earlier invitation of an officer worthless.
pub(crate) fn revoke_all(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.revoke_invitations\nupdate invitation set used = $2 where officer = $1 and used is null",
        &[officer.into(), now.into()],
    )
}

/// No link that is out works any more; how many did not end by themselves before.
pub(crate) fn revoke_every(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- people.revoke_every_invitation\nupdate invitation set used = $1 where used is null", &[now.into()])
}
