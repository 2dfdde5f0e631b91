//! The proofing of residents' identities: evidence that ends on time in every process that serves, the population register, and
//! officers' verdicts.

use std::sync::Arc;

use identity::{
    Charter, Decided, Details, Evidence, OpenedCase, ProofingError, RegisterSays, Verdict, decide_case, details_for_register, end_lost, end_overdue,
    finish_proofing, note_register, open_case, unasked, unfinished_proofings,
};
use journal::Actor;
use kernel::{Id, kinds, to_hex};
use people::{Grant, ProofIdentity};
use registration::matching::{Answer, PopulationRegister, Question};
use store::{RunError, StoreError};

use crate::activation_round::check_addresses;
use crate::{IdentityService, Platform, StepError};

type Case = Id<kinds::Proofing>;
type Proofed<T> = Result<T, RunError<ProofingError>>;

/// What every process that serves does each second: it destroys evidence whose time is over, says which evidence died with a run that
/// ended, and issues receipts.
pub(crate) fn watch_evidence(platform: &Platform, identity: &IdentityService) -> Result<(), StepError> {
    let (ledger, evidence) = (identity.ledger(), identity.evidence());
    end_overdue(ledger, evidence).map_err(step)?;
    end_lost(ledger, evidence).map_err(step)?;
    let now = platform.now();
    let look = |tx: &mut store::Tx<'_>| unfinished_proofings(tx, evidence, now);
    for case in ledger.read("flows.unfinished_proofings", look)? {
        finish(platform, identity, case).map_err(step)?;
    }
    Ok(())
}

/// Asks the population register about cases whose evidence this process holds, and about addresses of accounts. Returns how many answers came. Slow: never where a
/// second matters.
pub fn ask_register(platform: &Platform, register: &dyn PopulationRegister) -> Result<usize, StepError> {
    let Some(identity) = platform.identity() else { return Ok(0) };
    let checked = check_addresses(platform, register)?;
    let (ledger, evidence) = (identity.ledger(), identity.evidence());
    let cases = ledger.read("flows.unasked", |tx| unasked(tx, evidence))?;
    let basis = basis(&identity.charter());
    let mut answered = checked;
    for case in cases {
        let details = match details_for_register(ledger, evidence, case) {
            // Somebody was quicker.
            Err(RunError::Refused(ProofingError::Over | ProofingError::Evidence(_))) => continue,
            details => details.map_err(step)?,
        };
        let question = Question { id_number: details.number.number().to_owned(), birth: details.birth.day() };
        // A register that is down is asked again in the next round; officers decide without it when they must.
        let Ok(answers) = register.check(&basis, &[question]) else { break };
        let says = if answers == [Answer::Resident] { RegisterSays::Agrees } else { RegisterSays::Differs };
        let job = Actor::Job("register");
        ledger.write("flows.note_register", job, move |work| note_register(work, case, says)).map_err(StepError::Run)?;
        answered += 1;
    }
    Ok(answered)
}

/// The purpose on which the register is asked (Cap. 486 ss. 30 to 32): the charter's, by its digest.
fn basis(charter: &Charter) -> String {
    format!("charter {}: {}", to_hex(&charter.digest()), identity::IDENTITY)
}

/// Opens a case of the identity provider for an officer of its department.
pub fn open_proofing(identity: &IdentityService, grant: &Grant<ProofIdentity>, case: Case) -> Proofed<OpenedCase> {
    covered(identity, grant)?;
    open_case(identity.ledger(), identity.evidence(), grant, case)
}

/// Decides a case; its evidence has died when this returns, and the receipt is issued, unless a second officer must agree.
pub fn decide_proofing(
    platform: &Platform,
    identity: &IdentityService,
    grant: &Grant<ProofIdentity>,
    (case, verdict): (Case, Verdict),
) -> Proofed<Decided> {
    covered(identity, grant)?;
    let decided = decide_case(identity.ledger(), identity.evidence(), &identity.charter(), grant, (case, verdict))?;
    finish(platform, identity, case)?;
    Ok(decided)
}

/// Verifies somebody who stands at a counter of the department.
pub fn verify_at_counter(
    platform: &Platform,
    identity: &IdentityService,
    grant: &Grant<ProofIdentity>,
    visit: (&str, &Details),
) -> Proofed<()> {
    covered(identity, grant)?;
    let case = identity::verify_at_counter(identity.ledger(), &identity.charter(), grant, visit)?;
    finish(platform, identity, case)
}

/// Finishes a proofing that is over: receipt and message.
pub fn finish(platform: &Platform, identity: &IdentityService, case: Case) -> Proofed<()> {
    let link = format!("{}/account", platform.sender().origin);
    finish_proofing(identity.ledger(), identity.evidence(), case, (platform.software(), &link))
}

fn covered(identity: &IdentityService, grant: &Grant<ProofIdentity>) -> Proofed<()> {
    if grant.covers(identity.id()) { Ok(()) } else { Err(RunError::Refused(ProofingError::Elsewhere)) }
}

impl IdentityService {
    /// What proofings compare, as far as this process holds its keys.
    pub const fn evidence(&self) -> &Arc<Evidence> {
        &self.evidence
    }
}

impl Platform {
    /// Says which program runs, for receipts: name, version and the digest of its file. Once, at the start.
    pub fn set_software(&self, software: String) {
        // Set twice, the first stands.
        let _ = self.software.set(software);
    }

    /// The program that runs.
    pub fn software(&self) -> &str {
        self.software.get().map_or(concat!("lionrock ", env!("CARGO_PKG_VERSION"), " (file not measured)"), String::as_str)
    }
}

pub(crate) fn step(error: RunError<ProofingError>) -> StepError {
    StepError::Run(match error {
        RunError::Refused(error) => RunError::Store(StoreError::Engine(error.to_string())),
        RunError::Store(error) => RunError::Store(error),
        RunError::Busy { retry_after_ms } => RunError::Busy { retry_after_ms },
    })
}
