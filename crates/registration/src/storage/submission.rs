use kernel::{Day, Id, Instant, Language, kinds};
use seal::RecordNumber;
use store::{Row, StoreError, Tx, Value};

use crate::register::{Channel, Register};
use crate::sealing::{SealedGroup, SealedHousehold};

/// A submission as the folding job reads it.
#[derive(Clone, Debug)]
pub(crate) struct Submitted {
    pub event: Id<kinds::Event>,
    pub household: Id<kinds::Household>,
    pub record: RecordNumber,
    pub at: Instant,
    pub language: Language,
    pub channel: Channel,
    pub district: String,
    pub people: i64,
    pub address_known: bool,
    pub replaces: Option<Id<kinds::Household>>,
    pub sealed: SealedHousehold,
    pub version: [u8; 32],
}

fn bytes(group: &SealedGroup) -> Value {
    group.bytes.as_deref().map_or(Value::Null, Value::from)
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    event: Id<kinds::Event>,
    at: Instant,
    command: &Register,
) -> Result<(), StoreError> {
    let SealedHousehold { identity, contact, mobile, health } = &command.sealed;
    tx.execute(
        "-- registration.insert_submission
insert into household_submission (event, household, record, at, language, channel, district, people, address_known,
    replaces, identity, identity_purpose, identity_expiry, contact, contact_purpose, contact_expiry,
    mobile, mobile_purpose, mobile_expiry, version, health, health_purpose, health_expiry)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
        &[
            event.into(),
            command.household.into(),
            i64::try_from(command.record.0).unwrap_or(i64::MAX).into(),
            at.into(),
            command.language.slug().into(),
            command.channel.as_str().into(),
            command.district.as_str().into(),
            command.people.into(),
            command.address_known.into(),
            command.replaces.map_or(Value::Null, Value::from),
            bytes(identity),
            identity.purpose.as_str().into(),
            identity.expiry.into(),
            bytes(contact),
            contact.purpose.as_str().into(),
            contact.expiry.into(),
            bytes(mobile),
            mobile.purpose.as_str().into(),
            mobile.expiry.into(),
            command.version.into(),
            bytes(health),
            health.purpose.as_str().into(),
            health.expiry.into(),
        ],
    )?;
    Ok(())
}

/// Submissions after `after`, oldest first.
pub(crate) fn after(
    tx: &mut Tx<'_>,
    after: Id<kinds::Event>,
    limit: i64,
) -> Result<Vec<Submitted>, StoreError> {
    let rows = tx.query(
        "-- registration.submissions_after
select event, household, record, at, language, channel, district, people, address_known, replaces,
    identity, identity_purpose, identity_expiry, contact, contact_purpose, contact_expiry,
    mobile, mobile_purpose, mobile_expiry, version, contact_record, mobile_record,
    health, health_purpose, health_expiry
from household_submission where event > $1 order by event limit $2",
        &[after.into(), limit.into()],
    )?;
    rows.iter().map(submitted).collect()
}

/// How many submissions follow `after`, at most `most`.
pub(crate) fn waiting(tx: &mut Tx<'_>, after: Id<kinds::Event>, most: i64) -> Result<i64, StoreError> {
    let rows = tx.query(
        "-- registration.submissions_waiting\nselect event from household_submission where event > $1 limit $2",
        &[after.into(), most.into()],
    )?;
    Ok(i64::try_from(rows.len()).unwrap_or(most))
}

pub(crate) fn by_event(tx: &mut Tx<'_>, event: Id<kinds::Event>) -> Result<Option<Submitted>, StoreError> {
    let row = tx.query_opt(
        "-- registration.submission_by_event
select event, household, record, at, language, channel, district, people, address_known, replaces,
    identity, identity_purpose, identity_expiry, contact, contact_purpose, contact_expiry,
    mobile, mobile_purpose, mobile_expiry, version, contact_record, mobile_record,
    health, health_purpose, health_expiry
from household_submission where event = $1",
        &[event.into()],
    )?;
    row.as_ref().map(submitted).transpose()
}

pub(crate) fn submitted(row: &Row) -> Result<Submitted, StoreError> {
    let language: String = row.get(4)?;
    let channel: String = row.get(5)?;
    Ok(Submitted {
        event: row.get(0)?,
        household: row.get(1)?,
        record: RecordNumber(u64::try_from(row.get::<i64>(2)?).unwrap_or(0)),
        at: row.get(3)?,
        language: Language::from_slug(&language).unwrap_or(Language::ZhHant),
        channel: Channel::from_str(&channel),
        district: row.get(6)?,
        people: row.get(7)?,
        address_known: row.get(8)?,
        replaces: row.get(9)?,
        sealed: SealedHousehold {
            identity: group(row, 10, None)?,
            contact: group(row, 13, Some(20))?,
            mobile: group(row, 16, Some(21))?,
            health: group(row, 22, None)?,
        },
        version: row.get(19)?,
    })
}

