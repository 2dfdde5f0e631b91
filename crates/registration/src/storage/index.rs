use kernel::{Id, kinds};
use store::{StoreError, Tx, Value};

/// Who else claims the same person or mobile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub household: Id<kinds::Household>,
    pub person: i64,
    pub confirmed: bool,
}

/// The place in a household under which its mobile is indexed; people are numbered from 0.
pub(crate) const MOBILE: i64 = -1;

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    claims: &[([u8; 32], Id<kinds::Household>, i64, bool)],
) -> Result<u64, StoreError> {
    let rows: Vec<Vec<Value>> = claims
        .iter()
        .map(|(tag, household, person, confirmed)| {
            vec![(*tag).into(), (*household).into(), (*person).into(), word(*confirmed).into()]
        })
        .collect();
    tx.bulk_insert(
        "-- registration.insert_claims\ninsert into household_index (tag, household, person, state)",
        &rows,
        "on conflict do nothing",
    )
}

const fn word(confirmed: bool) -> &'static str {
    if confirmed { "confirmed" } else { "claimed" }
}

/// Every claim on a tag, at most 100: the limit on attempts is far below.
pub(crate) fn claims(tx: &mut Tx<'_>, tag: &[u8; 32]) -> Result<Vec<Claim>, StoreError> {
    let rows = tx.query(
        "-- registration.claims\nselect household, person, state from household_index where tag = $1 limit 100",
        &[(*tag).into()],
    )?;
    rows.iter()
        .map(|row| {
            let state: String = row.get(2)?;
            Ok(Claim { household: row.get(0)?, person: row.get(1)?, confirmed: state == word(true) })
        })
        .collect()
}

/// The tags of one household.
pub(crate) fn tags_of(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<Vec<([u8; 32], i64)>, StoreError> {
    let rows = tx.query(
        "-- registration.tags_of\nselect tag, person from household_index where household = $1",
        &[household.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// A household that was replaced or rejected claims nobody any more.
pub(crate) fn forget(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<u64, StoreError> {
    tx.execute("-- registration.forget_claims\ndelete from household_index where household = $1", &[household.into()])
}

/// Removes the tags of people and mobiles whose values are gone, of the submissions after `from` up to `to`.
pub(crate) fn forget_gone(
    tx: &mut Tx<'_>,
    from: Id<kinds::Event>,
    to: Id<kinds::Event>,
) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    for sql in [
        "-- registration.forget_tags_of_people
delete from household_index where person >= 0 and household in (
    select h.id from household_submission s join household h on h.id = s.household and h.submission = s.event
    where s.event > $1 and s.event <= $2 and s.identity is null)",
        "-- registration.forget_tags_of_mobiles
delete from household_index where person < 0 and household in (
    select h.id from household_submission s join household h on h.id = s.household and h.submission = s.event
    where s.event > $1 and s.event <= $2 and s.mobile is null)",
    ] {
        forgotten += tx.execute(sql, &[from.into(), to.into()])?;
    }
    Ok(forgotten)
}

pub(crate) fn set_confirmed(
    tx: &mut Tx<'_>,
    household: Id<kinds::Household>,
    confirmed: bool,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.set_claims\nupdate household_index set state = $2 where household = $1",
        &[household.into(), word(confirmed).into()],
    )
}

