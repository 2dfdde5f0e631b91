use hongkong::{IdNumber, Phone};
use journal::Committed;
use kernel::{Day, Secret};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

use crate::health::{Health, HealthValue};
use crate::household::{Address, Household, Person};
use crate::scheme::{FieldGroup, Scheme};

/// One group of fields of one household, sealed: purpose and expiry travel with it into the row, where they are NOT NULL.
#[derive(Clone, Debug)]
pub(crate) struct SealedGroup {
    /// Sealed values, one for each person who has some; nothing where a person gave none (no mobile).
    pub bytes: Option<Vec<u8>>,
    pub purpose: String,
    pub expiry: Day,
    /// The record number under which the group was sealed anew by a correction; the submission's own otherwise.
    pub record: Option<RecordNumber>,
}

/// Version of the plaintext layouts below.
const SCHEMA: u16 = 1;

/// Name and address of the main registrant, as sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name as on the card.
    pub name: String,
    /// Where to deliver.
    pub address: Address,
}

/// A household's sealed groups.
#[derive(Clone, Debug)]
pub(crate) struct SealedHousehold {
    pub identity: SealedGroup,
    pub contact: SealedGroup,
    pub mobile: SealedGroup,
    pub health: SealedGroup,
}

impl SealedHousehold {
    /// The groups with their numbers.
    pub(crate) fn groups(&self) -> [(FieldGroup, &SealedGroup); 4] {
        [
            (FieldGroup::Identity, &self.identity),
            (FieldGroup::Contact, &self.contact),
            (FieldGroup::Mobile, &self.mobile),
            (FieldGroup::Health, &self.health),
        ]
    }

    /// Whether nothing sealed is left of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups().iter().all(|(_, group)| group.bytes.is_none())
    }
}

pub(crate) fn seal_household(
    keys: &Keyring,
    scheme: &Scheme,
    record: RecordNumber,
    household: &Household,
) -> Result<SealedHousehold, SealError> {
    let people: Vec<String> = household.everyone().map(Person::index_input).collect();
    let contact = Contact { name: household.name.clone(), address: household.address.clone() };
    let contact = serde_json::to_string(&contact).map_err(|_| SealError::Invalid("an address that cannot be written"))?;
    let mobile: Vec<String> = household.mobile.iter().map(|phone| phone.digits().to_owned()).collect();
    let doses = household.vaccination.map(|doses| HealthValue::Doses(doses).written()).transpose()?;
    Ok(SealedHousehold {
        identity: seal_group(keys, scheme, record, FieldGroup::Identity, &people)?,
        contact: seal_group(keys, scheme, record, FieldGroup::Contact, &[contact])?,
        mobile: seal_group(keys, scheme, record, FieldGroup::Mobile, &mobile)?,
        health: seal_group(keys, scheme, record, FieldGroup::Health, &Vec::from_iter(doses))?,
    })
}

fn seal_group(
    keys: &Keyring,
    scheme: &Scheme,
    record: RecordNumber,
    group: FieldGroup,
    values: &[String],
) -> Result<SealedGroup, SealError> {
    let rule = scheme.group(group);
    let mut bytes = Vec::new();
    for (value, person) in values.iter().zip(0u8..=u8::MAX) {
        let slot = slot(&rule.purpose, rule.expiry, record, group, person)?;
        let sealed = keys.seal(&slot, value.as_bytes())?;
        let length = u16::try_from(sealed.as_bytes().len()).map_err(|_| SealError::Invalid("a value over 64 KiB"))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(sealed.as_bytes());
    }
    let bytes = (!values.is_empty()).then_some(bytes);
    Ok(SealedGroup { bytes, purpose: rule.purpose.clone(), expiry: rule.expiry, record: None })
}

/// Seals one value anew in the place of `before`, under a record number of its own and with the purpose and the end of what stood
/// there: what a correction puts in the place of what was wrong.
pub(crate) fn seal_again(
    keys: &Keyring,
    before: &SealedGroup,
    group: FieldGroup,
    value: &str,
) -> Result<SealedGroup, SealError> {
    let record = keys.next_record()?;
    let sealed = keys.seal(&slot(&before.purpose, before.expiry, record, group, 0)?, value.as_bytes())?;
    let length = u16::try_from(sealed.as_bytes().len()).map_err(|_| SealError::Invalid("a value over 64 KiB"))?;
    let bytes = [&length.to_be_bytes()[..], sealed.as_bytes()].concat();
    Ok(SealedGroup { bytes: Some(bytes), record: Some(record), ..before.clone() })
}

