//! What officers do with a proofing: find it, look at the evidence, decide.

use hongkong::IdNumber;
use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Id, Secret, kinds};
use people::{Grant, ProofIdentity};
use store::{RunError, StoreError, Tx};

use crate::ask_verifier::journal_says;
use crate::begin_proofing::refused;
use crate::opening::list_opening;
use crate::proof_recovery::{agree, recovery_of_case};
use crate::{
    Charter, Details, Evidence, OpenedFor, Piece, ProofState, Proofing, ProofingError, Refusal, RegisterSays, SealedAttribute, Source,
    VerifierSays, VerifyError, seal_attributes, storage, verify_person,
};

const QUEUE_MOST: i64 = 100;

/// Cases that wait for a verdict, the oldest first.
pub fn proofing_queue(tx: &mut Tx<'_>) -> Result<Vec<Proofing>, StoreError> {
    storage::proofing::in_state(tx, ProofState::Waiting, QUEUE_MOST)
}

/// A proofing, for whoever may see that it exists.
pub fn proofing(tx: &mut Tx<'_>, id: Id<kinds::Proofing>) -> Result<Option<Proofing>, StoreError> {
    storage::proofing::find(tx, id)
}

/// A case that an officer looks at: everything of it, opened once.
#[derive(Debug)]
pub struct OpenedCase {
    /// The case.
    pub proofing: Proofing,
    /// What was typed.
    pub details: Details,
    /// The photo of the document.
    pub document: Secret<Vec<u8>>,
    /// The photo of the person.
    pub selfie: Secret<Vec<u8>>,
}

/// Takes a case and opens its evidence; whoever has agreed to it already leaves it to somebody else. That it is opened, by whom and for what, stands in the journal before.
pub fn open_case(
    ledger: &Ledger,
    evidence: &Evidence,
    grant: &Grant<ProofIdentity>,
    id: Id<kinds::Proofing>,
) -> Result<OpenedCase, RunError<ProofingError>> {
    let (officer, role) = (grant.officer(), grant.role().to_string());
    opened(ledger, evidence, (grant.actor(), &role, OpenedFor::Verdict), id, move |work| {
        if storage::proofing::find(work.tx(), id)?.is_some_and(|found| found.agreed_by == Some(officer)) {
            return Err(ProofingError::Agreed);
        }
        if storage::proofing::take(work.tx(), id, officer)? == 0 { Err(ProofingError::Over) } else { Ok(()) }
    })
}

/// Opens everything of a case for somebody, once that is on record and `take` has agreed.
pub(crate) fn opened(
    ledger: &Ledger,
    evidence: &Evidence,
    (actor, right, aim): (Actor, &str, OpenedFor),
    id: Id<kinds::Proofing>,
    take: impl Fn(&mut Work<'_, '_>) -> Result<(), ProofingError> + Send + 'static,
) -> Result<OpenedCase, RunError<ProofingError>> {
    let right = right.to_owned();
    let (proofing, committed) = ledger.write("identity.open_case", actor, move |work| {
        take(work)?;
        note_opening(work, id, aim, &right)
    })?;
    let piece = |piece| evidence.open(&committed, id, piece).map_err(refused);
    let (document, selfie) = (piece(Piece::Document)?, piece(Piece::Selfie)?);
    Ok(OpenedCase { proofing, details: details(evidence, &committed, id)?, document, selfie })
}

/// What the population register is to be asked, for a case whose key this process holds; its details are opened for that, and
/// that is on record.
pub fn details_for_register(
    ledger: &Ledger,
    evidence: &Evidence,
    id: Id<kinds::Proofing>,
) -> Result<Details, RunError<ProofingError>> {
    let job = Actor::Job("register");
    let (_, committed) = ledger.write("identity.open_for_register", job, move |work| note_opening(work, id, OpenedFor::Register, "job"))?;
    details(evidence, &committed, id)
}

/// Cases that the population register was not asked about, and whose key this process holds.
pub fn unasked(tx: &mut Tx<'_>, evidence: &Evidence) -> Result<Vec<Id<kinds::Proofing>>, StoreError> {
    let waiting = proofing_queue(tx)?.into_iter();
    Ok(waiting.filter(|one| one.register == RegisterSays::Nothing && evidence.holds(one.id)).map(|one| one.id).collect())
}

