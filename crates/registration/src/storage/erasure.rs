//! Every SQL text of early erasure and of correction.

use kernel::{Day, Id, kinds};
use seal::RecordNumber;
use store::{StoreError, Tx, Value};

use crate::scheme::FieldGroup;
use crate::sealing::SealedGroup;
use crate::storage::submission::{Submitted, submitted};

pub(crate) fn insert_twins(
    tx: &mut Tx<'_>,
    twins: &[(Id<kinds::Household>, Id<kinds::Event>)],
) -> Result<u64, StoreError> {
    let rows: Vec<Vec<Value>> =
        twins.iter().map(|(household, submission)| vec![(*household).into(), (*submission).into()]).collect();
    tx.bulk_insert(
        "-- registration.insert_twins\ninsert into household_twin (household, submission)",
        &rows,
        "on conflict do nothing",
    )
}

/// The resends of a household.
pub(crate) fn twins(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<Vec<Id<kinds::Event>>, StoreError> {
    let sql = "-- registration.twins\nselect submission from household_twin where household = $1";
    tx.query(sql, &[household.into()])?.iter().map(|row| row.get(0)).collect()
}

/// The submissions that hold something sealed under a record number.
pub(crate) fn of_record(tx: &mut Tx<'_>, record: RecordNumber) -> Result<Vec<Submitted>, StoreError> {
    let number = i64::try_from(record.0).unwrap_or(i64::MAX);
    let rows = tx.query(
        "-- registration.submissions_of_record
select event, household, record, at, language, channel, district, people, address_known, replaces,
    identity, identity_purpose, identity_expiry, contact, contact_purpose, contact_expiry,
    mobile, mobile_purpose, mobile_expiry, version, contact_record, mobile_record,
    health, health_purpose, health_expiry
from household_submission where record = $1 or contact_record = $1 or mobile_record = $1",
        &[number.into()],
    )?;
    rows.iter().map(submitted).collect()
}

/// The events of submissions after `after` that hold something of a purpose and expiry day, oldest first.
pub(crate) fn of_day(
    tx: &mut Tx<'_>,
    after: Id<kinds::Event>,
    purpose: &str,
    expiry: Option<Day>,
    limit: i64,
) -> Result<Vec<Submitted>, StoreError> {
    let (from, to) = expiry.map_or((0, i64::from(i32::MAX)), |day| (i64::from(day.number()), i64::from(day.number())));
    let rows = tx.query(
        "-- registration.submissions_of_day
select event, household, record, at, language, channel, district, people, address_known, replaces,
    identity, identity_purpose, identity_expiry, contact, contact_purpose, contact_expiry,
    mobile, mobile_purpose, mobile_expiry, version, contact_record, mobile_record,
    health, health_purpose, health_expiry
from household_submission where event > $1 and (
    (identity_purpose = $2 and identity_expiry >= $3 and identity_expiry <= $4 and identity is not null)
    or (contact_purpose = $2 and contact_expiry >= $3 and contact_expiry <= $4 and contact is not null)
    or (mobile_purpose = $2 and mobile_expiry >= $3 and mobile_expiry <= $4 and mobile is not null)
    or (health_purpose = $2 and health_expiry >= $3 and health_expiry <= $4 and health is not null))
order by event limit $5",
        &[after.into(), purpose.into(), from.into(), to.into(), limit.into()],
    )?;
    rows.iter().map(submitted).collect()
}

/// Puts other sealed bytes, or none, in the place of a group's.
pub(crate) fn set_group(
    tx: &mut Tx<'_>,
    submission: Id<kinds::Event>,
    group: FieldGroup,
    bytes: Option<&[u8]>,
) -> Result<u64, StoreError> {
    let sql = match group {
        FieldGroup::Identity => "-- registration.set_identity\nupdate household_submission set identity = $2 where event = $1",
        FieldGroup::Contact => "-- registration.set_contact\nupdate household_submission set contact = $2 where event = $1",
        FieldGroup::Mobile => "-- registration.set_mobile\nupdate household_submission set mobile = $2 where event = $1",
        FieldGroup::Health => "-- registration.set_health\nupdate household_submission set health = $2 where event = $1",
    };
    tx.execute(sql, &[submission.into(), bytes.map_or(Value::Null, Value::from)])
}

/// Puts a corrected group in the place of what stood there; nothing happens when somebody has corrected it meanwhile.
pub(crate) fn correct_group(
    tx: &mut Tx<'_>,
    submission: Id<kinds::Event>,
    group: FieldGroup,
    before: &[u8],
    after: &SealedGroup,
) -> Result<bool, StoreError> {
    let sql = match group {
        FieldGroup::Contact => {
            "-- registration.correct_contact
update household_submission set contact = $3, contact_purpose = $4, contact_expiry = $5, contact_record = $6
where event = $1 and contact = $2"
        }
        FieldGroup::Mobile => {
            "-- registration.correct_mobile
update household_submission set mobile = $3, mobile_purpose = $4, mobile_expiry = $5, mobile_record = $6
where event = $1 and mobile = $2"
        }
        FieldGroup::Identity | FieldGroup::Health => return Ok(false),
    };
    let record = after.record.map_or(0, |record| i64::try_from(record.0).unwrap_or(i64::MAX));
    let changed = tx.execute(
        sql,
        &[
            submission.into(),
            before.into(),
            after.bytes.as_deref().map_or(Value::Null, Value::from),
            after.purpose.as_str().into(),
            after.expiry.into(),
            record.into(),
        ],
    )?;
    Ok(changed == 1)
}

/// Puts one more health value behind those that were there; nothing happens when another one came, or all went, meanwhile.
pub(crate) fn add_health(
    tx: &mut Tx<'_>,
    submission: Id<kinds::Event>,
    before: Option<&[u8]>,
    after: &[u8],
) -> Result<bool, StoreError> {
    let changed = match before {
        Some(before) => tx.execute(
            "-- registration.add_health\nupdate household_submission set health = $3 where event = $1 and health = $2",
            &[submission.into(), before.into(), after.into()],
        )?,
        None => tx.execute(
            "-- registration.first_health\nupdate household_submission set health = $2 where event = $1 and health is null",
            &[submission.into(), after.into()],
        )?,
    };
    Ok(changed == 1)
}

/// Where a household's parcel goes now, and whether the gazetteer knows the place.
pub(crate) fn set_place(
    tx: &mut Tx<'_>,
    household: Id<kinds::Household>,
    district: &str,
    address_state: &str,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.set_place\nupdate household set district = $2, address_state = $3 where id = $1",
        &[household.into(), district.into(), address_state.into()],
    )
}

