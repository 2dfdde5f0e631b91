use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Kind, kinds};
use seal::{Purpose, SealError, Target};
use store::StoreError;
use thiserror::Error;
use vault::{Cause, EraseOrder};

use crate::fault::FieldProblem;
use crate::form::AddressForm;
use crate::household::{Address, Changes, Rules};
use crate::matching::{AddressState, State};
use crate::own_data::note;
use crate::resolve::OpenRecordError;
use crate::scheme::FieldGroup;
use crate::sealing::{Contact, SealedGroup, open_contact, seal_again, split};
use crate::storage;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;

/// What a resident corrects, as typed. What is not named stays as it is. Numbers and dates of birth are corrected by a formal
/// request, because they are matched anew.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub address: Option<AddressForm>,
    /// The mobile.
    pub mobile: Option<String>,
}

/// A correction that is durable: what was wrong is to be erased now.
#[derive(Clone, Debug)]
pub struct Corrected {
    /// The order to erase what was wrong; nothing when nothing changed.
    pub erasure: Option<Id<kinds::Erasure>>,
}

/// Why nothing was corrected.
#[derive(Debug, Error)]
pub enum CorrectError {
    /// No such household, or nothing of it is left.
    #[error("there is no such registration")]
    Missing,
    /// What was typed is not right.
    #[error("{} fields are not right", .0.len())]
    Fields(Vec<FieldProblem>),
    /// The old value could not be opened.
    #[error(transparent)]
    Open(#[from] OpenRecordError),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else corrected it at the same moment, or the write queue is full.
    #[error("the system is busy; try again in a moment")]
    Busy,
}

impl Fault for CorrectError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Fields(_) => Kind::Invalid,
            Self::Open(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Busy => Kind::Busy,
        }
    }
}

store::from_run_error!(CorrectError);

/// A group that is replaced.
struct Replaced {
    group: FieldGroup,
    before: SealedGroup,
    after: SealedGroup,
    target: (Target, [u8; 32]),
}

/// Corrects name, address or mobile of a household, for the resident behind reference and code. The new value is sealed under a
/// record number of its own, so that the old one can be punctured; the order to do that is in the same unit of work.
pub fn correct(
    ledger: &Ledger,
    rules: &Rules<'_>,
    household: Id<kinds::Household>,
    correction: &Correction,
) -> Result<Corrected, CorrectError> {
    let address = correction.address.as_ref();
    let changes = Changes::parse(correction.name.as_deref(), address, correction.mobile.as_deref(), rules);
    let changes = changes.map_err(CorrectError::Fields)?;
    let (row, submission) = ledger.read("registration.correct_read", |tx| {
        let row = storage::household::by_id(tx, household)?.ok_or(CorrectError::Missing)?;
        let submission = storage::submission::by_event(tx, row.submission)?.ok_or(CorrectError::Missing)?;
        Ok::<_, CorrectError>((row, submission))
    })?;
    let mut replaced = Vec::new();
    if changes.name.is_some() || changes.address.is_some() {
        replaced.extend(contact(ledger, &row, &submission, &changes)?);
    }
    let mut tag = None;
    if let Some(phone) = &changes.mobile {
        replaced.extend(replace(ledger, &submission, FieldGroup::Mobile, phone.digits())?);
        tag = Some(ledger.keys().blind("mobile", phone.digits().as_bytes())?);
    }
    if replaced.is_empty() {
        return Ok(Corrected { erasure: None });
    }
    let place = changes.address;
    let (erasure, _) = ledger.write("registration.correct", Actor::Visitor, move |work| {
        write(work, &row, &replaced, place.as_ref(), tag)
    })?;
    Ok(Corrected { erasure: Some(erasure) })
}

