use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{Approval, ApprovalState};

pub(crate) fn insert(tx: &mut Tx<'_>, approval: &Approval) -> Result<(), StoreError> {
    tx.execute(
        "-- people.insert_approval\n\
         insert into approval (id, kind, service, what, digest, requested_by, requested_at, expires, state) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            approval.id.into(),
            approval.kind.as_str().into(),
            approval.service.into(),
            approval.what.as_str().into(),
            approval.digest.into(),
            approval.requested_by.into(),
            approval.requested_at.into(),
            approval.expires.into(),
            approval.state.slug().into(),
        ],
    )?;
    Ok(())
}

/// The request with this id, of this kind and in this service.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    id: Id<kinds::Approval>,
    kind: &'static str,
    service: Id<kinds::Service>,
) -> Result<Option<Approval>, StoreError> {
    let row = tx.query_opt(
        "-- people.find_approval\n\
         select id, kind, service, what, digest, requested_by, requested_at, expires, state, decided_by \
         from approval where id = $1 and kind = $2 and service = $3",
        &[id.into(), kind.into(), service.into()],
    )?;
    row.as_ref().map(read).transpose()
}

/// The requests of a service, newest first.
pub(crate) fn list(tx: &mut Tx<'_>, service: Id<kinds::Service>, limit: usize) -> Result<Vec<Approval>, StoreError> {
    let rows = tx.query(
        "-- people.list_approvals\n\
         select id, kind, service, what, digest, requested_by, requested_at, expires, state, decided_by \
         from approval where service = $1 order by requested_at desc, id desc limit $2",
        &[service.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Writes a decision; 0 when somebody else was first.
pub(crate) fn decide(tx: &mut Tx<'_>, approval: &Approval, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.decide_approval\n\
         update approval set state = $2, decided_by = $3, decided_at = $4 where id = $1 and state = 'requested'",
        &[approval.id.into(), approval.state.slug().into(), approval.decided_by.into(), now.into()],
    )
}

/// Writes the one use; 0 when somebody else was first.
pub(crate) fn mark_used(tx: &mut Tx<'_>, approval: &Approval, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.use_approval\nupdate approval set state = 'used', used_at = $2 where id = $1 and state = 'approved'",
        &[approval.id.into(), now.into()],
    )
}

fn read(row: &Row) -> Result<Approval, StoreError> {
    let state = ApprovalState::from_slug(&row.get::<String>(8)?).ok_or_else(|| unreadable("an approval's state"))?;
    Ok(Approval {
        id: row.get(0)?,
        kind: row.get(1)?,
        service: row.get(2)?,
        what: row.get(3)?,
        digest: row.get(4)?,
        requested_by: row.get(5)?,
        requested_at: row.get(6)?,
        expires: row.get(7)?,
        state,
        decided_by: row.get(9)?,
    })
}
