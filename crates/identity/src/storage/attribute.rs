use kernel::{Id, Instant, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::attribute::slot;
use crate::{AttributeName, IDENTITY, SealedAttribute, Source};

pub(crate) fn put(tx: &mut Tx<'_>, account: Id<kinds::Account>, one: &SealedAttribute) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.put_attribute\n\
         insert into identity_attribute (account, name, source, since, record, sealed, sealed_purpose, sealed_expiry) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (account, name) do update set source = excluded.source, \
         since = excluded.since, record = excluded.record, sealed = excluded.sealed, sealed_expiry = excluded.sealed_expiry",
        &[
            account.into(),
            one.name.name().into(),
            one.source.name().into(),
            one.since.into(),
            number(one.slot.record).into(),
            one.sealed.as_bytes().into(),
            IDENTITY.into(),
            one.slot.expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<SealedAttribute>, StoreError> {
    let rows = tx.query(
        "-- identity.attributes\n\
         select name, source, since, record, sealed, sealed_expiry from identity_attribute where account = $1",
        &[account.into()],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<SealedAttribute, StoreError> {
    let name = AttributeName::from_name(&row.get::<String>(0)?).ok_or_else(|| unreadable("an attribute"))?;
    let source = Source::from_name(&row.get::<String>(1)?).ok_or_else(|| unreadable("an attribute's source"))?;
    let slot = slot(name, RecordNumber(row.get(3)?), row.get(5)?).map_err(|_| unreadable("an attribute's place"))?;
    Ok(SealedAttribute { name, source, since: row.get(2)?, slot, sealed: Sealed::from_bytes(row.get(4)?) })
}

/// Takes over an attribute sealed anew, if nobody changed it meanwhile.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    before: RecordNumber,
    one: &SealedAttribute,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.renew_attribute\n\
         update identity_attribute set record = $4, sealed = $5, sealed_expiry = $6 \
         where account = $1 and name = $2 and record = $3",
        &[
            account.into(),
            one.name.name().into(),
            number(before).into(),
            number(one.slot.record).into(),
            one.sealed.as_bytes().into(),
            one.slot.expiry.into(),
        ],
    )
}

pub(crate) fn remove(tx: &mut Tx<'_>, account: Id<kinds::Account>, name: AttributeName) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.remove_attribute\ndelete from identity_attribute where account = $1 and name = $2",
        &[account.into(), name.name().into()],
    )
}

/// Something else vouches for an attribute now; its value stays.
pub(crate) fn set_source(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    name: AttributeName,
    (source, since): (Source, Instant),
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_attribute_source\n\
         update identity_attribute set source = $3, since = $4 where account = $1 and name = $2",
        &[account.into(), name.name().into(), source.name().into(), since.into()],
    )
}

/// Removes all that is known of the person of an account.
pub(crate) fn remove_all(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<(), StoreError> {
    tx.execute("-- identity.remove_attributes\ndelete from identity_attribute where account = $1", &[account.into()])?;
    tx.execute("-- identity.remove_person\ndelete from identity_person where account = $1", &[account.into()])?;
    super::proofing::remove_of(tx, account)?;
    super::visit::remove_of(tx, account)?;
    super::opening::remove_of(tx, account)?;
    Ok(())
}

/// The mail address that an account has since then is right; 0 when it has another one.
pub(crate) fn confirm_mail(tx: &mut Tx<'_>, account: Id<kinds::Account>, since: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.confirm_mail\n\
         update identity_attribute set source = $4 where account = $1 and name = $2 and since = $3",
        &[account.into(), AttributeName::Email.name().into(), since.into(), Source::Confirmed.name().into()],
    )
}

/// Gives a person to an account; 0 when the person or the account has one.
pub(crate) fn claim_person(tx: &mut Tx<'_>, tag: [u8; 32], account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.claim_person\ninsert into identity_person (tag, account) values ($1, $2) on conflict do nothing",
        &[tag.into(), account.into()],
    )
}

/// Whose account a person has.
pub(crate) fn person_of(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Option<Id<kinds::Account>>, StoreError> {
    let row = tx.query_opt("-- identity.person_of\nselect account from identity_person where tag = $1", &[tag.into()])?;
    row.map(|row| row.get(0)).transpose()
}

fn number(record: RecordNumber) -> i64 {
    i64::try_from(record.0).unwrap_or(i64::MAX)
}
