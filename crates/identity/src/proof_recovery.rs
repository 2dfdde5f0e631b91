//! Photos of somebody who wants an account back and has no way in. The code of the recovery was typed, and nothing else is known: they
//! are taken under the rules of every proofing whether there is an account or not, and die like all others. Two officers compare them,
//! knowing no more; only when they agree the program looks whose account is asked back.

use hongkong::IdNumber;
use journal::{Event, Ledger, Work};
use kernel::{Id, Instant, Language, kinds};
use notify::{Content, QueueMessage, Template};
use seal::Keyring;
use store::{RunError, StoreError, Tx};

use crate::account::mobile_tag;
use crate::attribute::person_tag;
use crate::begin_proofing::{begin_evidence, list, refused, send_with};
use crate::budget::{self, Payer};
use crate::recovery::{account_of, confirmed};
use crate::review_proofing::{Decider, compared, end};
use crate::{
    Channel, Decided, Details, EVIDENCE_HOURS, Evidence, Notice, OpenedFor, ProofState, Proofing, ProofingError, Reach, Recovery,
    Refusal, Ticket, proofings, storage, tell_account,
};

/// What came of photos can be read for so many days; a recovery does not last that long.
const KEPT_DAYS: i64 = 30;
/// The message goes out an hour after the evidence has died of old age, unless the case ends before.
const GRACE_SECS: i64 = 3_600;
/// It goes out within three days or not at all.
const TOLD_SECS: i64 = 3 * 86_400;

type Proofed<T> = Result<T, RunError<ProofingError>>;

/// Under whose id the proofings of a recovery stand until the account is given back; no account has it.
pub(crate) const fn held_by(recovery: Id<kinds::Recovery>) -> Id<kinds::Account> {
    Id::from_bytes(recovery.bytes())
}

/// The recovery of a ticket whose code was typed lately, and what was sent for it, the newest first; nothing when there is none. Nothing
/// is looked up that depends on an account.
pub fn recovery_proofings(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    ticket: &Ticket,
    now: Instant,
) -> Result<Option<(Recovery, Vec<Proofing>)>, StoreError> {
    let Some(row) = confirmed(tx, keys, ticket, now)? else { return Ok(None) };
    let sent = proofings(tx, held_by(row.recovery.id))?;
    Ok(Some((row.recovery, sent)))
}

/// Begins the proofing of somebody who wants an account back, from an address, with what the card says; one that was under way is taken
/// back. The typed code is good until the photos must have come. Whoever asks by a person proofs that person.
pub fn begin_recovery_proofing(
    ledger: &Ledger,
    evidence: &Evidence,
    (ticket, network): (&Ticket, &str),
    details: &Details,
) -> Proofed<Id<kinds::Proofing>> {
    let (keys, now) = (ledger.keys(), ledger.now());
    if ticket.document.is_some_and(|person| person != person_tag(keys, &details.number)) {
        return Err(RunError::Refused(ProofingError::NumberDiffers));
    }
    let found = ledger.read("identity.recovery_to_proof", |tx| Ok::<_, ProofingError>(confirmed(tx, keys, ticket, now)?))?;
    let recovery = found.ok_or(RunError::Refused(ProofingError::Missing))?.recovery.id;
    let (tag, payer) = (mobile_tag(keys, &ticket.mobile), Payer::stranger(keys, network));
    let (keys, ticket) = (keys.clone(), ticket.clone());
    begin_evidence(ledger, evidence, (held_by(recovery), Some(recovery), Channel::Phone), details, move |work, proofing| {
        let now = work.now();
        let row = confirmed(work.tx(), &keys, &ticket, now)?.filter(|row| row.recovery.id == recovery);
        if row.ok_or(ProofingError::Missing)?.recovery.proofed {
            return Err(ProofingError::Verified);
        }
        if !budget::take_photos(work.tx(), now, tag, &payer)? {
            return Err(ProofingError::Often);
        }
        storage::enrolment::confirm(work.tx(), ticket.enrolment, proofing.deadline)?;
        list(work, proofing)
    })
}

/// Sends the photos of a recovery to the officers. The message that says that they are gone is sealed now, because the number is kept
/// nowhere; `link` is where to read what came of it.
pub fn send_recovery_proofing(
    ledger: &Ledger,
    evidence: &Evidence,
    (ticket, id): (&Ticket, Id<kinds::Proofing>),
    (language, link): (Language, &str),
) -> Proofed<()> {
    let (keys, now) = (ledger.keys().clone(), ledger.now());
    let due = now.plus_secs(EVIDENCE_HOURS * 3_600 + GRACE_SECS);
    let until = due.plus_secs(TOLD_SECS);
    let content = Content::Sms { to: ticket.mobile, template: Template::RecoveryCompared { link: link.to_owned() } };
    let message = QueueMessage { key: told_by(id), household: None, language, content, due, until, expiry: until.day().plus(1) };
    let message = notify::prepare(&keys, &message).map_err(unsent)?;
    let find = |tx: &mut Tx<'_>| Ok::<_, ProofingError>(confirmed(tx, &keys, ticket, now)?);
    let found = ledger.read("identity.recovery_to_send", find)?.ok_or(RunError::Refused(ProofingError::Missing))?;
    send_with(ledger, evidence, (held_by(found.recovery.id), id), move |work| {
        notify::queue(work, &message).map(drop).map_err(|error| ProofingError::Store(StoreError::Engine(error.to_string())))
    })
}

