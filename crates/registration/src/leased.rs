use journal::{Actor, Committed, Ledger};
use kernel::{Id, kinds};
use people::{Grant, PersonalDataExport, RequestExport, UseApproval, check_approval};
use seal::SealError;
use store::{RunError, StoreError};
use vault::{BatchOutcome, LeasedCommand, LeasedError, Outcome};

use crate::export::{ExportError, own};
use crate::matching::{MatchError, State, openings};
use crate::reference::Reference;
use crate::resolve::{OpenRecordError, OpenedRecord, release};
use crate::scheme::{FieldGroup, Scheme};
use crate::sealing::{SealedGroup, open_contact, open_mobile, open_people, readable};
use crate::storage;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;

/// Households in one hand-over at most.
const MOST: i64 = 50_000;

/// One record to be opened under a lease. Whether the lease allows it has been decided where leases stand.
#[derive(Clone, Debug)]
pub struct OpenLeased {
    /// The household.
    pub household: Id<kinds::Household>,
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// Its purpose.
    pub purpose: String,
    /// Its field groups: nothing else is opened.
    pub groups: Vec<FieldGroup>,
    /// The contractor.
    pub actor: Actor,
}

/// Opens one record for a contractor: the opening stands in the journal and in the resident's own list before anything is
/// readable, and only the groups of the lease that were collected for its purpose are.
pub fn open_leased(ledger: &Ledger, scheme: &Scheme, ask: &OpenLeased) -> Result<OpenedRecord, OpenRecordError> {
    let (household, submission) = ledger.read("registration.leased_record", |tx| {
        let row = storage::household::by_id(tx, ask.household)?.filter(|row| row.state.is_standing());
        let row = row.ok_or(OpenRecordError::Missing)?;
        let submission = storage::submission::by_event(tx, row.submission)?.ok_or(OpenRecordError::Missing)?;
        Ok::<_, OpenRecordError>((row, submission))
    })?;
    let command = LeasedCommand {
        record: household.id.bytes(),
        purpose: ask.purpose.clone(),
        lease: ask.lease,
        expiry: scheme.last_expiry(),
    };
    let (outcome, committed) = ledger.write("registration.open_leased", ask.actor.clone(), move |work| {
        vault::open_leased(work, &command).map_err(|error| match error {
            LeasedError::Actor => OpenRecordError::Purpose,
            LeasedError::Store(error) => OpenRecordError::Store(error),
        })
    })?;
    match outcome {
        Outcome::Refused => Err(OpenRecordError::Purpose),
        Outcome::Granted(_) => release(ledger, (&ask.purpose, &ask.groups), household, &submission, &committed),
    }
}

impl State {
    /// Whether a contractor may have to do with a registration that stands so: it was confirmed, and is not withdrawn.
    pub const fn is_standing(self) -> bool {
        matches!(self, Self::Confirmed | Self::Dispatched | Self::Delivered | Self::Undelivered)
    }
}

