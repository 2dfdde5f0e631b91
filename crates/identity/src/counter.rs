use journal::{Event, Ledger, Work};
use kernel::{Id, kinds};
use people::{Grant, ProofIdentity};
use store::RunError;

use crate::proofing_visit::use_code;
use crate::review_proofing::sealed_attributes;
use crate::{
    Channel, Charter, Details, ProofState, Proofing, ProofingError, RegisterSays, VerifierSays, storage, verify_person,
};

/// Verifies somebody who stands at a counter: the officer has the card in one hand and the person before the eyes, so no photo is taken
/// and there is no evidence to destroy. The code of the visit says whose account it is.
pub fn verify_at_counter(
    ledger: &Ledger,
    charter: &Charter,
    grant: &Grant<ProofIdentity>,
    (code, details): (&str, &Details),
) -> Result<Id<kinds::Proofing>, RunError<ProofingError>> {
    let id = Id::new(ledger.now(), &**ledger.random());
    let attributes = sealed_attributes(ledger, charter, details, RegisterSays::Nothing)?;
    let (keys, code, number, officer) = (ledger.keys().clone(), code.to_owned(), details.number, grant.officer());
    ledger.write("identity.verify_at_counter", grant.actor(), move |work: &mut Work<'_, '_>| {
        let now = work.now();
        let account = use_code(work.tx(), &keys, now, &code)?;
        let proofing = Proofing {
            id,
            account,
            recovery: None,
            state: ProofState::Verified,
            channel: Channel::Counter,
            begun: now,
            deadline: now,
            sent: Some(now),
            register: RegisterSays::Nothing,
            verifier: VerifierSays::Nothing,
            verifier_asked: 0,
            officer: Some(officer),
            agreed_by: None,
            decided: Some(now),
            refusal: None,
            destroyed: None,
            pieces: Vec::new(),
            boot: [0; 16],
            key_id: [0; 16],
        };
        storage::proofing::insert(work.tx(), &proofing)?;
        storage::proofing::take_at_counter(work.tx(), &proofing)?;
        let event = Event::new("identity.verified_at_counter").record(account.bytes());
        work.journal(event.detail("proofing", id.to_string()))?;
        verify_person(work, &keys, account, &number, &attributes)?;
        Ok::<_, ProofingError>(id)
    })
    .map(|(id, _)| id)
}
