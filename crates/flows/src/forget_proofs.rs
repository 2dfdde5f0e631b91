use journal::Actor;
use kernel::{Id, kinds};
use seal::Target;

use crate::{EraseError, Platform};

/// How many pictures one call erases at most.
const MOST: usize = 100;

/// Erases the pictures of documents whose requests are decided: first their keys, then the rows. Called after a decision, and in each
/// round for what a crash has left behind. Returns how many went.
pub fn forget_proofs(platform: &Platform) -> Result<usize, EraseError> {
    let ledger = platform.ledger();
    let decided = ledger.read("flows.decided_proofs", |tx| vault::decided_proofs(tx, MOST))?;
    if decided.is_empty() {
        return Ok(0);
    }
    let commitment = |sealed: &[u8]| vault::commit(&**ledger.random(), [sealed]).commitment;
    let doomed: Vec<(Target, [u8; 32])> = decided.iter().map(|proof| (proof.target, commitment(&proof.sealed))).collect();
    ledger.keys().erase(platform.now(), &doomed)?;
    let requests: Vec<Id<kinds::SubjectRequest>> = decided.iter().map(|proof| proof.request).collect();
    ledger.write("flows.remove_proofs", Actor::Job("erasure"), move |work| vault::remove_proofs(work, &requests))?;
    Ok(decided.len())
}