/// What is left of a household whose values are gone: that it was there, and how it ended.
pub(crate) fn blank(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.blank_household
update household set district = '', address_state = 'known', export = null, replaces = null where id = $1",
        &[household.into()],
    )
}

/// The district of a submission whose values are gone.
pub(crate) fn blank_submission(tx: &mut Tx<'_>, submission: Id<kinds::Event>) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.blank_submission\nupdate household_submission set district = '', replaces = null where event = $1",
        &[submission.into()],
    )
}

/// Removes index tags: all of a household, those of one person, or the mobile's.
pub(crate) fn delete_tags(
    tx: &mut Tx<'_>,
    household: Id<kinds::Household>,
    from: i64,
    to: i64,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.delete_tags\ndelete from household_index where household = $1 and person >= $2 and person <= $3",
        &[household.into(), from.into(), to.into()],
    )
}

pub(crate) fn delete_code(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<u64, StoreError> {
    tx.execute("-- registration.delete_code\ndelete from status_code where household = $1", &[household.into()])
}

/// Removes the file of an export, and has its package withdrawn where it was handed over. Our keys do not open the file, so this is
/// the only way in which it ends.
pub(crate) fn delete_file(tx: &mut Tx<'_>, export: Id<kinds::Export>) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.delete_file\nupdate delivery_export set file = null, withdrawn = 0
where id = $1 and (file is not null or (handed is not null and withdrawn is null))",
        &[export.into()],
    )
}