fn contact(
    ledger: &Ledger,
    row: &HouseholdRow,
    submission: &Submitted,
    changes: &Changes,
) -> Result<Option<Replaced>, CorrectError> {
    let committed = note(ledger, row.id, "resident.correction_begun")?;
    let held = open_contact(&committed, ledger.keys(), row.record, &submission.sealed.contact)?;
    let held = held.ok_or(CorrectError::Missing)?;
    let corrected = Contact {
        name: changes.name.clone().unwrap_or_else(|| held.name.clone()),
        address: changes.address.clone().unwrap_or_else(|| held.address.clone()),
    };
    if corrected == held {
        return Ok(None);
    }
    let text = serde_json::to_string(&corrected).map_err(|_| SealError::Invalid("an address that cannot be written"))?;
    replace(ledger, submission, FieldGroup::Contact, &text)
}

fn replace(
    ledger: &Ledger,
    submission: &Submitted,
    group: FieldGroup,
    value: &str,
) -> Result<Option<Replaced>, CorrectError> {
    let before = submission.sealed.groups().into_iter().find(|(known, _)| *known == group).map(|(_, sealed)| sealed);
    let before = before.filter(|sealed| sealed.bytes.is_some()).ok_or(CorrectError::Missing)?.clone();
    // The statement under which it was collected decides purpose and end, not a later one.
    let after = seal_again(ledger.keys(), &before, group, value)?;
    let commitment = vault::commit(&**ledger.random(), split(before.bytes.as_deref().unwrap_or_default())).commitment;
    let target = Target::Value {
        purpose: Purpose::new(&before.purpose)?,
        expiry: before.expiry,
        record: before.record.unwrap_or(submission.record),
        person: 0,
        group: group.number(),
    };
    Ok(Some(Replaced { group, before, after, target: (target, commitment) }))
}

fn write(
    work: &mut Work<'_, '_>,
    row: &HouseholdRow,
    replaced: &[Replaced],
    place: Option<&Address>,
    tag: Option<[u8; 32]>,
) -> Result<Id<kinds::Erasure>, CorrectError> {
    let mut roots = Vec::new();
    for Replaced { group, before, after, .. } in replaced {
        let bytes = before.bytes.as_deref().unwrap_or_default();
        if !storage::erasure::correct_group(work.tx(), row.submission, *group, bytes, after)? {
            return Err(CorrectError::Busy);
        }
        roots.push(seal::sha256(&[bytes]));
    }
    let (today, mark): (_, Id<kinds::Event>) = (work.today(), work.new_id());
    let count = i64::try_from(roots.len()).unwrap_or(i64::MAX);
    storage::submission::keep_root(work.tx(), today, mark, count, &journal::tree_root(&roots))?;
    if let Some(address) = place {
        let state = if address.key.is_some() { AddressState::Known } else { AddressState::ToCheck };
        storage::erasure::set_place(work.tx(), row.id, address.district.code(), state.as_str())?;
    }
    if let Some(tag) = tag {
        let mobile = storage::index::MOBILE;
        storage::erasure::delete_tags(work.tx(), row.id, mobile, mobile)?;
        let confirmed = matches!(row.state, State::Confirmed | State::Dispatched | State::Delivered);
        storage::index::insert(work.tx(), &[(tag, row.id, mobile, confirmed)])?;
        storage::erasure::delete_code(work.tx(), row.id)?;
    }
    let names: Vec<&str> = replaced.iter().map(|replaced| name(replaced.group)).collect();
    work.journal(Event::new("registration.corrected").record(row.id.bytes()).detail("fields", names))?;
    let order = EraseOrder {
        record: Some(row.id.bytes()),
        scope: "what a resident corrected".into(),
        households: 1,
        persons: 1,
        targets: replaced.iter().map(|replaced| replaced.target).collect(),
        cause: Cause::Correction,
    };
    Ok(vault::order_erasure(work, &order)?)
}

const fn name(group: FieldGroup) -> &'static str {
    match group {
        FieldGroup::Identity => "identity",
        FieldGroup::Contact => "contact",
        FieldGroup::Mobile => "mobile",
        FieldGroup::Health => "health",
    }
}