fn group(row: &Row, at: usize, again: Option<usize>) -> Result<SealedGroup, StoreError> {
    let again: Option<i64> = again.map_or(Ok(None), |at| row.get(at))?;
    let record = again.and_then(|record| u64::try_from(record).ok()).map(RecordNumber);
    Ok(SealedGroup { bytes: row.get(at)?, purpose: row.get(at + 1)?, expiry: row.get(at + 2)?, record })
}

/// The events of submissions after `after` that hold a value whose last day has passed, oldest first.
pub(crate) fn expired(
    tx: &mut Tx<'_>,
    after: Id<kinds::Event>,
    today: Day,
    limit: i64,
) -> Result<Vec<Id<kinds::Event>>, StoreError> {
    let rows = tx.query(
        "-- registration.expired
select event from household_submission where event > $1 and (
    (identity_expiry < $2 and identity is not null) or (contact_expiry < $2 and contact is not null)
    or (mobile_expiry < $2 and mobile is not null) or (health_expiry < $2 and health is not null)) order by event limit $3",
        &[after.into(), today.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Removes the sealed values whose last day has passed from the submissions after `from` up to `to`. Their keys died at
/// midnight; now the ciphertext goes too.
pub(crate) fn forget_expired(
    tx: &mut Tx<'_>,
    from: Id<kinds::Event>,
    to: Id<kinds::Event>,
    today: Day,
) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    for sql in [
        "-- registration.forget_identity
update household_submission set identity = null
where event > $1 and event <= $2 and identity_expiry < $3 and identity is not null",
        "-- registration.forget_contact
update household_submission set contact = null
where event > $1 and event <= $2 and contact_expiry < $3 and contact is not null",
        "-- registration.forget_mobile
update household_submission set mobile = null
where event > $1 and event <= $2 and mobile_expiry < $3 and mobile is not null",
        "-- registration.forget_health
update household_submission set health = null
where event > $1 and event <= $2 and health_expiry < $3 and health is not null",
    ] {
        forgotten += tx.execute(sql, &[from.into(), to.into(), today.into()])?;
    }
    Ok(forgotten)
}

/// The sealed values that expired, of the submissions after `from` up to `to`, in order: what is about to be forgotten.
pub(crate) fn expired_values(
    tx: &mut Tx<'_>,
    from: Id<kinds::Event>,
    to: Id<kinds::Event>,
    today: Day,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx.query(
        "-- registration.expired_values
select identity, identity_expiry, contact, contact_expiry, mobile, mobile_expiry, health, health_expiry
from household_submission
where event > $1 and event <= $2 order by event",
        &[from.into(), to.into()],
    )?;
    let mut values = Vec::new();
    for row in &rows {
        for at in [0, 2, 4, 6] {
            let (value, expiry): (Option<Vec<u8>>, Day) = (row.get(at)?, row.get(at + 1)?);
            values.extend(value.filter(|_| expiry < today));
        }
    }
    Ok(values)
}

/// Keeps the root over values that were forgotten: the certificate commits to them too.
pub(crate) fn keep_root(
    tx: &mut Tx<'_>,
    day: Day,
    first: Id<kinds::Event>,
    count: i64,
    root: &[u8; 32],
) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.keep_root
insert into erased_values (day, first, count, root) values ($1, $2, $3, $4) on conflict do nothing",
        &[day.into(), first.into(), count.into(), (*root).into()],
    )?;
    Ok(())
}

/// The roots over values that were forgotten, in the order in which they were.
pub(crate) fn kept_roots(tx: &mut Tx<'_>) -> Result<Vec<[u8; 32]>, StoreError> {
    let rows = tx.query("-- registration.kept_roots\nselect root from erased_values order by day, first", &[])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The sealed groups of one submission.
pub(crate) type SealedValues = (Id<kinds::Event>, [Option<Vec<u8>>; 4]);

/// One page of sealed values in the order of submission: what the commitment in the certificate covers.
pub(crate) fn sealed_values(
    tx: &mut Tx<'_>,
    after: Id<kinds::Event>,
    limit: i64,
) -> Result<Vec<SealedValues>, StoreError> {
    let rows = tx.query(
        "-- registration.sealed_values
select event, identity, contact, mobile, health from household_submission where event > $1 order by event limit $2",
        &[after.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))).collect()
}