/// Notes what the population register says.
pub fn note_register(work: &mut Work<'_, '_>, id: Id<kinds::Proofing>, says: RegisterSays) -> Result<(), StoreError> {
    storage::proofing::set_register(work.tx(), id, says)?;
    let event = Event::new("identity.proofing_register").detail("proofing", id.to_string());
    work.journal(event.detail("register", says.name())).map(|_| ())
}

/// An officer's verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The photos show the same person, the document is good and says what was typed.
    Verify {
        /// The number that the officer read from the card: it must be the one that was typed.
        number: IdNumber,
    },
    /// Anything else.
    Refuse(Refusal),
}

/// What became of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The case has ended.
    Ended,
    /// Somebody wants an account back: the first officer agrees, and the case waits for another one.
    OneOfTwo,
    /// Somebody wants an account back, and it is not this person's, or there is none: the case has ended, refused.
    Unmatched,
}

/// Decides a case that the officer has opened. The key of the evidence dies in this call, whatever the verdict, unless a second officer
/// must agree; the account becomes verified, or the recovery compared, in the same unit of work as the verdict.
pub fn decide_case(
    ledger: &Ledger,
    evidence: &Evidence,
    charter: &Charter,
    grant: &Grant<ProofIdentity>,
    (id, verdict): (Id<kinds::Proofing>, Verdict),
) -> Result<Decided, RunError<ProofingError>> {
    let decider =
        Decider { actor: grant.actor(), right: grant.role().to_string(), officer: Some(grant.officer()), says: None };
    if let Verdict::Verify { number } = &verdict
        && let Some(recovery) = ledger.read("identity.case_of_recovery", |tx| recovery_of_case(tx, id))?
    {
        return agree(ledger, evidence, &decider, (id, recovery, number));
    }
    decide(ledger, evidence, charter, &decider, (id, verdict))?;
    Ok(Decided::Ended)
}

/// Who decides: the officer who has opened the case, or the verifier when nobody has.
pub(crate) struct Decider {
    pub(crate) actor: Actor,
    pub(crate) right: String,
    pub(crate) officer: Option<Id<kinds::Officer>>,
    /// What the verifier says, if it decides.
    pub(crate) says: Option<VerifierSays>,
}

pub(crate) fn decide(
    ledger: &Ledger,
    evidence: &Evidence,
    charter: &Charter,
    decider: &Decider,
    (id, verdict): (Id<kinds::Proofing>, Verdict),
) -> Result<(), RunError<ProofingError>> {
    let (officer, says) = (decider.officer, decider.says);
    let ready = match &verdict {
        Verdict::Verify { number } => Some(verified(ledger, evidence, charter, decider, (id, number))?),
        Verdict::Refuse(_) => None,
    };
    let keys = ledger.keys().clone();
    ledger.write("identity.decide_case", decider.actor.clone(), move |work| {
        let found = storage::proofing::find(work.tx(), id)?.ok_or(ProofingError::Missing)?;
        if found.officer != officer {
            return Err(ProofingError::Elsewhere);
        }
        if let Some(says) = says {
            storage::proofing::set_verifier(work.tx(), id, says)?;
            journal_says(work, id, says)?;
        }
        let (state, refusal) = match &verdict {
            Verdict::Verify { .. } => (ProofState::Verified, None),
            Verdict::Refuse(refusal) => (ProofState::Refused, Some(*refusal)),
        };
        end(work, &found, state, refusal)?;
        if let Some((number, attributes)) = &ready {
            verify_person(work, &keys, found.account, number, attributes)?;
        }
        Ok(())
    })?;
    evidence.destroy(id).map_err(refused)?;
    Ok(())
}

