use std::collections::HashMap;

use journal::{Actor, Event, Ledger};
use people::{Grant, RequestExport};

use crate::export::{ExportError, own};
use crate::matching::{MatchError, Reason, State, openings, put_on_record};
use crate::messages::{Sender, delivery_message, prepare_for};
use crate::reference::Reference;
use crate::scheme::Scheme;
use crate::sealing::{open_mobile, readable};
use crate::storage;
use crate::storage::counter::Tally;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;

/// What is said of a line about a registration that this scheme does not have.
pub const UNKNOWN_REFERENCE: &str = "no such reference in this scheme";

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
                bad.push((*number, UNKNOWN_REFERENCE));
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