/// Seals one more value behind those of a group: under the place that follows them, which nothing was ever sealed in.
pub(crate) fn seal_behind(
    keys: &Keyring,
    before: &SealedGroup,
    record: RecordNumber,
    group: FieldGroup,
    value: &str,
) -> Result<Vec<u8>, SealError> {
    let known = before.bytes.as_deref().unwrap_or_default();
    let place = u8::try_from(split(known).len()).map_err(|_| SealError::Invalid("a value too many"))?;
    let sealed = keys.seal(&slot(&before.purpose, before.expiry, record, group, place)?, value.as_bytes())?;
    let length = u16::try_from(sealed.as_bytes().len()).map_err(|_| SealError::Invalid("a value over 64 KiB"))?;
    Ok([known, &length.to_be_bytes()[..], sealed.as_bytes()].concat())
}

fn slot(
    purpose: &str,
    expiry: Day,
    record: RecordNumber,
    group: FieldGroup,
    person: u8,
) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(purpose)?, record, person, group: group as u8, schema: SCHEMA, expiry })
}

/// A value that cannot be opened any more is as good as one that was never given, where a job can go on without it.
pub(crate) fn readable<T>(opened: Result<Option<T>, SealError>) -> Result<Option<T>, SealError> {
    match opened {
        Err(SealError::Gone | SealError::Broken) => Ok(None),
        other => other,
    }
}

/// The sealed values of one group, as they stand in the row.
pub(crate) fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut rest = bytes;
    let mut values = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (value, following) = after.split_at(length);
        values.push(value);
        rest = following;
    }
    values
}

/// Opens one group of one household; the unit of work behind `committed` put the opening on record.
fn open_group(
    committed: &Committed,
    keys: &Keyring,
    group: FieldGroup,
    record: RecordNumber,
    sealed: &SealedGroup,
) -> Result<Vec<Secret<Vec<u8>>>, SealError> {
    let Some(bytes) = &sealed.bytes else { return Ok(Vec::new()) };
    let open = |(value, person): (&[u8], u8)| {
        let slot = slot(&sealed.purpose, sealed.expiry, sealed.record.unwrap_or(record), group, person)?;
        committed.open(keys, &slot, &Sealed::from_bytes(value.to_vec()))
    };
    // An erased person has left an empty place behind.
    split(bytes).into_iter().zip(0u8..=u8::MAX).filter(|(value, _)| !value.is_empty()).map(open).collect()
}

pub(crate) fn open_people(
    committed: &Committed,
    keys: &Keyring,
    record: RecordNumber,
    sealed: &SealedGroup,
) -> Result<Vec<Person>, SealError> {
    let values = open_group(committed, keys, FieldGroup::Identity, record, sealed)?;
    values.iter().map(|value| person(value.expose()).ok_or(SealError::Broken)).collect()
}

fn person(bytes: &[u8]) -> Option<Person> {
    let (number, birth) = std::str::from_utf8(bytes).ok()?.split_once('|')?;
    Some(Person { id_number: IdNumber::from_number(number).ok()?, birth: birth.parse().ok()? })
}

pub(crate) fn open_contact(
    committed: &Committed,
    keys: &Keyring,
    record: RecordNumber,
    sealed: &SealedGroup,
) -> Result<Option<Contact>, SealError> {
    let values = open_group(committed, keys, FieldGroup::Contact, record, sealed)?;
    values.first().map(|value| serde_json::from_slice(value.expose()).map_err(|_| SealError::Broken)).transpose()
}

pub(crate) fn open_mobile(
    committed: &Committed,
    keys: &Keyring,
    record: RecordNumber,
    sealed: &SealedGroup,
) -> Result<Option<Phone>, SealError> {
    let values = open_group(committed, keys, FieldGroup::Mobile, record, sealed)?;
    let phone = |value: &Secret<Vec<u8>>| std::str::from_utf8(value.expose()).ok().and_then(|text| Phone::parse(text).ok());
    values.first().map(|value| phone(value).ok_or(SealError::Broken)).transpose()
}

/// Nothing when no health was ever given.
pub(crate) fn open_health(
    committed: &Committed,
    keys: &Keyring,
    record: RecordNumber,
    sealed: &SealedGroup,
) -> Result<Option<Health>, SealError> {
    let values = open_group(committed, keys, FieldGroup::Health, record, sealed)?;
    let values = values.iter().map(|value| HealthValue::read(value.expose())).collect::<Result<Vec<_>, _>>()?;
    Ok((!values.is_empty()).then(|| Health::of(values)))
}