/// The attributes that a case gives, if the number on the card is the one that was typed.
fn verified(
    ledger: &Ledger,
    evidence: &Evidence,
    charter: &Charter,
    decider: &Decider,
    (id, number): (Id<kinds::Proofing>, &IdNumber),
) -> Result<(IdNumber, Vec<SealedAttribute>), RunError<ProofingError>> {
    let (found, details) = compared(ledger, evidence, decider, (id, number, OpenedFor::Attributes))?;
    Ok((*number, sealed_attributes(ledger, charter, &details, found.register)?))
}

/// A case and what was typed, opened once more, if the number on the card is the one that was typed.
pub(crate) fn compared(
    ledger: &Ledger,
    evidence: &Evidence,
    decider: &Decider,
    (id, number, aim): (Id<kinds::Proofing>, &IdNumber, OpenedFor),
) -> Result<(Proofing, Details), RunError<ProofingError>> {
    let (officer, right) = (decider.officer, decider.right.clone());
    let (found, committed) = ledger.write("identity.open_for_verdict", decider.actor.clone(), move |work| {
        let found = note_opening(work, id, aim, &right)?;
        if found.officer == officer { Ok(found) } else { Err(ProofingError::Elsewhere) }
    })?;
    let details = details(evidence, &committed, id)?;
    if details.number != *number {
        return Err(RunError::Refused(ProofingError::NumberDiffers));
    }
    Ok((found, details))
}

/// What is kept of details that an officer compared. The register vouches for number and date of birth if it was asked; nobody
/// vouches for the address.
pub(crate) fn sealed_attributes(
    ledger: &Ledger,
    charter: &Charter,
    details: &Details,
    register: RegisterSays,
) -> Result<Vec<SealedAttribute>, RunError<ProofingError>> {
    use crate::AttributeName::{Address, DateOfBirth, IdentityNumber};
    let best = if register == RegisterSays::Agrees { Source::Register } else { Source::Proofed };
    let source = |name| match name {
        Address => Source::Typed,
        IdentityNumber | DateOfBirth => best,
        _ => Source::Proofed,
    };
    let sealed = seal_attributes(ledger.keys(), ledger.now(), charter.keep_months, Source::Proofed, &details.attributes());
    let sealed = sealed.map_err(refused)?.into_iter();
    Ok(sealed.map(|one| SealedAttribute { source: source(one.name), ..one }).collect())
}

/// Ends a case in the journal and in the store.
pub(crate) fn end(
    work: &mut Work<'_, '_>,
    found: &Proofing,
    state: ProofState,
    refusal: Option<Refusal>,
) -> Result<(), ProofingError> {
    let now = work.now();
    if storage::proofing::end(work.tx(), found, state, refusal, now)? == 0 {
        return Err(ProofingError::Over);
    }
    let mut event = Event::new("identity.proofing_ended").record(found.account.bytes());
    event = event.detail("proofing", found.id.to_string()).detail("state", state.name());
    if let Some(refusal) = refusal {
        event = event.detail("reason", refusal.name());
    }
    work.journal(event)?;
    Ok(())
}

fn note_opening(
    work: &mut Work<'_, '_>,
    id: Id<kinds::Proofing>,
    aim: OpenedFor,
    right: &str,
) -> Result<Proofing, ProofingError> {
    let found = storage::proofing::find(work.tx(), id)?.ok_or(ProofingError::Missing)?;
    if found.state != ProofState::Waiting {
        return Err(ProofingError::Over);
    }
    let event = Event::new("identity.evidence_opened").record(found.account.bytes());
    let event = work.journal(event.detail("proofing", id.to_string()).detail("for", aim.name()).detail("right", right.to_owned()))?;
    list_opening(work, found.account, aim, event)?;
    Ok(found)
}

fn details(evidence: &Evidence, committed: &Committed, id: Id<kinds::Proofing>) -> Result<Details, RunError<ProofingError>> {
    let plain = evidence.open(committed, id, Piece::Details).map_err(refused)?;
    let read = Details::read(plain.expose(), committed.at().day());
    read.ok_or_else(|| refused(ProofingError::Seal(seal::SealError::Broken)))
}

impl From<VerifyError> for ProofingError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::HasAccount => Self::HasAccount,
            VerifyError::Gone => Self::Missing,
            VerifyError::Store(error) => Self::Store(error),
        }
    }
}
