//! How evidence ends when nobody decides, and the receipt that says that it has.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journal::{Actor, Event, JournalError, Ledger, Work};
use kernel::{Id, Instant, kinds, to_hex};
use notify::release;
use store::{RunError, StoreError, Tx};

use crate::begin_proofing::refused;
use crate::proof_recovery::told_by;
use crate::review_proofing::end;
use crate::{Evidence, Notice, ProofState, Proofing, ProofingError, Reach, storage, tell_account};

/// The `format` of a receipt for destroyed evidence.
pub const EVIDENCE_FORMAT: &str = "lionrock-evidence/1";

const JOB: Actor = Actor::Job("evidence");
const ROUND: i64 = 200;

/// Destroys the keys of all evidence whose time is over, then says so in the store, and of all whose account is gone. What was sent for a
/// recovery that was stopped or is over counts as taken back. Returns how many timed out.
pub fn end_overdue(ledger: &Ledger, evidence: &Evidence) -> Result<usize, RunError<ProofingError>> {
    for case in evidence.overdue(ledger.now()) {
        evidence.destroy(case).map_err(refused)?;
    }
    let boot = evidence.boot();
    let open = ledger.read("identity.open_proofings", |tx| Ok::<_, ProofingError>(storage::proofing::open_ids(tx, boot)?))?;
    for case in evidence.orphans(&open) {
        evidence.destroy(case).map_err(refused)?;
    }
    let now = ledger.now();
    let overdue = ledger.read("identity.overdue_proofings", |tx| Ok::<_, ProofingError>(storage::proofing::overdue(tx, now, ROUND)?))?;
    let timed_out = end_all(ledger, overdue, ProofState::TimedOut)?;
    let stopped = |tx: &mut Tx<'_>| Ok::<_, ProofingError>(storage::proofing::of_ended_recoveries(tx, now, ROUND)?);
    let stopped = ledger.read("identity.proofings_of_ended_recoveries", stopped)?;
    end_all(ledger, stopped, ProofState::Withdrawn)?;
    Ok(timed_out)
}

/// Says in the store which evidence died with a run of the program that ended, and removes its spool. Returns how many cases.
pub fn end_lost(ledger: &Ledger, evidence: &Evidence) -> Result<usize, RunError<ProofingError>> {
    let mut lost = 0;
    for boot in evidence.ended().map_err(refused)? {
        let read = |tx: &mut Tx<'_>| Ok::<_, ProofingError>(storage::proofing::open_of_run(tx, boot, ROUND)?);
        loop {
            let ended = end_all(ledger, ledger.read("identity.proofings_of_run", read)?, ProofState::Lost)?;
            lost += ended;
            if ended == 0 {
                break;
            }
        }
        evidence.bury(boot).map_err(refused)?;
    }
    Ok(lost)
}

fn end_all(ledger: &Ledger, cases: Vec<Proofing>, state: ProofState) -> Result<usize, RunError<ProofingError>> {
    if cases.is_empty() {
        return Ok(0);
    }
    let (count, _) = ledger.write("identity.end_proofings", JOB, move |work| {
        cases.iter().try_fold(0, |count, case| match end(work, case, state, None) {
            Ok(()) => Ok(count + 1),
            Err(ProofingError::Over) => Ok(count),
            Err(error) => Err(error),
        })
    })?;
    Ok(count)
}

/// Proofings that are over and not finished: the key of this run, the receipt or the message is outstanding. Those of another run
/// only when its keys are dead, because it ended or because their time is over.
pub fn unfinished_proofings(
    tx: &mut Tx<'_>,
    evidence: &Evidence,
    now: Instant,
) -> Result<Vec<Id<kinds::Proofing>>, StoreError> {
    let dead = |one: &Proofing| one.boot == evidence.boot() || one.state == ProofState::Lost || now >= one.deadline;
    let unfinished = storage::proofing::unfinished(tx, ROUND)?.into_iter();
    Ok(unfinished.filter(|(one, ..)| dead(one)).map(|(one, ..)| one.id).collect())
}

