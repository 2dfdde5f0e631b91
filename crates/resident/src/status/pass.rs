use kernel::{Id, Instant, kinds};
use serde::{Deserialize, Serialize};
use webkit::Failure;

use crate::sealed;
use crate::visit::Visit;

/// Half an hour, counted from the code.
const VALID_SECS: i64 = 30 * 60;

#[derive(Serialize, Deserialize)]
struct Pass {
    household: Id<kinds::Household>,
    until: i64,
}

/// A pass for a household whose code was right.
pub(super) fn issue(visit: &Visit, household: Id<kinds::Household>, until: Instant) -> Result<String, Failure> {
    let pass = Pass { household, until: until.millis() };
    sealed::seal(visit.service.ledger().keys(), &what(visit), visit.now().day(), &pass)
}

/// Until when a pass made now is good.
pub(super) fn end(visit: &Visit) -> Instant {
    visit.now().plus_secs(VALID_SECS)
}

/// The household of a pass that is still good, and its end.
pub(super) fn read(visit: &Visit, text: &str) -> Option<(Id<kinds::Household>, Instant)> {
    let now = visit.now();
    let pass: Pass = sealed::open(visit.service.ledger().keys(), &what(visit), now.day(), text)?;
    let until = Instant::from_millis(pass.until);
    (now < until).then_some((pass.household, until))
}

fn what(visit: &Visit) -> String {
    format!("status of {}", visit.service.slug())
}