/// The key of the message that says that the photos of a recovery are gone.
pub(crate) fn told_by(id: Id<kinds::Proofing>) -> String {
    format!("recovery-proofing:{id}")
}

/// The recovery that a case is for.
pub(crate) fn recovery_of_case(tx: &mut Tx<'_>, id: Id<kinds::Proofing>) -> Result<Option<Id<kinds::Recovery>>, ProofingError> {
    Ok(storage::proofing::find(tx, id)?.and_then(|found| found.recovery))
}

/// An officer finds that everything agrees. The first one passes the case on; with the second one the recovery is compared, the owner
/// hears of it on every channel, and the time in which it can be stopped begins anew. Whose account it is, is looked up here and not
/// before.
pub(crate) fn agree(
    ledger: &Ledger,
    evidence: &Evidence,
    decider: &Decider,
    (id, recovery, number): (Id<kinds::Proofing>, Id<kinds::Recovery>, &IdNumber),
) -> Proofed<Decided> {
    compared(ledger, evidence, decider, (id, number, OpenedFor::Verdict))?;
    let (keys, number, officer) = (ledger.keys().clone(), *number, decider.officer);
    let (outcome, _) = ledger.write("identity.agree_case", decider.actor.clone(), move |work| {
        let now = work.now();
        let found = storage::proofing::find(work.tx(), id)?.ok_or(ProofingError::Missing)?;
        let officer = officer.filter(|officer| found.officer == Some(*officer)).ok_or(ProofingError::Elsewhere)?;
        let row = storage::recovery::of_id(work.tx(), recovery, now)?.ok_or(ProofingError::Over)?;
        let account = account_of(work.tx(), &row)?;
        let person = storage::attribute::person_of(work.tx(), person_tag(&keys, &number))?;
        let Some(account) = account.filter(|account| person == Some(*account)) else {
            end(work, &found, ProofState::Refused, Some(Refusal::Unmatched))?;
            return Ok(Decided::Unmatched);
        };
        match found.agreed_by {
            None => {
                if storage::proofing::agree(work.tx(), id, officer)? == 0 {
                    return Err(ProofingError::Over);
                }
            }
            Some(first) if first == officer => return Err(ProofingError::Agreed),
            Some(_) => {
                end(work, &found, ProofState::Verified, None)?;
                storage::recovery::compared(work.tx(), recovery, now, Recovery::wait_from(now))?;
                tell_account(work, account, Notice::WayBackAgreed, Reach::Every)?;
            }
        }
        let (outcome, officers) = if found.agreed_by.is_some() { (Decided::Ended, 2) } else { (Decided::OneOfTwo, 1) };
        let event = Event::new("identity.recovery_compared").record(account.bytes());
        work.journal(event.detail("recovery", recovery.to_string()).detail("officers", officers))?;
        Ok(outcome)
    })?;
    if outcome != Decided::OneOfTwo {
        evidence.destroy(id).map_err(refused)?;
    }
    Ok(outcome)
}

/// The account that was given back takes over what was sent to get it, and the list of who opened that.
pub(crate) fn hand_over(
    work: &mut Work<'_, '_>,
    recovery: Id<kinds::Recovery>,
    account: Id<kinds::Account>,
) -> Result<(), StoreError> {
    let now = work.now();
    for open in proofings(work.tx(), held_by(recovery))?.into_iter().filter(|one| one.state.is_open()) {
        storage::proofing::end(work.tx(), &open, ProofState::Withdrawn, None, now)?;
    }
    storage::proofing::give_to(work.tx(), recovery, account)?;
    storage::opening::give_to(work.tx(), held_by(recovery), account).map(drop)
}

/// What began before this moment for a recovery, and is no account's, is forgotten.
pub(crate) fn kept_since(now: Instant) -> Instant {
    now.plus_secs(-KEPT_DAYS * 86_400)
}

fn unsent(error: notify::QueueError) -> RunError<ProofingError> {
    refused(match error {
        notify::QueueError::Seal(error) => ProofingError::Seal(error),
        other => ProofingError::Store(StoreError::Engine(other.to_string())),
    })
}
