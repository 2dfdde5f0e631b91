//! Every SQL text about the pictures that stand with formal requests.

use kernel::{Day, Id, kinds};
use seal::RecordNumber;
use store::{Row, StoreError, Tx};

use crate::request::{REQUESTS, SealedProof};

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    request: Id<kinds::SubjectRequest>,
    proof: &SealedProof,
) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.insert_request_proof
insert into subject_request_proof (request, media_type, record, sealed, sealed_purpose, sealed_expiry)
values ($1, $2, $3, $4, $5, $6)",
        &[
            request.into(),
            proof.media_type.as_str().into(),
            i64::try_from(proof.record.0).unwrap_or(i64::MAX).into(),
            proof.sealed.as_slice().into(),
            REQUESTS.into(),
            proof.expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn find(
    tx: &mut Tx<'_>,
    request: Id<kinds::SubjectRequest>,
) -> Result<Option<SealedProof>, StoreError> {
    let row = tx.query_opt(
        "-- vault.request_proof
select media_type, record, sealed, sealed_expiry from subject_request_proof where request = $1",
        &[request.into()],
    )?;
    row.map(|row| proof(&row, 0)).transpose()
}

pub(crate) fn decided(
    tx: &mut Tx<'_>,
    limit: i64,
) -> Result<Vec<(Id<kinds::SubjectRequest>, SealedProof)>, StoreError> {
    let rows = tx.query(
        "-- vault.decided_request_proofs
select p.request, p.media_type, p.record, p.sealed, p.sealed_expiry from subject_request_proof p
join subject_request r on r.id = p.request where r.state <> 'lodged' limit $1",
        &[limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, proof(row, 1)?))).collect()
}

fn proof(row: &Row, from: usize) -> Result<SealedProof, StoreError> {
    Ok(SealedProof {
        media_type: row.get(from)?,
        record: RecordNumber(u64::try_from(row.get::<i64>(from + 1)?).unwrap_or(0)),
        sealed: row.get(from + 2)?,
        expiry: row.get(from + 3)?,
    })
}

pub(crate) fn delete(tx: &mut Tx<'_>, request: Id<kinds::SubjectRequest>) -> Result<u64, StoreError> {
    tx.execute("-- vault.delete_request_proof\ndelete from subject_request_proof where request = $1", &[request.into()])
}

pub(crate) fn delete_expired(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- vault.delete_expired_request_proofs\ndelete from subject_request_proof where sealed_expiry < $1",
        &[today.into()],
    )
}
