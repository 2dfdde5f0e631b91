use std::sync::Arc;

use journal::{Committed, Event, Ledger, Work};
use kernel::{Id, kinds, to_hex};
use people::{Grant, PersonalDataExport, RequestExport, UseApproval, UseApprovalError, check_approval, use_approval};
use seal::{SealError, sha256};
use store::{RunError, StoreError};
use thiserror::Error;
use vault::{BatchCommand, BatchOutcome};

use crate::leased::{LeasedCargo, building, fields};
use crate::matching::{MatchError, Reason, State, openings};
use crate::messages::{Sender, delivery_message, prepare_for};
use crate::scheme::{FieldGroup, Scheme};
use crate::sealing::{open_contact, open_mobile, readable};
use crate::storage;
use crate::storage::counter::Tally;
use crate::storage::export::ExportRow;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;
use crate::tell;

/// Why there is no export.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The scheme delivers nothing.
    #[error("this scheme has no courier")]
    NoCourier,
    /// The grant is for another service.
    #[error("there is no such scheme in your department")]
    Elsewhere,
    /// Nothing is waiting.
    #[error("no confirmed registration of this district is waiting for delivery")]
    Empty,
    /// Two persons have not agreed to exactly this.
    #[error(transparent)]
    Approval(#[from] UseApprovalError),
    /// The statement does not name the purpose; the refusal is journaled.
    #[error("the collection statement does not name the purpose {0:?}: nothing is exported")]
    Purpose(String),
    /// The file could not be encrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Opening, messages or database.
    #[error(transparent)]
    Match(#[from] MatchError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl kernel::Fault for ExportError {
    fn kind(&self) -> kernel::Kind {
        match self {
            Self::NoCourier | Self::Elsewhere | Self::Empty => kernel::Kind::Missing,
            Self::Approval(error) => error.kind(),
            Self::Purpose(_) => kernel::Kind::Denied,
            Self::Seal(error) => error.kind(),
            Self::Match(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<RunError<Self>> for ExportError {
    fn from(error: RunError<Self>) -> Self {
        match error {
            RunError::Refused(error) => error,
            RunError::Busy { .. } => Self::Match(MatchError::Busy),
            RunError::Store(error) => Self::Store(error),
        }
    }
}

/// Households in one export at most.
const EXPORT_MOST: i64 = 50_000;

/// What an approval of an export says, in exactly these words: scheme, version, district and the contract it goes under.
pub fn export_words(scheme: &Scheme, district: &str, contract: Id<kinds::Contract>) -> String {
    format!("export {} district {district} contract {contract} version {}", scheme.slug(), to_hex(&scheme.digest()))
}

/// One district's export to be made.
#[derive(Clone, Debug)]
pub struct AskDelivery {
    /// District code.
    pub district: String,
    /// The contract under whose lease the list goes.
    pub contract: Id<kinds::Contract>,
    /// The approval by a second person.
    pub approval: Id<kinds::Approval>,
}

/// A district's list in clear, and what becomes of everybody in it once it is put on record by [`record_export`]. A household whose
/// address does not open is not in it: an officer looks at it, and it holds up nobody else.
#[derive(Debug)]
pub struct DeliveryCargo {
    /// The table that goes to the contractor.
    pub table: LeasedCargo,
    ask: AskDelivery,
    words: UseApproval,
    households: Vec<HouseholdRow>,
    messages: Vec<notify::Prepared>,
    unreadable: Vec<HouseholdRow>,
}

/// The list encrypted to the contractor, and the lease that it is handed over under.
#[derive(Clone, Debug)]
pub struct ExportFile {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// The encrypted package.
    pub bytes: Vec<u8>,
    /// Records in it, the planted ones included.
    pub records: u64,
}

/// Opens what delivery of one district needs: reference, number of people, name and address of every confirmed household. The
/// two-person approval is looked at here and used up by [`record_export`]: what fails in between leaves it as it was.
pub fn delivery_cargo(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    grant: &Arc<Grant<RequestExport>>,
    ask: &AskDelivery,
) -> Result<DeliveryCargo, ExportError> {
    if scheme.courier().is_none() {
        return Err(ExportError::NoCourier);
    }
    own(ledger, grant)?;
    let waiting = waiting(ledger, &ask.district)?;
    if waiting.is_empty() {
        return Err(ExportError::Empty);
    }
    let contacts = waiting.iter().map(|(household, submission)| (&submission.sealed.contact, household.id));
    let mobiles = waiting.iter().map(|(household, submission)| (&submission.sealed.mobile, household.id));
    let commands = openings(contacts.chain(mobiles), scheme, &format!("approval {}", ask.approval));
    let words = UseApproval { approval: ask.approval, what: export_words(scheme, &ask.district, ask.contract) };
    let committed = open_approved(ledger, grant.clone(), words.clone(), commands)?;
    let cargo = DeliveryCargo {
        table: LeasedCargo { fields: fields(&[FieldGroup::Contact]), rows: Vec::new(), buildings: Vec::new() },
        ask: ask.clone(),
        words,
        households: Vec::new(),
        messages: Vec::new(),
        unreadable: Vec::new(),
    };
    let cargo = fill(ledger, scheme, sender, &committed, waiting, cargo)?;
    if cargo.households.is_empty() {
        set_aside_all(ledger, grant, cargo.unreadable)?;
        return Err(ExportError::Empty);
    }
    Ok(cargo)
}

fn fill(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    committed: &Committed,
    waiting: Vec<(HouseholdRow, Submitted)>,
    mut cargo: DeliveryCargo,
) -> Result<DeliveryCargo, ExportError> {
    let (keys, now) = (ledger.keys(), ledger.now());
    for (household, submission) in waiting {
        let contact = readable(open_contact(committed, keys, household.record, &submission.sealed.contact))?;
        let Some(contact) = contact else {
            cargo.unreadable.push(household);
            continue;
        };
        let (reference, people) = (household.reference.to_string(), household.people.to_string());
        cargo.table.buildings.extend(building(&contact.address.line));
        cargo.table.rows.push(vec![reference, people, contact.name, contact.address.line]);
        let phone = readable(open_mobile(committed, keys, household.record, &submission.sealed.mobile))?;
        let message = phone.and_then(|p| delivery_message(sender, scheme, &household, State::Dispatched, &p, now));
        if let Some(message) = message {
            cargo.messages.push(prepare_for(keys, &submission.sealed, message).map_err(MatchError::from)?);
        }
        cargo.households.push(household);
    }
    Ok(cargo)
}

/// Puts an export on record: the approval is used up, the households are with the courier, everybody is told, and the encrypted list
/// waits to be handed over under its lease, all in one unit of work.
pub fn record_export(
    ledger: &Ledger,
    scheme: &Scheme,
    grant: &Arc<Grant<RequestExport>>,
    cargo: DeliveryCargo,
    file: ExportFile,
) -> Result<ExportRow, ExportError> {
    let group = scheme.group(FieldGroup::Contact);
    let (purpose, expiry) = (group.purpose.clone(), group.expiry);
    let DeliveryCargo { ask, words, households, messages, unreadable, .. } = cargo;
    let row = ExportRow {
        id: Id::new(ledger.now(), &**ledger.random()),
        district: ask.district,
        households: i64::try_from(households.len()).unwrap_or(i64::MAX),
        at: ledger.now(),
        digest: sha256(&[&file.bytes]),
        lease: Some(file.lease),
        records: i64::try_from(file.records).unwrap_or(i64::MAX),
        approval: Some(ask.approval),
        handed: None,
        recalled: None,
    };
    let (export, may) = (row.clone(), grant.clone());
    ledger.write("registration.export_write", grant.actor(), move |work| {
        let used = use_approval::<PersonalDataExport>(work, &may, &words)?;
        storage::export::insert(work.tx(), &export, &file.bytes, &purpose, expiry)?;
        let mut tally = Tally::default();
        for household in &households {
            // Somebody else has exported or displaced it meanwhile: nobody is delivered to twice or without a claim.
            if storage::household::set_exported(work.tx(), household.id, export.id, export.at)? != 1 {
                return Err(MatchError::Overtaken.into());
            }
            tally.add(State::Confirmed.as_str(), "", -1);
            tally.add(State::Dispatched.as_str(), "", 1);
        }
        tally.write(work.tx())?;
        set_aside(work, &unreadable)?;
        notify::queue_batch(work, &messages).map_err(MatchError::from)?;
        let event = Event::new("registration.exported")
            .detail("export", export.id.to_string())
            .detail("lease", file.lease.to_string())
            .detail("district", export.district.clone())
            .detail("households", export.households)
            .detail("digest", to_hex(&export.digest))
            .detail("approval", used.approval().to_string());
        work.journal(event)?;
        Ok::<_, ExportError>(())
    })?;
    Ok(row)
}

pub(crate) fn own(ledger: &Ledger, grant: &Grant<RequestExport>) -> Result<(), ExportError> {
    let own = ledger.read("registration.export_owner", |tx| Ok::<_, ExportError>(vault::covers(tx, grant)?))?;
    if own { Ok(()) } else { Err(ExportError::Elsewhere) }
}

fn open_approved(
    ledger: &Ledger,
    grant: Arc<Grant<RequestExport>>,
    words: UseApproval,
    commands: Vec<BatchCommand>,
) -> Result<Committed, ExportError> {
    let (refused, committed) = ledger.write("registration.export_open", grant.actor(), move |work| {
        for command in &commands {
            if vault::open_batch(work, command)? == BatchOutcome::Refused {
                return Ok::<_, ExportError>(Some(command.purpose.clone()));
            }
        }
        let now = work.now();
        check_approval::<PersonalDataExport>(work.tx(), now, &grant, &words)?;
        Ok(None)
    })?;
    refused.map_or(Ok(committed), |purpose| Err(ExportError::Purpose(purpose)))
}

fn waiting(ledger: &Ledger, district: &str) -> Result<Vec<(HouseholdRow, Submitted)>, ExportError> {
    let found = ledger.read("registration.export_read", |tx| {
        let mut found = Vec::new();
        for household in storage::household::to_deliver(tx, district, EXPORT_MOST)? {
            if let Some(submission) = storage::submission::by_event(tx, household.submission)? {
                found.push((household, submission));
            }
        }
        Ok::<_, MatchError>(found)
    });
    found.map_err(|error| ExportError::Match(error.into()))
}

/// Leaves households whose address does not open to an officer: they need checking, and they are told so.
fn set_aside(work: &mut Work<'_, '_>, unreadable: &[HouseholdRow]) -> Result<(), ExportError> {
    let (now, mut tally) = (work.now(), Tally::default());
    for household in unreadable {
        if storage::household::move_on(work.tx(), household, State::Checking, Reason::Unreadable, now)? {
            tally.add(household.state.as_str(), "", -1);
            tally.add(State::Checking.as_str(), "", 1);
            work.journal(Event::new("registration.unreadable").record(household.id.bytes()))?;
            tell::later(work, household.id)?;
        }
    }
    Ok(tally.write(work.tx())?)
}

/// There is nothing to export: only what does not open is set aside, and the approval is not used.
fn set_aside_all(
    ledger: &Ledger,
    grant: &Grant<RequestExport>,
    unreadable: Vec<HouseholdRow>,
) -> Result<(), ExportError> {
    ledger.write("registration.export_aside", grant.actor(), move |work| set_aside(work, &unreadable))?;
    Ok(())
}

/// The exports so far, newest first.
pub fn exports(ledger: &Ledger) -> Result<Vec<ExportRow>, RunError<StoreError>> {
    ledger.read("registration.exports", storage::export::list)
}

/// The encrypted list of an export, as long as it waits to be handed over.
pub fn export_file(ledger: &Ledger, id: Id<kinds::Export>) -> Result<Option<Vec<u8>>, RunError<StoreError>> {
    ledger.read("registration.export_file", |tx| storage::export::file(tx, id))
}

/// Exports that stand on record and wait to be handed over under their lease, oldest first.
pub fn exports_to_hand_over(ledger: &Ledger) -> Result<Vec<ExportRow>, RunError<StoreError>> {
    ledger.read("registration.exports_to_hand_over", storage::export::to_hand_over)
}

/// The list is with the platform, under its lease's key: it stands here no longer.
pub fn note_handed_over(work: &mut Work<'_, '_>, export: Id<kinds::Export>) -> Result<(), StoreError> {
    let now = work.now();
    storage::export::set_handed(work.tx(), export, now)
}

/// Exports that hold somebody whose data is erased: what was handed over must not be fetched any more.
pub fn exports_to_withdraw(ledger: &Ledger) -> Result<Vec<Id<kinds::Export>>, RunError<StoreError>> {
    ledger.read("registration.exports_to_withdraw", storage::export::to_withdraw)
}

/// The package of an export is withdrawn.
pub fn note_withdrawn(work: &mut Work<'_, '_>, export: Id<kinds::Export>) -> Result<(), StoreError> {
    storage::export::set_withdrawn(work.tx(), export)
}
