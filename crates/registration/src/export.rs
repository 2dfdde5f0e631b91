use std::collections::HashMap;
use std::sync::Arc;

use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Day, Id, Secret, kinds, to_hex};
use people::{Grant, PersonalDataExport, RequestExport, UseApproval, UseApprovalError, check_approval, use_approval};
use seal::{SealError, age_files, sha256};
use store::{RunError, StoreError};
use thiserror::Error;
use vault::{BatchCommand, BatchOutcome};

use crate::matching::{MatchError, Reason, State, openings, put_on_record};
use crate::messages::{Sender, delivery_message, prepare_for};
use crate::reference::Reference;
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

/// What an approval of an export says, in exactly these words: scheme, version and district.
pub fn export_words(scheme: &Scheme, district: &str) -> String {
    format!("export {} district {district} version {}", scheme.slug(), to_hex(&scheme.digest()))
}

/// Writes a need-only export of one district: reference, name, address and number of people, encrypted to the courier.
/// The two-person approval is used up in the unit of work that puts the file on record: what fails before leaves it as it was.
/// A household whose address does not open is left out, for an officer to look at, and holds up nobody else.
pub fn export_district(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    grant: &Arc<Grant<RequestExport>>,
    district: &str,
    approval: Id<kinds::Approval>,
) -> Result<ExportRow, ExportError> {
    let courier = scheme.courier().ok_or(ExportError::NoCourier)?;
    own(ledger, grant)?;
    let waiting = waiting(ledger, district)?;
    if waiting.is_empty() {
        return Err(ExportError::Empty);
    }
    let contacts = waiting.iter().map(|(household, submission)| (&submission.sealed.contact, household.id));
    let mobiles = waiting.iter().map(|(household, submission)| (&submission.sealed.mobile, household.id));
    let commands = openings(contacts.chain(mobiles), scheme, &format!("approval {approval}"));
    let words = UseApproval { approval, what: export_words(scheme, district) };
    let committed = open_approved(ledger, grant.clone(), words.clone(), commands)?;
    let written = write_file(ledger, scheme, sender, &committed, waiting)?;
    if written.households.is_empty() {
        set_aside_all(ledger, grant, written.unreadable)?;
        return Err(ExportError::Empty);
    }
    let sealed = age_files::encrypt_to(std::slice::from_ref(&courier.recipient), written.text.expose().as_bytes())?;
    let row = ExportRow {
        id: Id::new(ledger.now(), &**ledger.random()),
        district: district.to_owned(),
        households: i64::try_from(written.households.len()).unwrap_or(i64::MAX),
        at: ledger.now(),
        digest: sha256(&[&sealed]),
    };
    let group = scheme.group(FieldGroup::Contact);
    let file = File { bytes: sealed, purpose: group.purpose.clone(), expiry: group.expiry };
    record_export(ledger, grant, words, row, file, written)
}

pub(crate) fn own(ledger: &Ledger, grant: &Grant<RequestExport>) -> Result<(), ExportError> {
    let own = ledger.read("registration.export_owner", |tx| Ok::<_, ExportError>(vault::covers(tx, grant)?))?;
    if own { Ok(()) } else { Err(ExportError::Elsewhere) }
}

/// The list in clear, the households in it and what they are told.
struct Written {
    text: Secret<String>,
    households: Vec<HouseholdRow>,
    messages: Vec<notify::Prepared>,
    unreadable: Vec<HouseholdRow>,
}

/// The list encrypted to the courier. It holds personal data, so it has a purpose and an end like every other value.
struct File {
    bytes: Vec<u8>,
    purpose: String,
    expiry: Day,
}