/// Finishes a proofing that is over: destroys what is left of its evidence, issues the receipt, and tells the resident on every channel
/// to look. Each step is done once, and again after a crash. `software` names the program, `link` the account's page.
pub fn finish_proofing(
    ledger: &Ledger,
    evidence: &Evidence,
    id: Id<kinds::Proofing>,
    (software, link): (&str, &str),
) -> Result<(), RunError<ProofingError>> {
    let read = |tx: &mut Tx<'_>| Ok::<_, ProofingError>(storage::proofing::unfinished_one(tx, id)?);
    let Some((found, has_receipt, told)) = ledger.read("identity.unfinished_proofing", read)? else { return Ok(()) };
    evidence.destroy(id).map_err(refused)?;
    let now = ledger.now();
    let at = found.destroyed.unwrap_or(now);
    // At a counter nothing is photographed, and there is nothing to destroy.
    let evidence_was = !found.pieces.is_empty();
    if evidence_was && found.destroyed.is_none() {
        ledger.write("identity.note_destroyed", JOB, move |work| {
            storage::proofing::set_destroyed(work.tx(), id, at)?;
            let event = Event::new("identity.evidence_destroyed").detail("proofing", id.to_string());
            work.journal(event.detail("key", to_hex(&found.key_id)))?;
            Ok::<_, ProofingError>(())
        })?;
    }
    if evidence_was && !has_receipt {
        let receipt = receipt(ledger, &found, at, software).map_err(|error| unplaced(&error))?;
        ledger.write("identity.keep_receipt", JOB, move |work| Ok::<_, ProofingError>(storage::proofing::set_receipt(work.tx(), id, &receipt)?))?;
    }
    let link = link.to_owned();
    ledger.write("identity.finish_proofing", JOB, move |work| {
        tell(work, &found, told, &link)?;
        Ok::<_, ProofingError>(storage::proofing::set_finished(work.tx(), id)?)
    })?;
    Ok(())
}

/// The owner hears of it on every channel. Whoever asks for an account back has none: the message was sealed when the photos were sent.
fn tell(work: &mut Work<'_, '_>, found: &Proofing, told: bool, link: &str) -> Result<(), StoreError> {
    if found.recovery.is_some() {
        release(work, &told_by(found.id))?;
    } else if !told {
        tell_account(work, found.account, Notice::ProofingEnded { link: link.to_owned() }, Reach::Every)?;
    }
    storage::proofing::set_told(work.tx(), found.id).map(drop)
}

/// The receipt of a proofing of this account, as a file that `lionrock-verify certificate` checks.
pub fn deletion_receipt(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    id: Id<kinds::Proofing>,
) -> Result<Option<String>, StoreError> {
    if storage::proofing::find(tx, id)?.is_none_or(|found| found.account != account) {
        return Ok(None);
    }
    storage::proofing::receipt(tx, id)
}

fn receipt(ledger: &Ledger, found: &Proofing, destroyed: Instant, software: &str) -> Result<String, JournalError> {
    let (size, root) = ledger.size_and_root()?;
    let mut text = String::from("lionrock evidence receipt v1\n");
    let mut line = |key: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{key}: {}", value.replace(['\n', '\r'], " "));
    };
    line("origin", ledger.origin());
    line("proofing", &found.id.to_string());
    for (piece, digest) in &found.pieces {
        line("piece", &format!("{} {}", piece.name(), STANDARD.encode(digest)));
    }
    line("key", &to_hex(&found.key_id));
    line("made", &found.begun.to_string());
    line("destroyed", &destroyed.to_string());
    line("ended", found.state.name());
    line("software", software);
    line("journal", &format!("{size} {}", STANDARD.encode(root)));
    line("issued", &ledger.now().to_string());
    let event = Event::new("identity.receipt_issued").detail("proofing", found.id.to_string());
    let signed = ledger.sign_record("identity.receipt", JOB, event, (EVIDENCE_FORMAT, &text), size)?;
    Ok(signed.to_json().to_string())
}

fn unplaced(error: &JournalError) -> RunError<ProofingError> {
    refused(ProofingError::Store(StoreError::Engine(error.to_string())))
}
