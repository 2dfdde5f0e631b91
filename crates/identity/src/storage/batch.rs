use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::LetterBatch;

type Batch = Id<kinds::Export>;
type OfBatch = ((Id<kinds::Account>, i64), String);

pub(crate) fn insert(tx: &mut Tx<'_>, batch: &LetterBatch, officer: Id<kinds::Officer>) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_batch\n\
         insert into identity_batch (id, lease, officer, made, letters, finished) values ($1, $2, $3, $4, $5, false)",
        &[batch.id.into(), batch.lease.into(), officer.into(), batch.made.into(), batch.letters.into()],
    )?;
    Ok(())
}

/// The latest batches.
pub(crate) fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<LetterBatch>, StoreError> {
    let rows = tx.query(
        "-- identity.latest_batches\n\
         select id, lease, made, letters, finished, posted from identity_batch order by made desc limit $1",
        &[limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Those of a lease, the latest first: a lease has as many packages as one may have, and each batch is one.
pub(crate) fn of_lease(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<LetterBatch>, StoreError> {
    let rows = tx.query(
        "-- identity.batches_of_lease\n-- small: a batch is at most 2,000 letters, a city has some hundreds of batches\n\
         select id, lease, made, letters, finished, posted from identity_batch where lease = $1 order by made desc limit 1000",
        &[lease.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Batches that a crash may have interrupted.
pub(crate) fn unfinished(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<LetterBatch>, StoreError> {
    let rows = tx.query(
        "-- identity.unfinished_batches\n\
         select id, lease, made, letters, finished, posted from identity_batch where not finished order by made limit $1",
        &[limit.into()],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<LetterBatch, StoreError> {
    Ok(LetterBatch {
        id: row.get(0)?,
        lease: row.get(1)?,
        made: row.get(2)?,
        letters: row.get(3)?,
        finished: row.get(4)?,
        posted: row.get(5)?,
    })
}

/// A letter belongs to a batch; 0 when it waits no more.
pub(crate) fn claim(tx: &mut Tx<'_>, id: Batch, (account, number): (Id<kinds::Account>, i64)) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.claim_letter\n\
         update identity_pin set batch = $3 where account = $1 and number = $2 and state = 'queued' and batch is null",
        &[account.into(), number.into(), id.into()],
    )
}

/// The letters of a batch in a state, with their districts.
pub(crate) fn letters(tx: &mut Tx<'_>, id: Batch, state: &str) -> Result<Vec<OfBatch>, StoreError> {
    let rows = tx.query(
        "-- identity.letters_of_batch\nselect account, number, district from identity_pin where batch = $1 and state = $2",
        &[id.into(), state.into()],
    )?;
    rows.iter().map(|row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).collect()
}

pub(crate) fn set_finished(tx: &mut Tx<'_>, id: Batch, letters: i64) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.finish_batch\nupdate identity_batch set finished = true, letters = $2 where id = $1",
        &[id.into(), letters.into()],
    )
}

/// A batch that came to nothing: its letters wait again.
pub(crate) fn drop(tx: &mut Tx<'_>, id: Batch) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.release_letters\nupdate identity_pin set batch = null where batch = $1 and state = 'queued'",
        &[id.into()],
    )?;
    tx.execute("-- identity.drop_batch\ndelete from identity_batch where id = $1", &[id.into()])?;
    Ok(())
}

/// 0 when it is none, is not finished, or was posted before.
pub(crate) fn set_posted(tx: &mut Tx<'_>, id: Batch, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_batch_posted\nupdate identity_batch set posted = $2 where id = $1 and finished and posted is null",
        &[id.into(), now.into()],
    )
}