fn write_file(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    committed: &Committed,
    waiting: Vec<(HouseholdRow, Submitted)>,
) -> Result<Written, ExportError> {
    let (keys, now) = (ledger.keys(), ledger.now());
    let mut text = String::from("reference,name,address,people\r\n");
    let (mut households, mut messages, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for (household, submission) in waiting {
        let contact = readable(open_contact(committed, keys, household.record, &submission.sealed.contact))?;
        let Some(contact) = contact else {
            unreadable.push(household);
            continue;
        };
        let cells = [household.reference.to_string(), contact.name, contact.address.line, household.people.to_string()];
        text.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        text.push_str("\r\n");
        let phone = readable(open_mobile(committed, keys, household.record, &submission.sealed.mobile))?;
        let message = phone.and_then(|p| delivery_message(sender, scheme, &household, State::Dispatched, &p, now));
        if let Some(message) = message {
            messages.push(prepare_for(keys, &submission.sealed, message).map_err(MatchError::from)?);
        }
        households.push(household);
    }
    Ok(Written { text: Secret::new(text), households, messages, unreadable })
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

fn record_export(
    ledger: &Ledger,
    grant: &Arc<Grant<RequestExport>>,
    words: UseApproval,
    row: ExportRow,
    file: File,
    written: Written,
) -> Result<ExportRow, ExportError> {
    let (export, may) = (row.clone(), grant.clone());
    let Written { households, messages, unreadable, .. } = written;
    ledger.write("registration.export_write", grant.actor(), move |work| {
        let used = use_approval::<PersonalDataExport>(work, &may, &words)?;
        storage::export::insert(work.tx(), &export, &file.bytes, &file.purpose, file.expiry)?;
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
            .detail("district", export.district.clone())
            .detail("households", export.households)
            .detail("digest", to_hex(&export.digest))
            .detail("approval", used.approval().to_string());
        work.journal(event)?;
        Ok::<_, ExportError>(())
    })?;
    Ok(row)
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

/// RFC 4180, and no spreadsheet may take a name for a formula.
fn csv_cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The exports so far, newest first.
pub fn exports(ledger: &Ledger) -> Result<Vec<ExportRow>, RunError<StoreError>> {
    ledger.read("registration.exports", storage::export::list)
}

/// The encrypted file of an export.
pub fn export_file(ledger: &Ledger, id: Id<kinds::Export>) -> Result<Option<Vec<u8>>, RunError<StoreError>> {
    ledger.read("registration.export_file", |tx| storage::export::file(tx, id))
}

/// What became of a list of delivery results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedResults {
    /// Lines taken over.
    pub taken: usize,
    /// Lines that changed nothing because they were known.
    pub known: usize,
    /// Line numbers that could not be understood, with why.
    pub bad: Vec<(usize, &'static str)>,
}

/// Takes over the courier's results: lines of `reference,delivered` or `reference,failed`. A bad line is named and does not
/// stop the others; of several lines about one registration the last one counts.
pub fn import_results(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    grant: &Grant<RequestExport>,
    file: &str,
) -> Result<ImportedResults, ExportError> {
    own(ledger, grant)?;
    let mut imported = ImportedResults::default();
    let mut last: HashMap<Reference, usize> = HashMap::new();
    let mut lines = Vec::new();
    for (line, number) in file.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        match result_line(line) {
            Ok(Some(parsed)) => {
                last.insert(parsed.0, number);
                lines.push((number, parsed));
            }
            Ok(None) => {}
            Err(why) => imported.bad.push((number, why)),
        }
    }
    let all = lines.len();
    lines.retain(|(number, (reference, _))| last.get(reference) == Some(number));
    imported.known += all - lines.len();
    for part in lines.chunks(1000) {
        import_part(ledger, scheme, sender, &grant.actor(), part, &mut imported)?;
    }
    imported.bad.sort_unstable();
    Ok(imported)
}

fn result_line(line: &str) -> Result<Option<(Reference, State)>, &'static str> {
    let mut cells = line.split(',').map(|cell| cell.trim().trim_matches('"'));
    let (reference, outcome) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
    if reference.eq_ignore_ascii_case("reference") {
        return Ok(None);
    }
    let reference = Reference::parse(reference).ok_or("not a reference")?;
    let state = match outcome.to_ascii_lowercase().as_str() {
        "delivered" => State::Delivered,
        "failed" | "undelivered" => State::Undelivered,
        _ => return Err("the result is neither `delivered` nor `failed`"),
    };
    Ok(Some((reference, state)))
}

fn import_part(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    actor: &Actor,
    part: &[(usize, (Reference, State))],
    imported: &mut ImportedResults,
) -> Result<(), MatchError> {
    let (moves, known, bad) = ledger.read("registration.results_read", |tx| {
        let (mut moves, mut known, mut bad) = (Vec::new(), 0, Vec::new());
        for (number, (reference, state)) in part {
            let Some(household) = storage::household::by_reference(tx, *reference)? else {
                bad.push((*number, "no such reference in this scheme"));
                continue;
            };
            let submission = storage::submission::by_event(tx, household.submission)?;
            match (household.state, submission) {
                (State::Dispatched | State::Undelivered, Some(submission)) if household.state != *state => {
                    moves.push((household, submission, *state));
                }
                _ => known += 1,
            }
        }
        Ok::<_, MatchError>((moves, known, bad))
    })?;
    imported.taken += moves.len();
    imported.known += known;
    imported.bad.extend(bad);
    if moves.is_empty() { Ok(()) } else { write_results(ledger, scheme, sender, actor, moves) }
}

fn write_results(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    actor: &Actor,
    moves: Vec<(HouseholdRow, Submitted, State)>,
) -> Result<(), MatchError> {
    let now = ledger.now();
    let mobiles = moves.iter().map(|(household, submission, _)| (&submission.sealed.mobile, household.id));
    let commands = openings(mobiles, scheme, "delivery result");
    let committed = put_on_record(ledger, actor.clone(), commands)?;
    let mut messages = Vec::new();
    for (household, submission, state) in &moves {
        let phone = readable(open_mobile(&committed, ledger.keys(), household.record, &submission.sealed.mobile))?;
        if let Some(message) = phone.and_then(|p| delivery_message(sender, scheme, household, *state, &p, now)) {
            messages.push(prepare_for(ledger.keys(), &submission.sealed, message)?);
        }
    }
    ledger.write("registration.results_write", actor.clone(), move |work| {
        let mut tally = Tally::default();
        for (household, _, state) in &moves {
            if !storage::household::move_on(work.tx(), household, *state, Reason::None, now)? {
                return Err(MatchError::Overtaken);
            }
            tally.add(household.state.as_str(), "", -1);
            tally.add(state.as_str(), "", 1);
        }
        tally.write(work.tx())?;
        notify::queue_batch(work, &messages)?;
        work.journal(Event::new("registration.delivery_results").detail("households", moves.len()))?;
        Ok::<_, MatchError>(())
    })?;
    Ok(())
}
