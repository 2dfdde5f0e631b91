use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

/// Somebody who is signing up. The number stands nowhere, only its tag; of the code only its keyed hash.
#[derive(Clone, Debug)]
pub(crate) struct EnrolmentRow {
    pub(crate) id: Id<kinds::Enrolment>,
    pub(crate) tag: [u8; 32],
    pub(crate) code: [u8; 32],
    pub(crate) expires: Instant,
}

/// What is on record of a code.
pub(crate) struct CodeRow {
    pub(crate) code: [u8; 32],
    pub(crate) tries: i64,
    pub(crate) expires: Instant,
}

pub(crate) fn insert(tx: &mut Tx<'_>, row: &EnrolmentRow) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_enrolment\n\
         insert into identity_enrolment (id, tag, code, tries, confirmed, expires) values ($1, $2, $3, 0, false, $4)",
        &[row.id.into(), row.tag.into(), row.code.into(), row.expires.into()],
    )?;
    Ok(())
}

pub(crate) fn code(tx: &mut Tx<'_>, id: Id<kinds::Enrolment>) -> Result<Option<CodeRow>, StoreError> {
    let row = tx.query_opt(
        "-- identity.read_code\nselect code, tries, expires from identity_enrolment where id = $1",
        &[id.into()],
    )?;
    row.map(|row| Ok(CodeRow { code: row.get(0)?, tries: row.get(1)?, expires: row.get(2)? })).transpose()
}

pub(crate) fn count_try(tx: &mut Tx<'_>, id: Id<kinds::Enrolment>) -> Result<u64, StoreError> {
    tx.execute("-- identity.count_try\nupdate identity_enrolment set tries = tries + 1 where id = $1", &[id.into()])
}

pub(crate) fn confirm(tx: &mut Tx<'_>, id: Id<kinds::Enrolment>, expires: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.confirm_enrolment\nupdate identity_enrolment set confirmed = true, expires = $2 where id = $1",
        &[id.into(), expires.into()],
    )
}

/// Whether the number of this enrolment was confirmed lately.
pub(crate) fn is_confirmed(tx: &mut Tx<'_>, id: Id<kinds::Enrolment>, now: Instant) -> Result<bool, StoreError> {
    let row = tx.query_opt(
        "-- identity.confirmed_enrolment\nselect id from identity_enrolment where id = $1 and confirmed and expires > $2",
        &[id.into(), now.into()],
    )?;
    Ok(row.is_some())
}

/// Uses a confirmed enrolment up; its tag, or nothing when there is none.
pub(crate) fn take(tx: &mut Tx<'_>, id: Id<kinds::Enrolment>, now: Instant) -> Result<Option<[u8; 32]>, StoreError> {
    let row = tx.query_opt(
        "-- identity.take_enrolment\n\
         delete from identity_enrolment where id = $1 and confirmed and expires > $2 returning tag",
        &[id.into(), now.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// Drops those that are over.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.sweep_enrolments\ndelete from identity_enrolment where expires <= $1", &[now.into()])
}
