use std::collections::BTreeSet;

use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Fault, Id, Kind, Secret, kinds};
use people::{Grant, OpenRecord, ResolveException};
use seal::{RecordNumber, SealError};
use store::{RunError, StoreError};
use thiserror::Error;
use vault::{OpenCommand, OpenError, Outcome};

use crate::household::Person;
use crate::matching::{AddressState, RESOLVED, Reason, State};
use crate::scheme::{FieldGroup, Scheme};
use crate::sealing::{Contact, SealedGroup, SealedHousehold, open_contact, open_health, open_mobile, open_people};
use crate::storage;
use crate::storage::counter::Tally;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;
use crate::tell;

/// What an officer decides about an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The people proved at a counter who they are: this household stands, and earlier claims on them are displaced.
    ConfirmWithProof,
    /// It cannot stand.
    Reject,
    /// The address exists although the gazetteer does not know it.
    AcceptAddress,
    /// There is no such address: the household needs checking.
    RefuseAddress,
}

impl Resolution {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmWithProof => "confirm-with-proof",
            Self::Reject => "reject",
            Self::AcceptAddress => "accept-address",
            Self::RefuseAddress => "refuse-address",
        }
    }
}

/// Why an exception was not resolved.
#[derive(Debug, Error)]
pub enum ResolveError {
    /// No such household in this scheme.
    #[error("there is no such registration")]
    Missing,
    /// The grant is for another service.
    #[error("there is no such registration in your services")]
    Elsewhere,
    /// It is not in a state in which this can be decided.
    #[error("this registration has been decided already")]
    Decided,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ResolveError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Elsewhere => Kind::Missing,
            Self::Decided => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Resolves an exception. Returns the households that lost their claim to this one. Everybody whose answer changes by it is
/// told by [`crate::tell_resolved`].
pub fn resolve(
    work: &mut Work<'_, '_>,
    grant: &Grant<ResolveException>,
    household: Id<kinds::Household>,
    resolution: Resolution,
) -> Result<Vec<Id<kinds::Household>>, ResolveError> {
    if !vault::covers(work.tx(), grant)? {
        return Err(ResolveError::Elsewhere);
    }
    let row = storage::household::by_id(work.tx(), household)?.ok_or(ResolveError::Missing)?;
    let mut tally = Tally::default();
    tally.add(RESOLVED, "", 1);
    let mut displaced = Vec::new();
    match resolution {
        Resolution::ConfirmWithProof => {
            undecided(row.state == State::Checking)?;
            displaced = displace_others(work, &row, &mut tally)?;
            move_to(work, &row, State::Confirmed, Reason::None, &mut tally)?;
            storage::index::set_confirmed(work.tx(), household, true)?;
            if row.address == AddressState::Refused {
                storage::household::set_address_state(work.tx(), household, AddressState::ToCheck)?;
            }
            tell::later(work, household)?;
        }
        Resolution::Reject => {
            undecided(row.state == State::Checking)?;
            move_to(work, &row, State::Rejected, row.reason, &mut tally)?;
            storage::index::forget(work.tx(), household)?;
        }
        Resolution::AcceptAddress => {
            undecided(row.address == AddressState::ToCheck)?;
            storage::household::set_address_state(work.tx(), household, AddressState::Accepted)?;
        }
        Resolution::RefuseAddress => {
            let waits = matches!(row.state, State::Confirmed | State::Checking);
            undecided(row.address == AddressState::ToCheck && waits)?;
            storage::household::set_address_state(work.tx(), household, AddressState::Refused)?;
            if row.state == State::Confirmed {
                move_to(work, &row, State::Checking, Reason::Address, &mut tally)?;
                tell::later(work, household)?;
            }
        }
    }
    tally.write(work.tx())?;
    let event = Event::new("registration.resolved")
        .record(household.bytes())
        .detail("resolution", resolution.as_str())
        .detail("displaced", displaced.len())
        .detail("right", grant.role().to_string());
    work.journal(event)?;
    Ok(displaced)
}

const fn undecided(open: bool) -> Result<(), ResolveError> {
    if open { Ok(()) } else { Err(ResolveError::Decided) }
}

/// An early false claim does not lock out the true person: proof at a counter displaces it. What is with the courier or at the
/// door already stays what it is, so that the courier's result is still taken over: only the claim goes.
fn displace_others(
    work: &mut Work<'_, '_>,
    row: &HouseholdRow,
    tally: &mut Tally,
) -> Result<Vec<Id<kinds::Household>>, StoreError> {
    let tags = storage::index::tags_of(work.tx(), row.id)?;
    let mut others = BTreeSet::new();
    for (tag, _) in tags.iter().filter(|(_, person)| *person != storage::index::MOBILE) {
        let claims = storage::index::claims(work.tx(), tag)?;
        others.extend(claims.iter().filter(|claim| claim.confirmed).map(|claim| claim.household));
    }
    others.remove(&row.id);
    for other in &others {
        if let Some(other) = storage::household::by_id(work.tx(), *other)? {
            storage::index::set_confirmed(work.tx(), other.id, false)?;
            let event = Event::new("registration.displaced").record(other.id.bytes());
            work.journal(event.detail("state", other.state.as_str()))?;
            if !matches!(other.state, State::Dispatched | State::Delivered) {
                move_to(work, &other, State::Checking, Reason::Displaced, tally)?;
                tell::later(work, other.id)?;
            }
        }
    }
    Ok(others.into_iter().collect())
}

fn move_to(
    work: &mut Work<'_, '_>,
    row: &HouseholdRow,
    state: State,
    reason: Reason,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let now = work.now();
    if storage::household::move_on(work.tx(), row, state, reason, now)? {
        tally.add(row.state.as_str(), "", -1);
        tally.add(state.as_str(), "", 1);
    }
    Ok(())
}

/// What an officer sees of one record: only the groups of the purpose named.
#[derive(Debug)]
pub struct OpenedRecord {
    /// The household.
    pub household: HouseholdRow,
    /// Everybody's number and date of birth, for the purpose of matching.
    pub people: Option<Vec<Person>>,
    /// Name and address, for the purpose of delivery.
    pub contact: Option<Contact>,
    /// The mobile, for the purpose of messages.
    pub mobile: Option<hongkong::Phone>,
    /// Vaccination and test results, for the purpose they were asked for.
    pub health: Option<crate::health::Health>,
}

/// Why a record was not opened.
#[derive(Debug, Error)]
pub enum OpenRecordError {
    /// No such household in this scheme.
    #[error("there is no such registration")]
    Missing,
    /// The statement does not name this purpose; the refusal is journaled.
    #[error("the collection statement does not name this purpose: the record stays closed, and the attempt is on record")]
    Purpose,
    /// The opening could not be put on record.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A value could not be opened: its keys have died, or it was moved.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The write queue is full.
    #[error("the system is busy; try again in a moment")]
    Busy,
}

impl Fault for OpenRecordError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Purpose => Kind::Denied,
            Self::Open(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Busy => Kind::Busy,
        }
    }
}

