//! What an external verifier does with a proofing: it is shown the evidence on record, three times at most, and its answer decides, or
//! leaves the decision to an officer. Nobody decides beside an officer who looks.

use journal::{Actor, Event, Ledger, Work};
use kernel::{Id, kinds};
use store::{RunError, StoreError, Tx};

use crate::review_proofing::{Decider, decide, opened, proofing_queue};
use crate::{
    Charter, Evidence, OpenedCase, OpenedFor, ProofingError, RegisterSays, Verdict, VerifierAnswer, VerifierSays, storage,
};

/// So often one case is shown to the verifier at most.
pub(crate) const SHOWN_MOST: i64 = 3;
const JOB: Actor = Actor::Job("verifier");

/// Cases that the verifier is to be asked about: the charter names one, this process holds the key, the population register agrees (what
/// it does not know an officer looks at, and the photos stay here), no officer has opened it, and nobody asks for an account back with it:
/// two officers see to that.
pub fn unverified(
    tx: &mut Tx<'_>,
    evidence: &Evidence,
    charter: &Charter,
) -> Result<Vec<Id<kinds::Proofing>>, StoreError> {
    if charter.verifier.is_none() {
        return Ok(Vec::new());
    }
    let open = proofing_queue(tx)?.into_iter().filter(|one| {
        let agrees = one.register == RegisterSays::Agrees && one.officer.is_none() && one.recovery.is_none();
        agrees && one.verifier == VerifierSays::Nothing && one.verifier_asked < SHOWN_MOST && evidence.holds(one.id)
    });
    Ok(open.map(|one| one.id).collect())
}

/// Opens a case for the verifier, on record.
pub fn open_for_verifier(
    ledger: &Ledger,
    evidence: &Evidence,
    id: Id<kinds::Proofing>,
) -> Result<OpenedCase, RunError<ProofingError>> {
    opened(ledger, evidence, (JOB, "job", OpenedFor::Verifier), id, move |work| {
        if storage::proofing::show_verifier(work.tx(), id, SHOWN_MOST)? == 0 { Err(ProofingError::Over) } else { Ok(()) }
    })
}

/// Takes the verifier's answer. An answer that decides ends the evidence in this call, as an officer's verdict does; with any other the
/// case waits for an officer. An answer that comes after the end, or when an officer has opened the case, changes nothing.
pub fn take_answer(
    ledger: &Ledger,
    evidence: &Evidence,
    charter: &Charter,
    (id, answer): (Id<kinds::Proofing>, VerifierAnswer),
) -> Result<(), RunError<ProofingError>> {
    let (verdict, says) = match answer {
        VerifierAnswer::Matches { number } => (Verdict::Verify { number }, VerifierSays::Matches),
        VerifierAnswer::Differs(refusal) => (Verdict::Refuse(refusal), VerifierSays::Differs),
        VerifierAnswer::Unsure => return note_verifier(ledger, id, VerifierSays::Unsure),
    };
    let decider = Decider { actor: JOB, right: "verifier".to_owned(), officer: None, says: Some(says) };
    match decide(ledger, evidence, charter, &decider, (id, verdict)) {
        // It read another number, or the person has another account: somebody has to look.
        Err(RunError::Refused(ProofingError::NumberDiffers | ProofingError::HasAccount)) => {
            note_verifier(ledger, id, VerifierSays::Unsure)
        }
        done => done,
    }
}

/// Notes that the verifier leaves a case to an officer.
pub fn note_verifier(ledger: &Ledger, id: Id<kinds::Proofing>, says: VerifierSays) -> Result<(), RunError<ProofingError>> {
    let noted = ledger.write("identity.note_verifier", JOB, move |work| {
        if storage::proofing::set_verifier(work.tx(), id, says)? == 0 {
            return Err(ProofingError::Over);
        }
        Ok(journal_says(work, id, says)?)
    });
    noted.map(|_| ())
}

pub(crate) fn journal_says(work: &mut Work<'_, '_>, id: Id<kinds::Proofing>, says: VerifierSays) -> Result<(), StoreError> {
    let event = Event::new("identity.proofing_verifier").detail("proofing", id.to_string());
    work.journal(event.detail("verifier", says.name())).map(|_| ())
}
