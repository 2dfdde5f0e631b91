use hongkong::Phone;
use journal::{Actor, Committed, Event, Ledger};
use kernel::{Day, Id, kinds};
use store::StoreError;

use crate::health::Health;
use crate::household::Person;
use crate::resolve::OpenRecordError;
use crate::scheme::FieldGroup;
use crate::sealing::{Contact, SealedGroup, open_contact, open_health, open_mobile, open_people, readable, split};
use crate::storage;
use crate::storage::household::HouseholdRow;

/// What a resident is shown of what is held about their household.
#[derive(Debug)]
pub struct OwnData {
    /// The household.
    pub household: HouseholdRow,
    /// The groups of fields that are held, with purpose and end.
    pub groups: Vec<OwnGroup>,
    /// Everybody's number and date of birth.
    pub people: Vec<Person>,
    /// Name and address.
    pub contact: Option<Contact>,
    /// The mobile.
    pub mobile: Option<Phone>,
    /// Vaccination and test results, where an operation asked for them.
    pub health: Option<Health>,
}

/// A group of fields that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnGroup {
    /// Which.
    pub group: FieldGroup,
    /// The purpose under which it was collected.
    pub purpose: String,
    /// The last day on which it can be read.
    pub until: Day,
    /// Whether it was corrected since it was collected.
    pub corrected: bool,
    /// SHA-256 of each sealed value, as the opening of a certificate names them once they are erased.
    pub sealed: Vec<[u8; 32]>,
}

/// Opens everything that is held about a household for the resident who has come in by reference and code. That it was
/// opened stands in the journal and in the resident's own list before anything is readable.
pub fn open_own(ledger: &Ledger, household: Id<kinds::Household>) -> Result<OwnData, OpenRecordError> {
    open_own_and(ledger, household, None).map(|(own, _)| own)
}

/// As [`open_own`], with one more entry in the same unit of work for what is shown beside the data: what it opens stands on record
/// together with them.
pub fn open_own_and(
    ledger: &Ledger,
    household: Id<kinds::Household>,
    shown: Option<&'static str>,
) -> Result<(OwnData, Committed), OpenRecordError> {
    let (household, submission) = ledger.read("registration.own_data", |tx| {
        let row = storage::household::by_id(tx, household)?.ok_or(OpenRecordError::Missing)?;
        let submission = storage::submission::by_event(tx, row.submission)?.ok_or(OpenRecordError::Missing)?;
        Ok::<_, OpenRecordError>((row, submission))
    })?;
    let committed = note_all(ledger, household.id, &[Some("resident.data_shown"), shown])?;
    let (keys, sealed, record) = (ledger.keys(), &submission.sealed, household.record);
    let people = readable(open_people(&committed, keys, record, &sealed.identity).map(Some))?.unwrap_or_default();
    let contact = readable(open_contact(&committed, keys, record, &sealed.contact))?;
    let mobile = readable(open_mobile(&committed, keys, record, &sealed.mobile))?;
    let health = readable(open_health(&committed, keys, record, &sealed.health))?;
    let held = |(group, sealed): (FieldGroup, &SealedGroup)| OwnGroup {
        group,
        purpose: sealed.purpose.clone(),
        until: sealed.expiry,
        corrected: sealed.record.is_some(),
        sealed: split(sealed.bytes.as_deref().unwrap_or_default()).into_iter().map(|value| seal::sha256(&[value])).collect(),
    };
    let groups = sealed.groups().into_iter().filter(|(_, sealed)| sealed.bytes.is_some()).map(held).collect();
    Ok((OwnData { household, groups, people, contact, mobile, health }, committed))
}

/// Puts a reading by the resident on record.
pub(crate) fn note(
    ledger: &Ledger,
    household: Id<kinds::Household>,
    verb: &'static str,
) -> Result<Committed, OpenRecordError> {
    note_all(ledger, household, &[Some(verb), None])
}

fn note_all(
    ledger: &Ledger,
    household: Id<kinds::Household>,
    verbs: &[Option<&'static str>; 2],
) -> Result<Committed, OpenRecordError> {
    let (record, verbs) = (household.bytes(), *verbs);
    let noted = ledger.write("registration.own_reading", Actor::Visitor, move |work| {
        for verb in verbs.into_iter().flatten() {
            work.journal(Event::new(verb).record(record))?;
        }
        Ok::<_, StoreError>(())
    });
    match noted {
        Ok(((), committed)) => Ok(committed),
        Err(store::RunError::Busy { .. }) => Err(OpenRecordError::Busy),
        Err(store::RunError::Refused(error) | store::RunError::Store(error)) => Err(error.into()),
    }
}

impl OwnData {
    /// Whether anything is left to be read.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.contact.is_none() && self.mobile.is_none() && self.health.is_none()
    }
}