/// How many records a lease would be for: those that stand, of one district or of all. A look over the table, made when a
/// lease is given and at no other time.
pub fn count_leasable(ledger: &Ledger, district: Option<&str>) -> Result<u64, RunError<StoreError>> {
    let count = ledger.read("registration.count_leasable", |tx| storage::leased::count(tx, district))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// What of which records is to be handed over.
#[derive(Clone, Debug)]
pub struct AskCargo {
    /// One district, or all.
    pub district: Option<String>,
    /// The purpose of the lease.
    pub purpose: String,
    /// Its field groups.
    pub groups: Vec<FieldGroup>,
    /// The approval by a second person, and its words.
    pub approval: UseApproval,
}

/// Records opened for a hand-over: a table.
#[derive(Debug)]
pub struct LeasedCargo {
    /// The names of the fields, in the order of the cells.
    pub fields: Vec<String>,
    /// The records.
    pub rows: Vec<Vec<String>>,
    /// Buildings that records live in, for planted ones to live in too.
    pub buildings: Vec<String>,
}

/// Opens the records of a hand-over. One entry in the journal names purpose, count and a root over the records, and rests on
/// the approval, which is looked at here and used up by the caller.
pub fn leased_cargo(
    ledger: &Ledger,
    scheme: &Scheme,
    grant: &std::sync::Arc<Grant<RequestExport>>,
    ask: &AskCargo,
) -> Result<LeasedCargo, ExportError> {
    own(ledger, grant)?;
    let found = standing(ledger, ask.district.as_deref())?;
    if found.is_empty() {
        return Err(ExportError::Empty);
    }
    let wanted = |group: FieldGroup, sealed: &SealedGroup| ask.groups.contains(&group) && sealed.purpose == ask.purpose;
    let groups = found.iter().flat_map(|(household, submission)| {
        let sealed = submission.sealed.groups().into_iter().filter(|(group, sealed)| wanted(*group, sealed));
        sealed.map(|(_, sealed)| (sealed, household.id))
    });
    let commands = openings(groups, scheme, &format!("approval {}", ask.approval.approval));
    if commands.is_empty() {
        return Err(ExportError::Empty);
    }
    let (may, words) = (grant.clone(), ask.approval.clone());
    let (refused, committed) = ledger.write("registration.cargo_open", grant.actor(), move |work| {
        for command in &commands {
            if vault::open_batch(work, command)? == BatchOutcome::Refused {
                return Ok::<_, ExportError>(Some(command.purpose.clone()));
            }
        }
        let now = work.now();
        check_approval::<PersonalDataExport>(work.tx(), now, &may, &words)?;
        Ok(None)
    })?;
    if let Some(purpose) = refused {
        return Err(ExportError::Purpose(purpose));
    }
    let mut cargo = LeasedCargo { fields: fields(&ask.groups), rows: Vec::new(), buildings: Vec::new() };
    for (household, submission) in &found {
        add(ledger, &committed, (household, submission), ask, &mut cargo)?;
    }
    Ok(cargo)
}

/// The columns of a hand-over of these groups.
pub(crate) fn fields(groups: &[FieldGroup]) -> Vec<String> {
    let of = |group: &FieldGroup| -> &[&str] {
        match group {
            FieldGroup::Identity => &["identity-number", "birth"],
            FieldGroup::Contact => &["name", "address"],
            FieldGroup::Mobile => &["mobile"],
            FieldGroup::Health => &[],
        }
    };
    ["reference", "people"].iter().chain(groups.iter().flat_map(of)).map(|name| (*name).to_owned()).collect()
}

/// One line for each person where identity is handed over, one for each household otherwise. What does not open is an empty cell.
fn add(
    ledger: &Ledger,
    committed: &Committed,
    (household, submission): (&HouseholdRow, &Submitted),
    ask: &AskCargo,
    cargo: &mut LeasedCargo,
) -> Result<(), SealError> {
    let (keys, sealed, record) = (ledger.keys(), &submission.sealed, household.record);
    let leased = |group, sealed: &SealedGroup| ask.groups.contains(&group) && sealed.purpose == ask.purpose;
    let mut people: Vec<[String; 2]> = Vec::new();
    if leased(FieldGroup::Identity, &sealed.identity) {
        let opened = readable(open_people(committed, keys, record, &sealed.identity).map(Some))?.unwrap_or_default();
        people.extend(opened.into_iter().map(|person| [person.id_number.formatted(), person.birth.to_string()]));
    }
    if people.is_empty() {
        people.push(<[String; 2]>::default());
    }
    let mut contact = <[String; 2]>::default();
    if leased(FieldGroup::Contact, &sealed.contact)
        && let Some(opened) = readable(open_contact(committed, keys, record, &sealed.contact))?
    {
        cargo.buildings.extend(building(&opened.address.line));
        contact = [opened.name, opened.address.line];
    }
    let mut mobile = String::new();
    if leased(FieldGroup::Mobile, &sealed.mobile)
        && let Some(phone) = readable(open_mobile(committed, keys, record, &sealed.mobile))?
    {
        phone.digits().clone_into(&mut mobile);
    }
    for person in people {
        let mut row = vec![household.reference.to_string(), household.people.to_string()];
        for group in &ask.groups {
            match group {
                FieldGroup::Identity => row.extend(person.clone()),
                FieldGroup::Contact => row.extend(contact.clone()),
                FieldGroup::Mobile => row.push(mobile.clone()),
                // No lease names it.
                FieldGroup::Health => {}
            }
        }
        cargo.rows.push(row);
    }
    Ok(())
}

/// What stands after flat and floor in an address on one line.
pub(crate) fn building(line: &str) -> Option<String> {
    let rest: Vec<&str> =
        line.split(", ").skip_while(|part| part.starts_with("Flat") || part.ends_with("/F")).collect();
    (!rest.is_empty()).then(|| rest.join(", "))
}

fn standing(ledger: &Ledger, district: Option<&str>) -> Result<Vec<(HouseholdRow, Submitted)>, ExportError> {
    let found = ledger.read("registration.leasable", |tx| {
        let mut found = Vec::new();
        for household in storage::leased::standing(tx, district, MOST)? {
            if let Some(submission) = storage::submission::by_event(tx, household.submission)? {
                found.push((household, submission));
            }
        }
        Ok::<_, MatchError>(found)
    });
    found.map_err(|error| ExportError::Match(error.into()))
}

/// A reference that no registration of the scheme has, for a planted record. `chance` is 16 bytes by chance.
pub fn unused_reference(ledger: &Ledger, chance: [u8; 16]) -> Result<Reference, RunError<StoreError>> {
    let id = Id::<kinds::Household>::from_bytes(chance);
    let taken = |reference: Reference| {
        ledger.read("registration.reference_taken", |tx| storage::household::id_by_reference(tx, reference))
    };
    let mut reference = Reference::of(id);
    let mut number = 0;
    while taken(reference)?.is_some() {
        number += 1;
        reference = Reference::another(id, number);
    }
    Ok(reference)
}
