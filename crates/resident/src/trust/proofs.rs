use journal::verifier_key;
use webkit::Body;

use crate::certificate::code;
use crate::visit::Visit;

/// What anybody can check without trusting this page.
pub(super) fn list(visit: &Visit, body: &mut Body) {
    let t = &visit.t;
    let ledger = visit.service.ledger();
    body.h2(t.get("trust-proofs")).p(t.get("trust-proofs-text"));
    body.h3(t.get("proof-key")).p(t.get("proof-key-text")).push(&code(&verifier_key(&**ledger.signer())));
    body.h3(t.get("proof-checkpoint")).p(t.get("proof-checkpoint-text"));
    match ledger.checkpoint() {
        Some(note) => body.push(&code(&note)),
        None => body.p(t.get("proof-checkpoint-none")),
    };
    body.h3(t.get("proof-receipt")).p(t.get("proof-receipt-text"));
    body.push(&code("lionrock-verify receipt --key KEY FILE")).link(t.get("proof-receipt-link"), visit.visitor.url("/check-receipt"));
    body.h3(t.get("proof-erasure")).p(t.get("proof-erasure-text"));
}