store::from_run_error!(OpenRecordError);

/// Opens one record for an officer: the opening, with purpose and reason, is durable before anything is readable.
pub fn open_for_officer(
    ledger: &Ledger,
    scheme: &Scheme,
    grant: Grant<OpenRecord>,
    household: Id<kinds::Household>,
    purpose: &str,
    reason: &Secret<String>,
) -> Result<OpenedRecord, OpenRecordError> {
    let (household, submission) = ledger.read("registration.record", |tx| {
        let row = storage::household::by_id(tx, household)?.ok_or(OpenRecordError::Missing)?;
        let submission = storage::submission::by_event(tx, row.submission)?.ok_or(OpenRecordError::Missing)?;
        Ok::<_, OpenRecordError>((row, submission))
    })?;
    let command = OpenCommand::new(ledger.keys(), household.id.bytes(), purpose, reason, scheme.last_expiry())?;
    let actor: Actor = grant.actor();
    let (outcome, committed) = ledger.write("registration.open_record", actor, move |work| {
        Ok::<_, OpenRecordError>(vault::open_record(work, &grant, &command)?)
    })?;
    match outcome {
        Outcome::Refused => Err(OpenRecordError::Purpose),
        Outcome::Granted(_) => release(ledger, (purpose, &GROUPS), household, &submission, &committed),
    }
}

const GROUPS: [FieldGroup; 4] = FieldGroup::ALL;

/// Opens what of these groups was collected for the purpose, once the opening is on record.
pub(crate) fn release(
    ledger: &Ledger,
    (purpose, groups): (&str, &[FieldGroup]),
    household: HouseholdRow,
    submission: &Submitted,
    committed: &Committed,
) -> Result<OpenedRecord, OpenRecordError> {
    let (keys, sealed, record): (_, _, RecordNumber) = (ledger.keys(), &submission.sealed, household.record);
    // The purpose under which the values were collected counts, not the one that a later version may give the field.
    let wanted = |group, sealed: &SealedGroup| groups.contains(&group) && sealed.purpose == purpose;
    let SealedHousehold { identity, contact, mobile, health } = sealed;
    let has_people = wanted(FieldGroup::Identity, identity) && identity.bytes.is_some();
    let people = has_people.then(|| open_people(committed, keys, record, identity)).transpose()?;
    let contact = if wanted(FieldGroup::Contact, contact) { open_contact(committed, keys, record, contact)? } else { None };
    let mobile = if wanted(FieldGroup::Mobile, mobile) { open_mobile(committed, keys, record, mobile)? } else { None };
    let health = if wanted(FieldGroup::Health, health) { open_health(committed, keys, record, health)? } else { None };
    Ok(OpenedRecord { household, people, contact, mobile, health })
}

/// One page of the exceptions queue.
pub fn exceptions(
    ledger: &Ledger,
    after: Option<Id<kinds::Household>>,
    limit: usize,
) -> Result<Vec<HouseholdRow>, RunError<StoreError>> {
    let after = after.unwrap_or(Id::from_bytes([0; 16]));
    let limit = i64::try_from(limit).unwrap_or(50);
    ledger.read("registration.exceptions", |tx| storage::household::in_state(tx, State::Checking, after, limit))
}

/// Registrations whose address the gazetteer does not know.
pub fn unknown_addresses(ledger: &Ledger, limit: usize) -> Result<Vec<HouseholdRow>, RunError<StoreError>> {
    let limit = i64::try_from(limit).unwrap_or(50);
    ledger.read("registration.unknown_addresses", |tx| storage::household::with_unknown_address(tx, limit))
}

/// Finds a registration by its reference, for an officer who has somebody on the line.
pub fn find(
    ledger: &Ledger,
    reference: crate::reference::Reference,
) -> Result<Option<HouseholdRow>, RunError<StoreError>> {
    ledger.read("registration.find", |tx| storage::household::by_reference(tx, reference))
}
