use identity::{
    Charter, IdentityVerifier, OpenedCase, Presented, ProofingError, VerifierFault, VerifierSays, note_verifier, open_for_verifier, take_answer,
    unverified,
};
use kernel::{Id, kinds};
use store::RunError;

use crate::proofing::step;
use crate::{IdentityService, Platform, StepError, finish_proofing};

/// What came of a round of questions to the external verifier.
#[derive(Debug, Default)]
pub struct VerifierRound {
    /// How many answers came that count.
    pub answered: usize,
    /// What the last one that did not count was, or why none came.
    pub fault: Option<VerifierFault>,
}

/// Shows the external verifier the cases whose evidence this process holds, if the charter in force names one, and takes its answers.
/// Slow: never where a second matters. A verifier that is away is asked again in another round; an answer that does not count leaves the
/// case to an officer, and so does the third silence.
pub fn ask_verifier(platform: &Platform, verifier: &dyn IdentityVerifier) -> Result<VerifierRound, StepError> {
    let mut round = VerifierRound::default();
    let Some(identity) = platform.public_identity() else { return Ok(round) };
    let (charter, evidence) = (identity.charter(), identity.evidence().clone());
    let cases = identity.ledger().read("flows.unverified", |tx| unverified(tx, &evidence, &charter))?;
    for case in cases {
        match one(platform, &identity, &charter, (verifier, case)) {
            Ok(true) => round.answered += 1,
            Ok(false) => {}
            Err(Failed::Verifier(fault)) => {
                let is_away = matches!(fault, VerifierFault::Away(_));
                round.fault = Some(fault);
                if is_away {
                    break;
                }
            }
            Err(Failed::Step(error)) => return Err(error),
        }
    }
    Ok(round)
}

enum Failed {
    Verifier(VerifierFault),
    Step(StepError),
}

/// One case. False when somebody was quicker.
fn one(
    platform: &Platform,
    identity: &IdentityService,
    charter: &Charter,
    (verifier, case): (&dyn IdentityVerifier, Id<kinds::Proofing>),
) -> Result<bool, Failed> {
    let (ledger, evidence) = (identity.ledger(), identity.evidence());
    let Some(opened) = unless_over(open_for_verifier(ledger, evidence, case))? else { return Ok(false) };
    let seconds_left = u64::try_from(opened.proofing.deadline.since(ledger.now()) / 1000).unwrap_or(0);
    let answered = verifier.compare(&presented(&opened, seconds_left));
    drop(opened);
    let taken = match answered {
        Ok(answer) => take_answer(ledger, evidence, charter, (case, answer)),
        Err(fault) => {
            if matches!(fault, VerifierFault::Unusable(_)) {
                unless_over(note_verifier(ledger, case, VerifierSays::Silent))?;
            }
            return Err(Failed::Verifier(fault));
        }
    };
    let done = unless_over(taken)?.is_some();
    unless_over(finish_proofing(platform, identity, case))?;
    Ok(done)
}

/// What a verifier is given of a case.
fn presented(opened: &OpenedCase, seconds_left: u64) -> Presented<'_> {
    let details = &opened.details;
    Presented {
        deadline: opened.proofing.deadline,
        seconds_left,
        document: opened.document.expose(),
        selfie: opened.selfie.expose(),
        name_en: &details.name_en,
        name_zh: &details.name_zh,
        birth: details.birth.day(),
        sex: details.sex,
        issued: details.issued,
    }
}

/// Nothing when the case ended, or an officer took it, meanwhile.
fn unless_over<T>(done: Result<T, RunError<ProofingError>>) -> Result<Option<T>, Failed> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(RunError::Refused(
            ProofingError::Over | ProofingError::Missing | ProofingError::Elsewhere | ProofingError::Evidence(_),
        )) => Ok(None),
        Err(error) => Err(Failed::Step(step(error))),
    }
}
